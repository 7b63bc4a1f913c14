"""A grader accepts a student's answer for everybody who gave it."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.models import Course, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import regrading
from quizzes.grading.models import GradeNotice, Regrade
from tests.factories import EnrolmentFactory, right_answers
from tests.quizzes.graded import fresh, graded, publish
from tests.workspace.authors import Author

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def question(quiz: Quiz) -> UUID:
    """The quiz's short answer, whose near misses wait for a person."""
    quiz.questions.filter(key="short").update(definition={"near_misses": "review"})
    publish(quiz)
    return quiz.questions.get(key="short").uuid


def answered(quiz: Quiz, question: UUID, text: str, enrolment: Enrolment | None = None) -> Attempt:
    enrolment = enrolment or EnrolmentFactory(course=quiz.activity.course)
    return graded(quiz, enrolment, {**right_answers(quiz), question: {"text": text}})


def address(attempt: Attempt, question: UUID) -> str:
    return f"/admin/workspace/statistics/accept/{attempt.uuid}/{question}/"


def run_regrades() -> None:
    for regrade in Regrade.objects.filter(status=Regrade.Status.APPROVED):
        regrading.run(regrade_id=regrade.pk, now=timezone.now())


def points(*attempts: Attempt) -> list[Any]:
    return [fresh(attempt).points for attempt in attempts]


def test_everybody_who_gave_the_answer_gets_the_points(quiz: Quiz, question: UUID, ines_client: Client) -> None:
    waits, same, other = (answered(quiz, question, text) for text in ("자료 표류", "자료표류", "concept drift"))
    page = ines_client.get(address(waits, question), headers=ENGLISH).content.decode()
    assert "2 attempts have this answer." in " ".join(page.split())
    assert ines_client.post(address(waits, question)).status_code == 302
    run_regrades()
    assert points(waits, same, other) == [3, 3, 2]
    quiz.refresh_from_db()
    assert (
        graded(
            quiz, EnrolmentFactory(course=quiz.activity.course), {**right_answers(quiz), question: {"text": "자료표류"}}
        ).points
        == 3
    )
    assert GradeNotice.objects.count() == 2


def test_it_leads_back_to_where_the_grader_was(quiz: Quiz, question: UUID, ines_client: Client) -> None:
    attempt = answered(quiz, question, "자료 표류")
    url = f"{address(attempt, question)}?next=/admin/review/next/"
    assert ines_client.post(url)["Location"] == "/admin/review/next/"
    elsewhere = f"{address(attempt, question)}?next=//evil.example/"
    assert ines_client.post(elsewhere)["Location"] == "/admin/quizzes/attempt/queue/"


def test_the_grading_page_leads_there(quiz: Quiz, question: UUID, ines_client: Client, ada_client: Client) -> None:
    attempt = answered(quiz, question, "자료 표류")
    review = f"/admin/quizzes/attempt/{attempt.pk}/review/"
    assert address(attempt, question) in ines_client.get(review).content.decode()
    assert address(attempt, question) not in ada_client.get(review).content.decode()


def test_an_answer_that_was_known_as_wrong_is_no_longer(quiz: Quiz, question: UUID, ines_client: Client) -> None:
    attempt = answered(quiz, question, "Concept drift")
    ines_client.post(address(attempt, question))
    run_regrades()
    assert points(attempt) == [3]


def test_twice_is_as_once(quiz: Quiz, question: UUID, ines_client: Client) -> None:
    attempt = answered(quiz, question, "자료 표류")
    for _ in range(2):
        ines_client.post(address(attempt, question), follow=True)
    assert quiz.questions.get(key="short").answers.filter(text="자료 표류").count() == 1
    assert Regrade.objects.exclude(status=Regrade.Status.DISCARDED).count() == 1


def test_with_other_changes_it_only_goes_into_the_draft(
    quiz: Quiz, question: UUID, course: Course, ines: User, ines_client: Client
) -> None:
    Author(ines, course).change_edition("lesson-1", "en", body="Not for students yet.")
    attempt = answered(quiz, question, "자료 표류")
    page = ines_client.post(address(attempt, question), headers=ENGLISH, follow=True).content.decode()
    assert "is in the draft" in page
    assert not Regrade.objects.exists()
    assert not quiz.questions.get(key="short").answers.filter(text="자료 표류").exists()


@pytest.mark.parametrize("who", ["ada_client", "oscar_client"])
def test_assistants_and_observers_may_not(quiz: Quiz, question: UUID, who: str, request: pytest.FixtureRequest) -> None:
    attempt = answered(quiz, question, "자료 표류")
    client: Client = request.getfixturevalue(who)
    assert client.post(address(attempt, question)).status_code == 403
    assert not Regrade.objects.exists()


def test_what_is_no_short_answer_of_the_course_is_not_found(quiz: Quiz, question: UUID, ines_client: Client) -> None:
    attempt = answered(quiz, question, "자료 표류")
    choice = quiz.questions.get(key="q0").uuid
    empty = answered(quiz, question, " ")
    for path in (address(attempt, choice), address(attempt, uuid4()), address(empty, question)):
        assert ines_client.get(path).status_code == 404
