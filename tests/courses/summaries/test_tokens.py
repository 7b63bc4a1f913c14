"""The link that switches the weekly summary off: its token and its URL."""

from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from common.mail import sending
from courses.summaries import deliveries

pytestmark = pytest.mark.django_db


def test_a_token_finds_its_user(alice: User, bob: User) -> None:
    for user in (alice, bob):
        assert deliveries.find_user_by_token(deliveries.unsubscribe_token(user)) == user


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: "x" + t, lambda t: t.partition(":")[0], lambda t: ""])
def test_a_forged_token_finds_nobody(alice: User, spoil: Any) -> None:
    assert deliveries.find_user_by_token(spoil(deliveries.unsubscribe_token(alice))) is None


def test_a_signature_is_valid_for_one_user_only(alice: User, bob: User) -> None:
    signature = deliveries.unsubscribe_token(alice).partition(":")[2]
    assert deliveries.find_user_by_token(f"{bob.uuid}:{signature}") is None


def test_a_token_of_a_deleted_account_finds_nobody(alice: User) -> None:
    token = deliveries.unsubscribe_token(alice)
    alice.delete()
    assert deliveries.find_user_by_token(token) is None


def test_the_url_is_absolute(alice: User, settings: Settings) -> None:
    settings.BAEUM_URL = "https://learn.example.com"
    token = deliveries.unsubscribe_token(alice)
    path = reverse("courses:summary-unsubscribe", args=[token])
    assert deliveries.unsubscribe_url(alice) == f"https://learn.example.com{path}"
    assert sending.absolute(path) == deliveries.unsubscribe_url(alice)
