"""Mails that stopped because one came back are sent again when the app says that the address is right."""

import pytest

from accounts.models import User
from tests.api import Api

pytestmark = pytest.mark.django_db


def test_mails_are_sent_again(alice_api: Api, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(bounced_address=alice.email)
    assert alice_api.get("me")["is_mail_stopped"] is True
    for _time in range(2):
        alice_api.post("me/mails/start", expect=204)
    assert alice_api.get("me")["is_mail_stopped"] is False
    alice.refresh_from_db()
    assert not alice.is_mail_stopped


def test_a_mail_to_a_former_address_stops_nothing(alice_api: Api, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(bounced_address="former@example.com")
    assert alice_api.get("me")["is_mail_stopped"] is False
