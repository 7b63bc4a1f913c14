"""The rules for addresses and names, and that every way into the site follows them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.forms import SettingsForm
from accounts.identity import normalise_address, validate_address, validate_name
from accounts.models import User
from courses.models import Course
from tests.api import Api
from tests.factories import UserFactory
from tests.migrating import Migrate
from tests.rosters.steps import imported

GOOD_PASSWORD = "a long enough one"
TOO_LONG = "x" * 300 + "@example.com"
CYRILLIC = "\u0430lice@example.com"
FOREIGN_DOMAIN = "alice@ex\u0430mple.com"


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Alice@Example.COM", "alice@example.com"),
        (" alice@example.com\n", "alice@example.com"),
        ("\uff41lice@example.com", "alice@example.com"),
        ("alice\uff20example\uff0ecom", "alice@example.com"),
        ("\u017fam@example.com", "sam@example.com"),
        ("\u212aim@example.com", "kim@example.com"),
        ("o'neil+tag_1@xn--hq1bm8jm9l.example", "o'neil+tag_1@xn--hq1bm8jm9l.example"),
    ],
    ids=["case", "white-space", "full-width", "full-width-signs", "long-s", "kelvin", "signs"],
)
def test_spellings_of_one_address_are_stored_alike(written: str, stored: str) -> None:
    validate_address(written)
    assert normalise_address(written) == stored


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (CYRILLIC, "This one contains “\u0430” (U+0430)."),
        (FOREIGN_DOMAIN, "This one contains “\u0430” (U+0430)."),
        ("민지@example.com", "This one contains “민” (U+BBFC)."),
        ("al\u0131ce@example.com", "This one contains “\u0131” (U+0131)."),
        ("al\u202eice@example.com", "This one contains U+202E."),
        ("al\u200bice@example.com", "This one contains U+200B."),
        ('"al\x01ice"@example.com', "This one contains U+0001."),
        (TOO_LONG, "This address is too long: mail allows 64 characters before the @ and 254 in all."),
        ("x" * 65 + "@example.com", "64 characters before the @"),
        ("x@" + "y." * 130 + "com", "254 in all"),
        ("no address", "Enter a valid email address."),
        ("", "Enter a valid email address."),
    ],
    ids=[
        "cyrillic", "cyrillic-domain", "hangul", "dotless-i", "direction", "zero-width", "control", "300", "65",
        "domain", "no-at", "empty",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_stored_is_refused_in_words(address: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_address(address)
    assert sentence in refused.value.messages[0]


@pytest.mark.parametrize("name", ["김민지", "Zoë O’Neil-Müller", "می\u200cخواهم", "👩\u200d🎓", "", "A  B"])
def test_a_name_may_be_in_any_script(name: str) -> None:
    validate_name(name)


HIDDEN = ["A\r\nBcc: x@example.com", "A\x1b[31mB", "A\u202eB", "A\u2066B", "A\u200bB", "A\u2028B", "A\x85B", "A\tB"]


@pytest.mark.parametrize("name", HIDDEN)
def test_a_name_with_hidden_characters_is_refused_in_words(name: str) -> None:
    with pytest.raises(ValidationError, match="A name contains no line breaks and no invisible characters"):
        validate_name(name)


# Each way into the site: called with an address and a name, it returns the words of a refusal, or "".


def by_page(email: str, name: str) -> str:
    form = {"email": email, "name": name, "password1": GOOD_PASSWORD, "password2": GOOD_PASSWORD}
    answer: Any = Client().post(reverse("account_signup"), form, headers={"Accept-Language": "en"})
    return "" if answer.status_code == 302 else answer.text


def by_app(email: str, name: str) -> str:
    body = {"email": email, "name": name, "password": GOOD_PASSWORD}
    answer: Any = Client(headers={"Accept-Language": "en"}).post(
        "/_allauth/app/v1/auth/signup", body, content_type="application/json"
    )
    return "" if answer.status_code == 200 else " ".join(error["message"] for error in answer.json()["errors"])


def by_roster(email: str, name: str) -> str:
    course = Course.objects.first() or Course.objects.create(slug="c")
    quoted = name.replace('"', '""')
    job = imported(course, f'email,name\n{email},"{quoted}"\n')
    return " ".join(problem["en"] for _line, problem in job.counts["problems"])


def by_admin(email: str, name: str) -> str:
    root = Client(headers={"Accept-Language": "en"})
    root.force_login(User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("r@example.com"))
    form = {"email": email, "name": name, "password1": GOOD_PASSWORD, "password2": GOOD_PASSWORD}
    answer: Any = root.post(reverse("admin:accounts_user_add"), {**form, "usable_password": "true"})
    return "" if answer.status_code == 302 else answer.text


def by_command(email: str, name: str) -> str:
    try:
        call_command("createsuperuser", email=email, interactive=False, verbosity=0)
    except CommandError as refused:
        return str(refused)
    return ""


WAYS = [by_page, by_app, by_roster, by_admin]


@pytest.mark.parametrize("way", [*WAYS, by_command])
@pytest.mark.parametrize("email", [CYRILLIC, FOREIGN_DOMAIN, TOO_LONG], ids=["cyrillic", "domain", "300"])
def test_every_way_in_refuses_the_address(db: None, way: Callable[[str, str], str], email: str) -> None:
    reason = "This address is too long" if email == TOO_LONG else "This one contains “\u0430” (U+0430)"

    assert reason in way(email, "Alice")
    assert not User.objects.exclude(is_superuser=True, email="r@example.com").exists()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", HIDDEN[:3])
def test_every_way_in_refuses_the_name(db: None, way: Callable[[str, str], str], name: str) -> None:
    assert "A name contains no line breaks" in way("alice@example.com", name)
    assert not User.objects.filter(email="alice@example.com").exists()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("spelling", ["\u017fam@example.com", "SAM@Example.com"])
def test_no_way_in_makes_a_second_account_for_one_address(
    db: None, way: Callable[[str, str], str], spelling: str
) -> None:
    UserFactory(email="sam@example.com")

    way(spelling, "Sam")

    assert User.objects.filter(email__contains="am@").count() == 1


@pytest.mark.parametrize("way", [by_page, by_app, by_roster, by_admin, by_command])
def test_every_way_in_stores_the_normal_form(db: None, way: Callable[[str, str], str]) -> None:
    assert way("\u017fAM@Example.com", "Sam") == ""

    assert User.objects.filter(email="sam@example.com").exists()


def test_create_user_follows_the_rules_too(db: None) -> None:
    with pytest.raises(ValidationError):
        User.objects.create_user(TOO_LONG)
    assert User.objects.create_user("\u017fAM@Example.com").email == "sam@example.com"


@pytest.mark.parametrize("name", HIDDEN[:3])
def test_a_name_cannot_be_changed_to_one_with_hidden_characters(alice_api: Api, alice: User, name: str) -> None:
    problem = alice_api.patch("me", {"name": name}, expect=400, headers={"Accept-Language": "en"})
    form = SettingsForm({"name": name, "language": "", "time_zone": "UTC"}, instance=alice)

    assert "A name contains no line breaks" in problem["errors"]["name"][0]
    assert "A name contains no line breaks" in form.errors["name"][0]


def test_an_account_from_before_the_rules_keeps_its_address(db: None) -> None:
    older = UserFactory(email="sam2@example.com")
    User.objects.filter(pk=older.pk).update(email="\u017fam@example.com")
    UserFactory(email="sam@example.com")
    older.refresh_from_db()

    form = SettingsForm({"name": "Sam", "language": "", "time_zone": "UTC"}, instance=older)
    assert form.is_valid()
    form.save()

    older.refresh_from_db()
    assert (older.email, older.name) == ("\u017fam@example.com", "Sam")


def test_the_migration_removes_hidden_characters_from_names(migrate: Migrate) -> None:
    user = UserFactory(name="김민지")
    User.objects.filter(pk=user.pk).update(name="Al\u202eice\r\nBcc: \x1bx")
    kept = UserFactory(name="می\u200cخواهم")

    migrate(("accounts", "0003_rules_for_addresses_and_names"))
    migrate()

    user.refresh_from_db()
    kept.refresh_from_db()
    assert (user.name, kept.name) == ("Alice Bcc: x", "می\u200cخواهم")
