"""Attempts API: from the quiz to the result."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from courses.models import Activity, Enrolment
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic, regrading
from quizzes.grading.models import AttemptGrade
from quizzes.results.visibility import is_passed
from tests.api import Api
from tests.contract import check
from tests.factories import QuizFactory
from tests.quizzes.graded import graded, other_choice_right
from tests.quizzes.taking.api.taken import answers, but_for_the_clock, grade, submitted


def test_a_quiz_before_an_attempt(alice_api: Api, enrolment: Enrolment, quiz: Quiz) -> None:
    found = alice_api.get(f"quizzes/{quiz.activity.uuid}")

    check("Quiz", found)
    assert found["question_count"] == 3
    assert found["attempts_left"] == 3
    assert found["can_start"] is True
    assert found["graded"] is True
    assert found["open_attempt"] is None
    enrolment.refresh_from_db()
    assert enrolment.last_activity == quiz.activity


def test_starting_and_resuming(alice_api: Api, quiz: Quiz, started: dict[str, Any]) -> None:
    check("Attempt", started)
    assert started["status"] == "in_progress"
    assert [question["response"] for question in started["questions"]] == [None, None, None]
    assert started["questions"][0]["text"] == "Question q0"
    assert started["questions"][0]["html"]

    again = alice_api.post(f"quizzes/{quiz.activity.uuid}/attempts")

    read = alice_api.get(f"attempts/{started['uuid']}")
    assert but_for_the_clock(again) == but_for_the_clock(started) == but_for_the_clock(read)
    assert alice_api.get(f"quizzes/{quiz.activity.uuid}")["open_attempt"] == started["uuid"]
    assert [one["uuid"] for one in alice_api.get(f"quizzes/{quiz.activity.uuid}/attempts")["results"]] == [
        started["uuid"]
    ]


def test_questions_are_in_the_requested_language(alice_api: Api, started: dict[str, Any]) -> None:
    korean = alice_api.get(f"attempts/{started['uuid']}", headers={"Accept-Language": "ko"})

    assert korean["questions"][0]["text"] == "질문 q0"
    assert korean["questions"][0]["language"] == "ko"
    assert [c["uuid"] for c in korean["questions"][0]["choices"]] == [
        c["uuid"] for c in started["questions"][0]["choices"]
    ]


def test_from_the_first_answer_to_the_result(alice_api: Api, quiz: Quiz, started: dict[str, Any]) -> None:
    base = f"attempts/{started['uuid']}"
    assert alice_api.get(f"{base}/result", expect=409)["type"] == "/problems/not-submitted"
    for question, response in answers(quiz).items():
        saved = alice_api.put(f"{base}/answers/{question}", {"response": response, "sequence": 7})
        check("Answer", saved)
        assert saved["response"] == response
        assert saved["sequence"] == 7
    assert [question["response"] for question in alice_api.get(base)["questions"]] == list(answers(quiz).values())

    summary = alice_api.post(f"{base}/submit", expect=202)
    check("AttemptSummary", summary)
    assert alice_api.response.headers["Location"] == f"/api/v1/{base}/result"
    waiting = alice_api.get(f"{base}/result")
    check("AttemptResult", waiting)
    assert waiting["status"] == "submitted"
    assert waiting["questions"] == []
    assert alice_api.response.headers["Retry-After"] == "1"

    grade(started["uuid"])
    result = alice_api.get(f"{base}/result")
    check("AttemptResult", result)
    assert result["status"] == "graded"
    assert result["points"] == "3.00"
    assert result["max_points"] == "3.00"
    assert result["percent"] == 100
    assert result["passed"] is True
    assert result["answers_shown"] is True
    assert {question["outcome"] for question in result["questions"]} == {"correct"}
    assert result["questions"][2]["solution"]["accept"] == ["Data Drift", "데이터 드리프트"]
    assert "Retry-After" not in alice_api.response.headers

    after = alice_api.get("courses/statistics/progress")
    assert after["grade_percent"] == 100
    assert after["progress_percent"] == 33
    assert after["grades"][0]["points"] == "3.00"
    check("CourseProgress", after)


def test_submitting_is_idempotent(alice_api: Api, quiz: Quiz, started: dict[str, Any]) -> None:
    path = f"attempts/{started['uuid']}/submit"
    first = alice_api.post(path, {"answers": answers(quiz)}, expect=202)

    again = alice_api.post(path, {"answers": answers(quiz, right=False)}, expect=202)
    assert but_for_the_clock(again) == but_for_the_clock(first)
    grade(started["uuid"])
    assert alice_api.post(path, expect=202)["status"] == "graded"
    assert Answer.objects.filter(response=answers(quiz)[started["questions"][0]["uuid"]]).exists()


def test_solutions_are_hidden_while_attempts_are_left(alice_api: Api, quiz: Quiz) -> None:
    first = submitted(alice_api, quiz, right=False)

    result = alice_api.get(f"attempts/{first}/result")

    assert result["passed"] is False
    assert result["answers_shown"] is False
    assert result["can_reveal"] is False
    assert all(question["solution"] is None for question in result["questions"])
    assert all(question["feedback"] == [] and question["lesson"] == "" for question in result["questions"])
    assert alice_api.post(f"attempts/{first}/reveal", expect=409)["type"] == "/problems/answers-not-available"


def test_revealing_solutions_ends_the_right_to_further_attempts(alice_api: Api, quiz: Quiz) -> None:
    Quiz.objects.filter(pk=quiz.pk).update(pass_mark=30)
    first = submitted(alice_api, quiz, right=False)
    assert alice_api.get(f"attempts/{first}/result")["can_reveal"] is True

    revealed = alice_api.post(f"attempts/{first}/reveal")

    check("AttemptResult", revealed)
    assert revealed["answers_shown"] is True
    assert revealed["questions"][0]["feedback"][0]["html"] == "Feedback q0 1"
    assert but_for_the_clock(revealed) == but_for_the_clock(alice_api.post(f"attempts/{first}/reveal"))
    problem = alice_api.post(f"quizzes/{quiz.activity.uuid}/attempts", expect=409)
    assert problem["type"] == "/problems/answers-revealed"


def test_no_attempt_can_start_after_the_allowed_ones(alice_api: Api, quiz: Quiz) -> None:
    for _attempt in range(3):
        submitted(alice_api, quiz, right=False)

    problem = alice_api.post(f"quizzes/{quiz.activity.uuid}/attempts", expect=409)

    assert problem["type"] == "/problems/no-attempts-left"
    assert alice_api.get(f"quizzes/{quiz.activity.uuid}")["can_start"] is False


@pytest.mark.parametrize(
    ("status", "public"),
    [
        ("submitted", "submitted"),
        ("grading", "submitted"),
        ("needs_review", "needs_review"),
        ("needs_attention", "needs_review"),
    ],
)
def test_internal_statuses_have_public_names(alice_api: Api, started: dict[str, Any], status: str, public: str) -> None:
    Attempt.objects.update(status=status, submitted_at=timezone.now())

    result = alice_api.get(f"attempts/{started['uuid']}/result")

    check("AttemptResult", result)
    assert result["status"] == public
    assert ("Retry-After" in alice_api.response.headers) == (public == "submitted")


def test_a_quiz_without_questions_cannot_be_started(alice_api: Api, quiz: Quiz) -> None:
    Quiz.objects.filter(pk=quiz.pk).update(current_version=None)

    assert alice_api.get(f"quizzes/{quiz.activity.uuid}")["question_count"] == 0
    problem = alice_api.post(f"quizzes/{quiz.activity.uuid}/attempts", expect=409)
    assert problem["type"] == "/problems/nothing-to-answer"


def test_a_lesson_check_is_graded_at_once_and_does_not_count(alice_api: Api, lesson: Activity) -> None:
    alice_api.get(f"quizzes/{lesson.uuid}", expect=404)
    check_quiz = QuizFactory(activity=lesson, attempts_allowed=None, show_answers=Quiz.ShowAnswers.AFTER_EACH)

    found = alice_api.get(f"quizzes/{lesson.uuid}")
    assert found["graded"] is False
    assert found["attempts_left"] is None
    attempt = alice_api.post(f"quizzes/{lesson.uuid}/attempts", expect=201)["uuid"]
    given = answers(check_quiz, right=False)
    # Feedback comes at once: no worker is waited for.
    first = alice_api.post(f"attempts/{attempt}/submit", {"answers": given}, expect=202)
    assert first["status"] == "graded"
    result = alice_api.get(f"attempts/{attempt}/result")
    check("AttemptResult", result)
    assert result["status"] == "graded"
    assert result["answers_shown"] is True
    assert result["points"] == "1.00"
    assert result["questions"][0]["feedback"][0]["html"] == "Feedback q0 1"
    assert "Retry-After" not in alice_api.response.headers

    # A lost answer is asked for again, and it is one attempt with one grade.
    again = alice_api.post(f"attempts/{attempt}/submit", {"answers": answers(check_quiz)}, expect=202)
    assert but_for_the_clock(again) == but_for_the_clock(first)
    assert automatic.grade_attempt(attempt_id=Attempt.objects.get().pk, now=timezone.now()) is False
    assert AttemptGrade.objects.count() == 1
    assert alice_api.get("courses/statistics/progress")["grade_percent"] is None


def test_the_result_lists_changes_of_the_grade(alice_api: Api, quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
    attempt = graded(quiz, enrolment, now=timezone.now())
    address = f"attempts/{attempt.uuid}/result"
    assert alice_api.get(address)["changes"] == []
    other_choice_right(quiz)
    regrade = regrading.propose(quiz=quiz, actor=ines, now=timezone.now())
    regrading.approve(regrade=regrade, reason="The key was wrong.", actor=ines, now=timezone.now())
    regrading.run(regrade_id=regrade.pk, now=timezone.now())
    answer = alice_api.get(address)
    [change] = answer["changes"]
    assert change["points"] == "2.00"
    assert change["max_points"] == "3.00"
    assert change["reason"] == "The key was wrong."
    assert answer["points"] == "2.00"
    assert change["at"] == answer["graded_at"]


def test_an_app_that_guesses_access_codes_is_told_how_long_to_wait(alice_api: Api, quiz: Quiz) -> None:
    Quiz.objects.filter(pk=quiz.pk).update(access_code="봄-2026")
    path = f"quizzes/{quiz.activity.uuid}/attempts"
    for guess in range(10):
        assert alice_api.post(path, {"access_code": f"{guess}"}, expect=403)["type"] == "/problems/wrong-access-code"

    problem = alice_api.post(path, {"access_code": "봄-2026"}, expect=429)

    assert problem["type"] == "/problems/too-many-codes"
    assert int(alice_api.response.headers["Retry-After"]) in range(590, 601)


def test_the_list_of_attempts_says_of_each_whether_it_passed_by_the_rule_of_the_pages(
    alice_api: Api, enrolment: Enrolment, quiz: Quiz
) -> None:
    Quiz.objects.filter(pk=quiz.pk).update(pass_mark=60)
    assert quiz.current_version
    for number, points in enumerate((None, "5.90", "6.00", "10.00"), 1):
        is_open = points is None
        Attempt.objects.create(
            quiz=quiz,
            version=quiz.current_version,
            enrolment=enrolment,
            number=number,
            status="in_progress" if is_open else "graded",
            started_at=timezone.now(),
            submitted_at=None if is_open else timezone.now(),
            points=points,
            max_points=10,
        )

    listed = alice_api.get(f"quizzes/{quiz.activity.uuid}/attempts")["results"]

    assert [attempt["passed"] for attempt in listed] == [True, True, False, None]
    assert [attempt["passed"] or False for attempt in listed] == [
        is_passed(attempt) for attempt in quiz.attempts.order_by("-number")
    ]
