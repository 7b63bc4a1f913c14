"""Find out by one statement whether an outline or a lesson is still as a client has it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Max, OuterRef, QuerySet, Subquery

from accounts.models import User
from common.database.prepared import Prepared
from courses.lessons.reading import Position
from courses.models import Activity, ActivityCompletion, Enrolment, ProgressEvent, ReadingPosition


@dataclass(frozen=True, slots=True)
class OutlineState:
    """An enrolment, and everything that its answer with the outline depends on.

    The revision stands for all that authors write, and no activity becomes done or undone without an event.
    """

    pk: int
    course_id: int
    revision: UUID
    progress_percent: int
    last_activity_id: int | None
    last_event: int | None

    @property
    def parts(self) -> tuple[object, ...]:
        """What the ETag is made of."""
        return self.revision, self.progress_percent, self.last_activity_id, self.last_event


def _outline_states(user_id: int, course_slug: str) -> QuerySet[Enrolment, Any]:
    events = ProgressEvent.objects.filter(enrolment=OuterRef("pk")).order_by().values("enrolment")
    return (
        Enrolment.objects.active()
        .filter(user_id=user_id, course__slug=course_slug)
        .annotate(revision=F("course__revision"), last_event=Subquery(events.annotate(last=Max("id")).values("last")))
        .values("pk", "course_id", "revision", "progress_percent", "last_activity_id", "last_event")
    )


_OUTLINE_STATE = Prepared(_outline_states, samples=(-1, "the course"))


def find_outline_state(user: User, course_slug: str) -> OutlineState | None:
    """Return the state of the student's outline, None if the student is not enrolled."""
    return next((OutlineState(**row) for row in _OUTLINE_STATE.values(user.pk, course_slug)), None)


@dataclass(frozen=True, slots=True)
class LessonState:
    """An enrolment, a lesson of its course, and everything that the student's answer with the lesson depends on."""

    pk: int
    course_id: int
    last_activity_id: int | None
    last_seen_at: datetime | None
    lesson_id: int
    revision: UUID
    anchor: str | None
    read_at: datetime | None
    done_at: datetime | None

    @property
    def position(self) -> Position | None:
        """Where the student stopped reading."""
        return Position(self.anchor, self.read_at) if self.anchor is not None and self.read_at is not None else None

    def parts(self, *, as_markdown: bool) -> tuple[object, ...]:
        """What the ETag is made of. The revision stands for all that authors write."""
        if as_markdown:
            return "markdown", self.revision
        moments = (moment and moment.timestamp() for moment in (self.read_at, self.done_at))
        return "json", self.revision, self.anchor, *moments


def _lesson_states(user_id: int, lesson: UUID) -> QuerySet[Enrolment, Any]:
    position = ReadingPosition.objects.filter(enrolment=OuterRef("pk"), activity=OuterRef("course__activities__pk"))
    done = ActivityCompletion.objects.filter(enrolment=OuterRef("pk"), activity=OuterRef("course__activities__pk"))
    rows: QuerySet[Enrolment, Any] = (
        Enrolment.objects.active()
        .filter(
            user_id=user_id,
            course__activities__uuid=lesson,
            course__activities__kind=Activity.Kind.LESSON,
            course__activities__archived_at=None,
        )
        .annotate(
            lesson_id=F("course__activities__pk"),
            revision=F("course__revision"),
            anchor=Subquery(position.values("anchor")),
            read_at=Subquery(position.values("read_at")),
            done_at=Subquery(done.values("done_at")),
        )
        .values(*LessonState.__dataclass_fields__)
    )
    return rows


_LESSON_STATE = Prepared(_lesson_states, samples=(-1, UUID(int=1)))


def find_lesson_state(user: User, lesson: UUID) -> LessonState | None:
    """Return the state of a lesson for a student, None if the student does not see the lesson."""
    return next((LessonState(**row) for row in _LESSON_STATE.values(user.pk, lesson)), None)
