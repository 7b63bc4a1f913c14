"""The rules of one quiz for one student: those of the quiz, the dates of the cohort and the override; late deductions."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.models import Activity, Cohort, Course, Enrolment
from quizzes.attempts import rules
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz, QuizDates, QuizOverride
from quizzes.taking import start, submit
from tests.factories import ActivityFactory, EnrolmentFactory, QuizFactory

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def day(number: float) -> datetime:
    return NOW + timedelta(days=number)


@pytest.fixture
def cohort(enrolment: Enrolment) -> Cohort:
    cohort: Cohort = Cohort.objects.create(course=enrolment.course, name="Spring")
    enrolment.cohort = cohort
    enrolment.save()
    return cohort


def rules_of(quiz: Quiz, enrolment: Enrolment, **changes: Any) -> rules.Rules:
    """The student's rules after the given changes to the quiz."""
    for name, value in changes.items():
        setattr(quiz, name, value)
    return rules.get_rules(quiz, enrolment)


def test_a_quiz_without_rules_is_always_open(quiz: Quiz, enrolment: Enrolment) -> None:
    found = rules_of(quiz, enrolment, attempts_allowed=None)
    assert found.attempts_allowed is None
    assert found.time_limit is None
    assert found.deadline(NOW) is None
    assert found.is_open(NOW)
    assert not found.is_past_due(NOW)


def test_a_lesson_check_has_no_limits(lesson: Activity, enrolment: Enrolment, django_assert_num_queries: Any) -> None:
    check = QuizFactory(activity=lesson, due_at=day(-1), late_rule="refuse", time_limit=5, attempts_allowed=1)
    with django_assert_num_queries(0):
        assert rules.get_rules(check, enrolment) == rules.UNLIMITED


