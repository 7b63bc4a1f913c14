"""Read the quizzes of the readers' courses, once for a whole batch."""

from collections.abc import Sequence

from courses.models import Enrolment
from courses.outline.published import get_published
from courses.summaries.sections import Reader
from quizzes.authoring.models import Quiz


def enrolments_of(readers: Sequence[Reader]) -> list[Enrolment]:
    """Return the enrolments of all readers."""
    return [enrolment for reader in readers for enrolment in reader.enrolments]


def find_quizzes(enrolments: Sequence[Enrolment]) -> list[tuple[Quiz, Enrolment]]:
    """Return each quiz that a student may see, with the enrolment. Their activities are those of the outline. One query."""
    visible = {
        each.course_id: {
            activity.pk: activity
            for _module, activities in get_published(each.course_id, each.course.revision).modules
            for activity in activities
        }
        for each in enrolments
    }
    quizzes: dict[int, list[Quiz]] = {}
    for quiz in Quiz.objects.filter(activity__course__in=list(visible)).order_by("activity__position", "pk"):
        for course, activities in visible.items():
            if quiz.activity_id in activities:
                quiz.activity = activities[quiz.activity_id]
                quizzes.setdefault(course, []).append(quiz)
    return [(quiz, enrolment) for enrolment in enrolments for quiz in quizzes.get(enrolment.course_id, [])]
