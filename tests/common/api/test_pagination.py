"""Lists of the API in pages: order, cursors, the header Link, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Message, User
from courses.models import Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from tests.api import Api, api_for
from tests.contract import check
from tests.factories import CourseFactory, EnrolmentFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)


@pytest.fixture
def messages(alice: User) -> list[Message]:
    """Seven messages, the newest first; three of them are of the same moment."""
    ages = [0, 1, 2, 2, 2, 3, 4]
    Message.objects.bulk_create(
        [
            Message(user=alice, kind="removed", about=str(number), created_at=NOW - timedelta(hours=age), due_at=NOW)
            for number, age in enumerate(ages)
        ]
    )
    return list(Message.objects.order_by("-created_at", "-pk"))


def pages(api: Api, address: str) -> list[list[dict[str, Any]]]:
    """Follow `next` from `address` to the end. Each page says the same in its header `Link`."""
    found, next_page = [], address
    while next_page:
        page = api.get(next_page)
        found.append(page["results"])
        next_page = page["next"]
        assert api.response.headers.get("Link") == (f'<{next_page}>; rel="next"' if next_page else None)
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 50])
def test_the_pages_together_are_the_list(alice: User, messages: list[Message], limit: int) -> None:
    found = pages(api_for(alice), f"messages?limit={limit}")

    assert [entry["uuid"] for page in found for entry in page] == [str(message.uuid) for message in messages]
    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)


def test_rows_that_come_and_go_neither_repeat_nor_hide_others(alice: User, messages: list[Message]) -> None:
    api = api_for(alice)
    first = api.get("messages?limit=3")
    messages[2].delete()  # the row at which the next page begins
    Message.objects.create(user=alice, kind="removed", about="new", created_at=NOW, due_at=NOW)

    rest = api.get(first["next"])

    assert [entry["uuid"] for entry in rest["results"]] == [str(message.uuid) for message in messages[3:6]]


def test_courses_that_were_never_visited_come_last_on_their_pages(alice: User) -> None:
    enrolments = [EnrolmentFactory(user=alice, course=CourseFactory()) for _number in range(6)]
    for enrolment in enrolments[:3]:
        Enrolment.objects.filter(pk=enrolment.pk).update(last_seen_at=NOW)
    api = api_for(alice)

    found = [course["uuid"] for page in pages(api, "courses?limit=2") for course in page]

    assert found == [str(each.course.uuid) for each in [*reversed(enrolments[:3]), *reversed(enrolments[3:])]]
    check("CourseList", api.get("courses?limit=2"))


def test_attempts_are_listed_in_pages(alice_api: Api, enrolment: Enrolment, quiz: Quiz) -> None:
    started = alice_api.post(f"quizzes/{quiz.activity.uuid}/attempts", expect=201)
    base = Attempt.objects.get(uuid=started["uuid"])
    Attempt.objects.bulk_create(
        Attempt(
            quiz=quiz,
            enrolment=enrolment,
            version=base.version,
            number=number,
            status="graded",
            started_at=base.started_at,
            submitted_at=base.started_at,
            points=0,
            max_points=base.max_points,
        )
        for number in range(2, 8)
    )

    found = pages(alice_api, f"quizzes/{quiz.activity.uuid}/attempts?limit=3")

    assert [[attempt["number"] for attempt in page] for page in found] == [[7, 6, 5], [4, 3, 2], [1]]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "", "1.5", "9" * 40, "٣"])
def test_a_limit_that_is_not_allowed_is_refused_by_name(alice: User, limit: str) -> None:
    refused = api_for(alice).get(f"messages?limit={quote(limit)}", expect=400)

    assert refused["type"] == "/problems/invalid"
    assert list(refused["errors"]) == ["limit"]


def cursor_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["cursor"][0]


def test_a_cursor_is_valid_for_its_list_and_person_only(alice: User, bob: User, messages: list[Message]) -> None:
    for _number in range(2):
        EnrolmentFactory(user=alice, course=CourseFactory())
    api = api_for(alice)
    cursor = cursor_of(api.get("messages?limit=1")["next"])
    of_courses = cursor_of(api.get("courses?limit=1")["next"])

    refused = [
        api.get(f"messages?cursor={quote(of_courses)}", expect=400),
        api.get(f"courses?cursor={quote(cursor)}", expect=400),
        api.get(f"messages?unread=1&cursor={quote(cursor)}", expect=400),  # made without this filter
        api_for(bob).get(f"messages?cursor={quote(cursor)}", expect=400),
    ]

    assert {problem["type"] for problem in refused} == {"/problems/invalid-cursor"}
    api.get(f"messages/?limit=2&cursor={quote(cursor)}")


@pytest.mark.parametrize("cursor", ["", "x", "x:y", ":", "\x00", "가", "W10:" + "A" * 43, "a" * 5000])
def test_a_garbled_cursor_is_refused(alice: User, cursor: str) -> None:
    refused = api_for(alice).get(f"messages?cursor={quote(cursor)}", expect=400)

    assert refused["type"] == "/problems/invalid-cursor"


def test_a_cursor_of_a_release_with_another_order_is_refused(alice: User) -> None:
    signer = signing.Signer(salt=f"cursor of {alice.pk} /api/v1/messages []")

    refused = api_for(alice).get(f"messages?cursor={quote(signer.sign_object([1]))}", expect=400)

    assert refused["type"] == "/problems/invalid-cursor"


def test_a_changed_cursor_is_refused(alice: User, messages: list[Message]) -> None:
    api = api_for(alice)
    cursor = cursor_of(api.get("messages?limit=1")["next"])

    for place in (0, len(cursor) // 2, len(cursor) - 1):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        assert api.get(f"messages?cursor={quote(changed)}", expect=400)["type"] == "/problems/invalid-cursor"


@pytest.mark.parametrize("count", [2, 200])
def test_query_counts_do_not_grow(alice: User, count: int) -> None:
    Message.objects.bulk_create(
        Message(user=alice, kind="removed", about=str(number), created_at=NOW, due_at=NOW) for number in range(count)
    )
    for _number in range(count):
        EnrolmentFactory(user=alice, course=CourseFactory())
    api = api_for(alice)

    for path in ("messages", "courses"):
        next_page = api.get(f"{path}?limit={count // 2}")["next"]
        with CaptureQueriesContext(connection) as captured:
            api.get(next_page)
        assert len(captured) == 2, path  # the user with the session, the page
