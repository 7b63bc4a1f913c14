"""Attempts API: requests that are refused, and what stays saved."""

import time
from typing import Any

import pytest

from courses.models import Course
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import Quiz
from quizzes.sequences import LARGEST
from tests.api import Api
from tests.factories import ActivityFactory, QuizFactory
from tests.quizzes.taking.api.taken import LIMIT, NOBODYS, answers


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
def test_an_invalid_response_is_refused(
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
        {"response": {"text": "x"}, "sequence": "5"},
        {"response": {"text": "x"}, "sequence": 5.0},
        {"response": {"text": "x"}, "sequence": True},
        {"response": {"text": "x"}, "sequense": 5},
    ],
)
def test_an_invalid_body_is_refused(alice_api: Api, started: dict[str, Any], body: Any) -> None:
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
def test_a_body_that_is_not_json_is_refused(alice_api: Api, started: dict[str, Any], body: bytes) -> None:
    assert put(alice_api, started, 2, body) in (
        "/problems/malformed",
        "/problems/invalid",
        "/problems/invalid-response",
    )
    assert not Answer.objects.exists()


def test_the_largest_sequence_is_stored_as_the_servers_time(alice_api: Api, started: dict[str, Any]) -> None:
    path = f"attempts/{started['uuid']}/answers/{started['questions'][2]['uuid']}"
    before = int(time.time() * 1000)
    stored = alice_api.put(path, {"response": {"text": "x"}, "sequence": LARGEST})
    assert before <= stored["sequence"] <= time.time() * 1000
    stored = alice_api.put(path, {"response": {"text": "y"}})
    assert stored["response"] == {"text": "y"}


def test_a_body_over_the_limit_is_413(alice_api: Api, started: dict[str, Any]) -> None:
    body = {"response": {"text": "x" * 3_000_000}}

    assert put(alice_api, started, 2, body, expect=413) == "/problems/body-too-large"


def test_another_media_type_than_json_is_415(alice_api: Api, started: dict[str, Any]) -> None:
    question = started["questions"][2]["uuid"]
    response = alice_api.client.put(
        f"/api/v1/attempts/{started['uuid']}/answers/{question}",
        "response=x",
        content_type="application/x-www-form-urlencoded",
        headers=alice_api.headers,
    )

    assert response.status_code == 415
    assert response.json()["type"] == "/problems/unsupported-media-type"


def test_a_question_of_another_quiz_is_refused(alice_api: Api, started: dict[str, Any], course: Course) -> None:
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
def test_a_submit_with_an_invalid_answer_saves_the_others_and_leaves_the_attempt_open(
    alice_api: Api, started: dict[str, Any], name: int | str, answer: Any, problem: str
) -> None:
    quiz = Quiz.objects.get()
    given = answers(quiz)
    bad = started["questions"][name]["uuid"] if isinstance(name, int) else name
    given[bad] = answer

    refused = alice_api.post(f"attempts/{started['uuid']}/submit", {"answers": given}, expect=400)

    assert refused["type"] == f"/problems/{problem}"
    assert refused["question"] == bad
    attempt = alice_api.get(f"attempts/{started['uuid']}")
    assert attempt["status"] == "in_progress"
    kept = {question["uuid"]: question["response"] for question in attempt["questions"]}
    assert {name: kept[name] for name in answers(quiz) if name != bad} == {
        name: response for name, response in answers(quiz).items() if name != bad
    }


def test_a_question_name_that_is_no_uuid_is_repeated_as_it_was_sent_but_not_at_any_length(
    alice_api: Api, started: dict[str, Any]
) -> None:
    for name, repeated in {"no uuid": "no uuid", "x" * 5000: "x" * 100, NOBODYS: NOBODYS}.items():
        refused = alice_api.post(f"attempts/{started['uuid']}/submit", {"answers": {name: {"text": "x"}}}, expect=400)
        assert (refused["type"], refused["question"]) == ("/problems/unknown-question", repeated)


@pytest.mark.parametrize(
    "code", [0, 1, True, None, ["x"], {"x": "y"}, "\x00"], ids=["zero", "one", "true", "null", "list", "object", "nul"]
)
def test_an_access_code_is_a_text(alice_api: Api, quiz: Quiz, code: Any) -> None:
    refused = alice_api.post(f"quizzes/{quiz.activity.uuid}/attempts", {"access_code": code}, expect=400)

    assert (refused["type"], list(refused["errors"])) == ("/problems/invalid", ["access_code"])
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("body", [[], {"answers": []}, {"answers": "x"}, {"answers": None}])
def test_an_invalid_submit_submits_nothing(alice_api: Api, started: dict[str, Any], body: Any) -> None:
    alice_api.post(f"attempts/{started['uuid']}/submit", body, expect=400)

    assert Attempt.objects.get().status == "in_progress"


def test_an_answer_after_the_submit_is_refused(alice_api: Api, started: dict[str, Any]) -> None:
    alice_api.post(f"attempts/{started['uuid']}/submit", expect=202)

    assert put(alice_api, started, 2, {"response": {"text": "x"}}, expect=409) == "/problems/attempt-closed"


def test_an_overtaken_answer_changes_nothing(alice_api: Api, started: dict[str, Any]) -> None:
    path = f"attempts/{started['uuid']}/answers/{started['questions'][2]['uuid']}"
    alice_api.put(path, {"response": {"text": "second"}, "sequence": 2})

    late = alice_api.put(path, {"response": {"text": "first"}, "sequence": 1})

    assert late["response"] == {"text": "second"}
    assert late["sequence"] == 2
