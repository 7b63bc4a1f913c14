"""Read the quizzes of the readers' courses, once for a whole batch."""

from collections.abc import Sequence

from courses.models import Enrolment
from courses.outline.published import get_published
from courses.summaries.sections import Reader
from quizzes.authoring.models import Quiz

# Where an enrolment keeps the quizzes of its course, for as long as somebody writes about it.
_QUIZZES = "summary_quizzes"


def enrolments_of(readers: Sequence[Reader]) -> list[Enrolment]:
    """Return the enrolments of all readers."""
    return [enrolment for reader in readers for enrolment in reader.enrolments]


def find_quizzes(enrolments: Sequence[Enrolment]) -> list[tuple[Quiz, Enrolment]]:
    """Return each quiz that a student may see, and the enrolment. It has its current version and the activity of the outline.

    One query; none if they were read for these enrolments already, as for another section of the same mails.
    """
    unread = [each for each in enrolments if _QUIZZES not in vars(each)]
    if unread:
        quizzes = _read_quizzes(unread)
        for each in unread:
            vars(each)[_QUIZZES] = quizzes.get(each.course_id, [])
    return [(quiz, each) for each in enrolments for quiz in vars(each)[_QUIZZES]]


def _read_quizzes(enrolments: Sequence[Enrolment]) -> dict[int, list[Quiz]]:
    """Return {course id: quizzes}."""
    visible = {
        each.course_id: {
            activity.pk: activity
            for _module, activities in get_published(each.course_id, each.course.revision).modules
            for activity in activities
        }
        for each in enrolments
    }
    found = Quiz.objects.filter(activity__course__in=list(visible)).order_by("activity__position", "pk")
    quizzes: dict[int, list[Quiz]] = {}
    for quiz in found.select_related("current_version").defer("current_version__content"):
        for course, activities in visible.items():
            if quiz.activity_id in activities:
                quiz.activity = activities[quiz.activity_id]
                quizzes.setdefault(course, []).append(quiz)
    return quizzes
