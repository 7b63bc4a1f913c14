"""To whom a weekly summary is due, and when: Monday at eight in the student's time zone."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from celery import current_app
from django.core import mail as django_mail
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from courses.models import Course, Enrolment, SummaryDelivery
from courses.summaries import deliveries
from tests.factories import EnrolmentFactory, UserFactory

SEOUL = ZoneInfo("Asia/Seoul")
# A Monday: 2026-W48 begins.
MONDAY_8 = datetime(2026, 11, 23, 8, 0, tzinfo=SEOUL).astimezone(UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def delivery(enrolment: Enrolment) -> SummaryDelivery:
    """Alice's summary of 2026-W48, queued and due."""
    [pk] = deliveries.queue_due(now=MONDAY_8)
    return SummaryDelivery.objects.get(pk=pk)


class TestWhen:
    @pytest.mark.parametrize(
        ("zone", "week", "utc"),
        [
            ("Asia/Seoul", (2026, 48), "2026-11-22T23:00"),
            ("America/New_York", (2026, 10), "2026-03-02T13:00"),  # the Monday before the clocks go forward
            ("America/New_York", (2026, 11), "2026-03-09T12:00"),
            ("America/New_York", (2026, 44), "2026-10-26T12:00"),
            ("America/New_York", (2026, 45), "2026-11-02T13:00"),
            ("Europe/Berlin", (2026, 13), "2026-03-23T07:00"),
            ("Europe/Berlin", (2026, 14), "2026-03-30T06:00"),
            ("Europe/Berlin", (2026, 43), "2026-10-19T06:00"),
            ("Europe/Berlin", (2026, 44), "2026-10-26T07:00"),
            ("Asia/Seoul", (2026, 53), "2026-12-27T23:00"),
            ("Asia/Seoul", (2027, 1), "2027-01-03T23:00"),
            ("Pacific/Kiritimati", (2026, 48), "2026-11-22T18:00"),
            ("Pacific/Pago_Pago", (2026, 48), "2026-11-23T19:00"),
        ],
    )
    def test_a_summary_is_due_on_monday_at_eight_local_time(self, zone: str, week: tuple[int, int], utc: str) -> None:
        due = deliveries.due_at(*week, ZoneInfo(zone))
        assert due == datetime.fromisoformat(f"{utc}:00+00:00")
        assert deliveries.due_week(ZoneInfo(zone), due) == week

    def test_the_window_opens_on_time_and_closes_on_tuesday_evening(self) -> None:
        zone, due = SEOUL, MONDAY_8
        assert deliveries.due_week(zone, due - timedelta(microseconds=1)) is None
        assert deliveries.due_week(zone, due) == (2026, 48)
        assert deliveries.due_week(zone, due + timedelta(hours=35, minutes=59)) == (2026, 48)
        assert deliveries.due_week(zone, due + timedelta(hours=36)) is None

    def test_the_iso_year_of_a_week_can_differ_from_the_calendar_year(self) -> None:
        """3 January 2027 is a Sunday of 2026-W53."""
        assert date(2027, 1, 3).isocalendar()[:2] == (2026, 53)
        assert deliveries.due_week(SEOUL, datetime(2026, 12, 28, 9, tzinfo=SEOUL)) == (2026, 53)
        assert deliveries.due_week(SEOUL, datetime(2027, 1, 3, 9, tzinfo=SEOUL)) is None

    @pytest.mark.parametrize(
        "name", ["Asia/Seoul", "America/New_York", "Europe/Berlin", "Pacific/Kiritimati", "Australia/Lord_Howe"]
    )
    def test_each_week_of_a_year_has_one_window(self, name: str) -> None:
        """Both clock changes and week 53: each week begins to be due at 8:00 on its Monday, and at no other hour."""
        zone = ZoneInfo(name)
        first: dict[tuple[int, int], datetime] = {}
        now = datetime(2026, 1, 4, 12, 0, tzinfo=UTC)
        while now < datetime(2027, 1, 16, tzinfo=UTC):
            if week := deliveries.due_week(zone, now):
                first.setdefault(week, now.astimezone(zone))
            now += timedelta(minutes=30)
        assert list(first) == [*[(2026, week) for week in range(2, 54)], (2027, 1), (2027, 2)]
        assert {f"{at:%A %H:%M}" for at in first.values()} == {"Monday 08:00"}


