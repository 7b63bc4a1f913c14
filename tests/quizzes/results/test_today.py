"""What the start page says about quizzes: what is due, and the last result."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.models import Cohort, Course, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz, QuizDates
from quizzes.results import today
from quizzes.results.quiz_states import get_quiz_states
from quizzes.taking import start
from tests.quizzes.graded import choosing, graded

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def due_on(quiz: Quiz, at: datetime, **fields: object) -> None:
    Quiz.objects.filter(pk=quiz.pk).update(due_at=at, **fields)


def find_due(enrolment: Enrolment) -> list[today.DueQuiz]:
    states = get_quiz_states(enrolment.user, {enrolment.pk: enrolment}, NOW)
    return today.find_due(states, NOW)


@pytest.mark.parametrize(("after", "is_shown"), [(-DAY, True), (DAY, True), (14 * DAY, True), (15 * DAY, False)])
def test_a_quiz_is_named_two_weeks_before_it_is_due_and_while_it_is_late(
    enrolment: Enrolment, quiz: Quiz, after: timedelta, *, is_shown: bool
) -> None:
    due_on(quiz, NOW + after)
    found = find_due(enrolment)
    assert [(item.activity.pk, item.at, item.is_late) for item in found] == (
        [(quiz.activity_id, NOW + after, after < timedelta())] if is_shown else []
    )


def test_a_quiz_that_was_submitted_is_not_due_and_one_in_progress_is(enrolment: Enrolment, quiz: Quiz) -> None:
    due_on(quiz, NOW + DAY)
    start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    assert len(find_due(enrolment)) == 1
    Attempt.objects.update(status=Attempt.Status.SUBMITTED, submitted_at=NOW)
    assert find_due(enrolment) == []


def test_a_quiz_that_cannot_be_taken_now_is_not_due(enrolment: Enrolment, quiz: Quiz) -> None:
    due_on(quiz, NOW + DAY, opens_at=NOW + timedelta(hours=1))
    assert find_due(enrolment) == []
    due_on(quiz, NOW - DAY, opens_at=None, late_rule=Quiz.LateRule.REFUSE)
    assert find_due(enrolment) == []


def test_the_date_of_the_students_cohort_is_the_one_named(enrolment: Enrolment, quiz: Quiz, course: Course) -> None:
    enrolment.cohort = Cohort.objects.create(course=course, name="Spring")
    enrolment.save()
    due_on(quiz, NOW + DAY)
    QuizDates.objects.create(quiz=quiz, cohort=enrolment.cohort, due_at=NOW + 3 * DAY)
    assert [item.at for item in find_due(enrolment)] == [NOW + 3 * DAY]


def test_days_are_counted_by_midnights_of_the_students_time_zone(enrolment: Enrolment, quiz: Quiz) -> None:
    due_on(quiz, datetime(2026, 3, 2, 16, 0, tzinfo=UTC))
    with timezone.override("Asia/Seoul"):
        # In Seoul it is 18:00 on the 2nd, and 01:00 on the 3rd.
        assert [item.days for item in find_due(enrolment)] == [1]
    with timezone.override("Europe/Berlin"):
        assert [item.days for item in find_due(enrolment)] == [0]


def test_the_page_names_what_is_due_and_the_last_result(alice_client: Client, enrolment: Enrolment, quiz: Quiz) -> None:
    page = alice_client.get("/courses/").text
    assert "Due" not in page
    assert "Your last result" not in page
    graded(quiz, enrolment)
    attempt = graded(quiz, enrolment, choosing(quiz, 1), now=NOW + DAY)
    page = alice_client.get("/courses/").text
    assert f"/attempts/{attempt.uuid}/result/" in page
    assert f"<b>{attempt.percent}%</b>" in page

    Attempt.objects.all().delete()
    due_on(quiz, timezone.now() + timedelta(minutes=1))
    page = alice_client.get("/courses/").text
    assert 'id="due"' in page
    assert f"/quizzes/{quiz.activity.slug}/" in page


def test_nothing_of_another_students_results_is_named(
    bob: User, bob_client: Client, enrolment: Enrolment, quiz: Quiz, course: Course
) -> None:
    Enrolment.objects.create(user=bob, course=course)
    graded(quiz, enrolment)
    assert "Your last result" not in bob_client.get("/courses/").text
