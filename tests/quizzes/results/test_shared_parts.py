"""Parts of results that are rendered once for all students in the same state show what a fresh rendering shows."""

import re
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.models import Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic
from quizzes.taking import start, submit
from quizzes.templatetags import result_tags
from tests.factories import right_answers
from tests.practice.cards import wrong_answers
from tests.quizzes import every_kind


def forget() -> None:
    result_tags._part.cache_clear()
    result_tags._head.cache_clear()
    caches["template_fragments"].clear()


def result_of(client: Client, attempt: Attempt) -> str:
    page = client.get(f"/attempts/{attempt.uuid}/result/").text
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page[page.index("<main") :])


def take(quiz: Quiz, enrolment: Enrolment, answers: dict[Any, Any]) -> Attempt:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    submit.submit(attempt=attempt, answers=answers, now=timezone.now())
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    return attempt


@pytest.fixture
def answers(quiz: Quiz) -> list[dict[Any, Any]]:
    """Answers to a quiz with several right choices in its first question: none, right, wrong, and half of them."""
    question = quiz.questions.get(key="q0")
    question.kind = "multiple_choice"
    question.save()
    question.choices.filter(key="q0-1").update(is_correct=True)
    publishing.publish(quiz)
    quiz.refresh_from_db()
    right = right_answers(quiz)
    chosen = [str(choice.uuid) for choice in question.choices.order_by("key")]
    right[question.uuid] = {"choices": chosen[:2]}
    wrong = {**wrong_answers(quiz), question.uuid: {"choices": [chosen[2]]}}
    return [{}, right, wrong, {**right, question.uuid: {"choices": [chosen[0]]}}]


@pytest.mark.parametrize("show", Quiz.ShowAnswers.values)
def test_every_state_is_shown_as_rendered_anew(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment, answers: list[dict[Any, Any]], show: str
) -> None:
    Quiz.objects.update(attempts_allowed=None, show_answers=show, shuffle_choices=False)
    quiz.refresh_from_db()
    attempts = [take(quiz, enrolment, given) for given in answers]
    forget()
    shown = set()
    for revealed, language, attempt in product([False, True], ["en", "ko"], attempts):
        Attempt.objects.filter(pk=attempts[-1].pk).update(answers_revealed_at=timezone.now() if revealed else None)
        User.objects.filter(pk=enrolment.user_id).update(language=language)
        cached = result_of(alice_client, attempt)
        forget()
        assert cached == result_of(alice_client, attempt), (revealed, language, attempt.number)
        shown.add(cached)
    assert len(shown) >= 8


@pytest.fixture
def specs(quiz: Quiz) -> dict[UUID, dict[str, Any]]:
    """The answer key of a quiz with a question of every kind that a machine grades, which may be taken without end."""
    every_kind.fill(quiz, without=["hand_in"])
    Quiz.objects.update(attempts_allowed=None)
    quiz.refresh_from_db()
    assert quiz.current_version
    return {UUID(uuid): spec for uuid, spec in quiz.current_version.answer_key.content.items()}


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_kind_is_shown_as_rendered_anew(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment, specs: dict[UUID, dict[str, Any]], language: str
) -> None:
    User.objects.filter(pk=enrolment.user_id).update(language=language)
    right = {uuid: every_kind.right(spec) for uuid, spec in specs.items()}
    wrong = {uuid: every_kind.wrong(spec) for uuid, spec in specs.items()}
    attempts = [take(quiz, enrolment, answers) for answers in (right, wrong, {}, wrong, right)]
    forget()
    shown = [result_of(alice_client, attempt) for attempt in attempts]
    for attempt, kept in zip(attempts, shown, strict=True):
        forget()
        assert kept == result_of(alice_client, attempt)
    # Full marks show every right answer.
    assert ["is-wrong" in page for page in shown] == [False, True, False, True, False]


def test_no_text_of_a_student_is_kept(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment, specs: dict[UUID, dict[str, Any]]
) -> None:
    def typed(words: str, spec: dict[str, Any]) -> dict[str, Any]:
        if spec["kind"] == "fill_in":
            return {"blanks": {blank["uuid"]: words for blank in spec["blanks"] if "choices" not in blank}}
        return {"text": words}

    asked = {uuid: spec for uuid, spec in specs.items() if spec["kind"] in ("short_answer", "numeric", "fill_in")}
    kept = []
    for words in ("my words", "my words", "other words"):
        attempt = take(quiz, enrolment, {uuid: typed(words, spec) for uuid, spec in asked.items()})
        assert result_of(alice_client, attempt).count(words) >= 5
        kept.append(result_tags._part.cache_info().currsize)
    # Whoever writes what, nothing more is kept.
    assert kept[0] > 0
    assert kept[2] == kept[1]
