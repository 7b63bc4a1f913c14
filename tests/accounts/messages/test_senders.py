"""Four senders at once, each on its own connection: every message is in one mail, and in one only."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.courses.summaries.test_senders import database
from tests.product import ROOT

__all__ = ["database"]

STUDENTS, COURSES = 12, 4


@pytest.mark.processes
def test_every_message_is_in_one_mail(database: dict[str, str], tmp_path: Path) -> None:
    others = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.accounts.messages.senders", str(STUDENTS), str(COURSES)],
        env={**others, **database, "BAEUM_HOME": str(tmp_path / "home"), "BAEUM_LOG_LEVEL": "ERROR"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["status"] == {"sent": STUDENTS * COURSES}
    assert len(report["told"]) == STUDENTS * COURSES
    assert set(report["told"].values()) == {1}
    assert len(report["mails"]) == STUDENTS
