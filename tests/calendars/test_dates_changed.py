"""The mail about changed dates: to whom it goes, what it says, and its file for calendar programs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from accounts.messages import sending
from accounts.models import Message, User
from calendars import changes
from common.mail.sending import absolute
from courses.models import Activity, Cohort, Course, Enrolment
from quizzes.authoring.models import Quiz, QuizDates, QuizOverride
from tests.copied_rows import make_many
from tests.factories import EnrolmentFactory
from tests.practice import cards
from tests.quizzes.admin.test_forms import page_of, send

pytestmark = pytest.mark.django_db
# Ten o'clock in Seoul.
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
CLOSING = datetime(2027, 4, 3, 14, 59, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def change(quiz: Quiz, now: datetime = NOW, **dates: datetime | None) -> int:
    """Change the dates for all, and tell of it."""
    before = changes.find_dates(quiz)
    Quiz.objects.filter(pk=quiz.pk).update(**dates)
    return changes.notify_students(quiz, before, now=now)


def mails(now: datetime = NOW + 10 * MINUTE) -> list[Any]:
    sending.send_waiting(now=now)
    return list(django_mail.outbox)


def read(mail: Any) -> Any:
    """Return the file for calendar programs, read by a library."""
    return Calendar.from_ical(mail.attachments[0][1])


def told() -> set[str]:
    return set(Message.objects.filter(kind="dates-changed").values_list("user__name", flat=True))


class TestToWhom:
    def test_whoever_changes_dates_on_the_page_tells_the_students(
        self, quiz: Quiz, enrolment: Enrolment, ines_client: Client
    ) -> None:
        assert send(ines_client, page_of(quiz)).status_code == 302
        assert told() == set()
        answer: Any = send(ines_client, page_of(quiz), closes_at_0="2027-04-03", closes_at_1="23:59")
        page = ines_client.get(answer.url, headers={"Accept-Language": "en"}).content.decode()
        assert "1 student is told the new dates." in page
        assert told() == {"Alice"}

    def test_dates_of_a_cohort_concern_the_cohort(self, quiz: Quiz, course: Course, enrolment: Enrolment) -> None:
        autumn = Cohort.objects.create(course=course, name="Autumn")
        EnrolmentFactory(course=course, cohort=autumn, user__name="Hana")
        before = changes.find_dates(quiz)
        QuizDates.objects.create(quiz=quiz, cohort=autumn, closes_at=CLOSING)
        assert changes.notify_students(quiz, before, now=NOW) == 1
        assert told() == {"Hana"}
        Message.objects.all().delete()
        change(quiz, closes_at=CLOSING + DAY)
        assert told() == {"Alice"}

    def test_a_student_with_an_exception_is_not_told(self, quiz: Quiz, enrolment: Enrolment) -> None:
        QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, closes_at=CLOSING, reason="ill")
        assert change(quiz, closes_at=CLOSING + DAY) == 0

    def test_nobody_is_told_of_a_quiz_that_nobody_sees(self, quiz: Quiz, enrolment: Enrolment) -> None:
        Activity.objects.filter(pk=quiz.activity_id).update(archived_at=NOW)
        quiz.activity.refresh_from_db()
        assert change(quiz, closes_at=CLOSING) == 0

    def test_whoever_left_is_not_told(self, quiz: Quiz, enrolment: Enrolment) -> None:
        assert change(quiz, closes_at=CLOSING) == 1
        Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)
        assert mails() == []
        assert change(quiz, closes_at=None) == 0

    def test_whoever_has_submitted_gets_no_mail(self, quiz: Quiz, enrolment: Enrolment) -> None:
        change(quiz, closes_at=CLOSING)
        cards.take(quiz, enrolment, now=NOW)
        assert mails() == []

    def test_queries_do_not_grow_with_the_students(self, quiz: Quiz, course: Course) -> None:
        def queries(closes_at: datetime) -> int:
            with CaptureQueriesContext(connection) as found:
                assert change(quiz, closes_at=closes_at) == Enrolment.objects.count()
            # SQLite takes 70 rows in one statement.
            return len([query for query in found if not query["sql"].startswith("INSERT")])

        make_many(lambda: EnrolmentFactory(course=course), 2)
        few = queries(CLOSING)
        make_many(lambda: EnrolmentFactory(course=course), 198)
        assert queries(CLOSING + DAY) == few


class TestTheMail:
    def test_it_says_the_present_dates_once(self, quiz: Quiz, enrolment: Enrolment) -> None:
        """Also when the dates were changed twice before the mail went out."""
        change(quiz, closes_at=CLOSING)
        change(quiz, now=NOW + 2 * MINUTE, closes_at=CLOSING + DAY)
        [mail] = mails(NOW + 15 * MINUTE)
        assert mail.subject == "New dates: Activity quiz"
        assert "closes: 4 April 2027 23:59" in mail.body
        assert "3 April" not in mail.body
        assert "prefers-color-scheme: dark" in str(mail.alternatives[0][0])

    @pytest.mark.parametrize("zone", ["Asia/Seoul", "Australia/Lord_Howe", "America/New_York"])
    def test_the_file_has_the_date_and_the_zone_of_the_reader(
        self, quiz: Quiz, enrolment: Enrolment, zone: str
    ) -> None:
        """On Lord Howe Island the clocks show 1:59 twice on that day. This is the first one."""
        User.objects.update(time_zone=zone)
        change(quiz, closes_at=CLOSING)
        [mail] = mails(NOW + DAY)
        [(name, _content, content_type)] = mail.attachments
        assert (name, content_type) == ("baeum.ics", "text/calendar")
        calendar = read(mail)
        [event] = calendar.events
        assert event.errors == []
        assert event.start.astimezone(UTC) == CLOSING
        assert str(event["UID"]) == f"{quiz.activity.uuid}-closes"
        assert str(event["URL"]) == absolute(quiz.activity.get_absolute_url())
        [defined] = calendar.walk("VTIMEZONE")
        assert event["DTSTART"].params["TZID"] == defined["TZID"] == zone
        # By the definition in the file alone.
        assert event.start.replace(tzinfo=defined.to_tz()).astimezone(UTC) == CLOSING

    def test_the_second_of_two_equal_times_is_not_taken_for_the_first(self, quiz: Quiz, enrolment: Enrolment) -> None:
        User.objects.update(time_zone="Australia/Lord_Howe")
        change(quiz, closes_at=CLOSING + 30 * MINUTE)
        [mail] = mails(NOW + DAY)
        [event] = read(mail).events
        assert event.start.astimezone(UTC) == CLOSING + 30 * MINUTE

    def test_a_later_file_replaces_the_one_before(self, quiz: Quiz, enrolment: Enrolment) -> None:
        for days in (0, 1):
            change(quiz, now=NOW + days * DAY, closes_at=CLOSING + days * DAY)
            mails(NOW + days * DAY + 10 * MINUTE)
        first, second = (read(mail).events[0] for mail in django_mail.outbox)
        assert first["UID"] == second["UID"]
        assert first["SEQUENCE"] < second["SEQUENCE"]

    def test_the_file_arrives_whole(self, quiz: Quiz, enrolment: Enrolment) -> None:
        """As a part of the message beside its text, with Korean letters."""
        User.objects.update(language="ko")
        change(quiz, closes_at=CLOSING)
        [mail] = mails()
        message = mail.message()
        assert message.get_content_type() == "multipart/mixed"
        [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
        assert "활동 quiz" in part.get_payload(decode=True).decode(part.get_content_charset())

    def test_the_bell_says_it_too(self, quiz: Quiz, enrolment: Enrolment, alice_client: Client) -> None:
        change(quiz, closes_at=CLOSING)
        page = alice_client.get("/notifications/", headers={"Accept-Language": "en"}).content.decode()
        assert "Activity quiz has new dates (closes: 3 April 2027 23:59)" in page
