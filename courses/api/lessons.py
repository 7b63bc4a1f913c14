"""Build the API's answers with a lesson. What all readers see alike is converted once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from common.api import encoded
from common.api.serializers import moment
from courses import extensions
from courses.api.serializers import LessonSerializer, PositionSerializer
from courses.api.states import LessonState
from courses.lessons import reading
from courses.lessons.editions import editions_for_reader
from courses.lessons.markdown import write_markdown
from courses.lessons.placing import placed_keys, put_into_html, put_into_markdown
from courses.models import Activity, LessonEdition
from courses.outline.published import PublishedCourse


@dataclass(slots=True)
class LessonReading:
    """A lesson in one language with the fields of `LessonSerializer`, for a student who has neither read nor done it."""

    activity: Activity
    edition: LessonEdition
    done: bool = False
    done_at: datetime | None = None
    position: reading.Position | None = None

    @property
    def objectives(self) -> list[str]:
        return [objective["text"] for objective in self.edition.objectives]


# The members of the answer that are one student's own. All others are encoded once for all students.
_OWN = ("done", "done_at", "position")


def find_lesson(course: PublishedCourse, activity: Activity) -> bytes | None:
    """Return the encoded answer without the student's own members, None if the lesson has no text.

    No query if the lesson is cached in the active language, else one.
    """
    return find_lessons(course, [activity])[activity.pk]


def find_lessons(course: PublishedCourse, activities: Sequence[Activity]) -> dict[int, bytes | None]:
    """Return {activity id: what `find_lesson` returns} for lessons of the course.

    No query for those that are cached in the active language, else the same number for any number of lessons.
    """
    parts = course.in_language()
    new = [activity for activity in activities if ("api lesson", activity.pk) not in parts]
    found = _encode(new) if new else {}
    return {each.pk: parts.cached(("api lesson", each.pk), partial(found.get, each.pk)) for each in activities}


def untouched_lesson(shared: bytes) -> bytes:
    """Return the encoded answer for a student who has neither read nor done the lesson. `shared` is from `find_lesson`."""
    return encoded.with_members(shared, {"done": False, "done_at": None, "position": None})


def lesson_answer(shared: bytes, state: LessonState) -> bytes:
    """Return the encoded answer with the fields of `LessonSerializer` for one student. `shared` is from `find_lesson`."""
    own = {
        "done": state.done_at is not None,
        "done_at": moment(state.done_at) if state.done_at else None,
        "position": PositionSerializer.shape(state.position) if state.position else None,
    }
    return encoded.with_members(shared, own)


def find_markdown(course: PublishedCourse, activity: Activity) -> tuple[str, str] | None:
    """Return the lesson as Markdown and its language, None if it has no text. Queries: as `find_lesson`."""
    return course.cached(("markdown lesson", activity.pk), lambda: _markdown_answer(activity))


def _encode(activities: Sequence[Activity]) -> dict[int, bytes]:
    editions: dict[int, LessonEdition] = {}
    for edition in editions_for_reader(*activities):
        editions.setdefault(edition.lesson.activity_id, edition)
    asking = [each for each in activities if each.pk in editions and placed_keys(editions[each.pk].html)]
    if asking:
        names = extensions.questions_in_texts(asking, "name")
        texts = extensions.questions_in_texts(asking, "markdown")
        for each in asking:
            edition = editions[each.pk]
            edition.html = put_into_html(edition.html, names[each.pk])
            edition.body = put_into_markdown(edition.body, texts[each.pk])
    readings = [LessonReading(each, editions[each.pk]) for each in activities if each.pk in editions]
    return {each.activity.pk: encoded.encode_without(LessonSerializer.shape(each), _OWN) for each in readings}


def _markdown_answer(activity: Activity) -> tuple[str, str] | None:
    edition = editions_for_reader(activity).first()
    if edition is None:
        return None
    questions = extensions.questions_in_texts([activity], "markdown") if placed_keys(edition.html) else {}
    return write_markdown(activity, edition, questions.get(activity.pk, {})), edition.language
