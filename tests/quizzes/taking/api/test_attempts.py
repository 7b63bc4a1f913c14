"""Quizzes and attempts by the API, from the start to the result."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from courses.models import Activity, Course, Enrolment
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring import publishing
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic, regrading
from quizzes.grading.models import AttemptGrade
from quizzes.whole_numbers import LARGEST
from tests.api import Api, api_for
from tests.contract import check
from tests.factories import ActivityFactory, EnrolmentFactory, QuizFactory, add_single_choice, right_answers
from tests.quizzes.graded import graded, other_choice_right

LIMIT = 500
# A uuid that nothing has; a fresh one would name the tests differently in each worker of pytest-xdist.
NOBODYS = "3f0e9a52-6d0c-4a47-9a43-0f5c3b8f1f11"


@pytest.fixture
def started(alice_api: Api, quiz: Quiz) -> dict[str, Any]:
    return alice_api.post(f"quizzes/{quiz.activity.uuid}/attempts", expect=201)  # type: ignore[no-any-return]


def grade(uuid: str) -> None:
    assert automatic.grade_attempt(attempt_id=Attempt.objects.get(uuid=uuid).pk, now=timezone.now())


def answers(quiz: Quiz, right: bool = True) -> dict[str, Any]:
    given = {str(question): response for question, response in right_answers(quiz).items()}
    if not right:
        for question in quiz.questions.filter(kind="single_choice"):
            given[str(question.uuid)] = {"choice": str(question.choices.filter(is_correct=False)[0].uuid)}
    return given


def submitted(api: Api, quiz: Quiz, right: bool = True) -> str:
    attempt = api.post(f"quizzes/{quiz.activity.uuid}/attempts", expect=201)["uuid"]
    api.post(f"attempts/{attempt}/submit", {"answers": answers(quiz, right)}, expect=202)
    grade(attempt)
    return str(attempt)


def test_a_quiz_before_an_attempt(alice_api: Api, enrolment: Enrolment, quiz: Quiz) -> None:
    found = alice_api.get(f"quizzes/{quiz.activity.uuid}")

    check("Quiz", found)
    assert (found["question_count"], found["attempts_left"], found["can_start"]) == (3, 3, True)
    assert (found["graded"], found["open_attempt"]) == (True, None)
    enrolment.refresh_from_db()
    assert enrolment.last_activity == quiz.activity


def test_starting_and_resuming(alice_api: Api, quiz: Quiz, started: dict[str, Any]) -> None:
    check("Attempt", started)
    assert started["status"] == "in_progress"
    assert [question["response"] for question in started["questions"]] == [None, None, None]
    assert started["questions"][0]["text"] == "Question q0"
    assert started["questions"][0]["html"]

    again = alice_api.post(f"quizzes/{quiz.activity.uuid}/attempts")

    assert again == started == alice_api.get(f"attempts/{started['uuid']}")
    assert alice_api.get(f"quizzes/{quiz.activity.uuid}")["open_attempt"] == started["uuid"]
    assert [one["uuid"] for one in alice_api.get(f"quizzes/{quiz.activity.uuid}/attempts")["results"]] == [
        started["uuid"]
    ]


def test_questions_are_in_the_language_asked_for(alice_api: Api, started: dict[str, Any]) -> None:
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
        assert (saved["response"], saved["sequence"]) == (response, 7)
    assert [question["response"] for question in alice_api.get(base)["questions"]] == list(answers(quiz).values())

    summary = alice_api.post(f"{base}/submit", expect=202)
    check("AttemptSummary", summary)
    assert alice_api.response.headers["Location"] == f"/api/v1/{base}/result"
    waiting = alice_api.get(f"{base}/result")
    check("Result", waiting)
    assert (waiting["status"], waiting["questions"]) == ("submitted", [])
    assert alice_api.response.headers["Retry-After"] == "1"

    grade(started["uuid"])
    result = alice_api.get(f"{base}/result")
    check("Result", result)
    assert (result["status"], result["points"], result["max_points"]) == ("graded", "3.00", "3.00")
    assert (result["percent"], result["passed"], result["answers_shown"]) == (100, True, True)
    assert {question["outcome"] for question in result["questions"]} == {"correct"}
    assert result["questions"][2]["solution"]["accept"] == ["Data Drift", "데이터 드리프트"]
    assert "Retry-After" not in alice_api.response.headers

    after = alice_api.get("courses/statistics/progress")
    assert (after["grade_percent"], after["progress_percent"]) == (100, 33)
    assert after["grades"][0]["points"] == "3.00"
    check("Progress", after)


def test_submitting_twice_is_once(alice_api: Api, quiz: Quiz, started: dict[str, Any]) -> None:
    path = f"attempts/{started['uuid']}/submit"
    first = alice_api.post(path, {"answers": answers(quiz)}, expect=202)

    assert alice_api.post(path, {"answers": answers(quiz, right=False)}, expect=202) == first
    grade(started["uuid"])
    assert alice_api.post(path, expect=202)["status"] == "graded"
    assert Answer.objects.filter(response=answers(quiz)[started["questions"][0]["uuid"]]).exists()


def test_the_key_stays_hidden_until_it_may_be_shown(alice_api: Api, quiz: Quiz) -> None:
    first = submitted(alice_api, quiz, right=False)

    result = alice_api.get(f"attempts/{first}/result")

    assert (result["passed"], result["answers_shown"], result["can_reveal"]) == (False, False, False)
    assert all(question["solution"] is None for question in result["questions"])
    assert all(question["feedback"] == [] and question["lesson"] == "" for question in result["questions"])
    assert alice_api.post(f"attempts/{first}/reveal", expect=409)["type"] == "/problems/answers-not-available"


def test_revealing_gives_up_the_attempts_that_are_left(alice_api: Api, quiz: Quiz) -> None:
    Quiz.objects.filter(pk=quiz.pk).update(pass_mark=30)
    first = submitted(alice_api, quiz, right=False)
    assert alice_api.get(f"attempts/{first}/result")["can_reveal"] is True

    revealed = alice_api.post(f"attempts/{first}/reveal")

    check("Result", revealed)
    assert revealed["answers_shown"] is True
    assert revealed["questions"][0]["feedback"][0]["html"] == "Feedback q0 1"
    assert revealed == alice_api.post(f"attempts/{first}/reveal")
    problem = alice_api.post(f"quizzes/{quiz.activity.uuid}/attempts", expect=409)
    assert problem["type"] == "/problems/answers-revealed"


def test_no_more_attempts_than_allowed(alice_api: Api, quiz: Quiz) -> None:
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
def test_states_that_are_the_sites_affair_have_public_names(
    alice_api: Api, started: dict[str, Any], status: str, public: str
) -> None:
    Attempt.objects.update(status=status, submitted_at=timezone.now())

    result = alice_api.get(f"attempts/{started['uuid']}/result")

    check("Result", result)
    assert result["status"] == public
    assert ("Retry-After" in alice_api.response.headers) == (public == "submitted")


# --- what cannot be right ----------------------------------------------------------------------------------------


def put(api: Api, attempt: dict[str, Any], number: int, body: Any, expect: int = 400) -> str:
    question = attempt["questions"][number]["uuid"]
    return str(api.put(f"attempts/{attempt['uuid']}/answers/{question}", body, expect=expect)["type"])


@pytest.mark.parametrize(
    ("number", "response", "problem"),
    [
        (0, {"choice": NOBODYS}, "unknown-choice"),
        (0, {"choice": "x"}, "unknown-choice"),
        (0, {"choice": 1}, "invalid-response"),
        (0, {"choice": ["x"]}, "invalid-response"),
        (0, {"choices": []}, "invalid-response"),
        (0, {"text": "x"}, "invalid-response"),
        (0, {}, "invalid-response"),
        (0, [], "invalid-response"),
        (0, "text", "invalid-response"),
        (2, {"text": 5}, "invalid-response"),
        (2, {"text": "a\x00b"}, "invalid-response"),
        (2, {"text": "x" * (LIMIT + 1)}, "too-long"),
        (2, {"text": "x" * 1_000_000}, "too-long"),
    ],
)
def test_an_answer_that_cannot_be_right_is_refused(
    alice_api: Api, started: dict[str, Any], number: int, response: Any, problem: str
) -> None:
    assert put(alice_api, started, number, {"response": response}) == f"/problems/{problem}"
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sequence": 1},
        {"response": None},
        [],
        {"response": {"text": "x"}, "sequence": -1},
        {"response": {"text": "x"}, "sequence": LARGEST + 1},
        {"response": {"text": "x"}, "sequence": "x"},
    ],
)
def test_a_body_that_cannot_be_right_is_refused(alice_api: Api, started: dict[str, Any], body: Any) -> None:
    assert put(alice_api, started, 2, body) == "/problems/invalid"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"\xff\xfe",
        b'{"response": {"text": "\\ud800"}}',
        b'{"response": NaN}',
        b"[" * 100_000,
        b'{"response": {"text": ' + b"[" * 5000 + b"]" * 5000 + b"}}",
        b'{"response": ' + b"9" * 5000 + b"}",
        b'{"response": {"text": ' + b"[" * 300 + b"]" * 300 + b"}}",
    ],
    ids=[
        "half",
        "empty",
        "not-utf8",
        "surrogate",
        "nan",
        "deep",
        "deep-and-closed",
        "huge-number",
        "deeper-than-needed",
    ],
)
def test_a_body_that_is_no_json_is_refused(alice_api: Api, started: dict[str, Any], body: bytes) -> None:
    assert put(alice_api, started, 2, body) in (
        "/problems/malformed",
        "/problems/invalid",
        "/problems/invalid-response",
    )
    assert not Answer.objects.exists()


def test_the_largest_sequence_leaves_room_for_what_comes_without_one(alice_api: Api, started: dict[str, Any]) -> None:
    question = started["questions"][2]["uuid"]
    for body in ({"response": {"text": "x"}, "sequence": LARGEST}, {"response": {"text": "y"}}):
        stored = alice_api.put(f"attempts/{started['uuid']}/answers/{question}", body)
    assert (stored["response"], stored["sequence"]) == ({"text": "y"}, LARGEST + 1)
    assert Answer.objects.get().sequence == LARGEST + 1


def test_a_body_over_the_limit_is_413(alice_api: Api, started: dict[str, Any]) -> None:
    body = {"response": {"text": "x" * 3_000_000}}

    assert put(alice_api, started, 2, body, expect=413) == "/problems/body-too-large"


def test_a_body_that_is_no_json_by_its_type_is_415(alice_api: Api, started: dict[str, Any]) -> None:
    question = started["questions"][2]["uuid"]
    response = alice_api.client.put(
        f"/api/v1/attempts/{started['uuid']}/answers/{question}",
        "response=x",
        content_type="application/x-www-form-urlencoded",
        headers=alice_api.headers,
    )

    assert response.status_code == 415
    assert response.json()["type"] == "/problems/unsupported-media-type"


def test_a_question_of_another_quiz(alice_api: Api, started: dict[str, Any], course: Course) -> None:
    other = QuizFactory(activity=ActivityFactory(module=course.modules.get(), slug="other", kind="quiz"))
    for name in (other.questions.all()[0].uuid, NOBODYS):
        problem = alice_api.put(f"attempts/{started['uuid']}/answers/{name}", {"response": {"text": "x"}}, expect=400)
        assert problem["type"] == "/problems/unknown-question"
    alice_api.put(f"attempts/{started['uuid']}/answers/x", {"response": {"text": "x"}}, expect=404)


@pytest.mark.parametrize(
    ("name", "answer", "problem"),
    [
        (2, {"text": "x" * 1_000_000}, "too-long"),
        (0, {"choice": NOBODYS}, "unknown-choice"),
        (NOBODYS, {"text": "x"}, "unknown-question"),
        ("no uuid", {"text": "x"}, "unknown-question"),
    ],
)
def test_one_bad_answer_at_submit_keeps_the_rest_and_the_attempt_open(
    alice_api: Api, started: dict[str, Any], name: int | str, answer: Any, problem: str
) -> None:
    quiz = Quiz.objects.get()
    given = answers(quiz)
    bad = started["questions"][name]["uuid"] if isinstance(name, int) else name
    given[bad] = answer

    refused = alice_api.post(f"attempts/{started['uuid']}/submit", {"answers": given}, expect=400)

    assert refused["type"] == f"/problems/{problem}"
    attempt = alice_api.get(f"attempts/{started['uuid']}")
    assert attempt["status"] == "in_progress"
    kept = {question["uuid"]: question["response"] for question in attempt["questions"]}
    assert {name: kept[name] for name in answers(quiz) if name != bad} == {
        name: response for name, response in answers(quiz).items() if name != bad
    }


@pytest.mark.parametrize("body", [[], {"answers": []}, {"answers": "x"}, {"answers": None}])
def test_a_submit_that_cannot_be_right_submits_nothing(alice_api: Api, started: dict[str, Any], body: Any) -> None:
    alice_api.post(f"attempts/{started['uuid']}/submit", body, expect=400)

    assert Attempt.objects.get().status == "in_progress"


def test_an_answer_after_the_end_is_refused(alice_api: Api, started: dict[str, Any]) -> None:
    alice_api.post(f"attempts/{started['uuid']}/submit", expect=202)

    assert put(alice_api, started, 2, {"response": {"text": "x"}}, expect=409) == "/problems/attempt-closed"


def test_an_overtaken_answer_changes_nothing(alice_api: Api, started: dict[str, Any]) -> None:
    path = f"attempts/{started['uuid']}/answers/{started['questions'][2]['uuid']}"
    alice_api.put(path, {"response": {"text": "second"}, "sequence": 2})

    late = alice_api.put(path, {"response": {"text": "first"}, "sequence": 1})

    assert (late["response"], late["sequence"]) == ({"text": "second"}, 2)


def test_a_quiz_without_questions_cannot_be_started(alice_api: Api, quiz: Quiz) -> None:
    Quiz.objects.filter(pk=quiz.pk).update(current_version=None)

    assert alice_api.get(f"quizzes/{quiz.activity.uuid}")["question_count"] == 0
    problem = alice_api.post(f"quizzes/{quiz.activity.uuid}/attempts", expect=409)
    assert problem["type"] == "/problems/nothing-to-answer"


def test_a_lessons_check_is_a_quiz_that_does_not_count(alice_api: Api, lesson: Activity) -> None:
    alice_api.get(f"quizzes/{lesson.uuid}", expect=404)
    check_quiz = QuizFactory(activity=lesson, attempts_allowed=None, show_answers=Quiz.ShowAnswers.AFTER_EACH)

    found = alice_api.get(f"quizzes/{lesson.uuid}")
    assert (found["graded"], found["attempts_left"]) == (False, None)
    attempt = alice_api.post(f"quizzes/{lesson.uuid}/attempts", expect=201)["uuid"]
    given = answers(check_quiz, right=False)
    # Feedback comes at once: no worker is waited for.
    first = alice_api.post(f"attempts/{attempt}/submit", {"answers": given}, expect=202)
    assert first["status"] == "graded"
    result = alice_api.get(f"attempts/{attempt}/result")
    check("Result", result)
    assert (result["status"], result["answers_shown"], result["points"]) == ("graded", True, "1.00")
    assert result["questions"][0]["feedback"][0]["html"] == "Feedback q0 1"
    assert "Retry-After" not in alice_api.response.headers

    # A lost answer is asked for again, and it is one attempt with one grade.
    assert alice_api.post(f"attempts/{attempt}/submit", {"answers": answers(check_quiz)}, expect=202) == first
    assert automatic.grade_attempt(attempt_id=Attempt.objects.get().pk, now=timezone.now()) is False
    assert AttemptGrade.objects.count() == 1
    assert alice_api.get("courses/statistics/progress")["grade_percent"] is None


# --- who may see what ---------------------------------------------------------------------------------------------


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


def test_strangers_find_nothing_and_nobody_is_asked_to_sign_in(
    api: Api, strangers: list[Api], quiz: Quiz, started: dict[str, Any]
) -> None:
    for method, path, body in calls(quiz, started):
        api.call(method, path, body, expect=401)
        for stranger in strangers:
            stranger.call(method, path, body, expect=404)
    assert Attempt.objects.get().status == "in_progress"
    assert not Answer.objects.exists()


def test_another_student_of_the_course_does_not_reach_the_attempt(
    course: Course, quiz: Quiz, started: dict[str, Any]
) -> None:
    other = api_for(EnrolmentFactory(course=course).user)

    for method, path, body in calls(quiz, started)[3:]:
        other.call(method, path, body, expect=404)
    assert other.get(f"quizzes/{quiz.activity.uuid}/attempts") == {"results": []}


def test_a_withdrawn_student_does_not_either(
    alice_api: Api, enrolment: Enrolment, quiz: Quiz, started: dict[str, Any]
) -> None:
    Enrolment.objects.filter(pk=enrolment.pk).update(status=Enrolment.Status.WITHDRAWN)

    for method, path, body in calls(quiz, started):
        alice_api.call(method, path, body, expect=404)


# --- queries ------------------------------------------------------------------------------------------------------


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
        f"quizzes/{big.activity.uuid}": 6,
        f"quizzes/{big.activity.uuid}/attempts": 6,
        f"attempts/{attempt}": 4,
        f"attempts/{attempt}/result": 7,
    }.items():
        with CaptureQueriesContext(connection) as captured:
            alice_api.get(path)
        assert len(captured) == queries, (path, [query["sql"][:200] for query in captured])


def test_saving_an_answer_takes_few_queries(alice_api: Api, started: dict[str, Any]) -> None:
    path = f"attempts/{started['uuid']}/answers/{started['questions'][2]['uuid']}"
    with CaptureQueriesContext(connection) as captured:
        alice_api.put(path, {"response": {"text": "x"}})

    assert len(captured) == 4, [query["sql"][:200] for query in captured]


def test_nothing_of_the_key_is_in_any_answer(alice_api: Api, course: Course) -> None:
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


def test_the_result_tells_of_a_grade_that_changed(alice_api: Api, quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
    attempt = graded(quiz, enrolment, now=timezone.now())
    address = f"attempts/{attempt.uuid}/result"
    assert alice_api.get(address)["changes"] == []
    other_choice_right(quiz)
    regrade = regrading.propose(quiz=quiz, actor=ines, now=timezone.now())
    regrading.approve(regrade=regrade, reason="The key was wrong.", actor=ines, now=timezone.now())
    regrading.run(regrade_id=regrade.pk, now=timezone.now())
    answer = alice_api.get(address)
    [change] = answer["changes"]
    assert (change["points"], change["max_points"], change["reason"]) == ("2.00", "3.00", "The key was wrong.")
    assert (answer["points"], change["at"]) == ("2.00", answer["graded_at"])
