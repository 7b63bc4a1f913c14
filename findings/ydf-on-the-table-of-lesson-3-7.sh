#!/bin/sh
# YDF, the library under Simple ML for Sheets, is confidently wrong about one row of lesson 3-7, and no better than one rule.
#
# Expected by many learners: a model beats a rule of one line, and a wrong prediction is one of low confidence.
#
# Observed: the 84 filled rows of content/data-analytics-week-2/assets/course-completion.csv train three learners of YDF with their
# default settings and 20 seeds each; the 12 empty rows are predicted. The rule "minutes_week1 >= 140" gets 11 of 12, and so do random
# forest (20 of 20 seeds) and gradient boosting (16 of 20). Both are wrong about S086 with every seed, at a probability of "yes" of
# 0.77 or more. A single tree gets 4 to 11. Always the majority of the training data ("no") gets 4.
# The Python code that lesson 3-7 prints runs as it stands and gets 11.
#
# In our course: the table of lesson 3-7 has these numbers. tests/course_files/test_completion_numbers.py compares them with this script.
#
# Exit status: 0 if all is as observed, 1 if it has changed, 2 if the packages cannot be installed.

set -u
course=$(cd "$(dirname "$0")/../content/data-analytics-week-2" && pwd) || exit 2
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
trap 'exit 2' INT TERM
cd "$folder" || exit 2

python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check ydf==0.16.1 numpy==2.4.6 protobuf==7.36.2 absl-py==2.5.1 ||
    { echo "The packages cannot be installed."; exit 2; }

cp "$course/assets/course-completion.csv" .
sed -n '/^```python$/,/^```$/p' "$course/lessons/3-7.en.md" | sed '1d;$d' >lesson.py
sed -n '/^| S[0-9, S]* | `\(yes\|no\)` |$/p' "$course/lessons/3-7.en.md" >answers.md

cat >measure.py <<'PYTHON'
import csv
import re
import subprocess
import sys
from collections import Counter
from importlib.metadata import version

import numpy as np
import ydf

ydf.verbose(0)
NAMES = ["minutes_week1", "quiz_week1", "logins_week1", "questions_asked"]
SEEDS = range(1, 21)
LEARNERS = {
    "single tree": ydf.CartLearner,
    "random forest": ydf.RandomForestLearner,
    "gradient boosting": ydf.GradientBoostedTreesLearner,
}
# {correct predictions: seeds}, how often S086 is wrong, lowest and highest probability of "yes" for S086
OBSERVED = {
    "single tree": ({11: 2, 10: 6, 9: 9, 8: 1, 7: 1, 4: 1}, 19, "0.49", "1.00"),
    "random forest": ({11: 20}, 20, "0.96", "0.99"),
    "gradient boosting": ({11: 16, 10: 3, 9: 1}, 20, "0.77", "0.99"),
}

rows = list(csv.DictReader(open("course-completion.csv", encoding="utf-8")))
train = [row for row in rows if row["finished"]]
empty = [row for row in rows if not row["finished"]]
answers = {
    student: cells[2].strip(" `")
    for cells in (line.split("|") for line in open("answers.md", encoding="utf-8"))
    for student in re.findall(r"S\d+", cells[1])
}
assert len(answers) == len(empty) == 12


def features(rows):
    return {name: np.array([int(row[name]) for row in rows]) for name in NAMES}


def right(predicted):
    return sum(answers[student] == answer for student, answer in predicted.items())


def measure(learner):
    counts, wrong, of_s086 = Counter(), 0, []
    labels = np.array([row["finished"] for row in train])
    for seed in SEEDS:
        model = learner(label="finished", random_seed=seed).train({**features(train), "finished": labels})
        yes = dict(zip([row["student"] for row in empty], model.predict(features(empty))))
        counts[right({student: "yes" if chance >= 0.5 else "no" for student, chance in yes.items()})] += 1
        wrong += yes["S086"] >= 0.5
        of_s086.append(float(yes["S086"]))
    return dict(counts), wrong, f"{min(of_s086):.2f}", f"{max(of_s086):.2f}"


print("Python", sys.version.split()[0], "ydf", version("ydf"), "numpy", version("numpy"))
majority = Counter(row["finished"] for row in train).most_common(1)[0][0]
print(f"always {majority}: {right({row['student']: majority for row in empty})} of 12")
rule = right({row["student"]: "yes" if int(row["minutes_week1"]) >= 140 else "no" for row in empty})
print(f"minutes_week1 >= 140: {rule} of 12")
changed = False
for name, learner in LEARNERS.items():
    found = measure(learner)
    counts = ", ".join(f"{number} right with {seeds} seeds" for number, seeds in sorted(found[0].items(), reverse=True))
    print(f"{name}: {counts}; S086 wrong {found[1]} of {len(SEEDS)}, P(yes) {found[2]} to {found[3]}")
    if found != OBSERVED[name]:
        changed = True
        print(f"CHANGED: it was {OBSERVED[name]}")
output = subprocess.run([sys.executable, "lesson.py"], capture_output=True, text=True, check=False).stdout
printed = dict(line.split()[:2] for line in output.splitlines() if re.match(r"S\d+ (yes|no) ", line))
print(f"the code of lesson 3-7: {right(printed)} of {len(printed)}")
if (len(printed), right(printed)) != (12, 11):
    changed = True
    print("CHANGED: it was 11 of 12")
print("The behaviour has changed." if changed else "As observed: no model beats one rule, and S086 is confidently wrong.")
sys.exit(changed)
PYTHON

if venv/bin/python measure.py; then exit 0; fi
echo "Not as observed: see above."
exit 1
