"""Keeping the newest backups in a folder."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from operations.backup import stores
from operations.backup.archive import Archive
from operations.backup.errors import BackupError
from tests.operations.backup.conftest import Place

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder


def add(folder: Path, day: int, *, keep: int) -> stores.Kept:
    return stores.add_backup(stores.open_store(str(folder)), keep=keep, now=NOON + timedelta(days=day))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_newest_are_kept(site: Place, folder: Path) -> None:
    deleted = [add(folder, day, keep=2).deleted for day in range(3)]
    assert names(folder) == ["baeum-20261129T120000Z.zip", "baeum-20261130T120000Z.zip"]
    assert deleted == [[], [], ["baeum-20261128T120000Z.zip"]]
    for name in names(folder):
        Archive(folder / name).verify()


def test_a_damaged_backup_does_not_count(site: Place, folder: Path) -> None:
    for day in range(2):
        add(folder, day, keep=3)
    damaged = folder / "baeum-20261129T120000Z.zip"
    damaged.write_bytes(damaged.read_bytes()[:-10])
    kept = add(folder, 2, keep=2)
    assert kept.damaged == [damaged.name]
    assert kept.deleted == []
    assert "baeum-20261128T120000Z.zip" in names(folder)


def test_a_failed_backup_deletes_nothing(site: Place, folder: Path) -> None:
    for day in range(2):
        add(folder, day, keep=2)
    before = names(folder)
    site.database.rename(site.home / "gone")
    with pytest.raises(BackupError):
        add(folder, 2, keep=1)
    assert names(folder) == before


def test_other_files_in_the_folder_are_left_alone(site: Place, folder: Path) -> None:
    (folder / "baeum-notes.zip").write_text("mine")
    (folder / "before-the-exam.zip").write_text("mine")
    for day in range(3):
        add(folder, day, keep=1)
    assert names(folder) == ["baeum-20261130T120000Z.zip", "baeum-notes.zip", "before-the-exam.zip"]


def test_a_missing_folder_is_named(site: Place, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="There is no folder"):
        stores.open_store(str(tmp_path / "none"))
