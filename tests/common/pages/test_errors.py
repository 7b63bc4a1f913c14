"""The page of an error leads back to where somebody was, and to no other site."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.models import User
from common.pages.errors import find_ways_back
from courses.models import Enrolment
from operations.web.adapter import BODY_REFUSED
from quizzes.authoring.models import Quiz
from quizzes.taking import save, start

SITE = "http://testserver"


@pytest.mark.parametrize(
    ("referrer", "back"),
    [
        (f"{SITE}/attempts/7/?asks=1", "/attempts/7/?asks=1"),
        (f"{SITE}//elsewhere.example/", "/%2Felsewhere.example/"),
        ("https://elsewhere.example/page/", ""),
        ("javascript:alert(1)", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_a_page_that_failed_can_be_tried_again_and_the_page_before_is_of_this_site(referrer: str, back: str) -> None:
    request = RequestFactory().get("/attempts/7/result/?look=3", headers={"Referer": referrer})
    assert find_ways_back(request) == ("/attempts/7/result/?look=3", back)


def test_a_page_that_was_reloaded_leads_to_itself_once() -> None:
    request = RequestFactory().get("/attempts/7/", headers={"Referer": f"{SITE}/attempts/7/"})
    assert find_ways_back(request) == ("/attempts/7/", "")


@pytest.mark.parametrize(("referrer", "back"), [(f"{SITE}/attempts/7/", "/attempts/7/"), ("", "/attempts/7/submit/")])
def test_a_form_that_failed_leads_to_its_page(referrer: str, back: str) -> None:
    request = RequestFactory().post("/attempts/7/submit/", headers={"Referer": referrer})
    assert find_ways_back(request) == ("", back)


def test_a_request_to_a_host_that_is_not_this_site_gets_no_link_to_it() -> None:
    request = RequestFactory().get("/", headers={"Host": "elsewhere.example", "Referer": "http://elsewhere.example/x"})
    assert find_ways_back(request) == ("/", "")


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("a fault"), 500), (OperationalError("database is locked"), 503)]
)
def test_an_attempt_that_met_an_error_is_one_link_away(
    alice_client: Client,
    quiz: Quiz,
    enrolment: Enrolment,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
) -> None:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())

    def fail(**_given: Any) -> None:
        raise error

    monkeypatch.setattr(save, "save_answer", fail)
    alice_client.raise_request_exception = False
    page = alice_client.post(
        f"/attempts/{attempt.uuid}/answers/",
        {str(quiz.questions.get(key="short").uuid): "typed"},
        headers={"Referer": f"{SITE}/attempts/{attempt.uuid}/", "Accept-Language": "en"},
    )
    assert page.status_code == status
    assert f'href="/attempts/{attempt.uuid}/"' in page.text
    assert "What you had saved is safe." in page.text


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "At most 110 MB can be sent at once."), ("ko", "한 번에 110MB까지 보낼 수 있어요.")],
)
def test_what_is_too_large_is_told_how_large_it_may_be(language: str, said: str) -> None:
    """The web server has not read the body: see `operations.web.adapter`."""
    refused: dict[str, Any] = {BODY_REFUSED: 413}
    answer = Client(**refused).post("/accounts/login/", headers={"Accept-Language": language})
    assert answer.status_code == 413
    assert said in answer.text


def test_the_page_of_a_refusal_knows_who_is_signed_in(alice: User) -> None:
    alice.language = "ko"
    alice.save()
    refused: dict[str, Any] = {BODY_REFUSED: 413}
    client = Client(**refused, enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post("/accounts/settings/", headers={"Accept-Language": "en"})
    assert answer.status_code == 413
    assert "한 번에 110MB까지" in answer.text
    assert "/accounts/login/" not in answer.text
