"""Who is reminded, on which days and at what time: at most once a day, never at night, and whether the server was up or not."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as django_mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.messages import sending, switches
from accounts.models import Message, User
from common.messages.kinds import KINDS
from courses.models import Course, Enrolment
from mails import tasks
from mails.reminders import planning
from quizzes.authoring.models import Quiz
from tests.copied_rows import make_many
from tests.factories import ActivityFactory, EnrolmentFactory, QuizFactory, UserFactory
from tests.practice import cards

pytestmark = pytest.mark.django_db
SEOUL, LORD_HOWE = ZoneInfo("Asia/Seoul"), ZoneInfo("Australia/Lord_Howe")
# Ten o'clock in Seoul.
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def closing(quiz: Quiz) -> Quiz:
    """The graded quiz, which closes tomorrow at 23:59 in Seoul."""
    Quiz.objects.filter(pk=quiz.pk).update(closes_at=datetime(2026, 11, 24, 14, 59, tzinfo=UTC))
    return quiz


def days_of(user: User) -> list[str]:
    return list(Message.objects.filter(user=user, kind="reminder").order_by("about").values_list("about", flat=True))


class TestToWhom:
    def test_a_student_is_queued_once_a_day(self, enrolment: Enrolment, closing: Quiz) -> None:
        assert [planning.queue_due(now=NOW + n * HOUR) for n in range(3)] == [1, 0, 0]
        assert planning.queue_due(now=NOW + DAY) == 1
        assert days_of(enrolment.user) == ["2026-11-23", "2026-11-24"]

    def test_two_workers_at_the_same_moment_queue_one(
        self, enrolment: Enrolment, closing: Quiz, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The second one has read the table before the first one writes."""
        notify_all = sending.notify_all

        def later(name: str, *, pairs: list[tuple[date, int]], now: datetime) -> None:
            monkeypatch.setattr(sending, "notify_all", notify_all)
            planning.queue_due(now=now)
            notify_all(name, pairs=pairs, now=now)

        monkeypatch.setattr(sending, "notify_all", later)
        planning.queue_due(now=NOW)
        assert days_of(enrolment.user) == ["2026-11-23"]
        sending.send_waiting(now=NOW + MINUTE)
        assert len(django_mail.outbox) == 1

    def test_nobody_is_reminded_of_what_is_done(self, enrolment: Enrolment, closing: Quiz) -> None:
        cards.take(closing, enrolment, now=NOW - HOUR)
        assert planning.queue_due(now=NOW) == 0

    def test_what_is_not_open_yet_waits_until_it_is(self, enrolment: Enrolment, closing: Quiz) -> None:
        Quiz.objects.update(opens_at=NOW + 2 * HOUR)
        assert [planning.queue_due(now=NOW + n * HOUR) for n in range(4)] == [0, 0, 1, 0]

    def test_those_who_want_or_get_no_mails_have_no_row(self, course: Course, closing: Quiz) -> None:
        off, closed, bounced = (EnrolmentFactory(course=course).user for _ in range(3))
        switches.switch(off, KINDS["reminder"], is_on=False)
        User.objects.filter(pk=closed.pk).update(is_active=False)
        User.objects.filter(pk=bounced.pk).update(bounced_address=bounced.email)
        EnrolmentFactory(course=course, status=Enrolment.Status.WITHDRAWN)
        assert planning.queue_due(now=NOW) == 0
        assert not Message.objects.exists()

    @pytest.mark.parametrize(("hour", "queued"), [(7, 0), (8, 1), (20, 1), (21, 0), (23, 0)])
    def test_nobody_is_reminded_at_night(self, enrolment: Enrolment, closing: Quiz, hour: int, queued: int) -> None:
        at = datetime.combine(date(2026, 11, 23), time(hour), tzinfo=SEOUL)
        assert planning.queue_due(now=at.astimezone(UTC)) == queued

    def test_the_task_of_the_schedule_queues_them(self, enrolment: Enrolment, closing: Quiz) -> None:
        """At noon of a zone in which it is noon now."""
        now = timezone.now()
        offset = round(12 - now.hour - now.minute / 60)
        User.objects.update(time_zone=f"Etc/GMT{-offset:+d}")
        Quiz.objects.update(closes_at=now + 3 * HOUR)
        tasks.queue_reminders()
        assert Message.objects.filter(kind="reminder").count() == 1


