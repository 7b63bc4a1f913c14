"""Changing the address of one's own account."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.models import AuditEntry, User
from accounts.own_account import address
from tests.api import Api
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
URL = "/accounts/email/"
NEW = "new@example.com"


@pytest.fixture
def client(alice: User) -> Client:
    """Alice, who has just signed in with her password."""
    signed_in = Client(headers={"Accept-Language": "en"})
    answer = signed_in.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert answer.status_code == 302
    mail.outbox.clear()
    return signed_in


def ask(client: Client, new: str = NEW) -> str:
    """Ask for the address `new`, and return the path of the link in the mail to it."""
    assert client.post(URL, {"email": new}).headers["Location"] == "/accounts/settings/"
    [sent] = mail.outbox
    assert sent.to == [new.strip().lower()]
    found = re.search(r"/accounts/email/\S+/", str(sent.body))
    assert found, sent.body
    mail.outbox.clear()
    return found[0]


def test_the_address_is_changed_by_the_link_in_the_mail(client: Client, alice: User) -> None:
    former = alice.email
    link = ask(client, " New@Example.com ")
    alice.refresh_from_db()
    assert alice.email == former
    page = client.get(link)
    assert NEW in page.text
    alice.refresh_from_db()
    assert alice.email == former, "opening the link changes nothing"
    assert client.post(link, follow=True).status_code == 200
    alice.refresh_from_db()
    assert alice.email == NEW
    assert list(EmailAddress.objects.filter(user=alice).values_list("email", "verified", "primary")) == [
        (NEW, True, True)
    ]
    [notice] = mail.outbox
    assert notice.to == [former]
    assert AuditEntry.objects.filter(subject=alice, model="accounts.user", event__actor=alice).exists()
    for login, status in ((former, 200), (NEW, 302)):
        assert Client().post("/accounts/login/", {"login": login, "password": PASSWORD}).status_code == status


def test_a_link_works_once_for_a_day_and_for_its_owner(
    client: Client, bob_client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = ask(client)
    assert bob_client.get(link).status_code == 404
    assert bob_client.post(link).status_code == 404
    assert client.get(link[:-5] + "xxxx/").status_code == 404
    monkeypatch.setattr(address, "LINK_AGE", timedelta(seconds=-1))
    assert client.get(link).status_code == 404
    monkeypatch.undo()
    assert client.post(link).status_code == 302
    assert client.post(link).status_code == 404
    alice.refresh_from_db()
    assert alice.email == NEW


def test_an_address_that_has_an_account_gets_the_same_answer_and_another_mail(
    client: Client, alice: User, bob: User
) -> None:
    free = client.post(URL, {"email": NEW}, follow=True)
    mail.outbox.clear()
    taken = client.post(URL, {"email": bob.email}, follow=True)
    assert (free.status_code, free.redirect_chain) == (taken.status_code, taken.redirect_chain)
    [sent] = mail.outbox
    assert sent.to == [bob.email]
    assert "/accounts/email/" not in sent.body
    # Somebody may take it between the mail and the click.
    link = address.make_link(alice, bob.email).removeprefix("http://testserver")
    path = link[link.index("/accounts/") :]
    assert client.post(path).status_code == 404
    alice.refresh_from_db()
    assert alice.email != bob.email


@pytest.mark.parametrize("new", ["", "nobody", "a\0b@example.com", "öde@example.com", "x" * 250 + "@example.com"])
def test_what_is_no_address_is_refused(client: Client, new: str) -> None:
    answer = client.post(URL, {"email": new})
    assert answer.status_code == 400
    assert not mail.outbox


def test_ones_own_address_is_no_change(client: Client, alice: User) -> None:
    assert "This is your address already." in client.post(URL, {"email": alice.email.upper()}).text


def test_it_asks_for_the_password_again_some_time_after_the_sign_in(alice_client: Client) -> None:
    answer = alice_client.post(URL, {"email": NEW})
    assert answer.status_code == 302
    assert "reauthenticate" in answer.headers["Location"]
    assert not mail.outbox


def test_my_account_leads_there_and_names_whom_to_ask(alice_client: Client, settings: object) -> None:
    settings.CONTACT = "help@example.com"  # type: ignore[attr-defined]
    page = alice_client.get("/accounts/settings/", headers={"Accept-Language": "en"}).text
    assert f'href="{URL}"' in page
    assert "mailto:help@example.com" in page
    headings = [" ".join(each.split()) for each in re.findall(r"<h[12][^>]*>(.*?)</h[12]>", page, re.DOTALL)]
    for heading in ("About you", "Your goal", "Mails to you", "Appearance", "Sign-in", "Your data"):
        assert heading in headings


@pytest.fixture
def app(alice: User) -> Api:
    """Alice's app, which has just signed in with her password."""
    answer = Client().post(
        "/_allauth/app/v1/auth/login", {"email": alice.email, "password": PASSWORD}, "application/json"
    )
    mail.outbox.clear()
    return Api(answer.json()["meta"]["session_token"])


