"""What is stored is what the answers and the ledger say, and a grade that somebody tampered with is found."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from courses import progress
from courses.models import Enrolment, GradeChange
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import Quiz
from quizzes.authoring.versions import AnswerKey
from quizzes.grading import automatic, manual
from quizzes.grading.models import AttemptGrade, Review
from quizzes.taking import start, submit
from quizzes.verify import grades
from tests.factories import right_answers
from tests.quizzes.graded import question_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def graded(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    now = timezone.now()
    progress.mark_done(enrolment=enrolment, activity=enrolment.course.activities.get(slug="lesson-1"), now=now)
    for answers in (right_answers(quiz), {}):
        attempt = start.start(quiz=quiz, enrolment=enrolment, now=now)
        submit.submit(attempt=attempt, now=now, answers=answers)
        automatic.grade_attempt(attempt_id=attempt.pk, now=now)
    first = Attempt.objects.select_related("quiz__activity", "version", "enrolment").earliest("number")
    decide(first, "0.5")
    return first


def decide(attempt: Attempt, points: str) -> None:
    question = question_of(attempt, "short_answer")
    manual.record_reviews(
        attempt=attempt,
        decisions={question: manual.Decision(Decimal(points), {}, "")},
        reviewer=attempt.enrolment.user,
        now=timezone.now(),
    )


def rewrite_key(attempt: Attempt) -> None:
    """The right choice becomes a wrong one, in the key that is never to change."""
    key = AnswerKey.objects.get(version=attempt.version_id)
    choice_question = str(question_of(attempt, "single_choice"))
    for choice in key.content[choice_question]["choices"]:
        choice["correct"] = not choice["correct"]
    AnswerKey.objects.filter(pk=key.pk).update(content=key.content)


def slip_in_a_review(attempt: Attempt) -> None:
    """A row that would change the next grading, whenever that is."""
    Review.objects.create(attempt=attempt, question=question_of(attempt, "single_choice"), points=0, at=timezone.now())


def test_untouched_grades_verify(graded: Attempt, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(grades.find_differences()) == []
    call_command("verify_grades")
    told = capsys.readouterr().out
    assert "3 gradings and 3 grade changes verified." in told
    assert "No difference." in told


@pytest.mark.parametrize(
    ("tamper", "what"),
    [
        (lambda a: Attempt.objects.filter(pk=a.pk).update(points=0), "points of an attempt"),
        (lambda a: AttemptGrade.objects.filter(attempt=a).update(points=0), "points of a grading"),
        (lambda a: AttemptGrade.objects.filter(attempt=a).update(details={}), "details of a grading"),
        (lambda a: GradeChange.objects.filter(source=a.uuid).update(points=0), "gradebook"),
        (lambda a: GradeChange.objects.filter(source=a.uuid)._raw_delete("default"), "gradebook"),
        (lambda a: (a.notices.all().delete(), a.grades.all()._raw_delete("default")), "gradings"),
        (lambda a: Answer.objects.filter(attempt=a).delete(), "points of a grading"),
        (lambda a: Enrolment.objects.update(progress_percent=0), "progress"),
        (lambda a: Answer.objects.filter(attempt=a).update(response={"text": "?"}), "details of a grading"),
        (lambda a: Attempt.objects.filter(pk=a.pk).update(max_points=9), "maximum of an attempt"),
        (lambda a: Attempt.objects.filter(pk=a.pk).update(status="needs_review"), "status of an attempt"),
        (lambda a: Attempt.objects.filter(pk=a.pk).update(late_deduction=50), "points of a grading"),
        (lambda a: AttemptGrade.objects.filter(attempt=a).update(max_points=9), "maximum of a grading"),
        (rewrite_key, "details of a grading"),
        (lambda a: GradeChange.objects.filter(source=a.uuid).update(max_points=9), "gradebook"),
        (lambda a: Review.objects.filter(attempt=a).update(points=0), "points of a grading"),
        (slip_in_a_review, "a review that no grading has seen"),
    ],
)
def test_a_grade_that_was_tampered_with_is_named(
    graded: Attempt, tamper: Callable[[Attempt], Any], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(graded)
    assert what in {difference.what for difference in grades.find_differences()}
    with pytest.raises(CommandError):
        call_command("verify_grades")
    assert what in capsys.readouterr().out


def test_a_later_review_that_changes_nothing_is_no_difference(graded: Attempt) -> None:
    decide(graded, "0.50")
    Review.objects.create(
        attempt=graded,
        question=question_of(graded, "short_answer"),
        points=Decimal("0.5"),
        comment="!",
        at=timezone.now(),
    )
    assert list(grades.find_differences()) == []


def test_whoever_is_graded_while_we_look_is_looked_at_again(graded: Attempt, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading the attempt and its gradings somebody decides: no difference, only another moment."""
    real = grades._of_attempt
    looks: list[int] = []

    def meanwhile(attempt: Attempt) -> Any:
        if not looks:
            decide(graded, "0.25")
        looks.append(attempt.pk)
        return real(attempt)

    monkeypatch.setattr(grades, "_of_attempt", meanwhile)
    assert list(grades.find_differences()) == []
    assert looks.count(graded.pk) == 2


def test_practice_has_no_ledger(quiz: Quiz, enrolment: Enrolment) -> None:
    quiz.activity.kind = "lesson"
    quiz.activity.save()
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    submit.submit(attempt=attempt, now=timezone.now(), answers={})
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    assert not GradeChange.objects.exists()
    assert list(grades.find_differences()) == []
