"""The attempt that the tests of the attempt pages start from."""

import pytest
from django.utils import timezone

from courses.models import Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import start


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    return start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
