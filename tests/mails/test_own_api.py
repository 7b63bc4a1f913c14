"""A student's own summaries in the API: the list in pages, one of them, and what has not changed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from courses.models import Enrolment, SummaryDelivery
from quizzes.authoring.models import Quiz
from tests.api import api_for

pytestmark = pytest.mark.django_db
DUE = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)


def deliver(user: User, week: int, status: str = "sent") -> SummaryDelivery:
    due = DUE - timedelta(weeks=48 - week)
    return SummaryDelivery.objects.create(
        user=user, iso_year=2026, iso_week=week, status=status, due_at=due, finished_at=due,
        period_start=due - timedelta(days=7), period_end=due,
    )  # fmt: skip


def test_the_list_has_pages_with_the_newest_first(enrolment: Enrolment, bob: User) -> None:
    rows = [deliver(enrolment.user, week) for week in (45, 46, 47)]
    deliver(enrolment.user, 48, "skipped")
    deliver(bob, 47)
    api = api_for(enrolment.user)
    first = api.get("summaries?limit=2")
    second = api.get(first["next"])
    assert [row["uuid"] for row in first["results"] + second["results"]] == [str(row.uuid) for row in rows[::-1]]
    assert second["next"] is None
    api_for(bob).get(f"summaries?cursor={first['next'].partition('cursor=')[2]}", expect=400)


@pytest.mark.parametrize(("language", "said"), [("ko", "7일 안에 마감돼요"), ("en", "Due in the next seven days")])
def test_one_summary_says_what_its_page_says(enrolment: Enrolment, quiz: Quiz, language: str, said: str) -> None:
    quiz.due_at = DUE + timedelta(days=2)
    quiz.save()
    row = deliver(enrolment.user, 48)
    api = api_for(enrolment.user)
    found = api.get(f"summaries/{row.uuid}", headers={"Accept-Language": language})
    assert api.response.headers["Content-Language"] == language
    assert (found["start"], found["end"]) == ("2026-11-15T23:30:00Z", "2026-11-22T23:30:00Z")
    assert said in [section["title"] for section in found["sections"]]
    assert found["courses"][0]["path"] == "/courses/statistics/"


def test_what_has_not_changed_is_not_sent_again(enrolment: Enrolment, quiz: Quiz) -> None:
    row = deliver(enrolment.user, 48)
    api = api_for(enrolment.user)

    def ask(address: str, tag: str = "") -> Any:
        headers = {**api.headers, **({"If-None-Match": tag} if tag else {})}
        return api.client.get(f"/api/v1/{address}", headers=headers)

    for address in (f"summaries/{row.uuid}", "summaries"):
        tag = ask(address).headers["ETag"]
        assert ask(address, tag).status_code == 304
    deliver(enrolment.user, 47)
    assert ask("summaries", tag).status_code == 200


@pytest.mark.parametrize("status", ["queued", "sending", "skipped", "failed"])
def test_what_was_not_sent_is_not_there(enrolment: Enrolment, quiz: Quiz, status: str) -> None:
    row = deliver(enrolment.user, 48, status)
    api_for(enrolment.user).get(f"summaries/{row.uuid}", expect=404)


def test_a_summary_of_somebody_else_is_not_there(enrolment: Enrolment, quiz: Quiz, bob: User) -> None:
    api_for(bob).get(f"summaries/{deliver(enrolment.user, 48).uuid}", expect=404)
