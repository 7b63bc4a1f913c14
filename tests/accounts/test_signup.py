"""Sign-up: open, by enrolment code, closed."""

from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from courses.models import Course, Enrolment
from tests.api import Api

FORM = {"email": "New@Example.com", "password1": "a long enough one", "password2": "a long enough one"}


def sign_up(client: Client, **fields: str) -> Any:
    return client.post(reverse("account_signup"), {**FORM, **fields}, headers={"Accept-Language": "en"})


@pytest.fixture
def coded(course: Course) -> Course:
    course.enrolment_mode = Course.EnrolmentMode.CODE
    course.enrolment_code = "spring-26"
    course.save()
    return course


def test_open_signup_creates_an_account_in_lower_case_and_signs_in(client: Client, db: None) -> None:
    response = sign_up(client, name="김민지")

    assert response.status_code == 302, response.content
    user = User.objects.get()
    assert user.email == "new@example.com"
    assert user.name == "김민지"
    assert user.language == "en"
    assert client.session["_auth_user_id"] == str(user.pk)


def test_the_name_is_optional(client: Client, db: None) -> None:
    sign_up(client)

    assert User.objects.get().name == ""


@pytest.mark.parametrize(
    "fields",
    [
        {"password2": "another"},
        {"password1": "short", "password2": "short"},
        {"password1": "12345678", "password2": "12345678"},
        {"email": "no address"},
        {"name": "x" * 101},
        {"name": "🦉" * 300},
    ],
)
def test_invalid_input_creates_no_account(client: Client, db: None, fields: dict[str, str]) -> None:
    response = sign_up(client, **fields)

    assert response.status_code == 200
    assert b'class="error"' in response.content
    assert not User.objects.exists()


def test_closed_signup_shows_a_page_and_creates_no_account(client: Client, db: None, settings: Settings) -> None:
    settings.SIGNUP = "closed"

    assert "closed" in client.get(reverse("account_signup"), headers={"Accept-Language": "en"}).content.decode()
    assert sign_up(client).status_code == 200
    assert not User.objects.exists()


def test_the_code_is_a_field_only_if_sign_up_requires_one(client: Client, db: None, settings: Settings) -> None:
    assert b'name="code"' not in client.get(reverse("account_signup")).content
    settings.SIGNUP = "code"
    assert b'name="code"' in client.get(reverse("account_signup")).content


def test_a_code_enrols_the_new_user(client: Client, coded: Course, settings: Settings) -> None:
    settings.SIGNUP = "code"

    sign_up(client, code=" spring-26 ")

    enrolment = Enrolment.objects.get()
    assert enrolment.user.email == "new@example.com"
    assert enrolment.course == coded
    assert enrolment.source == "code"


@pytest.mark.parametrize("code", ["", "autumn-26", "\x00", "x" * 51])
def test_a_wrong_code_creates_no_account(client: Client, coded: Course, settings: Settings, code: str) -> None:
    settings.SIGNUP = "code"

    response = sign_up(client, code=code)

    assert response.status_code == 200
    assert not User.objects.exists()


def test_codes_cannot_be_guessed_at_sign_up(client: Client, coded: Course, settings: Settings) -> None:
    settings.SIGNUP = "code"

    answers = [sign_up(client, code=f"autumn-{guess}") for guess in range(31)]

    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert int(answers[-1].headers["Retry-After"]) in range(590, 601)
    assert "Too many wrong codes" in answers[-1].text
    assert "Try again in 10 minutes." in answers[-1].text
    assert sign_up(client, code="spring-26").status_code == 429
    assert not User.objects.exists()


def test_codes_cannot_be_guessed_by_the_app(api: Api, coded: Course, settings: Settings) -> None:
    settings.SIGNUP = "code"
    body = {"email": "App@example.com", "password": "a long enough one"}

    for guess in range(30):
        api.post("/_allauth/app/v1/auth/signup", {**body, "code": f"autumn-{guess}"}, expect=400)
    problem = api.post("/_allauth/app/v1/auth/signup", {**body, "code": "spring-26"}, expect=429)

    assert problem["type"] == "/problems/throttled"
    assert int(api.response.headers["Retry-After"]) in range(590, 601)


def test_the_code_of_an_unpublished_course_is_refused(client: Client, coded: Course, settings: Settings) -> None:
    settings.SIGNUP = "code"
    coded.is_published = False
    coded.save()

    sign_up(client, code="spring-26")

    assert not User.objects.exists()


def test_with_verification_known_and_unknown_addresses_get_the_same_response(
    client: Client, alice: User, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"

    known = sign_up(client, email=alice.email)
    unknown = sign_up(Client(), email="new@example.com")

    assert known.status_code == unknown.status_code
    assert known.headers["Location"] == unknown.headers["Location"]
    assert [mail.to for mail in mailoutbox] == [[alice.email], ["new@example.com"]]


def test_confirming_the_address_allows_signing_in(
    client: Client, db: None, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    sign_up(client)
    assert "_auth_user_id" not in client.session
    link = next(line for line in mailoutbox[0].body.splitlines() if line.startswith("http"))
    path = link.removeprefix("http://testserver")

    assert "new@example.com" in client.get(path).content.decode()
    client.post(path)

    response = client.post(reverse("account_login"), {"login": "new@example.com", "password": FORM["password1"]})
    assert response.status_code == 302
    assert "_auth_user_id" in client.session


def test_sign_up_by_the_app_has_the_same_rules(api: Api, coded: Course, settings: Settings) -> None:
    settings.SIGNUP = "code"
    body = {"email": "App@example.com", "password": "a long enough one"}

    for wrong in ({}, {"code": "autumn-26"}):
        response = api.client.post("/_allauth/app/v1/auth/signup", {**body, **wrong}, content_type="application/json")
        assert response.status_code == 400
        assert [error["param"] for error in response.json()["errors"]] == ["code"]
    response = api.client.post(
        "/_allauth/app/v1/auth/signup", {**body, "code": "spring-26", "name": "App"}, content_type="application/json"
    )

    assert response.status_code == 200
    api.headers["X-Session-Token"] = response.json()["meta"]["session_token"]
    assert api.get("me")["email"] == "app@example.com"
    assert [course["slug"] for course in api.get("courses")["results"]] == [coded.slug]
