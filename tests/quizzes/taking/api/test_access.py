"""Attempts API: who may reach an attempt, how many queries it takes, and that the key stays hidden."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.models import Course, Enrolment
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import Quiz
from tests.api import Api, api_for
from tests.factories import ActivityFactory, EnrolmentFactory, QuizFactory, add_single_choice
from tests.quizzes.taking.api.taken import answers, grade, submitted


def calls(quiz: Quiz, attempt: dict[str, Any]) -> list[tuple[str, str, Any]]:
    base = f"attempts/{attempt['uuid']}"
    question = attempt["questions"][2]["uuid"]
    return [
        ("GET", f"quizzes/{quiz.activity.uuid}", None),
        ("GET", f"quizzes/{quiz.activity.uuid}/attempts", None),
        ("POST", f"quizzes/{quiz.activity.uuid}/attempts", None),
        ("GET", base, None),
        ("PUT", f"{base}/answers/{question}", {"response": {"text": "x"}}),
        ("POST", f"{base}/submit", None),
        ("GET", f"{base}/result", None),
        ("POST", f"{base}/reveal", None),
    ]


@pytest.fixture
def strangers(bob_api: Api, ines: User, otto: User) -> list[Api]:
    """A student of nothing, and the teachers of this course and of another: none of them is a student here."""
    return [bob_api, api_for(ines), api_for(otto)]


def test_other_users_get_404_and_anonymous_users_401(
    api: Api, strangers: list[Api], quiz: Quiz, started: dict[str, Any]
) -> None:
    for method, path, body in calls(quiz, started):
        api.call(method, path, body, expect=401)
        for stranger in strangers:
            stranger.call(method, path, body, expect=404)
    assert Attempt.objects.get().status == "in_progress"
    assert not Answer.objects.exists()


def test_another_student_of_the_course_gets_404_for_the_attempt(
    course: Course, quiz: Quiz, started: dict[str, Any]
) -> None:
    other = api_for(EnrolmentFactory(course=course).user)

    for method, path, body in calls(quiz, started)[3:]:
        other.call(method, path, body, expect=404)
    assert other.get(f"quizzes/{quiz.activity.uuid}/attempts") == {"results": [], "next": None}


def test_a_withdrawn_student_gets_404(
    alice_api: Api, enrolment: Enrolment, quiz: Quiz, started: dict[str, Any]
) -> None:
    Enrolment.objects.filter(pk=enrolment.pk).update(status=Enrolment.Status.WITHDRAWN)

    for method, path, body in calls(quiz, started):
        alice_api.call(method, path, body, expect=404)


@pytest.mark.parametrize("count", [2, 200])
def test_query_counts_do_not_grow(alice_api: Api, quiz: Quiz, course: Course, count: int) -> None:
    big = QuizFactory(
        activity=ActivityFactory(module=course.modules.get(), slug="big", kind="quiz"),
        attempts_allowed=None,
        questions=count,
    )
    for _attempt in range(2):
        attempt = submitted(alice_api, big, right=False)
    base = Attempt.objects.get(uuid=attempt)
    Attempt.objects.bulk_create(
        Attempt(
            quiz=big,
            version=base.version,
            enrolment=base.enrolment,
            number=3 + number,
            status="graded",
            started_at=base.started_at,
            submitted_at=base.started_at,
            points=0,
            max_points=base.max_points,
        )
        for number in range(count)
    )
    alice_api.get(f"quizzes/{big.activity.uuid}")

    for path, queries in {
        f"quizzes/{big.activity.uuid}": 4,
        f"quizzes/{big.activity.uuid}/attempts": 4,
        f"attempts/{attempt}": 3,
        f"attempts/{attempt}/result": 5,
    }.items():
        with CaptureQueriesContext(connection) as captured:
            alice_api.get(path)
        assert len(captured) == queries, (path, [query["sql"][:200] for query in captured])


def test_saving_an_answer_takes_few_queries(alice_api: Api, started: dict[str, Any]) -> None:
    path = f"attempts/{started['uuid']}/answers/{started['questions'][2]['uuid']}"
    with CaptureQueriesContext(connection) as captured:
        alice_api.put(path, {"response": {"text": "x"}})

    assert len(captured) == 3, [query["sql"][:200] for query in captured]


def test_no_response_contains_the_answer_key(alice_api: Api, course: Course) -> None:
    quiz = QuizFactory(activity=ActivityFactory(module=course.modules.get(), slug="canary", kind="quiz"), questions=0)
    question = add_single_choice(quiz, "canary")
    question.choices.update(feedback_ko="CANARY", feedback_en="CANARY")
    question.lesson = "lesson-1#canary"
    question.save()
    quiz.questions.update(correct_feedback_en="CANARY", incorrect_feedback_en="CANARY", lesson="lesson-1#CANARY")
    publishing.publish(quiz)
    quiz.refresh_from_db()
    given = answers(quiz, right=False)
    attempt = alice_api.post(f"quizzes/{quiz.activity.uuid}/attempts", expect=201)["uuid"]
    seen = [alice_api.response.content]
    for path in (f"quizzes/{quiz.activity.uuid}", f"attempts/{attempt}", "courses/statistics/outline"):
        alice_api.get(path)
        seen.append(alice_api.response.content)
    alice_api.post(f"attempts/{attempt}/submit", {"answers": given}, expect=202)
    seen.append(alice_api.response.content)
    grade(attempt)
    for path in (f"attempts/{attempt}", f"attempts/{attempt}/result", "courses/statistics/progress"):
        alice_api.get(path)
        seen.append(alice_api.response.content)

    for content in seen:
        assert b"CANARY" not in content
        assert b"is_correct" not in content
        assert b'"correct"' not in content.replace(b'"outcome":"correct"', b"")
