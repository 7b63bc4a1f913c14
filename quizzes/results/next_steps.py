"""Say what a student may do after a result: read again, practise, go on."""

from dataclasses import dataclass

from courses.models import Activity
from courses.outline.published import get_published
from quizzes.attempts.models import Attempt
from quizzes.results.question_results import QuestionResult

_TO_REPEAT = ("incorrect", "partial", "unanswered")


@dataclass(frozen=True, slots=True)
class NextSteps:
    """`lessons` are (lesson, "slug#heading") for the answers that were not right, each lesson once, in the course's order.

    They are empty as long as the answers are hidden, as in `QuestionResult`. `activity` is the next one of the course.
    """

    lessons: list[tuple[Activity, str]]
    may_practise: bool
    activity: Activity | None

    @property
    def shown(self) -> tuple[tuple[str, ...], bool, int | None]:
        """Return what tells these steps from others of the same revision of the course."""
        following = self.activity.pk if self.activity else None
        return tuple(place for _lesson, place in self.lessons), self.may_practise, following


def find_next_steps(attempt: Attempt, questions: list[QuestionResult], *, answers_shown: bool) -> NextSteps:
    """Return the next steps. No query if the course is cached (see `courses.outline.published`)."""
    course = attempt.enrolment.course
    activities = [
        activity for _module, entries in get_published(course.pk, course.revision).modules for activity in entries
    ]
    wrong = [question for question in questions if question.outcome in _TO_REPEAT]
    named = [question.lesson or next((item["lesson"] for item in question.feedback), "") for question in wrong]
    places: dict[str, str] = {}
    for lesson in filter(None, named):
        places.setdefault(lesson.partition("#")[0], lesson)
    lessons = [
        (activity, places[activity.slug])
        for activity in activities
        if activity.kind == Activity.Kind.LESSON and activity.slug in places
    ]
    ids = [activity.pk for activity in activities]
    after = ids.index(attempt.quiz.activity_id) + 1 if attempt.quiz.activity_id in ids else len(ids)
    return NextSteps(lessons, bool(wrong) and answers_shown, activities[after] if after < len(ids) else None)
