"""Questions are rendered once for all students; nothing of one student reaches another one's page."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from courses.models import Enrolment
from quizzes.attempts.models import Attempt
from quizzes.attempts.presentation import present_attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import Question, Quiz
from quizzes.taking import save, start
from tests.factories import EnrolmentFactory, right_answers
from tests.quizzes import every_kind


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


@pytest.fixture
def attempts_at_every_kind(quiz: Quiz, alice: User, bob: User) -> tuple[Attempt, Attempt]:
    """Alice's and Bob's attempts at a quiz with a question of every kind, whose parts are in different orders."""
    every_kind.fill(quiz)
    Quiz.objects.update(shuffle_choices=True)
    course, now = quiz.activity.course, timezone.now()
    quiz = Quiz.objects.get(pk=quiz.pk)
    people = [Enrolment.objects.get_or_create(user=user, course=course)[0] for user in (alice, bob)]
    one, other = (start.start(quiz=quiz, enrolment=person, now=now) for person in people)
    return one, other


def _plain(html: str) -> str:
    """Return HTML without the spaces beside tags."""
    return re.sub(r"\s*([<>])\s*", r"\1", re.sub(r"\s+", " ", html)).strip()


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("is_answered", [False, True])
def test_a_question_from_kept_parts_is_what_its_template_shows(
    alice_client: Client, attempts_at_every_kind: tuple[Attempt, Attempt], language: str, is_answered: bool
) -> None:
    attempt, now = attempts_at_every_kind[0], timezone.now()
    User.objects.update(language=language)
    key = attempt.version.answer_key.content if is_answered else {}
    for uuid, spec in key.items():
        save.save_answer(attempt=attempt, question=uuid, response=every_kind.wrong(spec), sequence=3, now=now)
    shown = _plain(page(alice_client, attempt))
    with translation.override(language):
        for question in present_attempt(attempt):
            context = {"question": question, "attempt": attempt, "files": [], "sequence": 3 if is_answered else 0}
            html = render_to_string("quizzes/_question.html", {**context, "LANGUAGE_CODE": language})
            assert _plain(html) in shown, question.kind


def test_another_order_of_the_parts_is_not_rendered_again(
    alice_client: Client, bob_client: Client, attempts_at_every_kind: tuple[Attempt, Attempt]
) -> None:
    alices, bobs = attempts_at_every_kind
    page(alice_client, alices)
    page_of_bob = bob_client.get(f"/attempts/{bobs.uuid}/")
    rendered = {template.name for template in page_of_bob.templates if "kinds/" in (template.name or "")}
    # The addresses for the files of a hand-in are the attempt's own, and menus in a text are in the student's order.
    of_blanks = {"quizzes/kinds/_fill_in.html", "quizzes/kinds/_blank_notes.html"}
    assert rendered == {"quizzes/kinds/_hand_in.html", *of_blanks}
