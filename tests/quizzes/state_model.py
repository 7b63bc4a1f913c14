"""Compute what the state machine expects, in plain Python and independently of the product's code.

Three questions: "single" (the right one of three choices), "short" (a term; a typing slip waits for a person where the
key says so) and "essay" (text or files, a person grades it).
"""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

LIMIT = timedelta(minutes=30)
GRACE = timedelta(seconds=30)
SWEPT_AFTER = timedelta(seconds=10)
LEASE = timedelta(seconds=60)
DEDUCTION_A_DAY = 10
SEOUL = ZoneInfo("Asia/Seoul")
ALLOWED = 2
# What a device sends whose clock is thousands of years ahead. The others send small numbers.
FAR_AHEAD = 10**15 - 1
TOP = {"short": Decimal(3), "essay": Decimal(4)}


@dataclass(frozen=True)
class Key:
    """One version of the key. `right` is the place of the right choice."""

    right: int
    accept: frozenset[str]
    near_misses: bool
    single_points: Decimal


@dataclass
class Saved:
    response: Any
    sequence: int
    checked: bool = False


@dataclass
class Exemption:
    """What one student may beyond the rules."""

    minutes: int = 0
    attempts: int = 0
    due_at: datetime | None = None


@dataclass
class Attempt:
    """One attempt as everything that was acknowledged says it is. `answers` are by question, "single" as a place."""

    pk: int
    student: int
    number: int
    version: int
    deadline: datetime
    due_at: datetime
    answers: dict[str, Saved] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    ended_at: datetime | None = None
    expired: bool = False
    deduction: int = 0
    reviews: dict[str, Decimal] = field(default_factory=dict)
    # What the last revision has seen of them.
    reviews_seen: dict[str, Decimal] = field(default_factory=dict)
    late: list[tuple[str, Any]] = field(default_factory=list)
    late_files: set[str] = field(default_factory=set)
    status: str = "in_progress"
    revisions: list[tuple[Any, ...]] = field(default_factory=list)

    def is_over(self, now: datetime) -> bool:
        return now > self.deadline + GRACE

    def end(self, at: datetime, *, expired: bool) -> None:
        self.ended_at, self.expired = at, expired
        self.deduction = deduction(at, self.due_at)

    def store(self, question: str, response: Any, sequence: int | None) -> bool:
        """Whether the answer may be stored (or was overtaken, which is as good); False where a checked one would change."""
        known = self.answers.get(question)
        if known is None:
            self.answers[question] = Saved(response, sequence or 0)
        elif (sequence is not None and sequence <= known.sequence) or (sequence is None and known.response == response):
            return True
        elif known.checked:
            return bool(known.response == response)
        else:
            known.response = response
            known.sequence = known.sequence + 1 if sequence is None else sequence
        return True

    def is_answered(self, question: str) -> bool:
        saved = self.answers.get(question)
        if question == "essay" and self.files:
            return True
        return saved is not None and saved.response not in (None, "", " ")

    def worth(self, key: Key, reviews: dict[str, Decimal]) -> tuple[Decimal, Decimal, bool]:
        """(points after the deduction, maximum, whether a part waits for a person)."""
        scores = {"single": self._single(key), "short": self._short(key), "essay": self._essay()}
        tops = {"single": key.single_points, **TOP}
        for question, points in reviews.items():
            scores[question] = min(points, tops[question])
        points = sum((score or Decimal(0) for score in scores.values()), Decimal(0))
        kept = Decimal(math.floor(points * (100 - self.deduction))) / 100
        return kept, sum(tops.values(), Decimal(0)), None in scores.values()

    def _single(self, key: Key) -> Decimal | None:
        saved = self.answers.get("single")
        return key.single_points if saved and saved.response == key.right else Decimal(0)

    def _short(self, key: Key) -> Decimal | None:
        text = self.answers["short"].response.strip().lower() if "short" in self.answers else ""
        if text == "medain" and "median" in key.accept:
            return None if key.near_misses else Decimal(0)
        return TOP["short"] if text in key.accept else Decimal(0)

    def _essay(self) -> Decimal | None:
        return None if self.is_answered("essay") else Decimal(0)


def believed(sequence: int | None, now: datetime) -> int | None:
    """Under which number an answer is stored. The clock of the machine has no milliseconds."""
    return int(now.timestamp()) * 1000 if sequence == FAR_AHEAD else sequence


def deduction(submitted_at: datetime, due_at: datetime) -> int:
    if submitted_at <= due_at:
        return 0
    due, submitted = (moment.astimezone(SEOUL).date() for moment in (due_at, submitted_at))
    return min(100, DEDUCTION_A_DAY * max(1, (submitted - due).days))
