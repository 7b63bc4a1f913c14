"""Questions to look at again: kept with the attempt, asked about before the submit, and changed by a form or a script."""

import re
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from quizzes.attempts.flags import set_flag
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import submit
from tests.quizzes.taking.pages.forms import EN, form

JSON = {"Accept": "application/json"}


@pytest.fixture
def short(quiz: Quiz) -> str:
    return str(quiz.questions.get(key="short").uuid)


@pytest.fixture
def first(quiz: Quiz) -> str:
    return str(quiz.questions.get(key="q0").uuid)


def flagged(attempt: Attempt) -> list[str]:
    attempt.refresh_from_db()
    return attempt.flagged or []


def test_a_flag_is_set_and_taken_away_by_the_form_which_is_saved(
    alice_client: Client, attempt: Attempt, short: str
) -> None:
    address = f"/attempts/{attempt.uuid}/flags/"
    answer = alice_client.post(address, {"flag": short, short: "typed"})
    assert answer.headers["Location"] == f"/attempts/{attempt.uuid}/#q-{short}"
    assert Answer.objects.get(question=short).response == {"text": "typed"}
    assert flagged(attempt) == [short]
    page = alice_client.get(f"/attempts/{attempt.uuid}/", headers=EN).text
    assert re.search(rf'name="unflag" value="{short}".*?aria-pressed="true"', page)
    assert 'class="is-answered is-flagged"' in page
    alice_client.post(address, {"unflag": short})
    assert flagged(attempt) == []


def test_the_pages_script_sends_the_flag_alone(alice_client: Client, attempt: Attempt, short: str) -> None:
    answer = alice_client.post(f"/attempts/{attempt.uuid}/flags/", {"flag": short, short: "typed"}, headers=JSON)
    assert answer.json() == {"flagged": True}
    assert flagged(attempt) == [short]
    assert not Answer.objects.exists()


@pytest.mark.parametrize("name", ["flag", "unflag"])
@pytest.mark.parametrize("value", ["", "x", "00000000-0000-4000-8000-000000000000"])
def test_a_question_that_the_attempt_does_not_have_is_404(
    alice_client: Client, attempt: Attempt, name: str, value: str
) -> None:
    assert alice_client.post(f"/attempts/{attempt.uuid}/flags/", {name: value}).status_code == 404


def test_flags_of_two_devices_add_up(attempt: Attempt, short: str, first: str) -> None:
    for question in (short, first, first):
        set_flag(attempt=attempt, question=UUID(question), is_flagged=True)
    assert flagged(attempt) == sorted([short, first])


def test_an_attempt_that_is_over_keeps_its_flags(attempt: Attempt, short: str) -> None:
    set_flag(attempt=attempt, question=UUID(short), is_flagged=True)
    submit.submit(attempt=attempt, now=timezone.now())
    set_flag(attempt=attempt, question=UUID(short), is_flagged=False)
    assert flagged(attempt) == [short]


def test_a_complete_form_with_a_flag_asks_before_the_submit(
    alice_client: Client, attempt: Attempt, quiz: Quiz, short: str
) -> None:
    set_flag(attempt=attempt, question=UUID(short), is_flagged=True)
    address = f"/attempts/{attempt.uuid}/submit/"
    asked = alice_client.post(address, {**form(quiz), "asks": "1", "submit": "1"}, headers=EN, follow=True).text
    assert "You wanted to look at these again:" in asked
    assert "These questions have no answer yet:" not in asked
    assert alice_client.post(address, {**form(quiz), "asks": "1", "submit": "anyway"}).status_code == 302
    attempt.refresh_from_db()
    assert attempt.status == "submitted"
