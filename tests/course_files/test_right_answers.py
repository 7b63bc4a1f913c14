"""Whoever gives the right answer to every question of the shipped course gets all points."""

from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from course_files import course_folder
from courses.models import Course, Enrolment
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic
from quizzes.grading.models import AttemptGrade
from quizzes.taking import start, submit
from tests.factories import UserFactory
from tests.product import ROOT
from tests.quizzes import every_kind


def right(spec: dict[str, Any]) -> dict[str, Any]:
    if spec["kind"] == "short_answer":
        return {"text": spec["accept"][0]}
    return {"text": spec["value"]} if spec["kind"] == "numeric" else every_kind.right(spec)


@pytest.mark.django_db
def test_right_answers_earn_all_points_in_every_quiz_and_check() -> None:
    now = timezone.now()
    course_folder.import_folder(ROOT / "content" / "data-analytics-week-2", now=now)
    course = Course.objects.get(slug="data-analytics-week-2")
    enrolment = Enrolment.objects.create(course=course, user=UserFactory())
    graded = 0
    for quiz in Quiz.objects.filter(activity__course=course).exclude(questions__kind="hand_in"):
        attempt = start.start(quiz=quiz, enrolment=enrolment, now=now)
        key = attempt.version.answer_key.content
        answers = {UUID(question["uuid"]): right(key[question["uuid"]]) for question in attempt.public_questions}
        submit.submit(attempt=attempt, answers=answers, now=now)
        automatic.grade_attempt(attempt_id=attempt.pk, now=now)
        grade = AttemptGrade.objects.get(attempt=attempt)
        assert grade.points == grade.max_points, quiz.activity.slug
        graded += 1
    assert graded > course.activities.filter(kind="lesson").count()
