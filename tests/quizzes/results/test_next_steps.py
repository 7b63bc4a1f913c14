"""What a result offers next: lessons to read again, practice, the next activity."""

from uuid import UUID

import pytest
from django.test import Client

from courses.models import Activity, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Question, Quiz
from tests.factories import ActivityFactory
from tests.quizzes.graded import graded, publish
from tests.quizzes.taking.pages.forms import EN


@pytest.fixture
def last_attempt_wrong(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    """Nothing is answered and no attempt is left, so the answers are shown. Two questions name one lesson."""
    Quiz.objects.update(attempts_allowed=1)
    for key, place in (("q0", "lesson-1#second"), ("q1", "lesson-1#first"), ("short", "")):
        Question.objects.filter(quiz=quiz, key=key).update(lesson=place)
    quiz.refresh_from_db()
    publish(quiz)
    return graded(quiz, enrolment, {})


def part(client: Client, attempt: Attempt) -> str:
    """The section *What next* of the result's page; "" if there is none."""
    page = client.get(f"/attempts/{attempt.uuid}/result/", headers=EN).text
    return page.partition('aria-labelledby="next-steps"')[2].partition("</section>")[0]


def test_each_lesson_of_a_wrong_answer_is_named_once(alice_client: Client, last_attempt_wrong: Attempt) -> None:
    shown = part(alice_client, last_attempt_wrong)
    assert shown.count("Read again:") == 1
    assert 'href="/courses/statistics/lessons/lesson-1/#second"' in shown
    assert "Practise what you got wrong" in shown


def test_hidden_answers_name_no_lesson(alice_client: Client, quiz: Quiz, last_attempt_wrong: Attempt) -> None:
    Quiz.objects.update(attempts_allowed=2)
    shown = part(alice_client, last_attempt_wrong)
    assert "Read again:" not in shown
    assert "Practise" not in shown


def test_right_answers_need_no_reading(alice_client: Client, quiz: Quiz, enrolment: Enrolment) -> None:
    shown = part(alice_client, graded(quiz, enrolment))
    assert "Read again:" not in shown
    assert "Practise" not in shown


def test_the_next_activity_of_the_course_is_offered(alice_client: Client, quiz: Quiz, enrolment: Enrolment) -> None:
    after = ActivityFactory(
        module=quiz.activity.module, slug="after", title_en="After the quiz", position=quiz.activity.position + 1
    )
    assert f'href="{after.get_absolute_url()}"' in part(alice_client, graded(quiz, enrolment))
    Activity.objects.filter(pk=after.pk).delete()


def test_the_last_activity_has_no_next_one(alice_client: Client, quiz: Quiz, enrolment: Enrolment) -> None:
    Activity.objects.filter(course=quiz.activity.course, position__gt=quiz.activity.position).delete()
    attempt = graded(quiz, enrolment)
    assert UUID(str(attempt.uuid))
    assert "Next in the course:" not in part(alice_client, attempt)
