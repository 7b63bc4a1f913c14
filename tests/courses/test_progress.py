"""Progress: marking activities as done, undoing that, and changes of the outline."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from courses import progress
from courses.models import Activity, Course, Enrolment, Module, ProgressEvent
from tests.factories import ActivityFactory

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_marking_an_activity_as_done_is_idempotent(enrolment: Enrolment, lesson: Activity) -> None:
    for _ in range(2):
        after = progress.mark_done(enrolment=enrolment, activity=lesson, now=NOW)
        assert after.progress_percent == 33
    event = ProgressEvent.objects.get()
    assert event.kind == "done"
    assert event.percent == 33
    assert event.content_version == 1


def test_undoing_adds_an_event_and_lowers_the_progress(enrolment: Enrolment, lesson: Activity) -> None:
    progress.mark_done(enrolment=enrolment, activity=lesson, now=NOW)
    for _ in range(2):
        assert progress.mark_undone(enrolment=enrolment, activity=lesson, now=NOW).progress_percent == 0
    assert [event.kind for event in ProgressEvent.objects.all()] == ["done", "undone"]


def test_progress_is_100_if_all_activities_are_done(enrolment: Enrolment, course: Course) -> None:
    for activity in course.activities.all():
        progress.mark_done(enrolment=enrolment, activity=activity, now=NOW)
    enrolment.refresh_from_db()
    assert enrolment.progress_percent == 100


def test_optional_activities_do_not_count_towards_progress(enrolment: Enrolment, module: Module) -> None:
    extra = ActivityFactory(module=module, is_required=False)
    assert progress.mark_done(enrolment=enrolment, activity=extra, now=NOW).progress_percent == 0


def test_a_lesson_added_later_does_not_lower_progress(enrolment: Enrolment, course: Course, module: Module) -> None:
    for activity in course.activities.all():
        progress.mark_done(enrolment=enrolment, activity=activity, now=NOW)
    added = ActivityFactory(module=module)
    progress.refresh_course(course=course)
    enrolment.refresh_from_db()
    assert enrolment.progress_percent == 100
    assert progress.mark_done(enrolment=enrolment, activity=added, now=NOW).progress_percent == 100


def test_archiving_an_undone_lesson_raises_progress(enrolment: Enrolment, course: Course, lesson: Activity) -> None:
    progress.mark_done(enrolment=enrolment, activity=lesson, now=NOW)
    course.activities.filter(slug="lesson-2").update(archived_at=NOW)
    progress.refresh_course(course=course)
    enrolment.refresh_from_db()
    assert enrolment.progress_percent == 50 == progress.compute_percent(enrolment)


def test_progress_is_0_in_a_course_without_activities(enrolment: Enrolment, course: Course) -> None:
    course.activities.update(archived_at=NOW)
    progress.refresh_course(course=course)
    assert progress.compute_percent(enrolment) == 0


def test_a_visit_is_written_if_the_activity_changes_or_five_minutes_have_passed(
    enrolment: Enrolment, lesson: Activity, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        progress.record_visit(enrolment=enrolment, activity=lesson, now=NOW)
    enrolment.refresh_from_db()
    assert enrolment.last_activity == lesson
    assert enrolment.last_seen_at == NOW
    with django_assert_num_queries(0):
        progress.record_visit(enrolment=enrolment, activity=lesson, now=NOW + timedelta(minutes=4))
    with django_assert_num_queries(1):
        progress.record_visit(enrolment=enrolment, activity=lesson, now=NOW + timedelta(minutes=5))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(["done", "undone", "add", "archive", "restore"]), st.integers(0, 5))))
def test_progress_stays_within_0_and_100_and_only_undoing_lowers_it(
    enrolment: Enrolment, module: Module, steps: list[tuple[str, int]]
) -> None:
    """For random actions of students and authors. The recomputed progress never exceeds the stored one."""
    for step, number in steps:
        activities = list(Activity.objects.filter(course=module.course).order_by("id"))
        activity = activities[number % len(activities)]
        before = Enrolment.objects.get(pk=enrolment.pk).progress_percent
        if step == "add":
            ActivityFactory(module=module)
        elif step == "archive":
            Activity.objects.filter(pk=activity.pk).update(archived_at=NOW)
        elif step == "restore":
            Activity.objects.filter(pk=activity.pk).update(archived_at=None)
        elif step == "done":
            progress.mark_done(enrolment=enrolment, activity=activity, now=NOW)
        else:
            progress.mark_undone(enrolment=enrolment, activity=activity, now=NOW)
        progress.refresh_course(course=module.course)
        after = Enrolment.objects.get(pk=enrolment.pk).progress_percent
        assert 0 <= after <= 100
        assert after >= before or step == "undone"
        assert progress.compute_percent(enrolment) <= after
