"""The link that switches the weekly summary off: its token and its URL."""

import base64
import re
from datetime import time
from typing import Any

import pytest
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from common.mail import sending
from courses.summaries import unsubscribing

pytestmark = pytest.mark.django_db


def test_a_token_finds_its_user(alice: User, bob: User) -> None:
    for user in (alice, bob):
        assert unsubscribing.find_user_by_token(unsubscribing.unsubscribe_token(user)) == user


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: "x" + t, lambda t: t.swapcase(), lambda t: "한글", lambda t: ""]
)
def test_a_forged_token_finds_nobody(alice: User, spoil: Any) -> None:
    assert unsubscribing.find_user_by_token(spoil(unsubscribing.unsubscribe_token(alice))) is None


def test_a_signature_is_valid_for_one_user_only(alice: User, bob: User) -> None:
    ours, theirs = (base64.urlsafe_b64decode(unsubscribing.unsubscribe_token(user) + "=") for user in (alice, bob))
    mixed = base64.urlsafe_b64encode(theirs[:16] + ours[16:]).decode().rstrip("=")
    assert unsubscribing.find_user_by_token(mixed) is None


def test_the_token_says_nothing_about_its_user(alice: User) -> None:
    token = unsubscribing.unsubscribe_token(alice)
    assert re.fullmatch("[A-Za-z0-9_-]{43}", token)
    assert str(alice.uuid) not in token


def test_a_link_of_before_the_tokens_were_opaque_works(alice: User, bob: User) -> None:
    old = Signer(salt="courses.summaries.deliveries.unsubscribe").sign(str(alice.uuid))
    assert unsubscribing.find_user_by_token(old) == alice
    assert unsubscribing.find_user_by_token(f"{bob.uuid}:{old.partition(':')[2]}") is None


def test_a_token_of_a_deleted_account_finds_nobody(alice: User) -> None:
    token = unsubscribing.unsubscribe_token(alice)
    alice.delete()
    assert unsubscribing.find_user_by_token(token) is None


def test_the_url_is_absolute(alice: User, settings: Settings) -> None:
    settings.BAEUM_URL = "https://learn.example.com"
    token = unsubscribing.unsubscribe_token(alice)
    path = reverse("courses:summary-unsubscribe", args=[token])
    assert unsubscribing.unsubscribe_url(alice) == f"https://learn.example.com{path}"
    assert sending.absolute(path) == unsubscribing.unsubscribe_url(alice)


@pytest.mark.parametrize(("language", "said"), [("en", "on Wednesday at 19:00"), ("ko", "매주 수요일")])
def test_its_page_says_the_day_and_the_time_that_the_reader_has_chosen(
    alice: User, client: Client, language: str, said: str
) -> None:
    User.objects.update(summary_day=3, summary_time=time(19, 0), language=language)
    path = reverse("courses:summary-unsubscribe", args=[unsubscribing.unsubscribe_token(alice)])
    assert said in client.get(path).content.decode()
