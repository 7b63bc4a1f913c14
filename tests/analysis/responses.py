"""Made-up responses: one common ability, items of different difficulty, two of them with points in parts."""

import csv
import random
from math import exp
from pathlib import Path

FILE = Path(__file__).with_name("responses.csv")
STUDENTS = 80
# Difficulty of each item, and how many steps its points have.
ITEMS = {
    "q0": (-2.0, 1), "q1": (-1.2, 1), "q2": (-0.6, 1), "q3": (-0.1, 1), "q4": (0.3, 1),
    "q5": (0.8, 1), "q6": (1.4, 1), "q7": (2.2, 1), "q8": (-0.4, 4), "q9": (0.6, 4),
}  # fmt: skip


def make() -> list[dict[str, float]]:
    """Return one row for each student: {item: share of its points}."""
    chance = random.Random(20261129)
    rows = []
    for _student in range(STUDENTS):
        ability = chance.gauss(0, 1.2)
        rows.append(
            {
                name: sum(chance.random() < 1 / (1 + exp(difficulty - ability)) for _step in range(steps)) / steps
                for name, (difficulty, steps) in ITEMS.items()
            }
        )
    return rows


def read() -> list[dict[str, float]]:
    """Return the rows of the file."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
