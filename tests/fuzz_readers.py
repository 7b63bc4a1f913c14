"""Feed generated and damaged files to the readers of questions for some minutes: `./run fuzz --readers SECONDS` runs it.

Each format has its share of the time and a corpus: the samples of the tests and what they export. A file is made of one of them
by cutting, repeating, swapping and replacing pieces and bytes, in text and inside packages. It fails at any other exception than
a refusal, and at a file that takes longer than SLOW seconds. The seed of a fault is printed, so that it can be seen again.
"""

import argparse
import contextlib
import html
import io
import random
import re
import sys
import time
import traceback
import zipfile
from collections.abc import Callable, Sequence

SLOW = 5.0
# Pieces that mean something in a format, or break one.
_PIECES = (
    "<", ">", "&", "]]>", "<![CDATA[", "<!--", "&#0;", "&amp;", "{", "}", "=", "~", "->", "#", "####", "%50%", "::", "\\", "\n\n",
    "{1:SHORTANSWER:=", "{#", "{>3 ALL ", "$CATEGORY: ", "ANSWER: B", '"', ",", ";", "\t", "|", "___", "\x00", "\ufeff", "\ud7a3",
    "<img src=\"data:image/png;base64,AAAA\">", "<p>", "</p>", "<table><tr><td>", "<math>", "<sup>", "-1", "1e400", "NaN",
    "999999999", "identifier=\"\"", "<value/>", "<?xml version='1.0'?>", "<!DOCTYPE quiz>",
    # Formulas, ruby and menus.
    "<mrow>", "</mrow>", "<msup><mi>x</mi><mn>2</mn></msup>", "<mfrac>", "<mtable><mtr><mtd>", "<mroot><mi>x</mi>", "<mfenced>",
    "</math>", "<annotation encoding=\"application/x-tex\">", "\\(", "\\)", "\\[", "$$", "$$x$$", "\\frac{", "\\sqrt[",
    "\\left(", "x_", "^{", "{{", "}}", "\\begin{matrix}", "\\end{matrix}", "&", "\\text{", "<ruby>", "<rt>", "</ruby>", "<rb>",
    "{1:MCS:=a~b}", "{1:NM:=1:0}", "[[1]]", "[x]", "[menu]", "<inlineChoiceInteraction responseIdentifier=\"A\">",
    "<inlineChoice identifier=\"b\">",
)  # fmt: skip
# HTML with formulas and ruby, as the formats hold it.
_LAYOUT = (
    "<p>\\(\\frac{a}{b}\\) \\[\\begin{pmatrix}1&amp;2\\\\3&amp;4\\end{pmatrix}\\] $$\\sqrt[3]{x}$$ "
    "<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby>"
    "<math><semantics><mrow><munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover><mfrac><mi>a</mi><mn>2</mn></mfrac></mrow>"
    '<annotation encoding="application/x-tex">\\sum_i^n \\frac{a}{2}</annotation></semantics></math>'
    "<math><mtable><mtr><mtd><msqrt><mi>x</mi></msqrt></mtd></mtr></mtable></math></p>"
)
# The formats, and after which mark the text is put in.
_LAID_OUT = (
    ("gift", b"::q::", "[html]" + re.sub(r"([~=#{}:])", r"\\\1", _LAYOUT)),
    ("moodle", b"<![CDATA[", _LAYOUT),
    ("qti", b"<itemBody>", _LAYOUT),
    ("qti22", b"<itemBody>", _LAYOUT),
    ("qti3", b"<qti-item-body>", _LAYOUT),
    ("qti1", b'<mattext texttype="text/html">', html.escape(_LAYOUT)),
)


def corpus() -> dict[str, list[bytes]]:
    """Return {format: files}."""
    from exchange.tables import template
    from tests.exchange.features.rows import Reads
    from tests.exchange.features.table import ROWS
    from tests.exchange.files import sample

    found: dict[str, list[bytes]] = {}
    for row in ROWS:
        if isinstance(row, Reads):
            found.setdefault(row.format, []).append(
                row.content.encode() if isinstance(row.content, str) else row.content
            )
    for name, format in (
        ("tea.en.xml", "moodle"),
        ("tea.en.gift.txt", "gift"),
        ("tea.ko.gift.txt", "gift"),
        ("item.xml", "qti"),
    ):
        found[format].append(sample(name))
    # The samples once more, with such a text at the start.
    for name, mark, text in _LAID_OUT:
        found[name] += [content.replace(mark, mark + text.encode(), 1) for content in found[name] if mark in content]
    found["table"] += [template.make(kind, language="ko").content for kind in template.FORMATS]
    return found


