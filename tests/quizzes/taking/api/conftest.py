"""The attempt that the tests of the attempts API start from."""

from typing import Any

import pytest

from quizzes.authoring.models import Quiz
from tests.api import Api


@pytest.fixture
def started(alice_api: Api, quiz: Quiz) -> dict[str, Any]:
    return alice_api.post(f"quizzes/{quiz.activity.uuid}/attempts", expect=201)  # type: ignore[no-any-return]
