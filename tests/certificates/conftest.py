"""A student who has completed the course."""

from datetime import UTC, datetime

import pytest

from certificates import issuing
from certificates.models import Certificate
from courses.models import Enrolment
from quizzes.authoring.models import Quiz
from tests.quizzes.graded import graded

NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)


@pytest.fixture
def completed(enrolment: Enrolment, quiz: Quiz) -> Enrolment:
    """Alice's enrolment: everything is right and read."""
    graded(quiz, enrolment)
    Enrolment.objects.filter(pk=enrolment.pk).update(progress_percent=100)
    enrolment.refresh_from_db()
    return enrolment


@pytest.fixture
def certificate(completed: Enrolment) -> Certificate:
    return issuing.issue(enrolment=completed, name="김하늘", now=NOW)
