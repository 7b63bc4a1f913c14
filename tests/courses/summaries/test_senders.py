"""Four sender processes, a real mail server, kill -9 at random times: no mail twice, and no row without a status."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgresql
from tests.smtp import MailServer

ROOT = Path(__file__).resolve().parents[3]
STUDENTS = 150


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The environment of the sender processes, with a new database, which is a copy of one that is migrated."""
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("migrated_home"), tmp_path / "home")
        yield {}
        return
    with postgresql.migrated_database(tmp_path_factory) as url:
        yield {"DATABASE_URL": url}


@pytest.mark.processes
@pytest.mark.enable_socket
def test_no_mail_is_sent_twice_and_every_row_has_a_known_status(
    database: dict[str, str], mail_server: MailServer, tmp_path: Path
) -> None:
    mail_server.delay = 0.01
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
        **database,
        "BAEUM_HOME": str(tmp_path / "home"),
        "BAEUM_LOG_LEVEL": "ERROR",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_server.port}",
    }
    seed = 20261123
    done = subprocess.run(
        [sys.executable, "-m", "tests.courses.summaries.senders", str(STUDENTS), str(seed)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    status = report["status"]
    received = Counter(message["Message-ID"] for message in mail_server.received)
    assert report["kills"] >= 20
    # And one of the week after.
    assert (report["rows"], report["waiting"]) == (STUDENTS + 1, 1)
    assert max(received.values()) == 1
    assert set(status.values()) == {"sent", "uncertain"}
    sent = {message_id for message_id in status if status[message_id] == "sent"}
    uncertain = set(status) - sent
    assert sent <= set(received) <= sent | uncertain
    # Each sender sends one mail at a time.
    assert len(uncertain) <= report["kills"]
