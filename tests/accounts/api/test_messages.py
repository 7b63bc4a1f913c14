"""The bell in the API: the newest first, marked as read one by one or all at once."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.messages import sending
from accounts.models import Message, User
from common.messages.kinds import KINDS
from courses.models import Enrolment
from tests.accounts.messages.conftest import news
from tests.accounts.messages.kinds import CourseNews
from tests.api import Api, api_for
from tests.factories import CourseFactory, EnrolmentFactory

__all__ = ["news"]

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)


@pytest.fixture
def message(news: CourseNews, enrolment: Enrolment) -> Message:
    sending.notify(news.name, about=enrolment.course, now=NOW)
    return Message.objects.get()


def test_messages_are_listed_and_marked_as_read(alice_api: Api, message: Message) -> None:
    listed = alice_api.get("messages")
    assert listed == {
        "unread": 1,
        "next": None,
        "results": [
            {
                "uuid": str(message.uuid),
                "kind": "course-news",
                "title": "News of courses",
                "text": "Alice: news of Statistics",
                "path": "/courses/statistics/",
                "created_at": "2026-03-02T03:00:00Z",
                "read_at": None,
            }
        ],
    }
    assert alice_api.post(f"messages/{message.uuid}/read")["read_at"]
    assert alice_api.get("messages")["unread"] == 0
    Message.objects.update(read_at=None)
    alice_api.post("messages/read", expect=204)
    assert alice_api.get("messages")["unread"] == 0


def test_a_message_of_a_removed_kind_has_no_text(
    alice_api: Api, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(KINDS, "course-news")
    [shown] = alice_api.get("messages")["results"]
    assert (shown["title"], shown["text"], shown["path"]) == ("", None, None)


def test_messages_of_others_are_neither_shown_nor_marked(bob: User, message: Message) -> None:
    api = api_for(bob)
    assert api.get("messages")["results"] == []
    api.post("messages/read", expect=204)
    api.post(f"messages/{message.uuid}/read", expect=404)
    api.post(f"messages/{uuid4()}/read", expect=404)
    assert Message.objects.unread().count() == 1


@pytest.mark.parametrize("size", [2, 50])
def test_the_number_of_queries_does_not_grow(
    alice: User, news: CourseNews, size: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for age in range(size):
        course = EnrolmentFactory(user=alice, course=CourseFactory()).course
        sending.notify(news.name, about=course, now=NOW - timedelta(minutes=age))
    api = api_for(alice)
    with django_assert_num_queries(4):
        shown = api.get("messages")
    assert (len(shown["results"]), shown["unread"]) == (size, size)
