"""Fixtures for practice."""

import pytest

from courses.models import Activity
from quizzes.authoring.models import Quiz
from tests.practice.cards import make_check


@pytest.fixture
def check(lesson: Activity) -> Quiz:
    """A lesson check with two single choice questions and a short answer."""
    return make_check(lesson)
