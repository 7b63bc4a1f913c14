"""Unanswered questions are rendered once for all students; nothing of one student reaches another one's page."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from quizzes.attempts.models import Attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import Question, Quiz
from quizzes.taking import save, start
from tests.factories import EnrolmentFactory, right_answers


@pytest.fixture
def bobs_attempt(attempt: Attempt, bob: User) -> Attempt:
    """An attempt at the same quiz, whose choices are in the same order."""
    Quiz.objects.update(shuffle_choices=False)
    quiz = Quiz.objects.get(pk=attempt.quiz_id)
    return start.start(quiz=quiz, enrolment=EnrolmentFactory(user=bob, course=quiz.activity.course), now=timezone.now())


def page(client: Client, attempt: Attempt) -> str:
    response = client.get(f"/attempts/{attempt.uuid}/")
    assert response.status_code == 200
    return response.text


def chosen(html: str) -> int:
    return len(re.findall(r"<input[^>]*type=\"radio\"[^>]*\schecked[\s>]", html))


def test_an_answer_is_on_its_students_page_only(
    alice_client: Client, bob_client: Client, attempt: Attempt, bobs_attempt: Attempt
) -> None:
    assert chosen(page(alice_client, attempt)) == 0
    question, response = next(iter(right_answers(attempt.quiz).items()))
    save.save_answer(attempt=attempt, question=question, response=response, now=timezone.now())
    assert chosen(page(alice_client, attempt)) == 1
    assert chosen(page(bob_client, bobs_attempt)) == 0


def test_no_address_and_number_of_another_attempt_is_on_the_page(
    alice_client: Client, bob_client: Client, attempt: Attempt, bobs_attempt: Attempt
) -> None:
    assert str(bobs_attempt.uuid) not in page(alice_client, attempt)
    assert str(attempt.uuid) not in page(bob_client, bobs_attempt)
    question, response = next(iter(right_answers(attempt.quiz).items()))
    save.save_answer(attempt=attempt, question=question, response=response, sequence=7, now=timezone.now())
    assert 'data-sequence="7"' in page(alice_client, attempt)
    assert 'data-sequence="7"' not in page(bob_client, bobs_attempt)


def test_each_reader_has_the_page_in_the_own_language_and_version(bob_client: Client, bobs_attempt: Attempt) -> None:
    assert "Question q0" in page(bob_client, bobs_attempt)
    Question.objects.update(text_ko="질문", text_en="Changed")
    publishing.publish(bobs_attempt.quiz)
    assert "Question q0" in page(bob_client, bobs_attempt)
    Attempt.objects.all().delete()
    fresh = start.start(quiz=Quiz.objects.get(), enrolment=bobs_attempt.enrolment, now=timezone.now())
    assert "Changed" in page(bob_client, fresh)
    User.objects.update(language="ko")
    korean = page(bob_client, fresh)
    assert "질문" in korean
    assert "Changed" not in korean
