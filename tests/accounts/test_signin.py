"""Sign-in, sign-out and their limits, on the pages."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import PASSWORD


def sign_in(client: Client, email: str, password: str = PASSWORD, **extra: str) -> Any:
    return client.post(
        reverse("account_login"), {"login": email, "password": password, **extra}, headers={"Accept-Language": "en"}
    )


def test_signs_in_and_goes_where_one_wanted_to(client: Client, alice: User) -> None:
    response = sign_in(client, "ALICE@example.com", next="/courses/statistics/")

    assert response.status_code == 302
    assert response.headers["Location"] == "/courses/statistics/"
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_does_not_lead_to_another_site(client: Client, alice: User) -> None:
    response = sign_in(client, alice.email, next="https://elsewhere.example/")

    assert response.headers["Location"] == reverse("courses:course-list")


def test_the_same_answer_for_known_and_unknown_addresses(client: Client, alice: User) -> None:
    known = sign_in(client, alice.email, "wrong")
    unknown = sign_in(client, "nobody@example.com", "wrong")

    assert known.status_code == unknown.status_code == 200
    assert _without_tokens(known.content, alice.email) == _without_tokens(unknown.content, "nobody@example.com")


def _without_tokens(page: bytes, email: str) -> str:
    text = page.decode().replace(email, "EMAIL")
    return "\n".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line and "nonce" not in line)


def test_an_inactive_account_does_not_get_in(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)

    sign_in(client, alice.email)

    assert "_auth_user_id" not in client.session


def test_the_sixth_wrong_password_in_five_minutes_is_refused_and_then_the_right_one_too(
    client: Client, alice: User
) -> None:
    for _try in range(5):
        assert b"Too many failed" not in sign_in(client, alice.email, "wrong").content

    assert "Too many failed" in sign_in(client, alice.email, "wrong").content.decode()
    assert "Too many failed" in sign_in(client, alice.email).content.decode()
    assert "_auth_user_id" not in client.session


def test_a_class_can_sign_in_from_one_address(db: None) -> None:
    # One hash for all: what is tested is the limit.
    people = [User.objects.create_user(f"s{number}@example.com", "pw") for number in range(3)]
    User.objects.bulk_create(User(email=f"c{number}@example.com", password=people[0].password) for number in range(110))

    for number in range(110):
        assert sign_in(Client(), f"c{number}@example.com", "pw").status_code == 302


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_anonymous_pages_open(client: Client, db: None, name: str) -> None:
    response = client.get(reverse(name))

    assert response.status_code == 200
    assert b"placeholder" not in response.content


def test_signing_out_asks_and_needs_a_post(alice_client: Client) -> None:
    assert alice_client.get(reverse("account_logout")).status_code == 200
    assert "_auth_user_id" in alice_client.session

    alice_client.post(reverse("account_logout"))

    assert "_auth_user_id" not in alice_client.session


def test_the_administration_uses_the_same_sign_in(client: Client, db: None) -> None:
    response = client.get("/admin/login/?next=/admin/")

    assert response.status_code == 302
    assert response.headers["Location"] == "/accounts/login/?next=%2Fadmin%2F"
