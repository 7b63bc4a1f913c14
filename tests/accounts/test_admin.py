"""Accounts in the admin."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import PASSWORD, UserFactory


@pytest.fixture
def admin_client(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", "pw"))
    return client


def test_only_the_new_address_can_sign_in_after_a_change(admin_client: Client) -> None:
    user = UserFactory(email="old@example.com")
    login = reverse("account_login")
    assert Client().post(login, {"login": "old@example.com", "password": PASSWORD}).status_code == 302

    response = admin_client.post(
        reverse("admin:accounts_user_change", args=[user.pk]),
        {"email": "New@Example.com", "name": "", "language": "en", "time_zone": "Asia/Seoul", "is_active": "on"},
    )

    assert response.status_code == 302, response.content
    user.refresh_from_db()
    assert user.email == "new@example.com"
    assert Client().post(login, {"login": "old@example.com", "password": PASSWORD}).status_code == 200
    assert Client().post(login, {"login": "new@example.com", "password": PASSWORD}).status_code == 302
