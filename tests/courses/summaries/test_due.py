"""To whom a weekly summary is due, and what is queued then. `test_schedule` tests when that is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from celery import current_app
from django.core import mail as django_mail
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from courses.models import Course, Enrolment, SummaryDelivery
from courses.summaries import content, deliveries
from tests.factories import EnrolmentFactory, UserFactory

SEOUL = ZoneInfo("Asia/Seoul")
# A Monday: 2026-W48 begins.
DUE = datetime(2026, 11, 23, 8, 30, tzinfo=SEOUL).astimezone(UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def delivery(enrolment: Enrolment) -> SummaryDelivery:
    """Alice's summary of 2026-W48, queued and due."""
    [pk] = deliveries.queue_due(now=DUE)
    return SummaryDelivery.objects.get(pk=pk)


class TestToWhom:
    def test_enrolled_students_who_want_it_get_a_summary(self, enrolment: Enrolment, bob: User) -> None:
        assert len(deliveries.queue_due(now=DUE)) == 1
        delivery = SummaryDelivery.objects.get()
        assert delivery.user == enrolment.user
        assert delivery.status == "queued"
        assert delivery.iso_year == 2026
        assert delivery.iso_week == 48
        assert delivery.due_at == DUE

    @pytest.mark.parametrize("field", ["is_active", "wants_weekly_summary"])
    def test_inactive_users_and_those_who_switched_it_off_get_none(self, enrolment: Enrolment, field: str) -> None:
        User.objects.update(**{field: False})
        assert deliveries.queue_due(now=DUE) == []

    def test_withdrawn_students_get_none(self, enrolment: Enrolment) -> None:
        Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)
        assert deliveries.queue_due(now=DUE) == []

    def test_students_of_an_unpublished_course_get_none(self, enrolment: Enrolment) -> None:
        Course.objects.update(is_published=False)
        assert deliveries.queue_due(now=DUE) == []

    def test_a_student_of_two_courses_gets_one_summary(self, enrolment: Enrolment) -> None:
        EnrolmentFactory(user=enrolment.user)
        assert len(deliveries.queue_due(now=DUE)) == 1

    def test_a_student_gets_one_summary_a_week(self, delivery: SummaryDelivery) -> None:
        assert deliveries.queue_due(now=DUE + MINUTE) == []
        assert len(deliveries.queue_due(now=DUE + timedelta(days=7))) == 1

    def test_changing_the_time_zone_does_not_queue_a_second_summary(self, delivery: SummaryDelivery) -> None:
        User.objects.update(time_zone="America/New_York")
        for hours in range(48):
            assert deliveries.queue_due(now=DUE + timedelta(hours=hours)) == []
        assert SummaryDelivery.objects.count() == 1

    def test_an_unknown_time_zone_counts_as_seoul(self, enrolment: Enrolment) -> None:
        User.objects.update(time_zone="Europe/Atlantis")
        assert deliveries.queue_due(now=DUE - MINUTE) == []
        assert len(deliveries.queue_due(now=DUE)) == 1

    def test_each_time_zone_is_due_at_its_own_time(self, enrolment: Enrolment, course: Course) -> None:
        EnrolmentFactory(course=course, user=UserFactory(time_zone="America/New_York"))
        assert len(deliveries.queue_due(now=DUE)) == 1
        assert deliveries.queue_due(now=DUE + timedelta(hours=13, minutes=59)) == []
        assert len(deliveries.queue_due(now=DUE + timedelta(hours=14))) == 1

    def test_queries_do_not_grow_with_the_students(
        self, enrolment: Enrolment, course: Course, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        zones = ["Asia/Seoul", "Asia/Tokyo", "Pacific/Auckland", "America/New_York"]

        def queue(now: datetime, students: int) -> None:
            with django_assert_num_queries(5):
                assert len(deliveries.queue_due(now=now)) == students

        queue(DUE, 1)
        for zone in zones:
            for user in (UserFactory(time_zone=zone) for _ in range(12)):
                EnrolmentFactory(course=course, user=user)
        queue(DUE + timedelta(days=7), 37)
        with django_assert_num_queries(2):
            assert deliveries.queue_due(now=DUE + timedelta(days=7)) == []

    def test_many_summaries_are_queued_in_batches(
        self, enrolment: Enrolment, course: Course, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(deliveries, "BATCH", 2)
        for _ in range(4):
            EnrolmentFactory(course=course)
        assert [len(deliveries.queue_due(now=DUE)) for _ in range(4)] == [2, 2, 1, 0]


def test_a_winter_brings_one_mail_a_week_to_each(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wake-ups over a clock change and week 53, on a server that is often off. `test_schedule` knows the whole year."""
    monkeypatch.setattr(current_app, "send_task", lambda task, kwargs: None)
    # Whoever stays away gets no mail after some weeks; that is tested elsewhere.
    monkeypatch.setattr(content, "SILENCE", timedelta(days=1000))
    zones = ["Asia/Seoul", "America/New_York", "Europe/Berlin", "Pacific/Kiritimati"]
    users = [EnrolmentFactory(course=course, user=UserFactory(time_zone=zone)).user for zone in zones]
    now, step = datetime(2026, 10, 11, 12, 0, tzinfo=UTC), 0
    while now < datetime(2027, 1, 16, tzinfo=UTC):
        step += 1
        is_off = step // 5 % 5 == 0  # 25 of 125 hours
        is_idle = now.isoweekday() in (4, 5, 6)  # other tests show that nothing is due then
        if not (is_off or is_idle):
            deliveries.send_due(now=now)
        now += timedelta(hours=5)
    weeks = [*[(2026, week) for week in range(42, 54)], (2027, 1), (2027, 2)]
    for user in users:
        rows = SummaryDelivery.objects.filter(user=user).order_by("iso_year", "iso_week")
        assert [(row.iso_year, row.iso_week) for row in rows] == weeks
        assert {row.status for row in rows} == {"sent"}
        ends = [row.period_end.astimezone(user.zone) for row in rows if row.period_end]
        assert {f"{at:%A %H:%M}" for at in ends} == {"Monday 08:30"}
        # Each period begins where the last one ended.
        assert [row.period_start for row in rows[1:]] == [row.period_end for row in rows][:-1]
        assert sum(message.to == [user.email] for message in django_mail.outbox) == len(weeks)
    assert len({message.extra_headers["Message-ID"] for message in django_mail.outbox}) == len(django_mail.outbox)
