"""The calendar through the API."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import User
from quizzes.authoring.models import Quiz
from tests.api import Api

pytestmark = pytest.mark.django_db
DUE = datetime(2026, 10, 31, 16, tzinfo=UTC)


@pytest.fixture(autouse=True)
def dated(quiz: Quiz, alice: User) -> None:
    Quiz.objects.filter(pk=quiz.pk).update(due_at=DUE, opens_at=None, closes_at=None)
    User.objects.filter(pk=alice.pk).update(time_zone="Asia/Seoul")


def test_the_dates_of_some_days(alice_api: Api, bob_api: Api, quiz: Quiz) -> None:
    found = alice_api.get("calendar?first=2026-11-01&last=2026-11-01")
    assert found["time_zone"] == "Asia/Seoul"
    (entry,) = found["results"]
    assert entry["activity"]["uuid"] == str(quiz.activity.uuid)
    assert (entry["course"], entry["kind"], entry["day"]) == ("statistics", "due", "2026-11-01")
    assert datetime.fromisoformat(entry["at"]) == DUE
    assert entry["is_submitted"] is False
    assert alice_api.get("calendar?first=2026-10-01&last=2026-10-31")["results"] == []
    assert bob_api.get("calendar?first=2026-11-01&last=2026-11-01")["results"] == []


@pytest.mark.parametrize(
    "query",
    [
        "first=2026-11-02&last=2026-11-01", "first=2026-01-01&last=2027-01-03", "first=tomorrow", "first=%00",
        "first=2026-13-01", "last=0001-01-01", "days=3", f"first={'1' * 10_000}",
    ],
)  # fmt: skip
def test_what_are_no_days_is_refused(alice_api: Api, query: str) -> None:
    alice_api.get(f"calendar?{query}", expect=400)


def test_the_last_day_that_exists_is_no_error(alice_api: Api) -> None:
    assert alice_api.get("calendar?first=9999-12-31")["last"] == "9999-12-31"


def test_the_address_is_made_reset_and_turned_off(alice_api: Api) -> None:
    assert alice_api.get("calendar/address") == {"url": None}
    first = alice_api.post("calendar/address", expect=201)["url"]
    assert alice_api.get("calendar/address") == {"url": first}
    second = alice_api.post("calendar/address", expect=201)["url"]
    assert [Client().get(url.removeprefix("http://testserver")).status_code for url in (first, second)] == [404, 200]
    alice_api.delete("calendar/address", expect=204)
    alice_api.delete("calendar/address", expect=204)
    assert alice_api.get("calendar/address") == {"url": None}
