"""Let other apps add sections and numbers to the weekly summary. They register functions at start-up.

A function gets all readers of a batch and returns what it has to say to each, so that its queries do not grow with the readers.
It says only what a reader may see at that moment: a hidden lesson, a course that somebody left or a grade that is not released
must not be in it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Subquery
from django.utils import timezone, translation

from accounts.models import User
from courses.models import Enrolment

# A mail shows at most this many lines of a section, and says how many more there are.
LONGEST_SECTION = 5


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who gets a summary of what happened from `start` until `end`.

    `enrolments` are those that are active in published courses, with `course` and `last_activity`; the last visited comes first.
    """

    user: User
    language: str
    enrolments: list[Enrolment]
    start: datetime
    end: datetime

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Make the reader's language and time zone the active ones."""
        with translation.override(self.language), timezone.override(self.user.zone):
            yield

    def is_in_period(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a section, in the reader's language, with the path that it links to. `note` is smaller, below it."""

    text: str
    path: str = ""
    note: str = ""


@dataclass(slots=True)
class Section:
    """A heading with lines. A section with `is_news` is a reason to send a mail; others are only in mails with another reason."""

    title: str
    lines: list[Line] = field(default_factory=list)
    is_news: bool = False

    @property
    def shown(self) -> list[Line]:
        return self.lines[:LONGEST_SECTION]

    @property
    def hidden_count(self) -> int:
        return max(0, len(self.lines) - LONGEST_SECTION)


@dataclass(frozen=True, slots=True)
class Number:
    """One of the numbers of the week, such as "12" and "questions answered"."""

    value: int
    label: str


@dataclass(frozen=True, slots=True)
class Times:
    """When the readers of a batch read, and the longest of their periods: from the earliest start until the latest end."""

    now: datetime
    first: datetime
    last: datetime


MakeRows = Callable[[Times], Subquery]
FindSections = Callable[[Sequence[Reader], datetime], Mapping[int, Section]]
FindNumbers = Callable[[Sequence[Reader], datetime], Mapping[int, Number]]

_sections: dict[str, tuple[int, FindSections]] = {}
_numbers: list[FindNumbers] = []
_rows: dict[str, MakeRows] = {}
# Before the names of the rows of an enrolment.
_PREFIX = "summary_"


def register_section(name: str, find: FindSections, *, order: int) -> None:
    """Add the sections that `find(readers, now)` returns as {user id: section}. Lower orders come first."""
    _sections[name] = (order, find)


def register_number(find: FindNumbers) -> None:
    """Add the numbers that `find(readers, now)` returns as {user id: number}."""
    if find not in _numbers:
        _numbers.append(find)


def register_rows(name: str, make: MakeRows) -> None:
    """Have rows read together with the enrolments, without a query of their own: those of `make(times)` (see `json_rows`).

    The subquery is in a query for enrolments. `rows_of` returns its rows; whoever reads them looks at the period of the reader.
    """
    _rows[name] = make


def with_rows(enrolments: QuerySet[Enrolment], times: Times) -> QuerySet[Enrolment]:
    """Return the enrolments with all registered rows."""
    return enrolments.annotate(**{f"{_PREFIX}{name}": make(times) for name, make in _rows.items()})


def rows_of(enrolment: Enrolment, name: str) -> list[dict[str, Any]]:
    """Return the registered rows of this name, in no particular order."""
    return getattr(enrolment, f"{_PREFIX}{name}") or []


def find_sections(readers: Sequence[Reader], now: datetime) -> dict[int, list[Section]]:
    """Return the sections of each reader in their order, by user id. Empty ones are left out."""
    found: dict[int, list[Section]] = {reader.user.pk: [] for reader in readers}
    for _name, (_order, find) in sorted(_sections.items(), key=lambda item: (item[1][0], item[0])):
        for user_id, section in find(readers, now).items():
            if section.lines:
                found[user_id].append(section)
    return found


def find_numbers(readers: Sequence[Reader], now: datetime) -> dict[int, list[Number]]:
    """Return the numbers of each reader, by user id."""
    found: dict[int, list[Number]] = {reader.user.pk: [] for reader in readers}
    for find in _numbers:
        for user_id, number in find(readers, now).items():
            found[user_id].append(number)
    return found
