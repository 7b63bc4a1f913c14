"""Untrusted folders are read within limits."""

import unicodedata
from pathlib import Path

import pytest

from course_files import files
from course_files.files import FaultyFolder, Folder


def test_hidden_files_are_left_out_and_names_are_relative(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.txt").write_text("x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x")
    folder = files.read(tmp_path)
    assert folder.files == {"a/b.txt": b"x"}
    folder.raise_faults()


def test_no_folder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FaultyFolder, match="no such folder"):
        files.read(tmp_path / "missing")


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").symlink_to("/etc/passwd")
    folder = files.read(tmp_path)
    assert folder.files == {}
    with pytest.raises(FaultyFolder, match="secret: This is a link"):
        folder.raise_faults()


def test_files_that_are_too_large_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILE", 10)
    (tmp_path / "big").write_bytes(b"x" * 11)
    folder = files.read(tmp_path)
    assert "big" not in folder.files
    assert [fault.file for fault in folder.faults] == ["big"]


def test_too_many_files_are_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 3)
    for number in range(5):
        (tmp_path / f"{number}").write_text("x")
    with pytest.raises(FaultyFolder, match="too large"):
        files.read(tmp_path)


def test_deep_folders_are_not_entered(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b" / "c" / "d"
    deep.mkdir(parents=True)
    (deep / "x").write_text("x")
    folder = files.read(tmp_path)
    assert folder.files == {}
    assert folder.faults


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"a\n\xff\n", 2),
        (b"a\nb\x00\n", 2),
        (unicodedata.normalize("NFD", "a\nb\n한글\n").encode(), 3),
        ("a\n\u202e\n".encode(), None),
    ],
)
def test_text_is_utf8_nfc_and_without_control_characters(content: bytes, line: int | None) -> None:
    folder = Folder({"x": content})
    folder.text("x")
    assert [fault.line for fault in folder.faults] == ([line] if line else [])


def test_line_breaks_are_normalised_and_a_byte_order_mark_is_removed() -> None:
    assert Folder({"x": b"\xef\xbb\xbfa\r\nb"}).text("x") == "a\nb"


def test_escapes_cannot_produce_forbidden_characters() -> None:
    folder = Folder({"x.yaml": b'a: ok\nb: "\\0"\nc: "\\u1100\\u1161"\n'})
    assert folder.yaml("x.yaml") is None
    assert [fault.line for fault in folder.faults] == [2, 3]


def test_only_changed_files_are_written(tmp_path: Path) -> None:
    assert files.write(tmp_path, {"a/b": b"1", "c": b"2"}) == ["a/b", "c"]
    assert files.write(tmp_path, {"a/b": b"1", "c": b"3"}) == ["c"]
