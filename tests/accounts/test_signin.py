"""Sign-in and sign-out on the pages, and their rate limits."""

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


def test_signing_in_redirects_to_the_requested_page(client: Client, alice: User) -> None:
    response = sign_in(client, "ALICE@example.com", next="/courses/statistics/")

    assert response.status_code == 302
    assert response.headers["Location"] == "/courses/statistics/"
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_signing_in_does_not_redirect_to_another_site(client: Client, alice: User) -> None:
    response = sign_in(client, alice.email, next="https://elsewhere.example/")

    assert response.headers["Location"] == reverse("courses:course-list")


def test_known_and_unknown_addresses_get_the_same_response(client: Client, alice: User) -> None:
    known = sign_in(client, alice.email, "wrong")
    unknown = sign_in(client, "nobody@example.com", "wrong")

    assert known.status_code == unknown.status_code == 200
    assert _without_tokens(known.content, alice.email) == _without_tokens(unknown.content, "nobody@example.com")


def _without_tokens(page: bytes, email: str) -> str:
    text = page.decode().replace(email, "EMAIL")
    return "\n".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line and "nonce" not in line)


def test_an_inactive_account_cannot_sign_in(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)

    sign_in(client, alice.email)

    assert "_auth_user_id" not in client.session


def test_a_whole_class_can_sign_in_from_one_ip_address(db: None) -> None:
    # All users share one password hash to save time. Only the rate limit is tested.
    people = [User.objects.create_user(f"s{number}@example.com", "pw") for number in range(3)]
    User.objects.bulk_create(User(email=f"c{number}@example.com", password=people[0].password) for number in range(110))

    for number in range(110):
        assert sign_in(Client(), f"c{number}@example.com", "pw").status_code == 302


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_anonymous_pages_open(client: Client, db: None, name: str) -> None:
    response = client.get(reverse(name))

    assert response.status_code == 200
    assert b"placeholder" not in response.content


def test_signing_out_requires_a_confirmation_by_post(alice_client: Client) -> None:
    assert alice_client.get(reverse("account_logout")).status_code == 200
    assert "_auth_user_id" in alice_client.session

    alice_client.post(reverse("account_logout"))

    assert "_auth_user_id" not in alice_client.session


def test_the_admin_uses_the_same_sign_in(client: Client, db: None) -> None:
    response = client.get("/admin/login/?next=/admin/")

    assert response.status_code == 302
    assert response.headers["Location"] == "/accounts/login/?next=%2Fadmin%2F"