def test_finding_the_rules_takes_one_query(
    quiz: Quiz, enrolment: Enrolment, cohort: Cohort, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        rules.get_rules(quiz, enrolment)


def test_finding_the_rules_without_a_cohort_takes_one_query(
    quiz: Quiz, enrolment: Enrolment, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        rules.get_rules(quiz, enrolment)


def test_rules_found_together_equal_those_found_one_by_one(
    course: Course, quiz: Quiz, lesson: Activity, enrolment: Enrolment, cohort: Cohort, django_assert_num_queries: Any
) -> None:
    autumn = Cohort.objects.create(course=course, name="Autumn")
    other = EnrolmentFactory(course=course, cohort=autumn)
    alone = EnrolmentFactory(course=course)
    second = QuizFactory(activity=ActivityFactory(module=quiz.activity.module, kind="quiz", code=""), due_at=day(7))
    check = QuizFactory(activity=lesson, attempts_allowed=1)
    for number, (dated, group) in enumerate([(quiz, cohort), (second, cohort), (quiz, autumn), (second, autumn)], 1):
        QuizDates.objects.create(quiz=dated, cohort=group, due_at=day(number), closes_at=day(number + 10))
    for number, (granted, student) in enumerate([(quiz, enrolment), (second, other), (quiz, alone)], 1):
        QuizOverride.objects.create(quiz=granted, enrolment=student, extra_attempts=number, reason="ill")
    pairs = [(asked, student) for asked in (quiz, second, check) for student in (enrolment, other, alone)]
    with django_assert_num_queries(2):
        found = rules.get_rules_for_all(pairs)
    assert found == {(asked.pk, student.pk): rules.get_rules(asked, student) for asked, student in pairs}
    different = {repr(one) for one in found.values()}
    assert len(different) == 7


def test_finding_the_rules_of_lesson_checks_takes_no_query(
    lesson: Activity, enrolment: Enrolment, django_assert_num_queries: Any
) -> None:
    check = QuizFactory(activity=lesson, attempts_allowed=1)
    with django_assert_num_queries(0):
        assert rules.get_rules_for_all([(check, enrolment)]) == {(check.pk, enrolment.pk): rules.UNLIMITED}
        assert rules.get_rules_for_all([]) == {}


@pytest.fixture
def dated(quiz: Quiz, enrolment: Enrolment) -> rules.Rules:
    """Rules that open on day 1, are due on day 2 and close on day 3."""
    return rules_of(quiz, enrolment, opens_at=day(1), due_at=day(2), closes_at=day(3))


@pytest.mark.parametrize(("at", "opens_later"), [(0.9, True), (1, False), (2, False), (3, False)])
def test_a_quiz_opens_later_until_its_opening(dated: rules.Rules, at: float, opens_later: bool) -> None:
    assert dated.opens_later(day(at)) is opens_later


@pytest.mark.parametrize(("at", "is_open"), [(0.9, False), (1, True), (2, True), (3, False)])
def test_a_quiz_is_open_from_its_opening_until_its_closing(dated: rules.Rules, at: float, is_open: bool) -> None:
    assert dated.is_open(day(at)) is is_open


@pytest.mark.parametrize(("at", "is_past_due"), [(0.9, False), (1, False), (2, True), (3, True)])
def test_a_quiz_is_past_due_from_its_due_date(dated: rules.Rules, at: float, is_past_due: bool) -> None:
    assert dated.is_past_due(day(at)) is is_past_due


@pytest.mark.parametrize(("at", "is_closed"), [(0.9, False), (1, False), (2, False), (3, True)])
def test_a_quiz_is_closed_from_its_closing(dated: rules.Rules, at: float, is_closed: bool) -> None:
    assert dated.is_closed(day(at)) is is_closed


def test_without_a_due_date_an_attempt_is_late_from_the_closing_date(quiz: Quiz, enrolment: Enrolment) -> None:
    assert rules_of(quiz, enrolment, closes_at=day(3)).is_past_due(day(3))


def test_dates_of_an_override_replace_those_of_the_cohort_which_replace_those_of_the_quiz(
    quiz: Quiz, enrolment: Enrolment, cohort: Cohort
) -> None:
    quiz.opens_at, quiz.due_at, quiz.closes_at = day(1), day(2), day(3)
    assert rules_of(quiz, enrolment).due_at == day(2)
    QuizDates.objects.create(quiz=quiz, cohort=cohort, due_at=day(4), closes_at=day(5))
    found = rules_of(quiz, enrolment)
    assert found.opens_at == day(1)
    assert found.due_at == day(4)
    assert found.closes_at == day(5)
    QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, opens_at=day(0), closes_at=day(9), reason="ill")
    found = rules_of(quiz, enrolment)
    assert found.opens_at == day(0)
    assert found.due_at == day(4)
    assert found.closes_at == day(9)


def test_dates_of_another_cohort_do_not_apply(quiz: Quiz, enrolment: Enrolment, cohort: Cohort) -> None:
    other = Cohort.objects.create(course=enrolment.course, name="Autumn")
    QuizDates.objects.create(quiz=quiz, cohort=other, due_at=day(4))
    assert rules_of(quiz, enrolment, due_at=day(2)).due_at == day(2)


@pytest.mark.parametrize(
    ("override", "closes"),
    [
        ({"due_at": 5}, 5),
        ({"due_at": 5, "closes_at": 4}, 4),
        ({"due_at": 2.5}, 3),
        ({"closes_at": 1.5}, 1.5),
    ],
    ids=["due after the closing", "with its own closing", "due before the closing", "closing only"],
)
def test_a_later_due_date_in_an_override_postpones_the_closing(
    quiz: Quiz, enrolment: Enrolment, override: dict[str, float], closes: float
) -> None:
    QuizOverride.objects.create(
        quiz=quiz, enrolment=enrolment, reason="ill", **{name: day(number) for name, number in override.items()}
    )
    assert rules_of(quiz, enrolment, due_at=day(2), closes_at=day(3)).closes_at == day(closes)


def test_an_override_adds_time_and_attempts(quiz: Quiz, enrolment: Enrolment) -> None:
    QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, extra_minutes=15, extra_attempts=2, reason="slow")
    found = rules_of(quiz, enrolment, attempts_allowed=1, time_limit=30)
    assert found.attempts_allowed == 3
    assert found.time_limit == timedelta(minutes=45)
    found = rules_of(quiz, enrolment, attempts_allowed=None, time_limit=None)
    assert found.attempts_allowed is None
    assert found.time_limit is None


