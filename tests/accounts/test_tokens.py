"""A session token that a process has verified before is refused as soon as anything has changed that made it valid."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from accounts.sessions import SessionStore
from accounts.sign_in import tokens
from tests.api import Api, api_for
from tests.factories import UserFactory


def _other_person(alice: User) -> None:
    other = User.objects.create_user("other@example.com", "pass-word-1")
    session = Session.objects.get()
    data = SessionStore().decode(session.session_data)
    session.session_data = SessionStore().encode({**data, "_auth_user_id": str(other.pk)})
    session.save()


CHANGES: dict[str, Callable[[User], object]] = {
    "the session is deleted": lambda alice: Session.objects.all().delete(),
    "the session has ended": lambda alice: Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1)),
    "the session has wrong content": lambda alice: Session.objects.update(session_data="e30:1:x"),
    "the session names another person": _other_person,
    "the account is not active": lambda alice: User.objects.update(is_active=False),
    "the password is another one": lambda alice: User.objects.update(password="!"),
    "the account is deleted": lambda alice: User.objects.filter(pk=alice.pk).delete(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_noticed_at_the_next_request(alice_api: Api, alice: User, change: Callable[[User], object]) -> None:
    alice_api.get("me")
    alice_api.get("me")

    change(alice)

    alice_api.get("me", expect=401)


def test_a_new_secret_key_ends_the_session(alice_api: Api, settings: Settings) -> None:
    alice_api.get("me")
    settings.SECRET_KEY = "another key, " * 5

    alice_api.get("me", expect=401)


def test_a_token_that_was_verified_costs_one_query(
    alice_api: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        alice_api.get("me")
    with django_assert_num_queries(1):
        assert alice_api.get("me")["unread_messages"] == 0


def test_user_and_session_are_those_of_the_database(alice_api: Api, alice: User) -> None:
    token = alice_api.headers["X-Session-Token"]
    before = tokens.authenticate(token)
    User.objects.update(name="Alice Renamed")
    found = tokens.authenticate(token)

    assert before
    assert found
    assert found[0] == alice
    assert found[0].name == "Alice Renamed"
    assert dict(found[1].items()) == dict(before[1].items())
    assert found[1].session_key == token


def test_no_more_tokens_are_remembered_than_there_is_room_for(alice_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_verified", type(tokens._verified)(1))
    alice_api.get("me")
    api_for(UserFactory()).get("me")
    alice_api.get("me")

    assert list(tokens._verified) == [alice_api.headers["X-Session-Token"]]
