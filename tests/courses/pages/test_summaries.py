"""Switching the weekly summary off and on by a link in a mail: one click, no cookie, no sign-in (RFC 8058)."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.summaries import unsubscribing


@pytest.fixture
def stranger() -> Client:
    """A mail provider's server: it has no cookies, and CSRF is enforced as in production."""
    return Client(enforce_csrf_checks=True)


def address(user: User, action: str = "unsubscribe") -> str:
    return reverse(f"courses:summary-{action}", args=[unsubscribing.unsubscribe_token(user)])


def wants(user: User) -> bool:
    user.refresh_from_db()
    return user.wants_weekly_summary


def test_one_click_switches_the_summary_off(stranger: Client, alice: User, bob: User) -> None:
    response = stranger.post(address(alice), {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert not wants(alice)
    assert wants(bob)


def test_switching_off_is_idempotent(stranger: Client, alice: User) -> None:
    for _ in range(2):
        assert stranger.post(address(alice)).status_code == 200
    assert not wants(alice)


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_get_or_head_changes_nothing(stranger: Client, alice: User, method: str) -> None:
    """Mail scanners follow every link."""
    for action in ("unsubscribe", "subscribe"):
        assert getattr(stranger, method)(address(alice, action)).status_code == 200
    assert wants(alice)


def test_the_page_asks_confirms_and_offers_to_undo(stranger: Client, alice: User) -> None:
    page = stranger.get(address(alice)).content.decode()
    assert "Switch the weekly summary off?" in page
    assert '<form method="post">' in page
    page = stranger.post(address(alice)).content.decode()
    assert "The weekly summary is off" in page
    assert f'action="{address(alice, "subscribe")}"' in page
    page = stranger.post(address(alice, "subscribe")).content.decode()
    assert "The weekly summary is on" in page
    assert f'action="{address(alice)}"' in page
    assert wants(alice)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_is_in_the_users_language(alice: User, language: str) -> None:
    User.objects.update(language=language)
    response = Client(headers={"Accept-Language": "en" if language == "ko" else "ko"}).get(address(alice))
    assert f'<html lang="{language}" data-theme="">' in response.content.decode()
    assert response.headers["Content-Language"] == language


def test_the_page_is_in_the_browsers_language_if_the_user_chose_none(alice: User) -> None:
    User.objects.update(language="")
    response = Client(headers={"Accept-Language": "en"}).get(address(alice))
    assert '<html lang="en" data-theme="">' in response.content.decode()


def test_an_invalid_token_is_404(stranger: Client, alice: User, bob: User) -> None:
    forged = f"{alice.uuid}:{unsubscribing.unsubscribe_token(bob).partition(':')[2]}"
    for action in ("unsubscribe", "subscribe"):
        for token in (forged, str(alice.uuid), "x"):
            path = reverse(f"courses:summary-{action}", args=[token])
            assert stranger.post(path).status_code == stranger.get(path).status_code == 404
    assert wants(alice)


def test_other_methods_are_refused(stranger: Client, alice: User) -> None:
    assert stranger.delete(address(alice)).status_code == 405
    assert wants(alice)
