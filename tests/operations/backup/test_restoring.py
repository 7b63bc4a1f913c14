"""A restore goes into an empty place, completely or not at all."""

import fcntl
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from operations.backup import making, restoring
from operations.backup.errors import BackupError
from tests.operations.backup.conftest import Place
from tests.product import ROOT


@pytest.fixture
def backup(site: Place, tmp_path: Path) -> Path:
    target = tmp_path / "site.zip"
    making.make(target)
    return target


def refusal(backup: Path) -> str:
    with pytest.raises(BackupError) as refused:
        restoring.restore(backup)
    line = str(refused.value)
    assert "\n" not in line
    return line


@contextmanager
def small_files(limit: int) -> Iterator[None]:
    """Let this process write no file beyond `limit` bytes, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_everything_is_back(backup: Path, empty: Place) -> None:
    empty.use()
    restoring.restore(backup)
    assert empty.answers() == ["the first"]
    assert sorted(empty.contents()) == ["baeum.sqlite3", "uploads/hand-ins/plan.pdf"]
    assert empty.contents()["uploads/hand-ins/plan.pdf"] == b"%PDF-1.7 plan"
    assert empty.database.stat().st_mode & 0o777 == 0o600


def test_a_living_site_is_refused_and_left_alone(backup: Path, site: Place) -> None:
    site.add_answer("the second")
    before = site.contents()
    assert "There is a database already" in refusal(backup)
    assert site.contents() == before


def test_a_state_folder_that_is_served_is_refused(backup: Path, empty: Place) -> None:
    empty.use().home.mkdir()
    with (empty.home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "Stop it first" in refusal(backup)
    assert empty.contents() == {}


def test_uploads_of_another_site_are_left_alone(backup: Path, empty: Place) -> None:
    (empty.use().home / "uploads").mkdir(parents=True)
    (empty.home / "uploads" / "theirs.pdf").write_text("theirs")
    assert "There are uploads already" in refusal(backup)
    assert empty.contents() == {"uploads/theirs.pdf": b"theirs"}


def test_the_log_of_another_database_is_not_applied(backup: Path, empty: Place) -> None:
    empty.use().home.mkdir()
    (empty.home / "baeum.sqlite3-wal").write_bytes(b"pages of another database")
    assert "baeum.sqlite3-wal" in refusal(backup)


def test_a_newer_release_is_refused_by_the_name_of_its_migration(site: Place, empty: Place, tmp_path: Path) -> None:
    with closing(sqlite3.connect(site.database)) as database:
        database.execute("INSERT INTO django_migrations (app, name) VALUES ('quizzes', '9999_from_the_future')")
        database.commit()
    making.make(tmp_path / "newer.zip")
    empty.use()
    assert "quizzes.9999_from_the_future" in refusal(tmp_path / "newer.zip")
    assert not empty.home.exists()


def test_a_backup_of_the_other_database_is_refused(backup: Path, empty: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    empty.use()
    other = {"ENGINE": "django.db.backends.postgresql", "NAME": "nowhere", "HOST": "127.0.0.1", "PORT": 1}
    monkeypatch.setitem(settings.DATABASES, "default", other)
    assert "is of SQLite, and DATABASE_URL names PostgreSQL" in refusal(backup)


def test_a_full_disk_leaves_nothing(site: Place, empty: Place, tmp_path: Path) -> None:
    site.add_upload("hand-ins/large.pdf", bytes(200_000))
    backup = tmp_path / "large.zip"
    making.make(backup)
    empty.use()
    with small_files(100_000):
        assert "cannot be restored" in refusal(backup)
    assert empty.contents() == {}
    restoring.restore(backup)
    assert empty.answers() == ["the first"]


def test_too_little_space_is_said_before_anything_is_written(site: Place, empty: Place, tmp_path: Path) -> None:
    making.make(tmp_path / "site.zip")
    empty.use()
    # Nobody has this much space.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("operations.backup.places.RESERVE", 10**18)
        assert "not enough space" in refusal(tmp_path / "site.zip")
    assert empty.contents() == {}


def test_a_stamp_of_an_earlier_database_is_removed(backup: Path, empty: Place) -> None:
    """`./run` would take the restored database for one that it has migrated."""
    empty.use().home.mkdir()
    (empty.home / "prepared").write_text("the stamp")
    restoring.restore(backup)
    assert not (empty.home / "prepared").exists()


def test_the_secret_key_comes_back_only_if_it_was_asked_for(site: Place, empty: Place, tmp_path: Path) -> None:
    (site.home / "secret_key").write_text("the site's own key")
    site.settings.SECRET_KEY = "the site's own key"
    assert making.make(tmp_path / "without.zip").secrets == []
    assert making.make(tmp_path / "with.zip", with_secrets=True).secrets == ["secret_key"]
    empty.use().home.mkdir()
    (empty.home / "secret_key").write_text("a new key")
    restoring.restore(tmp_path / "with.zip")
    assert (empty.home / "secret_key").read_text() == "the site's own key"
    assert (empty.home / "secret_key").stat().st_mode & 0o777 == 0o600


# Restores a backup, and kills itself in the moment between uploads and database.
KILLED = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from operations.backup import restoring
from operations.backup.databases import sqlite
sqlite.SQLite.load = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)
restoring.restore(Path(sys.argv[1]))
"""


def test_a_restore_that_was_killed_between_uploads_and_database_is_repeated(backup: Path, empty: Place) -> None:
    environment = {"BAEUM_HOME": str(empty.home), "DJANGO_SETTINGS_MODULE": "lms.settings", "PATH": "/usr/bin:/bin"}
    killed = subprocess.run([sys.executable, "-c", KILLED, str(backup)], env=environment, cwd=ROOT, check=False)
    assert killed.returncode == -9
    assert "uploads/hand-ins/plan.pdf" in empty.contents()
    empty.use()
    restoring.restore(backup)
    assert empty.answers() == ["the first"]
    assert sorted(empty.contents()) == ["baeum.sqlite3", "uploads/hand-ins/plan.pdf"]