def token_in_mail() -> str:
    [sent] = mail.outbox
    found = re.search(r"/accounts/email/(\S+)/", str(sent.body))
    assert found, sent.body
    mail.outbox.clear()
    return found[1]


def test_an_app_changes_the_address_by_the_link_in_the_mail(app: Api, alice: User) -> None:
    former = alice.email
    app.post("me/address", {"email": " New@Example.com "}, expect=204)
    assert app.get("me")["email"] == former

    app.post("me/address/confirm", {"token": (token := token_in_mail())}, expect=204)

    assert app.get("me")["email"] == NEW
    [notice] = mail.outbox
    assert notice.to == [former]
    assert app.post("me/address/confirm", {"token": token}, expect=404)["type"].endswith("address-link-unusable")
    answer = Client().post("/_allauth/app/v1/auth/login", {"email": NEW, "password": PASSWORD}, "application/json")
    assert answer.status_code == 200


def test_what_an_app_asks_for_the_browser_confirms(app: Api, client: Client, alice: User) -> None:
    app.post("me/address", {"email": NEW}, expect=204)
    assert client.post(f"{URL}{token_in_mail()}/").status_code == 302
    alice.refresh_from_db()
    assert alice.email == NEW


def test_an_app_with_an_old_password_has_to_send_it_again(alice_api: Api) -> None:
    refused = alice_api.post("me/address", {"email": NEW}, expect=401)
    assert refused["type"].endswith("/reauthentication-required")
    assert not mail.outbox


def test_an_app_learns_nothing_of_the_accounts_of_others(app: Api, bob_api: Api, alice: User, bob: User) -> None:
    app.post("me/address", {"email": bob.email}, expect=204)
    [sent] = mail.outbox
    assert (sent.to, "/accounts/email/" in sent.body) == ([bob.email], False)
    mail.outbox.clear()
    app.post("me/address", {"email": NEW}, expect=204)
    bob_api.post("me/address/confirm", {"token": token_in_mail()}, expect=404)


@pytest.mark.parametrize(
    ("new", "slug"),
    [
        ("", "invalid"), ("nobody", "invalid"), ("a\0b@example.com", "invalid"), ("öde@example.com", "invalid"),
        ("x" * 250 + "@example.com", "invalid"), (["a@example.com"], "invalid"), (None, "invalid"),
        ("ALICE@example.com", "address-unchanged"),
    ],
)  # fmt: skip
def test_an_app_is_refused_what_is_no_new_address(app: Api, alice: User, new: object, slug: str) -> None:
    User.objects.filter(pk=alice.pk).update(email="alice@example.com")
    assert app.post("me/address", {"email": new}, expect=400)["type"].endswith(f"/{slug}")
    assert not mail.outbox


@pytest.mark.parametrize("token", ["x", "a:b:c", "\0", "데이터", "x" * 1000])
def test_a_made_up_link_is_refused(app: Api, token: str) -> None:
    answer = app.post("me/address/confirm", {"token": token}, expect=400 if "\0" in token else 404)
    assert answer["type"].endswith("/invalid" if "\0" in token else "/address-link-unusable")


def test_who_asks_too_often_waits(app: Api, settings: object) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"manage_email": "1/m/user"}  # type: ignore[attr-defined]
    app.post("me/address", {"email": NEW}, expect=204)
    assert app.post("me/address", {"email": NEW}, expect=429)["type"].endswith("/throttled")
    assert len(mail.outbox) == 1
