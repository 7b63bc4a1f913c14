"""Find the questions of a lesson that are answered one by one, and grade an answer to one of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.models import User
from common.lookup import or_404
from courses import access
from courses.models import Activity, Enrolment
from lesson_checks import in_text
from lesson_checks.in_text import AskedQuestion
from quizzes.attempts.presentation import PresentedQuestion, present_one
from quizzes.authoring.models import Quiz
from quizzes.results.question_results import QuestionResult


@dataclass(frozen=True, slots=True)
class Check:
    """The lesson check of a lesson, as its student may answer it in the text of the lesson."""

    enrolment: Enrolment
    quiz: Quiz
    asked: list[AskedQuestion]

    def present(self) -> list[PresentedQuestion]:
        """Return the questions without answers, with their choices in the order of the page."""
        seed = self.quiz.activity.uuid
        return [
            present_one(question.public, number=number, seed=seed, response={})
            for number, question in enumerate(self.asked, start=1)
        ]


def check_or_404(user: User, lesson: UUID) -> Check:
    """Return the check of a lesson that the user may read; without questions if it shows no answers. Raises Http404."""
    rows = access.activities(user).filter(kind=Activity.Kind.LESSON)
    activity = get_object_or_404(rows, uuid=lesson)
    enrolment = access.enrolment_or_404(user, activity.course.slug)
    enrolment.user = user
    quiz = (
        Quiz.objects.filter(activity=activity, current_version__isnull=False)
        .select_related("activity__course", "current_version")
        .first()
    )
    asked = in_text.find_asked([activity]).get(activity.pk, {})
    return Check(enrolment, or_404(quiz), list(asked.values()))


def answer_question(check: Check, question: UUID, raw: Any, now: datetime) -> QuestionResult:
    """Grade an answer; a mistake becomes a practice card. Raises Http404 and the errors of `in_text.answer`."""
    asked = or_404(next((each for each in check.asked if each.public["uuid"] == str(question)), None))
    enrolment = check.enrolment
    return in_text.answer(asked, raw, quiz=check.quiz, user=enrolment.user, enrolment=enrolment, now=now)[1]
