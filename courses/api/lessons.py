"""Build the API's answers with a lesson. What all readers see alike is converted once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.api.serializers import moment
from courses.api.serializers import LessonSerializer, PositionSerializer
from courses.api.states import LessonState
from courses.lessons import reading
from courses.lessons.editions import editions_for_reader
from courses.lessons.markdown import write_markdown
from courses.models import Activity, LessonEdition
from courses.outline.published import PublishedCourse


@dataclass(slots=True)
class LessonReading:
    """A lesson in one language, for a student who has neither read nor done it."""

    activity: Activity
    edition: LessonEdition
    done: bool = False
    done_at: datetime | None = None
    position: reading.Position | None = None

    @property
    def objectives(self) -> list[str]:
        return [objective["text"] for objective in self.edition.objectives]


def find_shared_answer(course: PublishedCourse, activity_id: int) -> dict[str, Any] | None:
    """Return the answer for a student who has neither read nor done the lesson, None if the lesson is not visible.

    No query if the lesson is cached in the active language, else one.
    """
    activity = course.find_activity(activity_id)
    if activity is None:
        return None
    return course.cached(("api lesson", activity_id), lambda: _shared_answer(activity))


def lesson_answer(shared: dict[str, Any], state: LessonState) -> dict[str, Any]:
    """Return the answer with the fields of `LessonSerializer` for one student."""
    _revision, anchor, read_at, done_at = state
    position = reading.Position(anchor, read_at) if anchor is not None and read_at is not None else None
    return {
        **shared,
        "done": done_at is not None,
        "done_at": moment(done_at) if done_at else None,
        "position": PositionSerializer.shape(position) if position else None,
    }


def markdown_answer(course: PublishedCourse, activity_id: int) -> tuple[str, str] | None:
    """Return the lesson as Markdown and its language, None if it is not visible. Queries: as `find_shared_answer`."""
    activity = course.find_activity(activity_id)
    if activity is None:
        return None
    return course.cached(("markdown lesson", activity_id), lambda: _markdown_answer(activity))


def _shared_answer(activity: Activity) -> dict[str, Any] | None:
    edition = editions_for_reader(activity).first()
    return None if edition is None else LessonSerializer.shape(LessonReading(activity, edition))


def _markdown_answer(activity: Activity) -> tuple[str, str] | None:
    edition = editions_for_reader(activity).first()
    return None if edition is None else (write_markdown(activity, edition), edition.language)
