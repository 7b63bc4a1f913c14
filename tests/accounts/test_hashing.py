"""How passwords are stored. The other tests use a fast hasher."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, identify_hasher
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import User
from lms.settings.accounts import PASSWORD_HASHERS
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
# Argon2id with the parameters that OWASP recommends.
RECOMMENDED = "argon2$argon2id$v=19$m=19456,t=2,p=1$"


@pytest.fixture(autouse=True)
def hashers_of_the_settings() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS):
        yield


def sign_in(user: User, password: str) -> bool:
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": password})
    return "_auth_user_id" in client.session


def test_passwords_are_hashed_with_argon2id() -> None:
    user = UserFactory()
    assert user.password.startswith(RECOMMENDED)
    assert sign_in(user, PASSWORD)
    assert not sign_in(user, PASSWORD + "x")


def test_an_older_hash_is_accepted_once_more_and_replaced() -> None:
    user = UserFactory()
    user.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", 1000)
    user.save()
    assert sign_in(user, PASSWORD)
    user.refresh_from_db()
    assert identify_hasher(user.password).algorithm == "argon2"
    assert user.password.startswith(RECOMMENDED)
