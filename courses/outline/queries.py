"""Read a student's outline: the visible activities in order, and which of them are done."""

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from common.database.aggregates import JoinedIds
from common.database.prepared import Prepared
from courses.models import Activity, ActivityCompletion, Enrolment, Module
from courses.outline.published import get_published

# Prepared statement: the completions of an enrolment.
_COMPLETIONS_OF_ENROLMENT = Prepared(
    lambda enrolment_id: ActivityCompletion.objects.filter(enrolment_id=enrolment_id).values("activity_id", "done_at"),
    samples=(-1,),
)


@dataclass(slots=True)
class OutlineEntry:
    """One activity of the outline for one student. `done_at` is None if the student has not done it.

    `is_tried` says that it is a graded quiz whose grade is below the pass mark. Only `courses.lessons.results` knows it.
    """

    activity: Activity
    done_at: datetime | None
    is_tried: bool = False

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


@dataclass(slots=True)
class OutlineModule:
    module: Module
    entries: list[OutlineEntry] = field(default_factory=list)

    @property
    def is_complete(self) -> bool:
        """Whether everything that is required is done; a graded quiz, passed (of an outline with grades)."""
        required = [entry for entry in self.entries if entry.activity.is_required]
        return bool(required) and all(entry.is_done and not entry.is_tried for entry in required)


@dataclass(slots=True)
class Outline:
    """A course's outline for one enrolment."""

    modules: list[OutlineModule]

    @property
    def entries(self) -> list[OutlineEntry]:
        return [entry for module in self.modules for entry in module.entries]

    @property
    def required_count(self) -> int:
        return sum(entry.activity.is_required for entry in self.entries)

    @property
    def done_count(self) -> int:
        """Return how many of the required activities are done."""
        return sum(entry.activity.is_required and entry.is_done for entry in self.entries)

    def find_completed_by(self, activity: Activity) -> OutlineModule | None:
        """Return the module that is complete with `activity`, which was just done; None if something is left in it."""
        part = next((part for part in self.modules if part.module.pk == activity.module_id), None)
        return part if part and part.is_complete and activity.is_required else None

    def neighbours(self, activity: Activity) -> tuple[Activity | None, Activity | None]:
        """Return the activities before and after `activity`, or None where there is none.

        Return (None, None) if `activity` is not in the outline.
        """
        around = [None, *(entry.activity for entry in self.entries), None]
        place = next((place for place, other in enumerate(around) if other and other.pk == activity.pk), None)
        return (around[place - 1], around[place + 1]) if place else (None, None)

    def next_to_do(self, last_id: int | None = None) -> Activity | None:
        """Return the activity to continue with: the first that is not done, from the last visited activity (`last_id`) on.

        If all of these are done, return the first in the outline that is not done, or None if everything is done.
        """
        return next(iter(self.find_undone(last_id)), None)

    def find_undone(self, last_id: int | None = None) -> list[Activity]:
        """Return the activities that are not done: those from the last visited one (`last_id`) on, then those before it."""
        entries = self.entries
        done = {entry.activity.pk for entry in entries if entry.is_done}
        return [entries[place].activity for place in find_undone([each.activity.pk for each in entries], done, last_id)]


def find_undone(ids: Sequence[int], done: Container[int], last_id: int | None) -> Iterator[int]:
    """Yield the places in `ids` of those that are not in `done`: from `last_id` on, then those before it."""
    start = ids.index(last_id) if last_id in ids else 0
    return (place for place in (*range(start, len(ids)), *range(start)) if ids[place] not in done)


def with_done(enrolments: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Read the ids of the activities that are done with the enrolments, as `done`: see `JoinedIds`."""
    mine = ActivityCompletion.objects.filter(enrolment=OuterRef("pk")).order_by().values("enrolment")
    return enrolments.annotate(done=Subquery(mine.annotate(ids=JoinedIds("activity")).values("ids")))


def get_outline(enrolment: Enrolment) -> Outline:
    """Return the outline of the enrolment's course. One query if the course is cached (see `courses.outline.published`)."""
    return build_outline(enrolment, find_done(enrolment.pk))


def find_done(enrolment_id: int) -> dict[int, datetime]:
    """Return {id of an activity: when the student did it}. One query."""
    return {row["activity_id"]: row["done_at"] for row in _COMPLETIONS_OF_ENROLMENT.values(enrolment_id)}


def build_outline(enrolment: Enrolment, done: Mapping[int, datetime], tried: Collection[int] = ()) -> Outline:
    """Return the outline of a student who has done the activities `done`, and not passed the graded quizzes `tried`."""
    return Outline(
        [
            OutlineModule(
                module,
                [OutlineEntry(activity, done.get(activity.id), activity.id in tried) for activity in activities],
            )
            for module, activities in get_published(enrolment.course_id, enrolment.course.revision).modules
        ]
    )
