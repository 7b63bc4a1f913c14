"""Concurrent requests of one student give one attempt, one state change, one grade and one ledger row.

They run in a process of their own on a real database (a SQLite file, or PostgreSQL if configured), because requests inside
a test's transaction cannot race.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import postgresql
from tests.product import ROOT

pytestmark = pytest.mark.processes


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The environment that names a new database, which is a copy of one that is migrated."""
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("migrated_home"), tmp_path, dirs_exist_ok=True)
        yield {}
        return
    with postgresql.migrated_database(tmp_path_factory) as url:
        yield {"DATABASE_URL": url}


def run_at_the_same_time(
    requests: str, database: dict[str, str], home: Path, module: str = "tests.quizzes.rivals"
) -> dict[str, Any]:
    others = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    done = subprocess.run(
        [sys.executable, "-m", module, requests],
        env={**others, **database, "BAEUM_HOME": str(home), "BAEUM_LOG_LEVEL": "ERROR"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def test_fifty_simultaneous_submits_are_one_submission(database: dict[str, str], tmp_path: Path) -> None:
    assert run_at_the_same_time("submit", database, tmp_path) == {
        "answers": {"302": 25, "202": 25},
        "graded": {"0": 49, "1": 1},
        "status": "graded",
        "percent": 100,
        "saved": 3,
        "grades": 1,
        "ledger": 1,
        "done": 1,
        "events": 1,
    }


def test_twenty_simultaneous_starts_are_one_attempt(database: dict[str, str], tmp_path: Path) -> None:
    report = run_at_the_same_time("start", database, tmp_path)
    assert report["attempts"] == 1
    assert sum(report["answers"].values()) == 20
    assert set(report["answers"]) <= {"302", "201", "200"}


def test_the_newest_of_thirty_simultaneous_saves_is_stored(database: dict[str, str], tmp_path: Path) -> None:
    report = run_at_the_same_time("save", database, tmp_path)
    assert report["answers"] == {"200": 30}
    assert report["rows"] == [[{"text": "answer 30"}, 30]]
