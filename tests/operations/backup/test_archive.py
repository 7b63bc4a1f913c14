"""The file of a backup: whatever happens to it, it is refused in one line."""

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from operations.backup import archive, making, restoring
from operations.backup.archive import Archive, Writer
from operations.backup.errors import BackupError
from operations.backup.manifest import FORMAT, Entry, Manifest
from tests.operations.backup.conftest import Place


@pytest.fixture
def backup(site: Place, tmp_path: Path) -> Path:
    target = tmp_path / "site.zip"
    making.make(target)
    return target


def refusal(path: Path) -> str:
    with pytest.raises(BackupError) as refused:
        Archive(path).verify()
    line = str(refused.value)
    assert "\n" not in line
    return line


def manifest(**values: Any) -> Manifest:
    facts: dict[str, Any] = {"version": "0.1.0", "created_at": "2026-11-28T00:00:00+00:00", "vendor": "sqlite"}
    facts |= {"server": "3", "database": "database.sqlite3", "migrations": [], "rows": {}, "files": {}, **values}
    return Manifest(**facts)


def write(path: Path, entries: dict[str, bytes], claimed: Manifest | None = None) -> Path:
    """Write a file with a valid seal and any content."""
    writer = Writer(path)
    for name, content in entries.items():
        writer.add(name, lambda stream, content=content: stream.write(content) and None)  # type: ignore[misc]
    writer.finish(claimed or manifest(files=writer.entries))
    return path


def test_the_file_is_for_its_owner_only(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600


def test_any_program_for_zip_files_opens_it(backup: Path) -> None:
    with zipfile.ZipFile(backup) as opened:
        assert opened.testzip() is None
        assert opened.namelist()[-1] == archive.MANIFEST
        assert opened.read("uploads/hand-ins/plan.pdf") == b"%PDF-1.7 plan"


def test_a_changed_byte_is_found_wherever_it_is(backup: Path) -> None:
    content = bytearray(backup.read_bytes())
    # Every byte of the last entries, of the table of contents and of the seal, and one in nine of the others.
    places = [*range(0, len(content) - 1500, 9), *range(len(content) - 1500, len(content))]
    passed = []
    for place in places:
        content[place] ^= 0x20
        backup.write_bytes(content)
        content[place] ^= 0x20
        try:
            Archive(backup)
        except BackupError:
            continue
        passed.append(place)
    assert passed == []


def test_a_changed_byte_is_said_to_be_a_change(backup: Path) -> None:
    content = bytearray(backup.read_bytes())
    content[len(content) // 2] ^= 1
    backup.write_bytes(content)
    assert "was changed" in refusal(backup)


def test_a_file_that_was_cut_off_is_refused_wherever_it_ends(backup: Path) -> None:
    content = backup.read_bytes()
    lines = set()
    for length in range(0, len(content), 97):
        backup.write_bytes(content[:length])
        lines.add(refusal(backup))
    assert lines == {f"{backup} is not a backup of Baeum.", f"{backup} is cut off or damaged: its end is missing."}


def test_more_bytes_at_the_end_are_refused(backup: Path) -> None:
    with backup.open("ab") as file:
        file.write(b"\n")
    assert "cut off or damaged" in refusal(backup)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04" + bytes(100)])
def test_another_file_is_not_a_backup(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.zip"
    path.write_bytes(content)
    assert "is not a backup of Baeum" in refusal(path)


def test_another_zip_file_is_not_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as other:
        other.writestr("notes.txt", "hello")
    assert "is not a backup of Baeum" in refusal(path)


def test_a_missing_file_and_a_folder_cannot_be_read(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "none.zip")
    assert "Is a directory" in refusal(tmp_path)


def test_a_newer_format_names_its_version(tmp_path: Path) -> None:
    newer = manifest(version="9.1.0")
    path = write(tmp_path / "newer.zip", {}, newer)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("operations.backup.manifest.FORMAT", FORMAT + 1)
        path.unlink()
        write(path, {}, newer)
    line = refusal(path)
    assert "9.1.0" in line
    assert f"format {FORMAT + 1}" in line


def test_a_missing_hash_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "unlisted.zip", {"database.sqlite3": b"x", "uploads/a": b"y"}, manifest())
    assert "does not contain what its manifest lists" in refusal(path)


def test_a_missing_entry_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "missing.zip", {}, manifest(files={"database.sqlite3": Entry(1, "0" * 64)}))
    assert "does not contain what its manifest lists" in refusal(path)


@pytest.mark.parametrize("entry", [Entry(4, "0" * 64), Entry(3, "0" * 64), Entry(0, "0" * 64)])
def test_a_wrong_hash_or_size_is_refused(tmp_path: Path, entry: Entry) -> None:
    path = write(tmp_path / "wrong.zip", {"database.sqlite3": b"four"}, manifest(files={"database.sqlite3": entry}))
    assert "the content of database.sqlite3 is not what" in refusal(path)


@pytest.mark.parametrize(
    "name", ["../evil", "uploads/../../evil", "/etc/evil", "uploads//evil", "uploads/./evil", "evil/evil"]
)
def test_an_entry_outside_of_its_place_is_refused(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "evil.zip", {"database.sqlite3": b"x", name: b"y"})
    assert "does not contain what its manifest lists" in refusal(path)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"format": 1}', b'{"format": 1, "files": [], "rows": 1}', b"\xff"]
)
def test_a_manifest_that_cannot_be_read_is_refused(content: bytes) -> None:
    with pytest.raises(BackupError, match="manifest of the backup cannot be read"):
        Manifest.from_json(content)


def test_a_manifest_is_read_as_it_was_written() -> None:
    written = manifest(files={"uploads/한글.pdf": Entry(1, "0" * 64)}, migrations=[("quizzes", "0001_initial")])
    assert Manifest.from_json(written.to_json()) == written
    assert json.loads(written.to_json())["format"] == FORMAT


def test_a_refused_file_changes_nothing(backup: Path, empty: Place, tmp_path: Path) -> None:
    half = tmp_path / "half.zip"
    shutil.copy(backup, half)
    half.write_bytes(backup.read_bytes()[:-200])
    empty.use()
    with pytest.raises(BackupError):
        restoring.restore(half)
    assert not empty.home.exists()
