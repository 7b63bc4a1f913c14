"""Which mails somebody wants, in the API."""

import pytest

from accounts.models import MailSwitch, User
from tests.accounts.messages.conftest import news
from tests.accounts.messages.kinds import CourseNews
from tests.api import Api

__all__ = ["news"]

pytestmark = pytest.mark.django_db


def states(api: Api) -> dict[str, bool]:
    return {switch["kind"]: switch["is_on"] for switch in api.get("mail-switches")["switches"]}


def test_kinds_are_switched_off_and_on(alice_api: Api, alice: User, news: CourseNews) -> None:
    assert states(alice_api) == {
        "announcement": True,
        "appeal-answered": True,
        "certificate-ready": True,
        "course-news": True,
        "question-replied": True,
        "dates-changed": True,
        "reminder": True,
        "result-ready": True,
        "weekly-summary": True,
    }
    answer = alice_api.put("mail-switches/course-news", {"is_on": False})
    assert answer == {
        "kind": "course-news",
        "title": "News of courses",
        "description": "Something new in your course.",
        "is_on": False,
    }
    assert states(alice_api) == {
        "announcement": True,
        "appeal-answered": True,
        "certificate-ready": True,
        "course-news": False,
        "question-replied": True,
        "dates-changed": True,
        "reminder": True,
        "result-ready": True,
        "weekly-summary": True,
    }
    alice_api.put("mail-switches/course-news", {"is_on": True})
    assert MailSwitch.objects.get().is_on


def test_the_weekly_summary_is_the_setting_of_the_account(alice_api: Api, alice: User) -> None:
    alice_api.put("mail-switches/weekly-summary", {"is_on": False})
    assert alice_api.get("me")["wants_weekly_summary"] is False
    alice_api.patch("me", {"wants_weekly_summary": True})
    assert states(alice_api) == {
        "announcement": True,
        "appeal-answered": True,
        "certificate-ready": True,
        "question-replied": True,
        "dates-changed": True,
        "reminder": True,
        "result-ready": True,
        "weekly-summary": True,
    }


@pytest.mark.parametrize("kind", ["grade-changed", "password-reset", "no-such-kind"])
def test_a_kind_without_a_switch_is_not_found(alice_api: Api, kind: str) -> None:
    alice_api.put(f"mail-switches/{kind}", {"is_on": False}, expect=404)


@pytest.mark.parametrize("body", [{}, {"is_on": "perhaps"}, {"is_on": None}, []])
def test_a_body_without_a_state_is_refused(alice_api: Api, body: object) -> None:
    alice_api.put("mail-switches/weekly-summary", body, expect=400)
    assert states(alice_api) == {
        "announcement": True,
        "appeal-answered": True,
        "certificate-ready": True,
        "question-replied": True,
        "dates-changed": True,
        "reminder": True,
        "result-ready": True,
        "weekly-summary": True,
    }
