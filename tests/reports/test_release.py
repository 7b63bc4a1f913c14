"""Instructors hold grades back and release them: at once or by a date, each student is told once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.models import Message
from certificates import issuing
from courses.models import Course, Enrolment, GradeItem
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import notices, revisions
from quizzes.grading.models import GradeNotice
from reports import students, tasks
from reports.models import CompletionRule
from reports.release import holding
from tests.factories import EnrolmentFactory
from tests.quizzes.graded import graded

pytestmark = pytest.mark.django_db
PAGE = "/admin/reports/statistics/gradebook/release/"


@pytest.fixture
def item(quiz: Quiz) -> GradeItem:
    return GradeItem.objects.get(activity=quiz.activity)


def hold(item: GradeItem, **more: Any) -> None:
    holding.hold(item=item, **{"release_at": None, "is_confirmed": False, "now": timezone.now(), **more})


def told(enrolment: Enrolment) -> int:
    return Message.objects.filter(user=enrolment.user, kind=revisions.READY_KIND).count()


def test_each_student_is_told_once_whoever_releases_and_how_often(
    quiz: Quiz, item: GradeItem, enrolment: Enrolment
) -> None:
    hold(item)
    graded(quiz, enrolment)
    graded(quiz, enrolment, {})
    left = EnrolmentFactory(course=enrolment.course)
    graded(quiz, left)
    Enrolment.objects.filter(pk=left.pk).update(status=Enrolment.Status.WITHDRAWN)
    assert told(enrolment) == 0
    now = timezone.now()
    assert [holding.release(item=item, now=now) for _ in range(2)] == [True, False]
    hold(item, is_confirmed=True)
    assert holding.release(item=item, now=now)
    assert (told(enrolment), told(left)) == (1, 0)


def test_the_number_of_queries_of_a_release_does_not_grow(quiz: Quiz, item: GradeItem, course: Course) -> None:
    def queries(students: int) -> int:
        hold(item, is_confirmed=True)
        for _number in range(students):
            graded(quiz, EnrolmentFactory(course=course))
        with CaptureQueriesContext(connection) as captured:
            assert holding.release(item=item, now=timezone.now())
        return len(captured)

    # The first release tells of no corrections: nobody knows a result before.
    queries(1)
    assert queries(2) == queries(20)


def test_a_date_releases_by_itself(quiz: Quiz, item: GradeItem, enrolment: Enrolment) -> None:
    now = timezone.now()
    hold(item, release_at=now + timedelta(hours=1))
    graded(quiz, enrolment)
    assert holding.release_due(now=now) == 0
    assert holding.release_due(now=now + timedelta(hours=1)) == 1
    item.refresh_from_db()
    assert (item.is_held, item.release_at, told(enrolment)) == (False, None, 1)
    tasks.release_due_grades()


def test_seen_grades_are_held_back_only_with_a_confirmation(quiz: Quiz, item: GradeItem, enrolment: Enrolment) -> None:
    graded(quiz, enrolment)
    with pytest.raises(holding.GradesSeen):
        hold(item)
    hold(item, is_confirmed=True)
    with pytest.raises(holding.ReleasePassed):
        hold(item, release_at=timezone.now() - timedelta(minutes=1))


def test_a_correction_and_a_first_grade_by_a_person_are_not_told_while_held(
    quiz: Quiz, item: GradeItem, enrolment: Enrolment
) -> None:
    attempt = graded(quiz, enrolment)
    hold(item, is_confirmed=True)
    Attempt.objects.filter(pk=attempt.pk).update(late_deduction=50)
    revisions.regrade_attempt(attempt=attempt, now=timezone.now())
    assert not Message.objects.filter(user=enrolment.user).exists()


def test_a_correction_of_a_known_result_is_told_on_release(quiz: Quiz, item: GradeItem, enrolment: Enrolment) -> None:
    attempt = graded(quiz, enrolment)
    now = timezone.now()
    hold(item, is_confirmed=True)
    holding.release(item=item, now=now)
    hold(item, is_confirmed=True)
    Attempt.objects.filter(pk=attempt.pk).update(late_deduction=50)
    revisions.regrade_attempt(attempt=attempt, now=now)
    notice = GradeNotice.objects.get(attempt=attempt)
    assert notices.send_waiting(now=now) == 0
    notice.refresh_from_db()
    assert notice.status == GradeNotice.Status.SKIPPED
    for _time in range(2):
        holding.release(item=item, now=now)
        hold(item, is_confirmed=True)
    assert Message.objects.filter(user=enrolment.user, kind=revisions.NOTICE_KIND).count() == 1
    notice.refresh_from_db()
    assert notice.status == GradeNotice.Status.QUEUED


def test_grades_of_a_student_who_left_are_held_back_with_a_confirmation(
    quiz: Quiz, item: GradeItem, enrolment: Enrolment, ines_client: Client
) -> None:
    graded(quiz, enrolment)
    Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)
    assert f"{item.pk}-sure" in ines_client.get(PAGE).text
    answer = ines_client.post(PAGE, {"item": str(item.pk), "action": "hold", f"{item.pk}-sure": "on"})
    assert answer.status_code == 302


def test_a_certificate_waits_for_grades_that_are_held_back(quiz: Quiz, item: GradeItem, enrolment: Enrolment) -> None:
    graded(quiz, enrolment)
    CompletionRule.objects.create(course=enrolment.course, progress=0, grade=60, hand_ins=0)
    hold(item, is_confirmed=True)
    now = timezone.now()
    with pytest.raises(issuing.NotCompleted):
        issuing.issue(enrolment=enrolment, name="Alice", now=now)
    assert issuing.get_report(enrolment).grade is None
    holding.release(item=item, now=now)
    certificate = issuing.issue(enrolment=enrolment, name="Alice", now=now)
    hold(item, is_confirmed=True)
    assert issuing.get_state(certificate) == issuing.State.VALID


def test_staff_see_held_grades_with_a_sign(
    quiz: Quiz, item: GradeItem, enrolment: Enrolment, ines_client: Client
) -> None:
    graded(quiz, enrolment)
    hold(item, is_confirmed=True)
    gradebook = ines_client.get("/admin/reports/statistics/gradebook/", headers={"Accept-Language": "en"}).text
    assert "100%" in gradebook
    assert f"Held back from students: {quiz.activity}" in gradebook
    items = list(GradeItem.objects.filter(pk=item.pk))
    assert students.get_reports(items, [enrolment], enrolment.course)[0].grade == 100
    assert "100%" in ines_client.get(f"/admin/reports/statistics/gradebook/{enrolment.uuid}/").text


def test_an_instructor_holds_back_and_releases_on_the_page(
    quiz: Quiz, item: GradeItem, enrolment: Enrolment, ines_client: Client
) -> None:
    graded(quiz, enrolment)
    form = {"item": str(item.pk), "action": "hold"}
    refused = ines_client.post(PAGE, form, headers={"Accept-Language": "en"})
    assert refused.status_code == 400
    assert "Students may have seen these grades" in refused.text
    assert ines_client.post(PAGE, {**form, f"{item.pk}-sure": "on"}).status_code == 302
    item.refresh_from_db()
    assert item.is_held
    events = AuditEvent.objects.filter(action=AuditEvent.Action.CHANGE, address=PAGE)
    assert events.count() == 1
    assert ines_client.post(PAGE, {**form, "action": "release"}).status_code == 302
    assert ines_client.post(PAGE, {**form, "action": "release"}).status_code == 302
    assert told(enrolment) == 1
    assert events.count() >= 2


@pytest.mark.parametrize("date", ["x", "\0", "9" * 10_000, "1999-01-01T00:00", "2026-99-99T00:00"])
def test_a_wrong_date_gets_a_clear_answer(item: GradeItem, ines_client: Client, date: str) -> None:
    answer = ines_client.post(PAGE, {"item": str(item.pk), "action": "hold", f"{item.pk}-release_at": date})
    assert answer.status_code == 400
    item.refresh_from_db()
    assert not item.is_held


@pytest.mark.parametrize("wrong", ["", "\0", "999999", "x" * 10_000])
def test_an_unknown_activity_changes_nothing(item: GradeItem, ines_client: Client, course: Course, wrong: str) -> None:
    assert ines_client.post(PAGE, {"item": wrong, "action": "hold"}).status_code == 400
    assert not GradeItem.objects.filter(is_held=True).exists()
