"""What a step is, and where a student stands."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from courses import progress
from courses.models import Activity, Enrolment
from courses.summaries.sections import Times, with_rows
from goals.steps import answers_of, find_steps, steps_of
from goals.weeks import GoalWeek, find_goal_week
from practice.models import PracticeAnswer
from quizzes.taking import start
from tests.goals.conftest import MONDAY
from tests.practice.cards import DAY, TUESDAY, another_check, answer, right_answer, take, today_of

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)


def count(enrolment: Enrolment, now: datetime = TUESDAY) -> int:
    return sum(step.count for step in find_steps([enrolment.pk], now - YEAR, now + DAY))


def week_of(user: User, enrolment: Enrolment, now: datetime) -> GoalWeek:
    return find_goal_week(user, [enrolment.pk], now)


def test_lessons_and_answers_are_steps(enrolment: Enrolment, alice: User, lesson_done: Enrolment) -> None:
    assert count(enrolment) == 1
    check = another_check(enrolment)
    open_attempt = start.start(quiz=another_check(enrolment), enrolment=enrolment, now=MONDAY)
    attempt = take(check, enrolment)
    answered = attempt.answers.count()
    assert answered > 1
    assert open_attempt.submitted_at is None
    assert count(enrolment) == 1 + answered
    card = today_of(alice).cards[0]
    assert PracticeAnswer.objects.exists()
    assert count(enrolment) == 1 + answered, "the mistakes that made the cards are answers of the attempt"
    answer(alice, card, right_answer(card))
    assert count(enrolment) == 1 + answered + 1
    [read] = with_rows(Enrolment.objects.filter(pk=enrolment.pk), Times(TUESDAY, MONDAY, TUESDAY + DAY))
    assert len(answers_of(read)) == answered + 1
    assert len(steps_of(read)) == count(enrolment)


def test_a_lesson_that_is_taken_back_is_no_step(enrolment: Enrolment, lesson: Activity, lesson_done: Enrolment) -> None:
    progress.mark_undone(enrolment=enrolment, activity=lesson, now=MONDAY)
    assert count(enrolment) == 0


def test_steps_of_other_enrolments_and_times_are_not_found(lesson_done: Enrolment) -> None:
    assert find_steps([], MONDAY - YEAR, MONDAY + YEAR) == []
    assert find_steps([lesson_done.pk], MONDAY + timedelta(seconds=1), MONDAY + YEAR) == []
    assert find_steps([lesson_done.pk], MONDAY - YEAR, MONDAY) == []
    assert len(find_steps([lesson_done.pk], MONDAY, MONDAY + timedelta(seconds=1))) == 1


def test_days_and_weeks_are_those_of_the_students_own_calendar(
    enrolment: Enrolment, alice: User, lesson: Activity
) -> None:
    # Sunday evening in Seoul, and Sunday morning in New York.
    sunday = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
    progress.mark_done(enrolment=enrolment, activity=lesson, now=sunday)
    an_hour_later = sunday + timedelta(hours=1)
    in_seoul = week_of(alice, enrolment, an_hour_later)
    assert (in_seoul.week_start.isoformat(), in_seoul.steps, in_seoul.streak.days) == ("2026-11-23", 0, 1)
    alice.time_zone = "America/New_York"
    in_new_york = week_of(alice, enrolment, an_hour_later)
    assert (in_new_york.week_start.isoformat(), in_new_york.steps) == ("2026-11-16", 1)


@pytest.mark.parametrize(("goal", "is_reached"), [(0, False), (1, True), (5, False)])
def test_a_goal_is_reached_by_as_many_steps(alice: User, lesson_done: Enrolment, goal: int, is_reached: bool) -> None:
    alice.weekly_goal = goal
    found = week_of(alice, lesson_done, MONDAY)
    assert (found.is_reached, found.shown) == (is_reached, min(goal, 1))