def damaged(content: bytes, other: bytes, chance: random.Random) -> bytes:
    """Return a file with a few changes. A package is changed inside, or its bytes are."""
    if content.startswith(b"PK") and chance.random() < 0.8:
        with contextlib.suppress(zipfile.BadZipFile):  # Some samples are damaged packages.
            return _repacked(content, lambda entry: damaged(entry, other, chance), chance)
    for _time in range(chance.randint(1, 6)):
        content = chance.choice(_CHANGES)(content, other, chance)
    return content[:200_000]


def _repacked(content: bytes, change: Callable[[bytes], bytes], chance: random.Random) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = chance.choice(old.namelist())
        for name in old.namelist():
            entry = old.read(name)
            new.writestr(name, change(entry) if name == chosen else entry)
    return file.getvalue()


def _place(content: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randint(0, len(content))
    return start, min(len(content), start + chance.choice((0, 1, 3, 20, 200)))


def _cut(content: bytes, other: bytes, chance: random.Random) -> bytes:
    start, end = _place(content, chance)
    return content[:start] + content[end:]


def _half(content: bytes, other: bytes, chance: random.Random) -> bytes:
    return content[: chance.randint(0, len(content))]


def _repeat(content: bytes, other: bytes, chance: random.Random) -> bytes:
    start, end = _place(content, chance)
    return content[:end] + content[start:end] * chance.choice((1, 2, 50, 500)) + content[end:]


def _insert(content: bytes, other: bytes, chance: random.Random) -> bytes:
    start, end = _place(content, chance)
    return content[:start] + chance.choice(_PIECES).encode() * chance.choice((1, 1, 1, 40)) + content[end:]


def _cross(content: bytes, other: bytes, chance: random.Random) -> bytes:
    start, end = _place(other, chance)
    at = chance.randint(0, len(content))
    return content[:at] + other[start:end] + content[at:]


def _byte(content: bytes, other: bytes, chance: random.Random) -> bytes:
    start, _end = _place(content, chance)
    return content[:start] + bytes([chance.randrange(256)]) + content[start + 1 :]


_CHANGES = (_cut, _half, _repeat, _insert, _insert, _cross, _byte)


def read(content: bytes, language: str) -> str:
    """Read a file as an import does, and plan its import. Return "read" or "refused"."""
    from exchange import refusals
    from exchange.imports import import_plan, importing

    try:
        parsed = importing.parse(content, language=language)
        import_plan.plan(slug="quiz", records={}, parsed=parsed, language=language)
    except refusals.ExchangeError:
        return "refused"
    return "read"


def fuzz(format: str, files: Sequence[bytes], seconds: float, seed: int) -> bool:
    """Fuzz one format for some seconds. Return whether no file failed."""
    counts = {"read": 0, "refused": 0}
    slowest, end, number = 0.0, time.monotonic() + seconds, seed
    passed = True
    while time.monotonic() < end:
        number += 1
        chance = random.Random(f"{format} {number}")
        content = damaged(chance.choice(files), chance.choice(files), chance)
        start = time.process_time()
        try:
            counts[read(content, chance.choice(("ko", "en")))] += 1
        except Exception:  # noqa: BLE001 (whatever it is, it is a fault)
            sys.stderr.write(f"{format}: --seed {number - 1} fails:\n{traceback.format_exc()}")
            passed = False
        took = time.process_time() - start
        slowest = max(slowest, took)
        if took > SLOW:
            sys.stderr.write(f"{format}: --seed {number - 1} takes {took:.1f} s\n")
            passed = False
    sys.stdout.write(f"{format}: {counts['read']} read, {counts['refused']} refused, slowest {slowest:.2f} s\n")
    sys.stdout.flush()
    return passed


def main(arguments: Sequence[str]) -> int:
    import django

    parser = argparse.ArgumentParser(prog="./run fuzz --readers", description=__doc__)
    parser.add_argument("seconds", type=float, help="for all formats together")
    parser.add_argument("--seed", type=int, default=0, help="the number that a fault was printed with (%(default)s)")
    parser.add_argument("--format", help="only this format")
    given = parser.parse_args(arguments)
    django.setup()
    files = {name: found for name, found in corpus().items() if given.format in (None, name)}
    passed = [fuzz(name, found, given.seconds / len(files), given.seed) for name, found in files.items()]
    return 0 if all(passed) else 1