@pytest.mark.parametrize(
    ("late_rule", "closes_at", "deduction"), [("accept", 3, 0), ("deduct", 3, 10), ("refuse", 2, 0)]
)
def test_the_late_rule_sets_closing_and_deduction(
    quiz: Quiz, enrolment: Enrolment, late_rule: str, closes_at: int, deduction: int
) -> None:
    found = rules_of(quiz, enrolment, due_at=day(2), closes_at=day(3), late_rule=late_rule)
    assert found.closes_at == day(closes_at)
    assert found.deduction == deduction


def test_a_quiz_that_refuses_late_attempts_without_a_due_date_closes_on_its_closing_date(
    quiz: Quiz, enrolment: Enrolment
) -> None:
    assert rules_of(quiz, enrolment, late_rule="refuse").closes_at is None
    assert rules_of(quiz, enrolment, late_rule="refuse", closes_at=day(3)).closes_at == day(3)


def test_the_deadline_is_the_earlier_of_time_limit_and_closing(quiz: Quiz, enrolment: Enrolment) -> None:
    found = rules_of(quiz, enrolment, time_limit=60, closes_at=day(1))
    assert found.deadline(NOW) == NOW + timedelta(hours=1)
    assert found.deadline(day(1) - timedelta(minutes=1)) == day(1)
    assert found.grace == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("due", "submitted", "percent"),
    [
        # Local times. The site is in Seoul, nine hours ahead of UTC.
        ("2026-03-02 23:59", "2026-03-02 23:59", 0),
        ("2026-03-02 12:00", "2026-03-02 12:01", 10),
        ("2026-03-02 12:00", "2026-03-02 23:59", 10),
        ("2026-03-02 12:00", "2026-03-03 23:59", 10),
        ("2026-03-02 23:59", "2026-03-03 00:00", 10),
        ("2026-03-02 23:59", "2026-03-03 23:59", 10),
        ("2026-03-02 23:59", "2026-03-04 00:00", 20),
        ("2026-03-02 08:00", "2026-03-04 09:30", 20),
        ("2026-03-02 23:59", "2026-04-02 00:00", 100),
    ],
)
def test_late_days_are_days_of_the_calendar(due: str, submitted: str, percent: int) -> None:
    due_at, at = (datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Seoul")) for text in (due, submitted))
    for zone in (UTC, ZoneInfo("America/New_York")):
        found = rules.late_deduction(
            due_at=due_at.astimezone(zone), submitted_at=at.astimezone(zone), percent_per_day=10
        )
        assert found == percent


def test_a_day_with_a_change_of_the_clock_is_one_day(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    berlin = ZoneInfo("Europe/Berlin")
    due_at, at = datetime(2026, 10, 24, 23, 30, tzinfo=berlin), datetime(2026, 10, 25, 23, 45, tzinfo=berlin)
    assert at.astimezone(UTC) - due_at.astimezone(UTC) > timedelta(days=1)
    assert rules.late_deduction(due_at=due_at, submitted_at=at, percent_per_day=10) == 10


def test_students_whose_attempts_a_closing_date_would_end_are_found(
    quiz: Quiz, enrolment: Enrolment, django_assert_num_queries: Any
) -> None:
    others = [EnrolmentFactory(course=enrolment.course, user__name=name) for name in ("Zoe", "Bob", "Carol", "Dan")]
    zoe, bob, carol, dan = (each.user for each in others)
    for student in (enrolment, *others):
        start.start(quiz=quiz, enrolment=student, now=NOW)
    later = day(1)
    assert rules.find_students_cut_off(quiz, later) == []
    # Carol's time is up already, and Dan may go on.
    Attempt.objects.filter(enrolment__user=carol).update(deadline=later)
    Attempt.objects.filter(enrolment__user=zoe).update(deadline=later + timedelta(seconds=1))
    QuizOverride.objects.create(quiz=quiz, enrolment=others[3], closes_at=day(2), reason="ill")
    quiz.closes_at = later
    with django_assert_num_queries(2):
        assert rules.find_students_cut_off(quiz, later) == [enrolment.user, bob, zoe]
    assert rules.find_students_cut_off(quiz, later - timedelta(seconds=1)) == []
    assert rules.find_students_cut_off(quiz, day(2)) == [enrolment.user, bob, dan]
    submit.submit(attempt=Attempt.objects.get(enrolment__user=bob), now=NOW)
    assert rules.find_students_cut_off(quiz, later) == [enrolment.user, zoe]


def test_without_a_due_date_nothing_is_late() -> None:
    assert rules.late_deduction(due_at=None, submitted_at=NOW, percent_per_day=10) == 0


@given(st.decimals(0, 9999, places=2), st.integers(0, 100))
def test_a_deduction_is_exact_and_rounds_down(points: Decimal, percent: int) -> None:
    left = rules.after_deduction(points, percent)
    exact = points * (100 - percent) / 100
    assert exact - Decimal("0.01") < left <= exact
    assert left == left.quantize(Decimal("0.01"))
    assert rules.after_deduction(points, 0) == points
    assert rules.after_deduction(points, 100) == 0


@pytest.mark.parametrize("minutes", [10_001, 99_999_999_999])
def test_a_time_limit_of_more_than_10000_minutes_is_refused(quiz: Quiz, minutes: int) -> None:
    quiz.time_limit = minutes
    with pytest.raises(ValidationError, match="10000"):
        quiz.full_clean()


@pytest.mark.parametrize("minutes", [10_001, 99_999_999_999])
def test_more_than_10000_extra_minutes_are_refused(quiz: Quiz, enrolment: Enrolment, minutes: int) -> None:
    override = QuizOverride(quiz=quiz, enrolment=enrolment, extra_minutes=minutes, reason="ill")
    with pytest.raises(ValidationError, match="10000"):
        override.full_clean()


# --- When the quizzes of a course are due -------------------------------------------------------------------------


def due_of(quiz: Quiz, enrolment: Enrolment) -> datetime | None:
    return rules.get_due_dates(enrolment).get(quiz.activity_id)


def test_a_quiz_without_dates_is_never_due(quiz: Quiz, enrolment: Enrolment) -> None:
    assert rules.get_due_dates(enrolment) == {}


def test_the_due_date_goes_before_the_closing(quiz: Quiz, enrolment: Enrolment) -> None:
    Quiz.objects.update(closes_at=day(4))
    assert due_of(quiz, enrolment) == day(4)
    Quiz.objects.update(due_at=day(2))
    assert due_of(quiz, enrolment) == day(2)


def test_due_dates_are_of_visible_quizzes_of_the_course(
    quiz: Quiz, lesson: Activity, enrolment: Enrolment, django_assert_num_queries: Any
) -> None:
    check, elsewhere = QuizFactory(activity=lesson), QuizFactory(activity=ActivityFactory(kind="quiz"))
    archived = QuizFactory(activity=ActivityFactory(module=lesson.module, kind="quiz", archived_at=NOW))
    assert len({quiz, check, elsewhere, archived}) == 4
    Quiz.objects.update(due_at=day(2))
    with django_assert_num_queries(1):
        assert rules.get_due_dates(enrolment) == {quiz.activity_id: day(2)}


@given(
    own=st.tuples(st.sampled_from([None, 2, 4]), st.sampled_from([None, 4, 6])),
    cohorts=st.tuples(st.sampled_from([None, 1, 3, 5]), st.sampled_from([None, 5, 7])),
    students=st.tuples(st.sampled_from([None, 1, 3, 8]), st.sampled_from([None, 8, 9])),
    late_rule=st.sampled_from(Quiz.LateRule.values),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_due_dates_are_those_of_the_rules(
    quiz: Quiz, enrolment: Enrolment, cohort: Cohort, own: Any, cohorts: Any, students: Any, late_rule: str
) -> None:
    def dates(pair: Any) -> dict[str, datetime | None]:
        return {
            name: None if number is None else day(number)
            for name, number in zip(("due_at", "closes_at"), pair, strict=True)
        }

    other = EnrolmentFactory(course=enrolment.course)
    Quiz.objects.update(late_rule=late_rule, **dates(own))
    QuizDates.objects.update_or_create(quiz=quiz, cohort=cohort, defaults=dates(cohorts))
    QuizOverride.objects.update_or_create(quiz=quiz, enrolment=enrolment, defaults=dates(students))
    quiz.refresh_from_db()
    for person in (enrolment, other):
        found = rules.get_rules(quiz, person)
        assert due_of(quiz, person) == (found.due_at or found.closes_at)
