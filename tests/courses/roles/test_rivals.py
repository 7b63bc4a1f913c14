"""However many instructors remove each other at once, one of them stays."""

from pathlib import Path

import pytest

from tests.quizzes.test_rivals import database, run_at_the_same_time

__all__ = ["database"]

pytestmark = pytest.mark.processes


def test_one_of_ten_instructors_stays(database: dict[str, str], tmp_path: Path) -> None:
    report = run_at_the_same_time("roles", database, tmp_path, module="tests.courses.roles.rivals")
    # Each role was taken by a request that was redirected; the last one was kept.
    assert report["left"] == 1
    assert report["answers"]["302"] == 9
    assert set(report["answers"]) <= {"302", "400", "403", "404"}
