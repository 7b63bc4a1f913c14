"""A form without script of which something was not saved: nothing that was typed is lost, and each question says why."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from courses.models import Enrolment
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import save, start, submit
from tests.practice.cards import make_check
from tests.quizzes import every_kind
from tests.quizzes.taking.pages.forms import EN

LONG = "x" * 501
CHANGED = "This answer was changed in another tab or on another device."


@pytest.fixture
def short(quiz: Quiz) -> str:
    return str(quiz.questions.get(key="short").uuid)


@pytest.fixture
def first(quiz: Quiz) -> str:
    return str(quiz.questions.get(key="q0").uuid)


def loaded(client: Client, attempt: Attempt) -> dict[str, str]:
    """What the page says each answer was when it was loaded."""
    page = client.get(f"/attempts/{attempt.uuid}/", headers=EN).text
    return dict(re.findall(r'name="([^"]+:loaded)" value="([^"]*)"', page))


def send(client: Client, attempt: Attempt, data: dict[str, Any], address: str = "answers/") -> Any:
    return client.post(f"/attempts/{attempt.uuid}/{address}", data, headers=EN)


def part_of(page: str, question: str) -> str:
    """The HTML of one question."""
    found = re.search(rf'<fieldset[^>]*id="q-{question}".*?</fieldset>', page, re.DOTALL)
    assert found
    return found[0]


def stored(question: str) -> Any:
    return Answer.objects.get(question=question).response


class TestTooLong:
    @pytest.mark.parametrize("address", ["answers/", "submit/"])
    def test_the_question_says_why_and_keeps_the_text(
        self, alice_client: Client, attempt: Attempt, short: str, address: str
    ) -> None:
        answer = send(alice_client, attempt, {short: LONG}, address)
        assert answer.status_code == 400
        question = part_of(answer.text, short)
        assert "it has 501 characters, and at most 500 are possible." in question
        assert "What you have here is not saved" in question
        assert f'value="{LONG}"' in question
        assert f'href="#q-{short}"' in answer.text

    def test_going_back_to_the_refused_form_needs_no_second_request(
        self, alice_client: Client, attempt: Attempt, short: str
    ) -> None:
        assert "no-store" not in send(alice_client, attempt, {short: LONG}).headers["Cache-Control"]

    def test_no_field_cuts_what_is_typed(
        self, alice_client: Client, quiz: Quiz, enrolment: Enrolment, attempt: Attempt
    ) -> None:
        submit.submit(attempt=attempt, now=timezone.now())
        every_kind.fill(quiz)
        attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
        page = alice_client.get(f"/attempts/{attempt.uuid}/").text
        assert "maxlength" not in page
        assert 'data-limit="20000"' in page

    @pytest.mark.parametrize("kind", ["hand_in", "fill_in", "numeric"])
    def test_every_kind_of_text_is_kept(
        self, alice_client: Client, quiz: Quiz, enrolment: Enrolment, attempt: Attempt, kind: str
    ) -> None:
        submit.submit(attempt=attempt, now=timezone.now())
        every_kind.fill(quiz)
        attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
        public = next(each for each in attempt.public_questions if each["kind"] == kind)
        blank = f":{public['blanks'][0]['uuid']}" if kind == "fill_in" else ""
        text = "long " * 5000
        answer = send(alice_client, attempt, {f"{public['uuid']}{blank}": text})
        assert text in part_of(answer.text, public["uuid"])

    def test_a_file_is_stored_although_the_text_is_too_long(
        self, alice_client: Client, quiz: Quiz, enrolment: Enrolment, attempt: Attempt, settings: Any, tmp_path: Any
    ) -> None:
        settings.MEDIA_ROOT = tmp_path
        submit.submit(attempt=attempt, now=timezone.now())
        every_kind.fill(quiz)
        attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
        question = next(each["uuid"] for each in attempt.public_questions if each["kind"] == "hand_in")
        data = {question: "x" * 20_001, f"{question}:files": SimpleUploadedFile("work.txt", b"x")}
        answer = send(alice_client, attempt, data, f"answers/{question}/files/")
        assert "work.txt" in part_of(answer.text, question)
        assert "20001" in part_of(answer.text, question)

    def test_a_lesson_check_keeps_the_text(self, alice_client: Client, lesson: Any, enrolment: Enrolment) -> None:
        check = make_check(lesson)
        short = str(check.questions.get(key="short").uuid)
        answer = alice_client.post(
            "/courses/statistics/lessons/lesson-1/check/", {short: LONG, "number": "1"}, headers=EN
        )
        assert answer.status_code == 400
        assert "it has 501 characters" in part_of(answer.text, short)
        assert f'value="{LONG}"' in part_of(answer.text, short)


class TestAnotherTab:
    def test_a_stale_form_is_told_and_replaces_nothing(
        self, alice_client: Client, attempt: Attempt, short: str
    ) -> None:
        page = loaded(alice_client, attempt)
        send(alice_client, attempt, {**page, short: "of the first tab"})
        answer = send(alice_client, attempt, {**page, short: "of the second tab"})
        assert answer.status_code == 400
        question = part_of(answer.text, short)
        assert CHANGED in question
        assert "<b>of the first tab</b>" in question
        assert 'value="of the second tab"' in question
        assert stored(short) == {"text": "of the first tab"}

    def conflict(self, client: Client, attempt: Attempt, short: str) -> tuple[dict[str, str], str]:
        """The hidden fields of the page that shows both answers, and the value of *Keep mine*."""
        page = loaded(client, attempt)
        send(client, attempt, {**page, short: "of the first tab"})
        shown = send(client, attempt, {**page, short: "of the second tab"}).text
        keep = re.search(r'name="keep"\s+value="([^"]+)"', shown)
        assert keep
        return dict(re.findall(r'name="([^"]+:loaded)" value="([^"]*)"', shown)), keep[1]

    def test_keeping_mine_saves_it(self, alice_client: Client, attempt: Attempt, short: str) -> None:
        page, keep = self.conflict(alice_client, attempt, short)
        assert send(alice_client, attempt, {**page, short: "of the second tab", "keep": keep}).status_code == 302
        assert stored(short) == {"text": "of the second tab"}

    def test_taking_over_leaves_the_other_one(self, alice_client: Client, attempt: Attempt, short: str) -> None:
        page, _keep = self.conflict(alice_client, attempt, short)
        assert send(alice_client, attempt, {**page, short: "of the second tab", "take": short}).status_code == 302
        assert stored(short) == {"text": "of the first tab"}

    def test_a_save_without_a_choice_asks_again(self, alice_client: Client, attempt: Attempt, short: str) -> None:
        page, _keep = self.conflict(alice_client, attempt, short)
        assert CHANGED in send(alice_client, attempt, {**page, short: "of the second tab"}).text
        assert stored(short) == {"text": "of the first tab"}

    def test_mine_is_kept_only_over_the_answer_that_was_shown(
        self, alice_client: Client, attempt: Attempt, short: str
    ) -> None:
        page, keep = self.conflict(alice_client, attempt, short)
        save.save_answer(attempt=attempt, question=UUID(short), response={"text": "of a third"}, now=timezone.now())
        shown = send(alice_client, attempt, {**page, short: "of the second tab", "keep": keep}).text
        assert "<b>of a third</b>" in part_of(shown, short)
        assert stored(short) == {"text": "of a third"}

    def test_a_stale_form_does_not_submit(self, alice_client: Client, attempt: Attempt, short: str) -> None:
        page = loaded(alice_client, attempt)
        send(alice_client, attempt, {**page, short: "of the first tab"})
        answer = send(alice_client, attempt, {**page, short: "of the second tab", "submit": "anyway"}, "submit/")
        assert CHANGED in part_of(answer.text, short)
        attempt.refresh_from_db()
        assert attempt.status == Attempt.Status.IN_PROGRESS

    def test_the_same_answer_in_two_tabs_is_no_conflict(
        self, alice_client: Client, attempt: Attempt, short: str
    ) -> None:
        page = loaded(alice_client, attempt)
        for _ in range(2):
            assert send(alice_client, attempt, {**page, short: "the same"}).status_code == 302

    def test_every_kind_shows_what_the_other_tab_has(
        self, alice_client: Client, quiz: Quiz, enrolment: Enrolment, attempt: Attempt
    ) -> None:
        submit.submit(attempt=attempt, now=timezone.now())
        every_kind.fill(quiz)
        quiz.refresh_from_db()
        attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
        page = loaded(alice_client, attempt)
        assert quiz.current_version
        key = quiz.current_version.answer_key.content
        here = {uuid: every_kind.wrong(spec) for uuid, spec in key.items()}
        for uuid, spec in key.items():
            save.save_answer(attempt=attempt, question=UUID(uuid), response=every_kind.right(spec), now=timezone.now())
        shown = send(alice_client, attempt, {**page, **every_kind.as_form(here)}).text
        assert all(CHANGED in part_of(shown, uuid) for uuid in key)

    def test_a_save_of_the_script_that_has_not_seen_the_stored_answer_is_refused(
        self, alice_client: Client, attempt: Attempt, short: str
    ) -> None:
        for text, sequence, status in (("first", "5", 200), ("second", "6", 409)):
            data = {"question": short, short: text, "sequence": sequence, "base": "0"}
            answer = send(alice_client, attempt, data)
            assert answer.status_code == status
        assert answer.json()["type"] == "/problems/answer-changed"
        assert answer.json()["sequence"] == 5
        assert stored(short) == {"text": "first"}

    def test_a_form_of_the_script_names_what_it_has_seen(
        self, alice_client: Client, attempt: Attempt, short: str
    ) -> None:
        save.save_answer(attempt=attempt, question=UUID(short), response={"text": "a"}, now=timezone.now(), sequence=5)
        for base, status in (("4", 400), ("5", 302)):
            data = {"changed": [short], short: "b", f"{short}:sequence": "9", f"{short}:base": base}
            assert send(alice_client, attempt, data).status_code == status
        assert stored(short) == {"text": "b"}


class TestSubmittedElsewhere:
    @pytest.mark.parametrize("address", ["answers/", "submit/"])
    def test_what_was_typed_is_shown_as_too_late(
        self, alice_client: Client, attempt: Attempt, short: str, address: str
    ) -> None:
        submit.submit(attempt=attempt, now=timezone.now())
        answer = send(alice_client, attempt, {short: "typed too late"}, address)
        assert answer.status_code == 409
        assert "This attempt has been submitted" in answer.text
        assert "<b>typed too late</b>" in answer.text
        assert f'href="/attempts/{attempt.uuid}/result/"' in answer.text

    def test_what_was_submitted_is_not_shown_again(
        self, alice_client: Client, attempt: Attempt, short: str, first: str
    ) -> None:
        submit.submit(attempt=attempt, now=timezone.now(), answers={UUID(short): {"text": "submitted"}})
        answer = send(alice_client, attempt, {short: "submitted"})
        assert answer.status_code == 302
