"""Let apps list their long work on one page: what it is, how far it is, how it ended; to cancel it, or to do it again."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from courses.models import Course


class State(Enum):
    """What a job is doing. WAITS: for a person, or for its moment."""

    WORKS = "works"
    WAITS = "waits"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work in the reader's language.

    `course` is None for an import of a course that is not there yet. `result` says what came of it, or why it failed. `done` of
    `total` are finished; 0 of 0 where that is not counted.
    """

    uuid: UUID
    course: int | None
    what: str
    state: State
    status: str
    at: datetime
    by: User | None
    url: str
    result: str = ""
    done: int = 0
    total: int = 0
    can_cancel: bool = False
    can_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of long work.

    `permission` (a `courses.roles.rules.Permission`) is needed to see and steer it. `rows(reader, courses)` are those of the
    courses, and those of the reader that belong to none yet. `describe` makes a job of a row, `failed` leaves the failed rows.
    `cancel(row, reader, now)` and `repeat(row, reader, now)` return False if that is not possible any more.
    """

    name: str
    label: Any
    permission: str
    rows: Callable[[User, Sequence[Course]], QuerySet[Any]]
    describe: Callable[[Any], Job]
    failed: Callable[[QuerySet[Any]], QuerySet[Any]]
    cancel: Callable[[Any, User, datetime], bool] | None = None
    repeat: Callable[[Any, User, datetime], bool] | None = None
    moment: str = "created_at"


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Add a kind of long work to the page of jobs."""
    _sources[source.name] = source


def get_sources() -> list[Source]:
    """Return all kinds of long work."""
    return list(_sources.values())


def find_source(name: str) -> Source | None:
    """Return a kind of long work by its name."""
    return _sources.get(name)


# What somebody may see of each kind: the courses in which they have its permission.
Permitted = Callable[[Source], Sequence[Course]]


def find_jobs(
    reader: User, permitted: Permitted, *, only_failed: bool, before: datetime | None, limit: int
) -> list[tuple[Source, Job]]:
    """Return at most `limit` jobs that began before that moment, the newest first. A fixed number of queries for each kind."""
    found: list[tuple[Source, Job]] = []
    for source in get_sources():
        rows = source.rows(reader, permitted(source))
        if only_failed:
            rows = source.failed(rows)
        if before is not None:
            rows = rows.filter(**{f"{source.moment}__lt": before})
        found += [(source, source.describe(row)) for row in rows.order_by(f"-{source.moment}")[:limit]]
    return sorted(found, key=lambda each: each[1].at, reverse=True)[:limit]


def count_failed(reader: User, permitted: Permitted, *, since: datetime) -> dict[int | None, int]:
    """Return {course: number of failed jobs that began since then}. A fixed number of queries for each kind."""
    found: dict[int | None, int] = {}
    for source in get_sources():
        rows = source.failed(source.rows(reader, permitted(source))).filter(**{f"{source.moment}__gte": since})
        for course in _courses(source.describe(row) for row in rows):
            found[course] = found.get(course, 0) + 1
    return found


def _courses(jobs: Iterable[Job]) -> list[int | None]:
    return [job.course for job in jobs]
