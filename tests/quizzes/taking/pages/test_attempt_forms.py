"""Attempt pages: what is saved when the form is sent, with and without script."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from courses.models import Enrolment
from quizzes.attempts.models import Answer, Attempt, LateAnswer
from quizzes.authoring.models import Quiz
from quizzes.taking import save, start, submit
from tests.quizzes import every_kind
from tests.quizzes.taking.pages.forms import EN, NOBODYS, form


def asked_about(page: str) -> str:
    """The part of the page that asks whether to submit."""
    return page.partition("data-unanswered")[2].partition('<ol class="questions')[0]


class TestSubmitWithUnansweredQuestions:
    """The form of the page asks first. A submit without the field "asks" is accepted at once."""

    def send(self, client: Client, attempt: Attempt, **data: Any) -> Any:
        follow = data.pop("follow", False)
        return client.post(f"/attempts/{attempt.uuid}/submit/", {"asks": "1", **data}, headers=EN, follow=follow)

    def test_the_page_asks_first_and_saves_the_answers(
        self, alice_client: Client, attempt: Attempt, quiz: Quiz
    ) -> None:
        page = alice_client.get(f"/attempts/{attempt.uuid}/", headers=EN).text
        assert 'name="asks"' in page
        assert "no answer yet" not in page
        short = str(quiz.questions.get(key="short").uuid)
        answer = self.send(alice_client, attempt, submit="1", **{short: "data drift"})
        assert answer.headers["Location"] == f"/attempts/{attempt.uuid}/?asks=1"
        asked = alice_client.get(answer.headers["Location"], headers=EN)
        assert "These questions have no answer yet:" in asked.text
        for key in ("q0", "q1"):
            assert f'href="#q-{quiz.questions.get(key=key).uuid}"' in asked_about(asked.text)
        assert f'href="#q-{short}"' not in asked_about(asked.text)
        assert Answer.objects.get(question=short).response == {"text": "data drift"}
        attempt.refresh_from_db()
        assert attempt.status == "in_progress"
        answer = self.send(alice_client, attempt, submit="anyway", **{short: "data drift"})
        assert answer.headers["Location"] == f"/attempts/{attempt.uuid}/result/"
        attempt.refresh_from_db()
        assert attempt.status == "submitted"

    def test_a_complete_form_is_submitted_without_asking(
        self, alice_client: Client, attempt: Attempt, quiz: Quiz
    ) -> None:
        assert self.send(alice_client, attempt, submit="1", **form(quiz)).status_code == 302
        attempt.refresh_from_db()
        assert attempt.status == "submitted"

    def test_an_overdue_form_is_submitted_without_asking(
        self, alice_client: Client, attempt: Attempt, quiz: Quiz
    ) -> None:
        Attempt.objects.update(deadline=timezone.now() - timedelta(hours=1))
        short = str(quiz.questions.get(key="short").uuid)
        answer = self.send(alice_client, attempt, submit="1", **{short: "data drift"})
        assert answer.headers["Location"] == f"/attempts/{attempt.uuid}/result/"
        assert [late.response for late in LateAnswer.objects.all()] == [{"text": "data drift"}]

    def test_a_question_with_a_file_counts_as_answered(
        self, alice_client: Client, enrolment: Enrolment, quiz: Quiz, settings: Any, tmp_path: Path
    ) -> None:
        settings.MEDIA_ROOT = tmp_path
        every_kind.fill(quiz)
        attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
        asked = self.send(alice_client, attempt, follow=True).text
        [by_hand] = [view["uuid"] for view in attempt.public_questions if view["kind"] == "hand_in"]
        assert f'href="#q-{by_hand}"' in asked_about(asked)
        asked = self.send(
            alice_client, attempt, **{f"{by_hand}:files": SimpleUploadedFile("work.txt", b"x")}, follow=True
        ).text
        assert f'href="#q-{by_hand}"' not in asked_about(asked)
        assert "have no answer yet" in asked


def test_an_outdated_form_does_not_overwrite_answers_of_another_tab(
    alice_client: Client, attempt: Attempt, quiz: Quiz
) -> None:
    """Without script the form of the second tab contains every answer as it was when the tab was opened."""

    def opened() -> dict[str, str]:
        page = alice_client.get(f"/attempts/{attempt.uuid}/").text
        marks = re.findall(r'name="([^"]+:loaded)" value="([^"]*)"', page)
        assert len(marks) == 3
        return dict(marks)

    q0, q1, short = (str(quiz.questions.get(key=key).uuid) for key in ("q0", "q1", "short"))
    right = form(quiz)
    first, second = opened(), opened()
    for address, tab in (("answers/", first), ("submit/", second)):
        data = {**tab, short: "data drift", q0: right[q0]} if tab is first else {**tab, short: "", q1: right[q1]}
        assert alice_client.post(f"/attempts/{attempt.uuid}/{address}", data).status_code == 302
    stored = {str(answer.question): answer.response for answer in Answer.objects.all()}
    assert stored == {short: {"text": "data drift"}, q0: {"choice": right[q0]}, q1: {"choice": right[q1]}}


def test_an_answer_can_be_emptied_without_script(alice_client: Client, attempt: Attempt, quiz: Quiz) -> None:
    short = str(quiz.questions.get(key="short").uuid)
    save.save_answer(attempt=attempt, question=UUID(short), response={"text": "drift"}, now=timezone.now())
    page = alice_client.get(f"/attempts/{attempt.uuid}/").text
    data = dict(re.findall(r'name="([^"]+:loaded)" value="([^"]*)"', page))
    alice_client.post(f"/attempts/{attempt.uuid}/answers/", {**data, short: ""})
    assert Answer.objects.get().response == {"text": ""}
    # What cannot be right is no answer as it was loaded, and is refused.
    answer = alice_client.post(f"/attempts/{attempt.uuid}/answers/", {**data, short: "x" * 10_000})
    assert answer.status_code == 400


def test_the_number_of_answered_questions_is_shown_without_script(
    alice_client: Client, attempt: Attempt, quiz: Quiz
) -> None:
    page = f"/attempts/{attempt.uuid}/"
    assert "<b data-answered>0</b> of 3 answered" in alice_client.get(page, headers=EN).text
    short = quiz.questions.get(key="short").uuid
    save.save_answer(attempt=attempt, question=short, response={"text": "x"}, now=timezone.now())
    assert "<b data-answered>1</b> of 3 answered" in alice_client.get(page, headers=EN).text


def test_one_answer_is_saved_with_its_sequence(alice_client: Client, attempt: Attempt, quiz: Quiz) -> None:
    question = quiz.questions.get(key="short")
    response = alice_client.post(
        f"/attempts/{attempt.uuid}/answers/",
        {"question": str(question.uuid), str(question.uuid): "data drift", "sequence": "5"},
    )
    assert response.json()["sequence"] == 5
    assert Answer.objects.get().response == {"text": "data drift"}
    assert 'value="data drift"' in alice_client.get(f"/attempts/{attempt.uuid}/").text


@pytest.mark.parametrize(
    ("data", "status", "slug"),
    [
        ({"question": "nonsense"}, 400, "malformed"),
        ({"question": str(NOBODYS)}, 400, "unknown-question"),
        ({"question": "SHORT", "SHORT": "x" * 1_000_000}, 400, "too-long"),
        ({"question": "CHOICE", "CHOICE": str(NOBODYS)}, 400, "unknown-choice"),
        ({"question": "SHORT", "SHORT": "x", "sequence": "x"}, 400, "malformed"),
    ],
)
def test_an_invalid_answer_is_refused(
    alice_client: Client, attempt: Attempt, quiz: Quiz, data: dict[str, str], status: int, slug: str
) -> None:
    names = {
        "SHORT": str(quiz.questions.get(key="short").uuid),
        "CHOICE": str(quiz.questions.get(key="q0").uuid),
    }
    data = {names.get(key, key): names.get(value, value) for key, value in data.items()}
    response = alice_client.post(f"/attempts/{attempt.uuid}/answers/", data)
    assert response.status_code == status
    assert response.json()["type"] == f"/problems/{slug}"
    assert not Answer.objects.exists()


def test_without_script_the_whole_form_is_saved(alice_client: Client, attempt: Attempt, quiz: Quiz) -> None:
    response = alice_client.post(f"/attempts/{attempt.uuid}/answers/", form(quiz), follow=True)
    assert "Your answers are saved." in response.text
    assert Answer.objects.count() == 3


def test_an_invalid_answer_in_the_form_is_named_and_the_others_are_saved(
    alice_client: Client, attempt: Attempt, quiz: Quiz
) -> None:
    short = str(quiz.questions.get(key="short").uuid)
    for address in ("answers", "submit"):
        response = alice_client.post(f"/attempts/{attempt.uuid}/{address}/", {**form(quiz), short: "x" * 501})
        assert response.status_code == 400
        assert "The answer is too long: it has 501 characters, and at most 500 are possible." in response.text
        assert Answer.objects.count() == 2
    attempt.refresh_from_db()
    assert attempt.status == Attempt.Status.IN_PROGRESS


def test_saving_after_the_submit_shows_a_message(alice_client: Client, attempt: Attempt, quiz: Quiz) -> None:
    submit.submit(attempt=attempt, now=timezone.now())
    short = str(quiz.questions.get(key="short").uuid)
    late = alice_client.post(f"/attempts/{attempt.uuid}/answers/", {"question": short, short: "late"})
    assert late.status_code == 409
    page = alice_client.post(f"/attempts/{attempt.uuid}/answers/", form(quiz), follow=True)
    assert "has been submitted" in page.text


def test_with_script_only_changed_answers_of_the_form_are_saved(
    alice_client: Client, attempt: Attempt, quiz: Quiz
) -> None:
    """A tab that was loaded before another one's answers does not overwrite them."""
    given = form(quiz)
    short, first, second = (str(quiz.questions.get(key=key).uuid) for key in ("short", "q0", "q1"))
    save.save_answer(attempt=attempt, question=UUID(short), response={"text": "saved"}, now=timezone.now())
    stale = {short: "", "changed": ["", first], first: given[first]}
    alice_client.post(f"/attempts/{attempt.uuid}/answers/", stale)
    kept = {str(answer.question): answer.response for answer in attempt.answers.all()}
    assert kept == {short: {"text": "saved"}, first: {"choice": given[first]}}
    # Its own count orders it among what is on its way; one that is no count is as good as none.
    for sequence, text, stored in (("9", "b", "b"), ("8", "a", "b"), ("x" * 30, "c", "c")):
        form_data = {"changed": [short], short: text, f"{short}:sequence": sequence}
        alice_client.post(f"/attempts/{attempt.uuid}/answers/", form_data)
        assert attempt.answers.get(question=short).response == {"text": stored}
    alice_client.post(f"/attempts/{attempt.uuid}/submit/", {"changed": [second], second: given[second], short: ""})
    assert {str(answer.question) for answer in attempt.answers.all()} == {short, first, second}
    assert attempt.answers.get(question=short).response == {"text": "c"}


def test_the_page_contains_the_sequence_of_each_stored_answer(
    alice_client: Client, attempt: Attempt, quiz: Quiz
) -> None:
    short = quiz.questions.get(key="short").uuid
    save.save_answer(attempt=attempt, question=short, response={"text": "x"}, now=timezone.now(), sequence=77)
    page = alice_client.get(f"/attempts/{attempt.uuid}/").text
    assert re.search(rf'data-question="{short}"\s+data-sequence="77"', page)
    assert page.count('data-sequence="0"') == 2
    assert "data-deadline" not in page


@pytest.mark.parametrize("sequence", ["-1", "1.5", "９", "9" * 19, "x"])
def test_an_invalid_sequence_is_refused(alice_client: Client, attempt: Attempt, quiz: Quiz, sequence: str) -> None:
    short = str(quiz.questions.get(key="short").uuid)
    data = {"question": short, short: "x", "sequence": sequence}
    response = alice_client.post(f"/attempts/{attempt.uuid}/answers/", data)
    assert response.status_code == 400
    assert response.json()["type"] == "/problems/malformed"
    assert not Answer.objects.exists()
