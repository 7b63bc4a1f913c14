"""What is stored is what the answers and the ledger say, and a grade that somebody tampered with is found."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from courses import progress
from courses.models import Enrolment, GradeChange
from quizzes import attempts, grading, verifying
from quizzes.models import Answer, Attempt, AttemptGrade, Quiz
from tests.factories import right_answers

pytestmark = pytest.mark.django_db


@pytest.fixture
def graded(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    now = timezone.now()
    progress.mark_done(enrolment=enrolment, activity=enrolment.course.activities.get(slug="lesson-1"), now=now)
    for answers in (right_answers(quiz), {}):
        attempt = attempts.start(quiz=quiz, enrolment=enrolment, now=now)
        attempts.submit(attempt=attempt, now=now, answers=answers)
        grading.grade_attempt(attempt_id=attempt.pk, now=now)
    return Attempt.objects.earliest("number")


def test_untouched_grades_verify(graded: Attempt, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(verifying.differences()) == []
    call_command("verify_grades")
    told = capsys.readouterr().out
    assert "2 gradings and 2 grade changes verified." in told
    assert "No difference." in told


@pytest.mark.parametrize(
    ("tamper", "what"),
    [
        (lambda a: Attempt.objects.filter(pk=a.pk).update(points=0), "points of an attempt"),
        (lambda a: AttemptGrade.objects.filter(attempt=a).update(points=0), "points of a grading"),
        (lambda a: AttemptGrade.objects.filter(attempt=a).update(details={}), "details of a grading"),
        (lambda a: GradeChange.objects.filter(source=a.uuid).update(points=0), "gradebook"),
        (lambda a: GradeChange.objects.filter(source=a.uuid)._raw_delete("default"), "gradebook"),
        (lambda a: AttemptGrade.objects.filter(attempt=a)._raw_delete("default"), "gradings"),
        (lambda a: Answer.objects.filter(attempt=a).delete(), "points of a grading"),
        (lambda a: Enrolment.objects.update(progress_percent=0), "progress"),
    ],
)
def test_a_grade_that_was_tampered_with_is_named(
    graded: Attempt, tamper: Callable[[Attempt], Any], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(graded)
    assert what in {difference.what for difference in verifying.differences()}
    with pytest.raises(CommandError):
        call_command("verify_grades")
    assert what in capsys.readouterr().out
