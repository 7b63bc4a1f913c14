"""Find out by one statement whether an outline or a lesson is still as a client has it."""

from datetime import datetime
from uuid import UUID

from django.db.models import F, Max, OuterRef, QuerySet, Subquery

from accounts.models import User
from common.database.prepared import Prepared
from courses.models import Activity, ActivityCompletion, Enrolment, ProgressEvent, ReadingPosition

# Everything that the answer with an outline depends on. The revision stands for all that authors write, and no activity becomes
# done or undone without an event.
_OF_OUTLINE: tuple[str, ...] = ("revision", "progress_percent", "last_activity_id", "last_event")


def _enrolments_with_last_event(user_id: int, course_slug: str) -> QuerySet[Enrolment]:
    events = ProgressEvent.objects.filter(enrolment=OuterRef("pk")).order_by().values("enrolment")
    return (
        Enrolment.objects.active()
        .filter(user_id=user_id, course__slug=course_slug)
        .annotate(revision=F("course__revision"), last_event=Subquery(events.annotate(last=Max("id")).values("last")))
    )


_ENROLMENT = Prepared(_enrolments_with_last_event, samples=(-1, "the course"))
_OUTLINE_STATE = Prepared(
    lambda user_id, course_slug: _enrolments_with_last_event(user_id, course_slug).values(*_OF_OUTLINE),
    samples=(-1, "the course"),
)


def find_outline_state(user: User, course_slug: str) -> tuple[object, ...] | None:
    """Return everything that the answer with the outline depends on. None if the student is not enrolled."""
    found = _OUTLINE_STATE.values(user.pk, course_slug)
    return tuple(found[0][name] for name in _OF_OUTLINE) if found else None


def find_enrolments_with_state(user: User, course_slug: str) -> tuple[list[Enrolment], tuple[object, ...]]:
    """Return the enrolments for `access.first_or_404`, and the state as `find_outline_state` does."""
    found = _ENROLMENT.instances(user.pk, course_slug)
    return found, tuple(getattr(each, name) for each in found for name in _OF_OUTLINE)


# The revision of the course, where and when the student stopped reading, and when the lesson was done.
LessonState = tuple[UUID, str | None, datetime | None, datetime | None]


def _enrolments_with_state(user_id: int, lesson: UUID) -> QuerySet[Enrolment]:
    position = ReadingPosition.objects.filter(enrolment=OuterRef("pk"), activity=OuterRef("course__activities__pk"))
    done = ActivityCompletion.objects.filter(enrolment=OuterRef("pk"), activity=OuterRef("course__activities__pk"))
    return (
        Enrolment.objects.active()
        .filter(
            user_id=user_id,
            course__activities__uuid=lesson,
            course__activities__kind=Activity.Kind.LESSON,
            course__activities__archived_at=None,
        )
        .annotate(
            lesson=F("course__activities__pk"),
            revision=F("course__revision"),
            anchor=Subquery(position.values("anchor")),
            read_at=Subquery(position.values("read_at")),
            done_at=Subquery(done.values("done_at")),
        )
    )


_STATE = Prepared(_enrolments_with_state, samples=(-1, UUID(int=1)))


def find_lesson_state(user: User, lesson: UUID) -> tuple[Enrolment, Activity, LessonState] | None:
    """Return the enrolment, the activity with nothing but its id, and the state for `lesson_state`. None if it is not visible."""
    found = _STATE.first(user.pk, lesson)
    if found is None:
        return None
    row = vars(found)  # the annotations
    return found, Activity(pk=row["lesson"]), (row["revision"], row["anchor"], row["read_at"], row["done_at"])


def lesson_state(
    revision: UUID, anchor: str | None, read_at: datetime | None, done_at: datetime | None, *, as_markdown: bool
) -> tuple[object, ...]:
    """Everything that the answer with a lesson depends on. Its revision stands for all that authors write."""
    if as_markdown:
        return "markdown", revision
    return "json", revision, anchor, read_at and read_at.timestamp(), done_at and done_at.timestamp()
