"""Archives that are no course folder, or that want to do harm, are refused with a sentence."""

from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_files.files import MAX_FILE
from workspace.course_imports import archive
from workspace.course_imports.refusals import CourseRefused


def zipped(files: Mapping[str, bytes]) -> bytes:
    result = BytesIO()
    with ZipFile(result, "w", ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return result.getvalue()


@pytest.mark.parametrize("folder", ["", "statistics/", "통계/"])
def test_the_folder_may_be_in_the_archive_or_be_the_archive(folder: str) -> None:
    content = zipped({f"{folder}course.yaml": b"a", f"{folder}lessons/1-1.ko.md": b"b"})
    assert archive.unpack(content) == {"course.yaml": b"a", "lessons/1-1.ko.md": b"b"}


def test_hidden_files_and_those_of_a_mac_are_left_out() -> None:
    files = {
        "course/course.yaml": b"a",
        "course/.DS_Store": b"x",
        "__MACOSX/course/._course.yaml": b"x",
        ".git/x": b"x",
    }
    assert archive.unpack(zipped(files)) == {"course.yaml": b"a"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cannot be read"),
        (b"PK\x03\x04 not really", "cannot be read"),
        (zipped({"../course.yaml": b"x"}), "unusual name"),
        (zipped({"/etc/passwd": b"x"}), "unusual name"),
        (zipped({"a\\b.md": b"x"}), "unusual name"),
        (zipped({"course.yaml": b"0" * 9_000_000}), "too much data"),
        (zipped({f"{n}.md": b"" for n in range(2_001)}), "too many files"),
        (zipped({"course.yaml": b"x", "assets/setup.exe": b"x"}), "program"),
    ],
)
def test_what_is_no_course_folder_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(CourseRefused) as refused:
        archive.unpack(content)
    assert reason in str(refused.value)


def test_a_file_that_is_larger_than_any_of_a_course_is_refused() -> None:
    noise = bytes(number * number % 251 for number in range(50_000)) * (MAX_FILE // 50_000)
    content = zipped({"course.yaml": b"x", "assets/a.csv": b"1" + noise, "b": b"padding"})
    with pytest.raises(CourseRefused):
        archive.unpack(content)


@given(st.binary(max_size=300), st.integers(0, 200), st.binary(max_size=4))
def test_a_damaged_archive_is_read_or_refused(noise: bytes, place: int, patch: bytes) -> None:
    whole = zipped({"course.yaml": noise, "lessons/1.md": noise})
    damaged = whole[:place] + patch + whole[place + len(patch) :]
    with suppress(CourseRefused):
        archive.unpack(damaged)
