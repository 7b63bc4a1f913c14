"""A form that is sent after the session has ended is offered again after the sign-in."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from courses.models import ActivityCompletion, Enrolment
from tests.accounts.kept_forms import hidden, sign_in

DONE = "/courses/statistics/lessons/lesson-1/done/"
FROM_HERE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}


@pytest.fixture
def ended(alice_client: Client) -> Client:
    """Alice's browser, whose session the site has forgotten."""
    Session.objects.all().delete()
    return alice_client


def test_a_lesson_that_was_marked_as_done_is_done_after_the_sign_in(ended: Client, enrolment: Enrolment) -> None:
    answer = ended.post(DONE, {"done": "1"}, follow=True, headers={"Accept-Language": "en"})
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=")
    assert "Your session had ended." in answer.text
    assert not ActivityCompletion.objects.exists()
    offered = sign_in(ended, enrolment.user, DONE)
    assert hidden(offered.text) == {"done": "1"}
    assert f'action="{DONE}"' in offered.text
    ended.post(DONE, hidden(offered.text))
    assert ActivityCompletion.objects.get().enrolment == enrolment
    # Once only.
    assert "Not sent yet" not in ended.get(DONE, follow=True).text


def test_what_was_typed_in_the_account_comes_back(ended: Client, enrolment: Enrolment) -> None:
    typed = {"name": "Alice\n“Ali” <b>", "language": "en", "time_zone": "Asia/Seoul"}
    ended.post("/accounts/settings/", typed)
    assert hidden(sign_in(ended, enrolment.user, "/accounts/settings/").text) == typed


def test_it_can_be_left(ended: Client, enrolment: Enrolment) -> None:
    ended.post(DONE, {"done": "1"})
    sign_in(ended, enrolment.user, DONE)
    assert ended.get(f"{DONE}?leave").status_code == 302
    assert "Not sent yet" not in ended.get(DONE, follow=True).text
    assert not ActivityCompletion.objects.exists()


def test_other_pages_are_as_ever(ended: Client, enrolment: Enrolment) -> None:
    ended.post(DONE, {"done": "1"})
    assert "Not sent yet" not in sign_in(ended, enrolment.user, "/courses/").text


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({"password1": "secret"}, {}),
        ({"text": "x" * 100_001}, {}),
        ({"done": "1"}, {"Sec-Fetch-Mode": "cors"}),
        ({"done": "1"}, {"HX-Request": "true"}),
    ],
)
def test_secrets_huge_texts_and_what_scripts_send_are_not_kept(
    ended: Client, enrolment: Enrolment, fields: dict[str, str], headers: dict[str, str]
) -> None:
    ended.post("/accounts/settings/", fields, headers=headers)
    assert "Not sent yet" not in sign_in(ended, enrolment.user, "/accounts/settings/").text


@pytest.fixture
def without_cookies(enrolment: Enrolment) -> Client:
    """A browser that checks are made for and that has lost its cookies."""
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("headers", [FROM_HERE, {"Origin": "http://testserver"}])
def test_with_all_cookies_gone_the_form_is_kept_too(
    without_cookies: Client, enrolment: Enrolment, headers: dict[str, str]
) -> None:
    answer = without_cookies.post(DONE, {"done": "1"}, headers=headers)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/?next=")
    without_cookies.force_login(enrolment.user)
    offered = without_cookies.get(DONE)
    assert hidden(offered.text) == {"done": "1"}
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', offered.text)[-1]
    without_cookies.post(DONE, {"done": "1", "csrfmiddlewaretoken": token}, headers=FROM_HERE)
    assert ActivityCompletion.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://example.com"}],
)
def test_what_another_site_sends_is_refused_and_not_kept(
    without_cookies: Client, enrolment: Enrolment, headers: dict[str, str]
) -> None:
    assert without_cookies.post(DONE, {"done": "1"}, headers=headers).status_code == 403
    assert not Session.objects.exists()


def test_a_form_with_a_lost_token_is_offered_to_somebody_who_is_signed_in(
    without_cookies: Client, enrolment: Enrolment
) -> None:
    without_cookies.force_login(enrolment.user)
    page = without_cookies.post(DONE, {"done": "1"}, headers=FROM_HERE, follow=True)
    assert hidden(page.text) == {"done": "1"}
    assert not ActivityCompletion.objects.exists()
