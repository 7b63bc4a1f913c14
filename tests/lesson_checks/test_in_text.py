"""Questions of a check in the text of its lesson: answered there, with or without script, and never with the key before."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.lessons import rendering
from courses.models import Activity, Enrolment, LessonEdition
from practice import queue
from practice.models import PracticeAnswer, PracticeCard
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from tests.api import api_for
from tests.factories import right_answers
from tests.practice.cards import another_check, make_check, take, wrong_answers
from tests.quizzes import every_kind

LESSON = "/courses/statistics/lessons/lesson-1/"
SCRIPT = {"HX-Request": "true"}


def place(lesson: Activity, *keys: str) -> None:
    """Write a text with places for these questions, one below each heading."""
    places = "\n\n".join(f"## Part {key} {{#part-{key}}}\n\nTaught here.\n\n{{?{key}}}" for key in keys)
    body = f"Before.\n\n{places}\n\n## Summary {{#summary}}\n\nAfter."
    LessonEdition.objects.filter(lesson__activity=lesson).update(body=body)
    rendering.render_course(lesson.course)


@pytest.fixture
def check(lesson: Activity, enrolment: Enrolment) -> Quiz:
    quiz = make_check(lesson, questions=1)
    place(lesson, "q0", "short")
    return quiz


def uuid_of(quiz: Quiz, key: str) -> str:
    return str(quiz.questions.get(key=key).uuid)


def address(quiz: Quiz, key: str) -> str:
    return f"{LESSON}check/{uuid_of(quiz, key)}/"


def form(responses: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    """What the form in the text sends."""
    data: dict[str, Any] = {}
    for question, response in responses.items():
        [value] = response.values()
        if isinstance(value, dict):
            data |= {f"{question}:{part}": each for part, each in value.items()}
        else:
            data[str(question)] = value
    return data


def test_questions_stand_where_the_text_names_them(alice_client: Client, check: Quiz) -> None:
    page = alice_client.get(LESSON).text
    at = [page.index(part) for part in ('id="part-q0"', "Question q0", 'id="part-short"', "Question short", "After.")]
    assert at == sorted(at)
    assert f'formaction="{address(check, "q0")}#q-{uuid_of(check, "q0")}"' in page
    assert "question-here" not in page
    assert "You have met the 2 questions" in page


def test_what_the_text_does_not_name_stays_at_the_end(alice_client: Client, lesson: Activity, check: Quiz) -> None:
    place(lesson, "short")
    page = alice_client.get(LESSON).text
    assert "Question q0" not in page
    assert "1 question on this lesson is left" in page
    assert "Question q0" in alice_client.get(f"{LESSON}check/").text


def test_every_kind_is_answered_in_the_text(
    alice_client: Client, lesson: Activity, enrolment: Enrolment, django_assert_max_num_queries: Any
) -> None:
    quiz = make_check(lesson)
    every_kind.fill(quiz, without={"hand_in"})
    quiz.refresh_from_db()
    place(lesson, *quiz.questions.values_list("key", flat=True))
    assert every_kind.CANARY not in alice_client.get(LESSON).text
    key = quiz.current_version.answer_key.content  # type: ignore[union-attr]
    for question in quiz.questions.all():
        spec = key[str(question.uuid)]
        with django_assert_max_num_queries(8):
            answer = alice_client.post(
                address(quiz, question.key), form({question.uuid: every_kind.right(spec)}), headers=SCRIPT
            )
        assert answer.status_code == 200
        assert "Right" in answer.text, question.kind
        assert answer.text.count("data-answered") == 1
        assert "<html" not in answer.text
    assert not PracticeCard.objects.exists()
    assert not Attempt.objects.exists()


def test_without_script_the_lesson_shows_the_feedback_in_its_place(alice_client: Client, check: Quiz) -> None:
    q0, short = uuid_of(check, "q0"), uuid_of(check, "short")
    sent = {**form(wrong_answers(check)), short: "half an answer"}
    page = alice_client.post(address(check, "q0"), sent)
    assert page.status_code == 200
    at = [
        page.text.index(part) for part in ('id="part-q0"', "Feedback q0 1", 'id="part-short"', 'value="half an answer"')
    ]
    assert at == sorted(at)
    assert page.text.count("data-answered") == 1
    again = alice_client.post(address(check, "q0"), {**sent, "again": "1"}).text
    assert "data-answered" not in again
    assert f'id="q-{q0}"' in again


@pytest.mark.parametrize("headers", [{}, SCRIPT])
def test_an_empty_answer_is_refused_in_its_place(alice_client: Client, check: Quiz, headers: Any) -> None:
    page = alice_client.post(address(check, "short"), {uuid_of(check, "short"): "  "}, headers=headers)
    assert page.status_code == 400
    assert "Answer the question first." in page.text
    assert "Data Drift" not in page.text
    assert not PracticeCard.objects.exists()


def test_a_mistake_is_practised_once_however_often_it_is_sent(
    alice_client: Client, check: Quiz, enrolment: Enrolment
) -> None:
    wrong = form(wrong_answers(check))
    for _ in range(3):
        alice_client.post(address(check, "q0"), wrong, headers=SCRIPT)
    [card] = PracticeCard.objects.all()
    [answer] = PracticeAnswer.objects.all()
    assert (str(card.question), card.enrolment, answer.attempt, answer.turn) == (
        uuid_of(check, "q0"), enrolment, None, 1,
    )  # fmt: skip
    now = timezone.now()
    today = queue.prepare_today(user=enrolment.user, now=now)
    # It takes nothing of today's practice, and comes tomorrow.
    assert (today.done, today.cards) == (0, [])
    assert today.is_tomorrow
    # The same mistake in an attempt advances the card that is there.
    take(check, enrolment, now=now)
    queue.prepare_today(user=enrolment.user, now=now)
    assert PracticeCard.objects.get(pk=card.pk).turns == 2


def test_a_right_answer_makes_no_card_and_no_attempt(alice_client: Client, check: Quiz) -> None:
    answer = alice_client.post(address(check, "q0"), form(right_answers(check)), headers=SCRIPT)
    assert "Right" in answer.text
    assert not PracticeCard.objects.exists()
    assert not Attempt.objects.exists()


def test_whoever_comes_back_from_signing_in_is_led_to_the_question(alice_client: Client, check: Quiz) -> None:
    answer = alice_client.get(address(check, "q0"))
    assert answer.headers["Location"] == f"{LESSON}#q-{uuid_of(check, 'q0')}"


@pytest.mark.parametrize("who", ["bob_client", "otto_client"])
def test_strangers_find_nothing(check: Quiz, who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    assert client.post(address(check, "q0"), form(right_answers(check))).status_code == 404


def test_anonymous_readers_sign_in_first(client: Client, check: Quiz) -> None:
    assert "/accounts/login/" in client.post(address(check, "q0"), {}).headers["Location"]


def test_a_question_of_another_check_is_not_answered_here(
    alice_client: Client, check: Quiz, enrolment: Enrolment
) -> None:
    other = another_check(enrolment)
    assert alice_client.post(f"{LESSON}check/{uuid_of(other, 'q0')}/", {}).status_code == 404


def test_a_check_that_shows_no_answers_has_no_questions_in_the_text(alice_client: Client, check: Quiz) -> None:
    check.show_answers = Quiz.ShowAnswers.NEVER
    check.save()
    rendering.render_course(check.activity.course)
    assert "Question q0" not in alice_client.get(LESSON).text
    assert alice_client.post(address(check, "q0"), form(right_answers(check))).status_code == 404


def test_the_reading_position_counts_a_question_as_one_block(alice_client: Client, check: Quiz) -> None:
    alice_client.post(f"{LESSON}position/", {"anchor": "summary.1"})
    page = alice_client.get(LESSON).text
    assert '<span id="lastRead"></span>After.' in page


def test_printed_lessons_show_the_questions_on_paper(alice_client: Client, check: Quiz) -> None:
    page = alice_client.get("/courses/statistics/print/").text
    at = [
        page.index(part)
        for part in ('id="lesson-1.part-q0"', "Question q0", 'id="lesson-1.part-short"', "Question short", "After.")
    ]
    assert at == sorted(at)
    assert "formaction" not in page
    assert "Data Drift" not in page


def test_the_api_names_the_questions_in_the_text(check: Quiz, enrolment: Enrolment, lesson: Activity) -> None:
    api = api_for(enrolment.user)
    found = api.get(f"/api/v1/lessons/{lesson.uuid}")
    assert f'<div class="question-here" data-question="{uuid_of(check, "q0")}"></div>' in found["html"]
    assert "> Question q0" in found["text"]
    headers = {**api.headers, "Accept": "text/markdown", "Accept-Language": "en"}
    text = api.client.get(f"/api/v1/lessons/{lesson.uuid}", headers=headers).text
    assert "> **Check yourself**\n>\n> Question q0\n>\n> - Choice q0 " in text
    assert "{?" not in text
    assert "Data Drift" not in text


def test_a_lesson_with_questions_takes_no_more_queries_than_without(
    alice_client: Client, lesson: Activity, check: Quiz
) -> None:
    counts = []
    for keys in ((), ("q0", "short")):
        place(lesson, *keys)
        alice_client.get(LESSON)
        with CaptureQueriesContext(connection) as captured:
            alice_client.get(LESSON)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 8
