"""Accounts in the admin."""

import pytest
from allauth.mfa.models import Authenticator
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
        {
            "email": "New@Example.com",
            "name": "",
            "language": "en",
            "time_zone": "Asia/Seoul",
            "is_active": "on",
            "summary_day": user.summary_day,
            "summary_time": user.summary_time,
            "weekly_goal": user.weekly_goal,
        },
    )

    assert response.status_code == 302, response.content
    user.refresh_from_db()
    assert user.email == "new@example.com"
    assert Client().post(login, {"login": "old@example.com", "password": PASSWORD}).status_code == 200
    assert Client().post(login, {"login": "new@example.com", "password": PASSWORD}).status_code == 302


def test_an_administrator_deletes_a_lost_second_step_and_sees_no_secret(admin_client: Client, alice: User) -> None:
    row = Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"})
    address = f"/admin/mfa/authenticator/{row.pk}/"
    for path in ("/admin/mfa/authenticator/", f"{address}change/", f"{address}history/"):
        page = admin_client.get(path).text
        assert "JBSWY3DPEHPK3PXP" not in page
        assert "history" in path or "Alice" in page
    admin_client.post(f"{address}change/", {"data": "{}"})
    row.refresh_from_db()
    assert row.data == {"secret": "JBSWY3DPEHPK3PXP"}
    admin_client.post(f"{address}delete/", {"post": "yes"})
    assert not Authenticator.objects.exists()
