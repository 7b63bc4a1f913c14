"""Build the API's answers with a lesson. What all readers see alike is converted once."""

from dataclasses import dataclass
from datetime import datetime

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
    return course.cached(("api lesson", activity.pk), lambda: _encode(activity))


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


def _encode(activity: Activity) -> bytes | None:
    edition = editions_for_reader(activity).first()
    if edition is None:
        return None
    if placed_keys(edition.html):
        edition.html = put_into_html(edition.html, extensions.questions_in_texts([activity], "name")[activity.pk])
        edition.body = put_into_markdown(
            edition.body, extensions.questions_in_texts([activity], "markdown")[activity.pk]
        )
    shaped = LessonSerializer.shape(LessonReading(activity, edition))
    return encoded.encode_without(shaped, _OWN)


def _markdown_answer(activity: Activity) -> tuple[str, str] | None:
    edition = editions_for_reader(activity).first()
    if edition is None:
        return None
    questions = extensions.questions_in_texts([activity], "markdown") if placed_keys(edition.html) else {}
    return write_markdown(activity, edition, questions.get(activity.pk, {})), edition.language
