"""The mail about changed dates: to whom it goes, what it says, and its file for calendar programs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from accounts.messages import sending
from accounts.models import Message, User
from calendars import changes
from common.mail.sending import absolute
from courses import extensions
from courses.models import Activity, Cohort, Course, Enrolment
from quizzes.authoring.models import Quiz, QuizDates, QuizOverride
from rosters import jobs
from tests.copied_rows import make_many
from tests.factories import EnrolmentFactory
from tests.practice import cards
from tests.quizzes.admin.test_forms import page_of, send
from tests.rosters.steps import imported, run

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


class TestAnotherCohort:
    @pytest.fixture
    def spring(self, course: Course, quiz: Quiz) -> Cohort:
        """A cohort for which the quiz closes later than for all."""
        found = Cohort.objects.create(course=course, name="Spring")
        QuizDates.objects.create(quiz=quiz, cohort=found, closes_at=CLOSING)
        return found

    def move(self, enrolments: list[Enrolment], cohort: Cohort | None) -> None:
        pks = [each.pk for each in enrolments]
        with extensions.moving(enrolments[0].course_id, pks, NOW):
            Enrolment.objects.filter(pk__in=pks).update(cohort=cohort)

    def test_whoever_gets_other_dates_there_is_told(
        self, spring: Cohort, enrolment: Enrolment, ines_client: Client
    ) -> None:
        """On the page of the enrolment."""
        address = f"/admin/courses/enrolment/{enrolment.pk}/change/"
        assert ines_client.post(address, {"cohort": spring.pk, "status": "active"}).status_code == 302
        enrolment.refresh_from_db()
        assert enrolment.cohort == spring
        assert told() == {"Alice"}

    def test_the_mail_has_the_dates_of_the_new_cohort(self, spring: Cohort, enrolment: Enrolment) -> None:
        self.move([enrolment], spring)
        [mail] = mails()
        assert "closes: 3 April 2027 23:59" in mail.body

    def test_a_roster_tells_them_too_and_not_those_who_are_new(
        self, spring: Cohort, enrolment: Enrolment, ines: User
    ) -> None:
        assert enrolment.user.email == "alice@example.com"
        job = imported(enrolment.course, "email,cohort\nalice@example.com,Spring\nnew@example.com,Spring\n")
        assert set(Message.objects.filter(kind="dates-changed").values_list("user__email", flat=True)) == {
            "alice@example.com"
        }
        Message.objects.all().delete()
        jobs.undo(job=job, now=timezone.now())
        assert run(job).status == "undone"
        assert told() == {"Alice"}

    def test_the_same_dates_are_no_message(self, spring: Cohort, course: Course, enrolment: Enrolment) -> None:
        autumn = Cohort.objects.create(course=course, name="Autumn")
        self.move([enrolment], autumn)
        QuizDates.objects.create(quiz=Quiz.objects.get(), cohort=autumn, closes_at=CLOSING)
        self.move([enrolment], spring)
        assert told() == set()

    def test_a_date_of_their_own_stays(self, spring: Cohort, quiz: Quiz, enrolment: Enrolment) -> None:
        QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, closes_at=CLOSING + DAY, reason="ill")
        self.move([enrolment], spring)
        assert told() == set()

    def test_nobody_is_told_of_a_hidden_quiz_or_after_leaving(
        self, spring: Cohort, course: Course, quiz: Quiz, enrolment: Enrolment
    ) -> None:
        gone = EnrolmentFactory(course=course, status=Enrolment.Status.WITHDRAWN)
        self.move([gone], spring)
        Activity.objects.filter(pk=quiz.activity_id).update(archived_at=NOW)
        self.move([enrolment], spring)
        assert told() == set()

    def test_queries_do_not_grow_with_the_students(self, spring: Cohort, course: Course) -> None:
        def queries(cohort: Cohort | None) -> int:
            students = list(Enrolment.objects.all())
            with CaptureQueriesContext(connection) as found:
                self.move(students, cohort)
            # SQLite takes 70 rows in one statement.
            return len([query for query in found if not query["sql"].startswith("INSERT")])

        make_many(lambda: EnrolmentFactory(course=course), 2)
        few = queries(spring)
        make_many(lambda: EnrolmentFactory(course=course, cohort=spring), 198)
        assert queries(None) == few


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
