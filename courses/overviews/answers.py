"""Let apps answer the four questions of the staff's first page for each course: who is stuck, what waits, how good, what next.

An app registers a function for a question at start-up. It gets all courses at once, so that the number of queries does not
depend on theirs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from accounts.models import User
from courses.models import Course

# What goes out is named so long before.
AHEAD = timedelta(days=7)


class Question(Enum):
    """The four questions, in the order of the page."""

    STUCK = "stuck"
    WAITS = "waits"
    QUALITY = "quality"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with what it counts, in the reader's language.

    `definition` names its entry in the data dictionary. `url` leads to what is counted, "" if the reader has no page for it.
    `shown` stands instead of the number where it is none. `since`: the oldest one, or when it is planned. `notes` are
    sentences below it. `is_urgent`: somebody should do something.
    """

    definition: str
    n: int
    text: str
    url: str = ""
    shown: str = ""
    since: datetime | None = None
    notes: Sequence[str] = ()
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a picture: how many, and of what. `tone` is good, warn, bad or plain."""

    text: str
    n: int
    tone: str = "plain"


@dataclass(slots=True)
class Answer:
    """What is said of one course: figures, and the parts of a whole for the picture."""

    figures: list[Figure] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


# Source(reader, courses, now) returns {course id: answer}; a course about which there is nothing to say may be left out.
Source = Callable[[User, Sequence[Course], datetime], Mapping[int, Answer]]

_sources: dict[Question, list[Source]] = {question: [] for question in Question}


def register(question: Question, source: Source) -> None:
    """Let `source` answer a question. It is called at each visit of the staff's first page, so it should need few queries."""
    if source not in _sources[question]:
        _sources[question].append(source)


def answer(question: Question, reader: User, courses: Sequence[Course], now: datetime) -> dict[int, Answer]:
    """Return {course id: what all sources say of it together} for each of the courses."""
    found = {course.pk: Answer() for course in courses}
    for source in _sources[question] if courses else ():
        for course_id, one in source(reader, courses, now).items():
            found[course_id].figures += one.figures
            found[course_id].parts += one.parts
    return found
