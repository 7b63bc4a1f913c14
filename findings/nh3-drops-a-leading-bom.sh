#!/bin/sh
# nh3 drops a U+FEFF (byte order mark, zero width no-break space) at the very start of a text.
#
# Expected: cleaning removes elements and attributes that are not allowed and keeps every character of the text, as it does with
# U+FEFF everywhere else. Cleaning what is already clean changes nothing.
#
# Observed: `nh3.clean` and `nh3.Cleaner().clean` drop one U+FEFF if it is the first character, before text and before an element.
# They keep it after `<p>`, after a space, in the middle and at the end, and if it is written as `&#65279;`. Of two at the start one
# is kept, and cleaning the result again drops that one too. A text of only one U+FEFF becomes empty. `nh3.clean_text` keeps it.
#
# Affected: code that cleans text without an element around it and needs the same characters back, such as an export that is
# imported again.
#
# In our product: `to_html` in exchange/html/conversion.py cleans a single paragraph with its `<p>` and removes that afterwards.
# tests/exchange/test_texts.py exports and imports texts with U+FEFF at the start, in the middle and at the end.
#
# Exit status: 0 if all is as observed, 1 if it has changed, 2 if the package cannot be installed.

set -u
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
trap 'exit 2' INT TERM
cd "$folder" || exit 2

python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check nh3==0.3.8 ||
    { echo "The package cannot be installed."; exit 2; }

cat >observe.py <<'PYTHON'
import sys
from importlib.metadata import version

import nh3

BOM = "\ufeff"
CASES = [
    ("at the start", f"{BOM}text", "text"),
    ("at the start, before an element", f"{BOM}<p>text</p>", "<p>text</p>"),
    ("two at the start", f"{BOM}{BOM}text", f"{BOM}text"),
    ("nothing else", BOM, ""),
    ("at the start, as a character reference", "&#65279;text", f"{BOM}text"),
    ("after a space", f" {BOM}text", f" {BOM}text"),
    ("after <p>", f"<p>{BOM}text</p>", f"<p>{BOM}text</p>"),
    ("in the middle", f"te{BOM}xt", f"te{BOM}xt"),
    ("at the end", f"text{BOM}", f"text{BOM}"),
]
changed = False


def check(name, text, found, observed):
    global changed
    print(f"{name}: {ascii(text)} becomes {ascii(found)}")
    if found != observed:
        changed = True
        print(f"CHANGED: it was {ascii(observed)}")


print("Python", sys.version.split()[0])
print("nh3", version("nh3"))
for name, text, observed in CASES:
    check(f"clean, {name}", text, nh3.clean(text), observed)
    check(f"Cleaner, {name}", text, nh3.Cleaner().clean(text), observed)
check("clean twice, two at the start", f"{BOM}{BOM}text", nh3.clean(nh3.clean(f"{BOM}{BOM}text")), "text")
check("clean_text, at the start", f"{BOM}text", nh3.clean_text(f"{BOM}text"), f"{BOM}text")
print("The behaviour has changed." if changed else "As observed: one U+FEFF at the very start is dropped.")
sys.exit(changed)
PYTHON

if venv/bin/python observe.py; then exit 0; fi
echo "Not as observed: see above."
exit 1