class TestToWhom:
    def test_enrolled_students_who_want_it_get_a_summary(self, enrolment: Enrolment, bob: User) -> None:
        assert len(deliveries.queue_due(now=MONDAY_8)) == 1
        delivery = SummaryDelivery.objects.get()
        assert delivery.user == enrolment.user
        assert delivery.status == "queued"
        assert delivery.iso_year == 2026
        assert delivery.iso_week == 48
        assert delivery.due_at == MONDAY_8

    @pytest.mark.parametrize("field", ["is_active", "wants_weekly_summary"])
    def test_inactive_users_and_those_who_switched_it_off_get_none(self, enrolment: Enrolment, field: str) -> None:
        User.objects.update(**{field: False})
        assert deliveries.queue_due(now=MONDAY_8) == []

    def test_withdrawn_students_get_none(self, enrolment: Enrolment) -> None:
        Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)
        assert deliveries.queue_due(now=MONDAY_8) == []

    def test_students_of_an_unpublished_course_get_none(self, enrolment: Enrolment) -> None:
        Course.objects.update(is_published=False)
        assert deliveries.queue_due(now=MONDAY_8) == []

    def test_a_student_of_two_courses_gets_one_summary(self, enrolment: Enrolment) -> None:
        EnrolmentFactory(user=enrolment.user)
        assert len(deliveries.queue_due(now=MONDAY_8)) == 1

    def test_a_student_gets_one_summary_a_week(self, delivery: SummaryDelivery) -> None:
        assert deliveries.queue_due(now=MONDAY_8 + MINUTE) == []
        assert len(deliveries.queue_due(now=MONDAY_8 + timedelta(days=7))) == 1

    def test_changing_the_time_zone_does_not_queue_a_second_summary(self, delivery: SummaryDelivery) -> None:
        User.objects.update(time_zone="America/New_York")
        for hours in range(48):
            assert deliveries.queue_due(now=MONDAY_8 + timedelta(hours=hours)) == []

    def test_an_unknown_time_zone_counts_as_seoul(self, enrolment: Enrolment) -> None:
        User.objects.update(time_zone="Europe/Atlantis")
        assert deliveries.queue_due(now=MONDAY_8 - MINUTE) == []
        assert len(deliveries.queue_due(now=MONDAY_8)) == 1

    def test_each_time_zone_is_due_at_its_own_time(self, enrolment: Enrolment, course: Course) -> None:
        EnrolmentFactory(course=course, user=UserFactory(time_zone="America/New_York"))
        assert len(deliveries.queue_due(now=MONDAY_8)) == 1
        assert deliveries.queue_due(now=MONDAY_8 + timedelta(hours=13, minutes=59)) == []
        assert len(deliveries.queue_due(now=MONDAY_8 + timedelta(hours=14))) == 1

    def test_queries_do_not_grow_with_the_students(
        self, enrolment: Enrolment, course: Course, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        zones = ["Asia/Seoul", "Asia/Tokyo", "Pacific/Auckland", "America/New_York"]

        def queue(now: datetime, students: int) -> None:
            with django_assert_num_queries(4):
                assert len(deliveries.queue_due(now=now)) == students

        queue(MONDAY_8, 1)
        for zone in zones:
            for user in (UserFactory(time_zone=zone) for _ in range(12)):
                EnrolmentFactory(course=course, user=user)
        queue(MONDAY_8 + timedelta(days=7), 37)
        with django_assert_num_queries(2):
            assert deliveries.queue_due(now=MONDAY_8 + timedelta(days=7)) == []

    def test_many_summaries_are_queued_in_batches(
        self, enrolment: Enrolment, course: Course, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(deliveries, "BATCH", 2)
        for _ in range(4):
            EnrolmentFactory(course=course)
        assert [len(deliveries.queue_due(now=MONDAY_8)) for _ in range(4)] == [2, 2, 1, 0]


def test_a_year_brings_one_mail_a_week_to_each(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wake-ups all year, over both clock changes and week 53, on a server that is off on many a Monday."""
    monkeypatch.setattr(current_app, "send_task", lambda task, kwargs: None)
    zones = ["Asia/Seoul", "America/New_York", "Europe/Berlin", "Pacific/Kiritimati"]
    users = [EnrolmentFactory(course=course, user=UserFactory(time_zone=zone)).user for zone in zones]
    now, step = datetime(2026, 1, 4, 12, 0, tzinfo=UTC), 0
    while now < datetime(2027, 1, 16, tzinfo=UTC):
        step += 1
        is_off = step // 5 % 5 == 0  # 25 of 125 hours
        is_idle = now.isoweekday() in (4, 5, 6)  # other tests show that nothing is due then
        if not (is_off or is_idle):
            deliveries.send_due(now=now)
        now += timedelta(hours=5)
    weeks = [*[(2026, week) for week in range(2, 54)], (2027, 1), (2027, 2)]
    for user in users:
        rows = SummaryDelivery.objects.filter(user=user).order_by("iso_year", "iso_week")
        assert [(row.iso_year, row.iso_week) for row in rows] == weeks
        assert {row.status for row in rows} == {"sent"}
        local = {row.due_at.astimezone(user.zone) for row in rows}
        assert {f"{at:%A %H:%M}" for at in local} == {"Monday 08:00"}
        assert sum(message.to == [user.email] for message in django_mail.outbox) == len(weeks)
    assert len({message.extra_headers["Message-ID"] for message in django_mail.outbox}) == len(django_mail.outbox)
