"""Trying answers beside the accepted ones, saved or not."""

import pytest
from django.test import Client
from django.urls import reverse

from quizzes.authoring.models import AcceptedAnswer, Question, Quiz

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


@pytest.fixture
def question(quiz: Quiz) -> Question:
    return quiz.questions.get(kind="short_answer")


def address(question: Question) -> str:
    return reverse("admin:quizzes_question_try", args=[question.pk])


def test_each_tried_answer_is_shown_with_its_reason(question: Question, ines_client: Client) -> None:
    page = ines_client.get(address(question), {"try": "데이터 드리프트입니다\nconcept drift\n\nData Drfit"}, headers=EN)
    assert [(answer, decision.verdict) for answer, decision, _why in page.context["decisions"]] == [
        ("데이터 드리프트입니다", "accept"), ("concept drift", "reject"), ("Data Drfit", "review"),
    ]  # fmt: skip
    for words in ("without the words and particles", "listed as wrong", "one slip away", "Compared with"):
        assert words in page.text


def test_the_answers_in_the_form_are_used_saved_or_not(question: Question, ines_client: Client) -> None:
    form = {
        "answers-TOTAL_FORMS": "4",
        "answers-0-text": "Data Drift",
        "answers-0-is_correct": "on",
        "answers-0-DELETE": "on",
        "answers-1-text": "drift",
        "answers-1-is_correct": "on",
        "answers-2-text": "data drift",
        "answers-3-text": " ",
        "try": "drift\ndata drift",
    }
    part = ines_client.post(address(question), form, headers={**EN, "HX-Request": "true"})
    assert "<html" not in part.text
    assert [decision.verdict for _answer, decision, _why in part.context["decisions"]] == ["accept", "reject"]
    assert AcceptedAnswer.objects.filter(question=question).count() == 3
    for nonsense in ("x", "-1", "²"):
        assert ines_client.post(address(question), {**form, "answers-TOTAL_FORMS": nonsense}).status_code == 200


def test_the_box_is_shown_for_questions_with_accepted_answers(
    question: Question, quiz: Quiz, ines_client: Client
) -> None:
    page = ines_client.get(reverse("admin:quizzes_question_change", args=[question.pk]), headers=EN).text
    assert f'action="{address(question)}"' in page
    choice = quiz.questions.get(key="q0")
    page = ines_client.get(reverse("admin:quizzes_question_change", args=[choice.pk]), headers=EN).text
    assert address(choice) not in page
    assert ines_client.get(reverse("admin:quizzes_question_add")).status_code == 200


def test_instructors_of_other_courses_get_404(question: Question, otto_client: Client) -> None:
    assert otto_client.get(address(question)).status_code == 404
