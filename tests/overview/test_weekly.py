"""The weekly mail to staff: to whom and when, what it says, that it says what the first page says, and when it says nothing."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from accounts.audit.models import AuditEntry
from accounts.messages import sending
from accounts.models import Message, User
from common.messages.kinds import KINDS
from courses.models import Activity, ActivityCompletion, Cohort, Course, CourseRole, Enrolment
from courses.overviews import answers, mailed
from courses.overviews.answers import Answer, Figure, Question
from lms.admin_addresses import MAILED
from overview import tasks
from overview.weekly import planning
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from tests.api import api_for
from tests.copied_rows import make_many
from tests.factories import CourseFactory, CourseRoleFactory, EnrolmentFactory, UserFactory
from tests.quizzes import every_kind
from tests.quizzes.graded import graded, of_every_kind, publish

pytestmark = pytest.mark.django_db
# A Monday, half past eight in Seoul, where Ines is.
DUE = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def send(now: datetime = DUE) -> list[EmailMultiAlternatives]:
    """Queue and send what is due; return the mails."""
    django_mail.outbox.clear()
    planning.queue_due(now=now)
    sending.send_waiting(now=now + MINUTE)
    return [mail for mail in django_mail.outbox if isinstance(mail, EmailMultiAlternatives)]


def student(course: Course, *, name: str = "Quillfeather", days: int = 0, cohort: Cohort | None = None) -> Enrolment:
    """A student in the middle of the course who was here so many days ago."""
    row = EnrolmentFactory(course=course, user=UserFactory(name=name), progress_percent=50, cohort=cohort)
    Enrolment.objects.filter(pk=row.pk).update(last_seen_at=DUE - days * DAY)
    return row


def finish(enrolment: Enrolment, activity: Activity, at: datetime) -> None:
    ActivityCompletion.objects.create(enrolment=enrolment, activity=activity, content_version=1, done_at=at)


@pytest.fixture
def is_stuck(course: Course, ines: User) -> Enrolment:
    return student(course, days=9)


@pytest.fixture
def waits(quiz: Quiz, course: Course, ines: User) -> Attempt:
    """An attempt that waits for Ines since yesterday."""
    every_kind.fill(quiz)
    publish(quiz)
    attempt = graded(
        quiz, student(course, name="Hana"), of_every_kind(Attempt(version=quiz.current_version, quiz=quiz))
    )
    Attempt.objects.filter(pk=attempt.pk).update(submitted_at=DUE - DAY)
    return attempt


class TestWhen:
    def test_it_comes_once_on_monday_at_half_past_eight(self, is_stuck: Enrolment) -> None:
        hours = [DUE + n * HOUR for n in range(-30, 24 * 8)]
        sent = [now for now in hours for _mail in send(now)]
        assert sent == [DUE, DUE + 7 * DAY]
        assert list(Message.objects.order_by("about").values_list("about", flat=True)) == ["2026-W48", "2026-W49"]

    def test_each_zone_has_its_own_monday(self, is_stuck: Enrolment) -> None:
        User.objects.filter(name="Ines").update(time_zone="America/New_York")
        assert [now for now in (DUE + n * HOUR for n in range(24)) if send(now)] == [DUE + 14 * HOUR]

    def test_a_downtime_until_tuesday_is_caught_up_by_day(self, is_stuck: Enrolment) -> None:
        """At night nothing is sent, and on Wednesday nobody wants to read of Monday."""
        assert send(DUE + 13 * HOUR) == []
        assert len(send(DUE + 25 * HOUR)) == 1
        Message.objects.all().delete()
        assert send(DUE + 37 * HOUR) == []
        assert not Message.objects.exists()

    def test_the_task_of_the_schedule_queues_what_is_due(
        self, is_stuck: Enrolment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: DUE)
        tasks.queue_teaching_weeks()
        assert Message.objects.get().kind == "teaching-week"


class TestToWhom:
    def test_those_with_a_role_who_may_grade_get_it(
        self, is_stuck: Enrolment, course: Course, ada: User, oscar: User, otto: User, alice: User
    ) -> None:
        UserFactory(is_staff=True, is_superuser=True)
        former = UserFactory(is_staff=False)
        CourseRoleFactory(course=course, user=former)
        assert sorted(mail.to[0] for mail in send()) == ["ada@example.com", "ines@example.com"]

    def test_whoever_has_lost_the_role_meanwhile_gets_nothing(self, is_stuck: Enrolment) -> None:
        planning.queue_due(now=DUE)
        CourseRole.objects.all().delete()
        sending.send_waiting(now=DUE + MINUTE)
        assert django_mail.outbox == []
        assert Message.objects.get().error == KINDS["teaching-week"].nothing_left

    def test_it_can_be_switched_off_by_its_link(self, is_stuck: Enrolment, client: Client) -> None:
        [mail] = send()
        assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        url = mail.extra_headers["List-Unsubscribe"].strip("<>")
        assert client.post(url.removeprefix(settings.BAEUM_URL)).status_code == 200
        assert send(DUE + 7 * DAY) == []
        assert Message.objects.count() == 1

    def test_only_staff_have_the_switch(self, ines: User, alice: User, alice_client: Client) -> None:
        def kinds(user: User) -> list[str]:
            return [each["kind"] for each in api_for(user).get("mail-switches")["switches"]]

        assert "teaching-week" in kinds(ines)
        assert "teaching-week" not in kinds(alice)
        assert "Weekly overview of your courses" not in alice_client.get("/accounts/settings/").text
        api_for(alice).put("mail-switches/teaching-week", {"is_on": False}, expect=404)


class TestWhatItSays:
    def test_who_is_stuck_and_why_with_a_link(self, is_stuck: Enrolment) -> None:
        [mail] = send()
        assert mail.subject == "“Statistics”: 1 student is stuck"
        assert "Who is stuck?" in mail.body
        assert "- 1 of 1 student\n  Quillfeather: not here for 9 days\n  http" in mail.body
        assert "/admin/reports/statistics/stuck/" in mail.body
        html = str(mail.alternatives[0][0])
        assert "prefers-color-scheme: dark" in html
        assert "Quillfeather: not here for 9 days" in html

    def test_what_waits_and_since_when(self, waits: Attempt) -> None:
        [mail] = send()
        assert mail.subject == "“Statistics”: 1 thing waits for you"
        assert "- 1 hand-in to grade; the oldest since 22 Nov 2026, 08:30 (" in mail.body

    def test_it_says_what_the_first_page_says(self, waits: Attempt, is_stuck: Enrolment, ines: User) -> None:
        [mail] = send()
        for question in (Question.STUCK, Question.WAITS):
            figures = answers.answer(question, ines, [is_stuck.course], DUE)[is_stuck.course_id].figures
            assert figures[0].n
            assert f"- {figures[0].n} {figures[0].text}" in mail.body

    def test_a_worker_knows_the_addresses_of_all_pages(
        self, waits: Attempt, is_stuck: Enrolment, course: Course
    ) -> None:
        """It has no admin, and learns the addresses of its pages from `lms.admin_addresses`."""
        finish(is_stuck, course.activities.all()[0], DUE - DAY)
        Attempt.objects.filter(pk=waits.pk).update(status=Attempt.Status.NEEDS_ATTENTION)
        [mail] = send()
        pages = [resolve(path) for path in re.findall(r"(/admin/[^\s?]+)", str(mail.body))]
        named = {page.url_name for page in pages if page.namespace == "admin"}
        assert named == {"quizzes_attempt_changelist", "courses_course_people"}
        assert named <= MAILED.keys()

    def test_the_log_of_who_has_seen_whose_data_knows_of_it(self, is_stuck: Enrolment, ines: User) -> None:
        send()
        entry = AuditEntry.objects.get(model="courses.enrolment", subject=is_stuck.user)
        assert entry.event.actor == ines

    def test_the_week_and_the_one_before_by_cohort(self, course: Course, ines: User) -> None:
        autumn = Cohort.objects.create(course=course, name="Autumn")
        first, second, third = (student(course, cohort=cohort) for cohort in (autumn, autumn, None))
        lessons = list(course.activities.all())
        for enrolment, lesson, days in [
            (first, lessons[0], 1), (first, lessons[1], 2), (first, lessons[2], 8), (second, lessons[0], 13),
            (second, lessons[1], 15), (third, lessons[0], 0),
        ]:  # fmt: skip
            finish(enrolment, lesson, DUE - days * DAY)
        gone = student(course, cohort=autumn)
        finish(gone, lessons[0], DUE - DAY)
        Enrolment.objects.filter(pk=gone.pk).update(status=Enrolment.Status.WITHDRAWN)
        [mail] = send()
        assert mail.subject == "“Statistics”: how the week went"
        assert "- 1 of 2 students went on (the week before: 2) · Autumn" in mail.body
        assert "lessons and quizzes finished: 2 (the week before: 2)" in mail.body
        # What was finished at the very moment belongs to the next week.
        assert "of 1 student went on" not in mail.body

    def test_other_apps_add_sections(self, course: Course, ines: User, monkeypatch: pytest.MonkeyPatch) -> None:
        def source(reader: User, courses: Sequence[Course], until: datetime) -> dict[int, Answer]:
            assert (reader, list(courses), until) == (ines, [course], DUE)
            return {course.pk: Answer([Figure("asked", 2, "questions at paragraphs", "/there/")])}

        monkeypatch.setitem(mailed._sections, "asked", mailed.Section("asked", "Unanswered", source, order=5))
        [mail] = send()
        assert "Unanswered\n\n- 2 questions at paragraphs\n  http" in mail.body

    def test_without_anything_to_say_there_is_no_mail(self, course: Course, ines: User) -> None:
        student(course)
        assert send() == []
        assert Message.objects.get().status == Message.Status.SKIPPED

    def test_it_is_in_the_readers_language(self, is_stuck: Enrolment) -> None:
        User.objects.update(language="ko")
        [mail] = send()
        assert mail.subject == "‘통계’: 막힌 수강생 1명"


def test_queries_do_not_grow_with_the_staff(is_stuck: Enrolment, course: Course) -> None:
    def queries() -> int:
        Message.objects.all().delete()
        with CaptureQueriesContext(connection) as found:
            assert planning.queue_due(now=DUE) == CourseRole.objects.count()
        # SQLite takes 70 rows in one statement.
        return len([query for query in found if not query["sql"].startswith("INSERT")])

    make_many(lambda: CourseRoleFactory(course=course), 1)
    queries()
    few = queries()
    make_many(lambda: CourseRoleFactory(course=course), 198)
    assert CourseRole.objects.count() == 200
    assert queries() == few


def test_queries_of_a_mail_do_not_grow_with_courses_and_students(is_stuck: Enrolment, ines: User) -> None:
    def queries() -> int:
        for _ in range(2):
            Message.objects.all().delete()
            planning.queue_due(now=DUE)
            with CaptureQueriesContext(connection) as found:
                sending.send_waiting(now=DUE + MINUTE)
        return len(found)

    few = queries()
    for _ in range(5):
        other = CourseFactory()
        CourseRoleFactory(course=other, user=ines)
        make_many(lambda other=other: student(other, days=9), 20)  # type: ignore[misc]
    assert queries() == few
    assert django_mail.outbox[-1].subject == "6 courses: 101 students are stuck"
