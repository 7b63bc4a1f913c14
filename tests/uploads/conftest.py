"""An attempt with a question that takes files, and an app that hands them in."""

from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone
from pytest_django import Settings

from courses.models import Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import start
from tests.api import Api
from tests.quizzes import every_kind
from tests.uploads.tus import Tus


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return tmp_path / "uploads"


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    every_kind.fill(quiz)
    quiz.refresh_from_db()
    return start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())


@pytest.fixture
def question(attempt: Attempt) -> UUID:
    return UUID(next(view["uuid"] for view in attempt.public_questions if view["kind"] == "hand_in"))


@pytest.fixture
def tus(alice_api: Api, attempt: Attempt, question: UUID) -> Tus:
    return Tus(alice_api, attempt, question)
