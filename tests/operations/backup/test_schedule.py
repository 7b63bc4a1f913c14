"""Backups by a schedule: once a day, later if the site was off, again after a failure, and visible."""

import fcntl
import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.test import Client

from operations.backup import schedule, state
from tests.operations.backup.conftest import Place
from tests.product import Product, wait_for

# In Seoul it is half past three in the night, when a backup is due.
DUE = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def folder(site: Place, tmp_path: Path) -> Path:
    """The folder for backups, which the settings name."""
    folder = tmp_path / "backups"
    folder.mkdir()
    site.settings.BACKUP_TO = str(folder)
    site.settings.BACKUP_KEEP = 2
    site.settings.BACKUP_AT = time(3, 30)
    site.settings.TIME_ZONE = "Asia/Seoul"
    return folder


def made(folder: Path) -> int:
    return len(list(folder.glob("*.zip")))


def test_the_first_backup_is_made_at_once(folder: Path) -> None:
    schedule.make_if_due(now=DUE - timedelta(hours=5))
    assert made(folder) == 1


def test_one_backup_a_day_at_the_time_of_the_site(folder: Path) -> None:
    schedule.make_if_due(now=DUE - timedelta(hours=5))
    counts = []
    for after in (-MINUTE, timedelta(0), MINUTE, timedelta(hours=23), timedelta(days=1)):
        schedule.make_if_due(now=DUE + after)
        counts.append(made(folder))
    assert counts == [1, 2, 2, 2, 2]
    # The second day's backup is there, and the first of the three is deleted.
    assert (folder / "baeum-20261128T183000Z.zip").exists()


def test_a_site_that_was_off_at_that_time_makes_it_later(folder: Path) -> None:
    schedule.make_if_due(now=DUE)
    schedule.make_if_due(now=DUE + timedelta(days=1, hours=9))
    assert made(folder) == 2


def test_a_failure_is_visible_and_repeated_after_a_while(folder: Path, site: Place) -> None:
    site.settings.BACKUP_TO = str(folder / "unmounted")
    schedule.make_if_due(now=DUE)
    assert "There is no folder" in state.read().error
    assert state.describe(DUE) == "failed"
    (folder / "unmounted").mkdir()
    schedule.make_if_due(now=DUE + MINUTE)
    assert made(folder / "unmounted") == 0
    schedule.make_if_due(now=DUE + state.RETRY)
    assert made(folder / "unmounted") == 1
    assert state.describe(DUE + state.RETRY) == "ok"


def test_a_backup_beside_a_running_one_is_not_made(folder: Path, site: Place) -> None:
    with (site.home / "backups.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        schedule.make_if_due(now=DUE)
    assert made(folder) == 0


@pytest.mark.parametrize(
    ("after", "word"),
    [
        (timedelta(hours=23), "ok"),
        (timedelta(days=1, hours=1), "waiting"),
        (timedelta(days=1, hours=3), "late"),
    ],
)
def test_a_late_backup_is_said_to_be_late(folder: Path, after: timedelta, word: str) -> None:
    schedule.make_if_due(now=DUE)
    assert state.describe(DUE + after) == word


def test_a_state_file_that_cannot_be_read_means_that_none_was_made(folder: Path, site: Place) -> None:
    (site.home / "backups.json").write_text("{half")
    assert state.describe(DUE) == "waiting"
    schedule.make_if_due(now=DUE)
    assert made(folder) == 1


@pytest.mark.django_db
def test_readyz_shows_a_failure_and_stays_ready(client: Client, site: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    site.settings.BACKUP_TO = "/somewhere"
    (site.settings.BROKER_HOME / "messages").mkdir(parents=True, exist_ok=True)
    state.write(state.State(failed_at=DUE.isoformat(), error="no space"))
    answer = client.get("/readyz")
    assert answer.json()["backup"] == "failed"
    assert answer.status_code == 200


def test_a_backup_waits_in_the_queue_of_the_mails() -> None:
    route = current_app.amqp.router.route({}, "operations.tasks.make_due_backup")
    assert route["queue"].name == "mail"


@pytest.mark.processes
@pytest.mark.usefixtures("prepared")
def test_a_running_site_makes_its_backup_by_itself(product: Product, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    product.environment |= {"BAEUM_BACKUP_TO": str(folder), "BAEUM_BACKUP_KEEP": "2"}
    product.start().wait_until_ready()
    wait_for((product.home / "backups.json").exists, seconds=60)
    known = json.loads((product.home / "backups.json").read_text())
    assert known["error"] == ""
    assert (folder / known["backup"]).exists()
