"""`verify_grades` finds no difference in untouched grades and names every value that somebody changed."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import QuerySet
from django.utils import timezone

from courses import progress
from courses.models import Enrolment, GradeChange
from operations.verify import grades
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.authoring.versions import AnswerKey
from quizzes.grading import automatic, manual, scoring
from quizzes.grading.models import Review
from quizzes.taking import start, submit
from tests.factories import right_answers
from tests.quizzes.graded import question_of
from tests.tampering import delete_rows

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
    """Make the right choice a wrong one in an answer key, which never changes otherwise."""
    key = AnswerKey.objects.get(version=attempt.version_id)
    choice_question = str(question_of(attempt, "single_choice"))
    for choice in key.content[choice_question]["choices"]:
        choice["correct"] = not choice["correct"]
    AnswerKey.objects.filter(pk=key.pk).update(content=key.content)


def update_attempt(attempt: Attempt, **values: Any) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(**values)


def changes(attempt: Attempt) -> QuerySet[GradeChange]:
    return GradeChange.objects.filter(source=attempt.uuid)


def delete_gradings(attempt: Attempt) -> None:
    attempt.notices.all().delete()
    delete_rows(attempt.grades.all())


def add_an_ungraded_review(attempt: Attempt) -> None:
    """Add a review that would change the next grading."""
    Review.objects.create(attempt=attempt, question=question_of(attempt, "single_choice"), points=0, at=timezone.now())


def test_untouched_grades_verify(graded: Attempt, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(grades.find_differences()) == []
    call_command("verify_grades")
    output = capsys.readouterr().out
    assert "3 gradings and 3 grade changes verified." in output
    assert "No difference." in output


def case(name: str, tamper: Callable[[Attempt], Any], what: str) -> Any:
    return pytest.param(tamper, what, id=name)


@pytest.mark.parametrize(
    ("tamper", "what"),
    [
        case("points of the attempt", lambda a: update_attempt(a, points=0), "points of an attempt"),
        case("maximum of the attempt", lambda a: update_attempt(a, max_points=9), "maximum of an attempt"),
        case("status of the attempt", lambda a: update_attempt(a, status="needs_review"), "status of an attempt"),
        case("deduction of the attempt", lambda a: update_attempt(a, late_deduction=50), "points of a grading"),
        case("points of a grading", lambda a: a.grades.update(points=0), "points of a grading"),
        case("maximum of a grading", lambda a: a.grades.update(max_points=9), "maximum of a grading"),
        case("details of a grading", lambda a: a.grades.update(details={}), "details of a grading"),
        case("gradings deleted", delete_gradings, "gradings"),
        case("points in the gradebook", lambda a: changes(a).update(points=0), "gradebook"),
        case("maximum in the gradebook", lambda a: changes(a).update(max_points=9), "gradebook"),
        case("deleted in the gradebook", lambda a: delete_rows(changes(a)), "gradebook"),
        case("answers", lambda a: a.answers.update(response={"text": "?"}), "details of a grading"),
        case("answers deleted", lambda a: a.answers.all().delete(), "points of a grading"),
        case("answer key", rewrite_key, "details of a grading"),
        case("points of a review", lambda a: Review.objects.filter(attempt=a).update(points=0), "points of a grading"),
        case("review added", add_an_ungraded_review, "a review that no grading has seen"),
        case("progress", lambda a: Enrolment.objects.update(progress_percent=0), "progress"),
    ],
)
def test_a_changed_value_is_named(
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


def test_an_attempt_that_is_graded_during_the_comparison_is_compared_again(
    graded: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An instructor decides after the attempt and its gradings have been read."""
    compute_grading = scoring.compute_grading
    graded_by = [Review.objects.get().pk]
    compared_with: list[int] = []

    def decide_then_compute(attempt: Attempt, **options: Any) -> scoring.Grading:
        if attempt.pk == graded.pk and "last_review" in options:
            if not compared_with:
                decide(graded, "0.25")
                graded_by.append(Review.objects.latest("pk").pk)
            compared_with.append(options["last_review"])
        return compute_grading(attempt, **options)

    monkeypatch.setattr(scoring, "compute_grading", decide_then_compute)
    assert list(grades.find_differences()) == []
    assert compared_with == graded_by


def test_an_attempt_at_a_lesson_check_needs_no_entry_in_the_gradebook(quiz: Quiz, enrolment: Enrolment) -> None:
    quiz.activity.kind = "lesson"
    quiz.activity.save()
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    submit.submit(attempt=attempt, now=timezone.now(), answers={})
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    assert not GradeChange.objects.exists()
    assert list(grades.find_differences()) == []


def test_progress_that_an_archived_lesson_raised_is_right_when_the_lesson_is_back(graded: Attempt) -> None:
    course = graded.enrolment.course
    others = course.activities.exclude(completions__enrolment=graded.enrolment)
    for archived_at in (timezone.now(), None):
        others.filter(is_required=True).update(archived_at=archived_at)
        progress.refresh_course(course=course)
    assert Enrolment.objects.get().progress_percent == 100
    assert list(grades.find_differences()) == []
