"""`manage.py create_admin`: the first administrator of a site."""

import re
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


def create_admin(email: str, **options: str) -> str:
    out = StringIO()
    call_command("create_admin", email, stdout=out, **options)
    return out.getvalue()


def test_a_new_administrator_chooses_the_password_by_the_printed_link(client: Client) -> None:
    printed = create_admin("Boss@Learn.example", name="Kim Boss")
    found = re.search(r"https?://[^/]+(/\S+)", printed)
    assert found
    form = client.get(found[1], follow=True)
    address = form.redirect_chain[-1][0]
    client.post(address, {"password1": "a long new password", "password2": "a long new password"})
    user = User.objects.get(email="boss@learn.example")
    assert user.check_password("a long new password")
    assert user.is_superuser
    assert user.name == "Kim Boss"
    assert EmailAddress.objects.get(user=user).verified


def test_somebody_who_has_an_account_keeps_the_password() -> None:
    User.objects.create_user("boss@learn.example", "a long password")
    printed = create_admin("boss@learn.example")
    user = User.objects.get()
    assert user.is_superuser
    assert user.check_password("a long password")
    assert "http" not in printed


def test_what_is_no_address_is_refused_in_one_line() -> None:
    with pytest.raises(CommandError, match="boss is not an e-mail address"):
        create_admin("boss")
    assert not User.objects.exists()
