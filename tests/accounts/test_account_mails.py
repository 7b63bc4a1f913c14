"""Account mails are in the recipient's language, whatever the language of the page."""

import re
import smtplib
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as django_mail
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import Settings

from accounts.messages import account_mails
from accounts.messages import sending as messages
from accounts.models import Message, User
from common.mail import outbox, sending
from tests.factories import PASSWORD


def asked_for(address: str, *, browser: str) -> EmailMessage:
    """The mail that is sent when a new password is requested for `address`."""
    client = Client(headers={"Accept-Language": browser})
    assert client.post(reverse("account_reset_password"), {"email": address}).status_code == 302
    [message] = django_mail.outbox
    return message


def sentence(text: str, language: str) -> str:
    with translation.override(language):
        return str(translation.gettext(text))


@pytest.mark.parametrize(("chosen", "browser", "expected"), [("ko", "en", "ko"), ("en", "ko", "en"), ("", "en", "en")])
def test_a_password_mail_is_in_the_users_language(alice: User, chosen: str, browser: str, expected: str) -> None:
    User.objects.update(language=chosen)
    message = asked_for("Alice@example.com", browser=browser)
    assert message.subject == sentence("Choose a new password", expected)
    assert message.extra_headers["Content-Language"] == expected
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    [link] = re.findall(r"http\S+/password/reset/key/\S+", str(message.body))
    assert Client().get(link, follow=True).status_code == 200


def test_an_unknown_address_gets_a_mail_in_the_browsers_language(db: None) -> None:
    message = asked_for("nobody@example.com", browser="en")
    assert message.subject == sentence("There is no account with your address", "en")
    assert message.extra_headers["Content-Language"] == "en"


def test_a_notification_is_in_the_users_language(alice: User) -> None:
    User.objects.update(language="ko")
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=True)
    client = Client()
    client.force_login(alice)
    form = {"oldpassword": PASSWORD, "password1": "another good one 7", "password2": "another good one 7"}
    assert client.post(reverse("account_change_password"), form).status_code == 302
    [message] = django_mail.outbox
    assert message.extra_headers["Content-Language"] == "ko"
    assert sentence("Something about your account has changed:", "ko") in message.body


def test_account_mails_have_html_with_the_dark_theme_and_text_that_reads_well_alone(alice: User) -> None:
    message = asked_for("alice@example.com", browser="en")
    assert isinstance(message, EmailMultiAlternatives)
    html = str(message.alternatives[0][0])
    [link] = re.findall(r"http\S+/password/reset/key/\S+", str(message.body))
    assert f'href="{link}"' in html
    assert "prefers-color-scheme: dark" in html
    assert 'lang="en"' in html
    assert str(message.body).endswith("-- \nBaeum, your place to learn\n")


def test_every_account_mail_of_allauth_is_of_a_kind(alice: User) -> None:
    prefixes = {
        "account/email/password_reset_key": "Choose a new password",
        "account/email/email_confirmation": "Confirm your e-mail address",
        "account/email/email_confirmation_signup": "Confirm your e-mail address",
        "account/email/account_already_exists": "You have an account already",
        "account/email/unknown_account": "There is no account with your address",
        "mfa/email/totp_activated": "Authenticator App Activated",
    }
    for prefix, subject in prefixes.items():
        message = account_mails.compose(
            prefix,
            to=alice.email,
            user=alice,
            context={
                "password_reset_url": "/r",
                "activate_url": "/a",
                "signup_url": "/s",
                "ip": "::1",
                "user_agent": "x",
            },
            headers={"X-Of-Allauth": "yes"},
            now=datetime(2026, 3, 2, 3, tzinfo=UTC),
        )
        assert message.subject == subject
        assert message.alternatives
        assert message.extra_headers["X-Of-Allauth"] == "yes"


class Breaking(BaseEmailBackend):
    """A mail server that breaks: before the mail was handed over, or after."""

    handed_over = False

    def send_messages(self, email_messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")


class BreakingLater(Breaking):
    handed_over = True


@pytest.mark.parametrize(
    ("backend", "status", "response"),
    [("", "sent", 302), ("Breaking", "failed", 503), ("BreakingLater", "uncertain", 503)],
)
def test_the_ledger_says_what_became_of_a_mail_and_not_what_it_says(
    alice: User, settings: Settings, backend: str, status: str, response: int
) -> None:
    if backend:
        settings.EMAIL_BACKEND = f"{__name__}.{backend}"
    assert Client().post(reverse("account_reset_password"), {"email": alice.email}).status_code == response
    row = Message.objects.get()
    assert (row.user, row.kind, row.status, row.is_in_bell) == (alice, "password-reset", status, False)
    assert bool(row.error) is (status != "sent")
    assert row.finished_at is not None
    # Nobody can send it again: the link in it was for the one who asked.
    assert messages.send_again(message_id=row.pk, now=timezone.now()) == (None if status == "sent" else "failed")
    row.refresh_from_db()
    assert row.status == status
    if status == "sent":
        [message] = django_mail.outbox
        [key] = re.findall(r"/password/reset/key/([^/\s]+)", str(message.body))
        assert message.extra_headers["Message-ID"] == row.message_id
        assert key not in str(model_to_dict(row))
        Client().post(reverse("account_reset_password"), {"email": alice.email})
        assert Message.objects.filter(status="sent").count() == 2


def test_a_mail_to_an_unknown_address_leaves_no_row(db: None) -> None:
    asked_for("nobody@example.com", browser="en")
    assert not Message.objects.exists()


def test_a_process_that_dies_leaves_an_uncertain_mail(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(message: object) -> None:
        raise SystemExit

    monkeypatch.setattr(sending, "deliver", die)
    with pytest.raises(SystemExit):
        Client().post(reverse("account_reset_password"), {"email": alice.email})
    messages.send_waiting(now=timezone.now() + outbox.STALE)
    assert Message.objects.get().status == "uncertain"


def test_a_confirmation_and_a_change_are_in_the_ledger_too(alice: User) -> None:
    account_mails.send(
        "account/email/email_confirmation",
        account_mails.compose(
            "account/email/email_confirmation", to=alice.email, user=alice, headers={}, now=timezone.now(),
            context={"activate_url": "https://example.com/secret", "email": alice.email},
        ),
        user=alice,
        now=timezone.now(),
    )  # fmt: skip
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=True)
    client = Client()
    client.force_login(alice)
    form = {"oldpassword": PASSWORD, "password1": "another good one 7", "password2": "another good one 7"}
    client.post(reverse("account_change_password"), form)
    assert [row.kind for row in Message.objects.order_by("pk")] == ["confirm-address", "account-changed"]
    assert "secret" not in str([model_to_dict(row) for row in Message.objects.all()])
    assert client.get("/notifications/").status_code == 200