def test_queries_do_not_grow_with_the_students(course: Course, closing: Quiz) -> None:
    def queries() -> int:
        """The queries but those that write: SQLite takes 70 rows in one statement."""
        Message.objects.all().delete()
        with CaptureQueriesContext(connection) as found:
            assert planning.queue_due(now=NOW) == Enrolment.objects.count()
        return len([query for query in found if not query["sql"].startswith("INSERT")])

    make_many(lambda: EnrolmentFactory(course=course), 2)
    queries()
    few = queries()
    make_many(lambda: EnrolmentFactory(course=course), 198)
    assert Enrolment.objects.count() == 200
    assert queries() == few


def test_many_students_are_looked_at_in_groups(course: Course, closing: Quiz, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the time of a run is over after each group: the next run goes on."""
    monkeypatch.setattr(planning, "TOGETHER", 2)
    for _ in range(5):
        EnrolmentFactory(course=course)
    assert [planning.queue_due(now=NOW, budget=0) for _ in range(4)] == [2, 2, 1, 0]


class TestAYear:
    """Hour by hour, with clocks that change by half an hour, and a server that is off for a day and a half each week."""

    FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    ZONES = (SEOUL, LORD_HOWE)

    @pytest.fixture
    def ends(self, course: Course) -> list[datetime]:
        """When the quizzes of the course close: every 23 days at another hour, and around both clock changes."""
        ends = [datetime(2026, 1, 5, tzinfo=UTC) + number * timedelta(days=23, hours=5) for number in range(15)]
        for day in (date(2026, 4, 5), date(2026, 10, 4)):
            ends += [datetime.combine(day, at, tzinfo=LORD_HOWE).astimezone(UTC) for at in (time(1), time(23, 59))]
        module = course.modules.get()
        for number, end in enumerate(ends):
            QuizFactory(activity=ActivityFactory(module=module, slug=f"quiz-{number}", kind="quiz"), closes_at=end)
        return ends

    def hours(self) -> Iterator[datetime]:
        now = self.FIRST
        while now < self.LAST:
            if (now - self.FIRST) % timedelta(days=7) < timedelta(days=5, hours=12):
                yield now
            now += HOUR

    def expected(self, ends: list[datetime], zone: ZoneInfo) -> dict[date, datetime]:
        """{day: the first hour by day at which the server is up and something is open that ends on it or the day after}."""
        found: dict[date, datetime] = {}
        for now in self.hours():
            local = now.astimezone(zone)
            ending = [end for end in ends if now < end and (end.astimezone(zone).date() - local.date()).days in (0, 1)]
            if ending and time(8) <= local.time() < time(21):
                found.setdefault(local.date(), now)
        return found

    def test_each_day_brings_one_mail_at_the_first_hour_that_is_allowed(
        self, course: Course, ends: list[datetime]
    ) -> None:
        users = {zone: UserFactory(time_zone=zone.key) for zone in self.ZONES}
        for user in users.values():
            EnrolmentFactory(course=course, user=user)
        sent: dict[str, list[datetime]] = {user.email: [] for user in users.values()}
        for number, now in enumerate(self.hours()):
            is_near = any(now - DAY < end < now + 3 * DAY for end in ends)
            # When no date is near, every seventh hour of the day is enough to see that nothing happens.
            if (is_near or number % 7 == 0) and planning.queue_due(now=now):
                sending.send_waiting(now=now + MINUTE)
            for mail in django_mail.outbox:
                sent[mail.to[0]].append(now)
            django_mail.outbox.clear()
        for zone, user in users.items():
            expected = self.expected(ends, zone)
            assert len(expected) > 20
            assert sent[user.email] == list(expected.values())
