"""Parts of results that are rendered once for all students in the same state show what a fresh rendering shows."""

import re
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.models import Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic
from quizzes.taking import start, submit
from quizzes.templatetags import quiz_tags
from tests.factories import right_answers
from tests.quizzes.practice.cards import wrong_answers


def forget() -> None:
    quiz_tags._shared.clear()
    quiz_tags._render_head.cache_clear()
    quiz_tags._render_choice.cache_clear()


def result_of(client: Client, attempt: Attempt) -> str:
    page = client.get(f"/attempts/{attempt.uuid}/result/").text
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page[page.index("<main") :])


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
    attempts = []
    for given in answers:
        attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
        submit.submit(attempt=attempt, answers=given, now=timezone.now())
        automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
        attempts.append(attempt)
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


def test_no_text_of_a_student_is_kept(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment, answers: list[dict[Any, Any]]
) -> None:
    short = quiz.questions.get(kind="short_answer")
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    submit.submit(attempt=attempt, answers={**answers[1], short.uuid: {"text": "my words"}}, now=timezone.now())
    automatic.grade_attempt(attempt_id=attempt.pk, now=timezone.now())
    forget()
    assert "my words" in result_of(alice_client, attempt)
    assert len(quiz_tags._shared) > 0
    assert not [html for html in quiz_tags._shared.values() if "my words" in html]
