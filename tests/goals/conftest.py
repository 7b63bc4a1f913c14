"""Steps that Alice takes."""

from datetime import UTC, datetime

import pytest

from courses import progress
from courses.models import Activity, Enrolment

# A Monday, ten o'clock in Seoul.
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def lesson_done(enrolment: Enrolment, lesson: Activity) -> Enrolment:
    return progress.mark_done(enrolment=enrolment, activity=lesson, now=MONDAY)
