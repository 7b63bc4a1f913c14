"""For any JSON, the API answers as its schema documents and never with a server error."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.models import Activity
from quizzes.authoring.models import Quiz
from tests.api import Api
from tests.contract import check, document

NAMES = ["activity", "answers", "choice", "choices", "done", "language", "name", "response", "sequence", "text"]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=4),
    max_leaves=8,
)


def _started(quiz: Quiz) -> int:
    """Return the expected status of a start: 201 if the previous example submitted the attempt, else 200."""
    return 200 if quiz.attempts.filter(status="in_progress").exists() else 201


def _find(operation_id: str) -> tuple[str, str, dict[str, Any]]:
    return next(
        (method.upper(), path, spec)
        for path, item in document()["paths"].items()
        for method, spec in item.items()
        if spec["operationId"] == operation_id
    )


@pytest.mark.parametrize("operation", ["me_change", "course_progress_mark", "answer_save", "attempt_submit"])
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(body=VALUES, answer=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=2), token=st.integers(0, 2))
def test_any_json_gets_a_documented_answer(
    alice_api: Api, lesson: Activity, quiz: Quiz, operation: str, body: Any, answer: Any, token: int
) -> None:
    Quiz.objects.filter(pk=quiz.pk).update(attempts_allowed=None)
    attempt = alice_api.call("POST", f"quizzes/{quiz.activity.uuid}/attempts", expect=_started(quiz))
    values = {
        "slug": "statistics",
        "uuid": attempt["uuid"],
        "question": attempt["questions"][token]["uuid"],
    }
    # Give objects the expected top-level names, so that the validation of the inner values is reached.
    if isinstance(body, dict):
        body |= {"activity": str(lesson.uuid), "response": answer, "answers": {values["question"]: answer}}
    method, path, spec = _find(operation)

    response = alice_api.client.generic(
        method,
        path.format(**values),
        data=json.dumps(body).encode(),
        content_type="application/json",
        headers=alice_api.headers,
    )

    documented = spec["responses"][str(response.status_code)]
    ((content_type, content),) = documented["content"].items()
    assert response.headers["Content-Type"] == content_type
    check(content["schema"]["$ref"].rsplit("/", 1)[-1], response.json())
