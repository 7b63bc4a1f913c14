"""The page of the calendar, and the address that a student makes, resets and turns off there."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from calendars import feeds
from calendars.models import Feed
from courses.models import Activity, Course
from quizzes.authoring.models import Quiz
from tests.factories import ActivityFactory, QuizFactory

pytestmark = pytest.mark.django_db
HERE = "/calendar/"
# In Seoul it is the first day of November.
DUE = datetime(2026, 10, 31, 16, tzinfo=UTC)


@pytest.fixture(autouse=True)
def dated(quiz: Quiz, alice: User) -> None:
    Quiz.objects.filter(pk=quiz.pk).update(due_at=DUE, opens_at=None, closes_at=None)
    User.objects.filter(pk=alice.pk).update(time_zone="Asia/Seoul", language="en")


def page(client: Client, month: str) -> str:
    response = client.get(HERE, {"month": month})
    assert response.status_code == 200
    return response.content.decode()


def test_a_date_stands_at_the_day_of_the_student(alice_client: Client, alice: User) -> None:
    assert '<time datetime="2026-11-01">' in page(alice_client, "2026-11")
    assert "Activity quiz" not in page(alice_client, "2026-10")
    User.objects.filter(pk=alice.pk).update(time_zone="Europe/Berlin")
    assert '<time datetime="2026-10-31">' in page(alice_client, "2026-10")
    assert "Europe/Berlin" in page(alice_client, "2026-10")


def test_it_leads_to_months_with_dates(alice_client: Client) -> None:
    assert 'href="?month=2026-11' in page(alice_client, "2026-03")
    assert 'href="?month=2026-11' in page(alice_client, "2027-03")
    assert 'href="?month=' not in page(alice_client, "2026-11")


def test_a_stranger_and_who_has_nothing_to_see_see_nothing(
    bob_client: Client, alice_client: Client, quiz: Quiz
) -> None:
    assert "Activity quiz" not in page(bob_client, "2026-11")
    Activity.objects.filter(pk=quiz.activity_id).update(archived_at=DUE)
    assert "Activity quiz" not in page(alice_client, "2026-11")


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-1", "1999-01", "", "\x00", "x" * 10_000, "２０２６-11", "2026-11\n"]
)
def test_what_is_no_month_is_a_404(alice_client: Client, month: str) -> None:
    assert alice_client.get(HERE, {"month": month}).status_code == 404


def test_the_last_month_that_can_be_asked_for_works(alice_client: Client) -> None:
    assert "Nothing opens" in page(alice_client, "2099-12")


def test_an_address_is_made_reset_and_turned_off(alice_client: Client, alice: User) -> None:
    assert "/baeum.ics" not in page(alice_client, "2026-11")
    seen = []
    for _ in range(2):
        assert alice_client.post("/calendar/address/").status_code == 302
        feed = feeds.find(alice)
        assert feed
        seen.append(feeds.get_path(feed))
        assert f'value="http://testserver{seen[-1]}"' in page(alice_client, "2026-11")
    assert [Client().get(path).status_code for path in seen] == [404, 200]
    alice_client.post("/calendar/address/off/")
    assert Client().get(seen[1]).status_code == 404
    assert not Feed.objects.exists()
    assert alice_client.post("/calendar/address/off/").status_code == 302


def test_the_start_page_leads_to_the_calendar(alice_client: Client, quiz: Quiz) -> None:
    assert 'href="/calendar/"' in alice_client.get("/courses/").content.decode()


def test_the_number_of_queries_does_not_grow(alice_client: Client, course: Course) -> None:
    page(alice_client, "2026-11")
    with CaptureQueriesContext(connection) as few:
        page(alice_client, "2026-11")
    module = course.modules.get()
    for number in range(20):
        extra = QuizFactory(activity=ActivityFactory(module=module, slug=f"quiz-{number}", kind="quiz", code=""))
        Quiz.objects.filter(pk=extra.pk).update(due_at=DUE + timedelta(hours=number))
    with CaptureQueriesContext(connection) as many:
        assert page(alice_client, "2026-11").count("quiz-") >= 20
    assert len(many) == len(few) <= 8
