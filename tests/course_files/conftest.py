"""Fixtures for tests of course folders."""

from pathlib import Path

import pytest

from accounts.models import User
from courses import enrolment
from courses.models import Enrolment
from tests.course_files import sample
from tests.course_files.sample import load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample course that the test may change."""
    return sample.copy(tmp_path)


@pytest.fixture
def student(alice: User, folder: Path) -> Enrolment:
    """Alice, enrolled in the imported course."""
    load(folder)
    return enrolment.enrol(user=alice, course=sample.course(), source=Enrolment.Source.OPEN)
