"""Making a backup: complete, verified and private, or not at all."""

import itertools
import os
import resource
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from operations.backup import making, places, restoring
from operations.backup.archive import Archive
from operations.backup.errors import BackupError
from tests.operations.backup.conftest import Place


def refusal(target: Path, *, with_secrets: bool = False, force: bool = False) -> str:
    with pytest.raises(BackupError) as refused:
        making.make(target, with_secrets=with_secrets, force=force)
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


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_manifest_says_what_is_inside(site: Place, tmp_path: Path) -> None:
    manifest = making.make(tmp_path / "site.zip")
    assert Archive(tmp_path / "site.zip").manifest == manifest
    assert manifest.version == settings.VERSION
    assert manifest.rows == {
        "django_migrations": len(manifest.migrations),
        "quizzes_answer": 1,
        "quizzes_handinfile": 1,
    }
    assert ("quizzes", "0001_initial") in manifest.migrations
    assert manifest.files["uploads/hand-ins/plan.pdf"].size == len(b"%PDF-1.7 plan")
    assert (manifest.secrets, manifest.missing_uploads, manifest.skipped) == ([], [], [])


def test_nothing_but_the_backup_is_left_in_its_folder(site: Place, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    making.make(tmp_path / "backups" / "site.zip")
    assert names(tmp_path / "backups") == ["site.zip"]


def test_an_existing_file_is_replaced_only_by_force(site: Place, tmp_path: Path) -> None:
    target = tmp_path / "site.zip"
    target.write_text("something else")
    assert "exists already" in refusal(target)
    assert target.read_text() == "something else"
    making.make(target, force=True)
    Archive(target).verify()


def test_a_full_disk_leaves_the_old_backup(site: Place, tmp_path: Path) -> None:
    site.add_upload("hand-ins/large.pdf", os.urandom(200_000))
    folder = tmp_path / "backups"
    folder.mkdir()
    making.make(folder / "site.zip")
    before = (folder / "site.zip").read_bytes()
    with small_files(100_000):
        assert "cannot be written" in refusal(folder / "site.zip", force=True)
    assert names(folder) == ["site.zip"]
    assert (folder / "site.zip").read_bytes() == before


def test_too_little_space_is_said_before_anything_is_written(site: Place, tmp_path: Path) -> None:
    # A file that is mostly a hole: it claims more space than any disk has free, and uses none.
    with (site.home / "uploads" / "huge.bin").open("wb") as huge:
        huge.truncate(8 * 10**12)
    assert "not enough space" in refusal(tmp_path / "site.zip")
    assert not (tmp_path / "site.zip").exists()


def test_where_there_is_no_database_nothing_is_created(site: Place, empty: Place, tmp_path: Path) -> None:
    empty.use()
    assert "no database that can be opened" in refusal(tmp_path / "site.zip")
    assert not empty.home.exists()
    assert not (tmp_path / "site.zip").exists()


def test_a_damaged_database_is_not_backed_up(site: Place, tmp_path: Path) -> None:
    with closing(sqlite3.connect(site.database)) as database:
        database.execute("CREATE INDEX answers ON quizzes_answer (response)")
        database.executemany("INSERT INTO quizzes_answer (response) VALUES (?)", [("x" * 300,)] * 200)
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    pages = bytearray(site.database.read_bytes())
    pages[-3000:] = bytes(3000)
    site.database.write_bytes(pages)
    assert "The database is damaged" in refusal(tmp_path / "site.zip")


def test_a_folder_and_a_missing_folder_are_named(site: Place, tmp_path: Path) -> None:
    assert "--to FOLDER" in refusal(tmp_path)
    assert "There is no folder" in refusal(tmp_path / "none" / "site.zip")


def test_an_upload_that_a_row_names_and_that_is_gone_is_reported(site: Place, tmp_path: Path) -> None:
    (site.home / "uploads" / "hand-ins" / "plan.pdf").unlink()
    assert making.make(tmp_path / "site.zip").missing_uploads == ["hand-ins/plan.pdf"]


def test_what_is_no_plain_file_is_left_out_and_named(site: Place, tmp_path: Path) -> None:
    uploads = site.home / "uploads"
    (uploads / "link").symlink_to("/etc/hostname")
    (uploads / "linked-folder").symlink_to("/etc")
    os.mkfifo(uploads / "pipe")
    (uploads / os.fsdecode(b"\xff")).write_text("not UTF-8")
    manifest = making.make(tmp_path / "site.zip")
    assert sorted(manifest.skipped) == ["link", "linked-folder", "pipe", "\udcff"]
    assert list(manifest.files) == ["database.sqlite3", "uploads/hand-ins/plan.pdf"]


def test_an_upload_that_is_being_written_is_left_out(site: Place, tmp_path: Path) -> None:
    (site.home / "uploads" / "hand-ins" / ".notes.pdf.part").write_bytes(b"%PDF")
    manifest = making.make(tmp_path / "site.zip")
    assert list(manifest.files) == ["database.sqlite3", "uploads/hand-ins/plan.pdf"]
    assert manifest.skipped == []


def test_a_secret_key_of_the_environment_is_not_taken(site: Place, tmp_path: Path) -> None:
    assert "SECRET_KEY" in refusal(tmp_path / "site.zip", with_secrets=True)
    assert not (tmp_path / "site.zip").exists()


def test_what_a_killed_backup_left_is_removed_by_the_next(site: Place, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    left = folder / f"{places._UNFINISHED}killed"
    left.mkdir(parents=True)
    (left / "backup").write_text("half")
    making.make(folder / "site.zip")
    assert names(folder) == ["site.zip"]


def test_a_backup_beside_a_running_one_leaves_it_alone(site: Place, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    with places.unfinished_folder(folder) as running:
        (running / "backup").write_text("half")
        making.make(folder / "site.zip")
        assert (running / "backup").read_text() == "half"


@contextmanager
def repeated(work: Callable[[int], None]) -> Iterator[None]:
    """Call `work` with 0, 1, 2 … in a thread until the end of the block."""
    stop = threading.Event()

    def run() -> None:
        for number in itertools.count():
            if stop.is_set():
                return
            work(number)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_a_snapshot_has_whole_transactions_while_others_write(site: Place, empty: Place, tmp_path: Path) -> None:
    """Each transaction writes two rows. A backup between them would have an odd number."""

    def write_two(number: int) -> None:
        with closing(sqlite3.connect(site.database, timeout=60)) as database:
            database.executemany("INSERT INTO quizzes_answer (response) VALUES (?)", [(f"{number}",), (f"{number}",)])
            database.commit()

    site.add_answer("so that the number is even")
    with repeated(write_two):
        counts = [making.make(tmp_path / f"{number}.zip").rows["quizzes_answer"] for number in range(5)]
    assert [count % 2 for count in counts] == [0] * 5
    assert counts[0] < counts[-1]
    empty.use()
    restoring.restore(tmp_path / "4.zip")
    assert len(empty.answers()) == counts[-1]


def test_each_row_has_its_file_while_others_upload(site: Place, tmp_path: Path) -> None:
    """The files of a hundred uploads take long enough to copy for others to arrive meanwhile."""
    for number in range(100):
        site.add_upload(f"hand-ins/{number}.bin", os.urandom(100_000))
    with repeated(lambda number: site.add_upload(f"hand-ins/new-{number}.pdf", b"%PDF-1.7")):
        manifests = [making.make(tmp_path / f"{number}.zip") for number in range(3)]
    assert [manifest.missing_uploads for manifest in manifests] == [[], [], []]
    assert manifests[0].rows["quizzes_handinfile"] < manifests[-1].rows["quizzes_handinfile"]
