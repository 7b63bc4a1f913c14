"""PNG, JPEG and WebP in assets/ are figures: checked at import, shown in lessons, exported unchanged."""

from pathlib import Path

import pytest

from course_files import course_folder, files
from course_files.checking.course import check_course
from course_files.files import FaultyFolder
from tests.course_files import sample
from tests.course_files.sample import load
from tests.pictures import animation, declared, picture

pytestmark = pytest.mark.django_db
LANGUAGES = ("ko", "en")


def add_picture(folder: Path, name: str, content: bytes, *, languages: tuple[str, ...] = LANGUAGES) -> None:
    """Put a picture into the folder, and show it in the lesson 1-1 in these languages."""
    (folder / "assets" / name).write_bytes(content)
    for language in languages:
        heading = {"ko": "## 정리", "en": "## Summary"}[language]
        sample.edit(folder, f"lessons/1-1.{language}.md", heading, f"![tea](assets/{name})\n\n{heading}")


def check(folder: Path) -> list[str]:
    return [str(fault) for fault in check_course(course_folder.inspect(folder), against="").faults]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cup.png", picture("PNG", mode="RGBA")),
        ("cup.jpg", picture("JPEG", comment=b"x" * 99)),
        ("cup.jpeg", picture("JPEG", progressive=True)),
        ("cup.webp", picture("WEBP")),
    ],
)
def test_a_picture_is_imported_shown_and_exported_unchanged(
    folder: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    add_picture(folder, name, content)
    assert check(folder) == []

    load(folder)
    course_folder.export_folder(sample.course(), tmp_path / "out")

    assert files.read(tmp_path / "out").files == files.read(folder).files
    assert load(tmp_path / "out").changes_nothing
    for language in LANGUAGES:
        assert f'<img src="/courses/sample/files/{name}?v=' in sample.edition("making-tea", language).html


def test_another_picture_of_the_same_name_is_shown_at_another_address(folder: Path) -> None:
    add_picture(folder, "cup.png", picture(size=(8, 5)))
    load(folder)
    before = sample.edition("making-tea", "en").html
    (folder / "assets" / "cup.png").write_bytes(picture(size=(9, 5)))
    assert load(folder).rendered == len(LANGUAGES)
    after = sample.edition("making-tea", "en").html
    assert 'width="9"' in after
    assert after.count("?v=") == before.count("?v=") == 1
    assert after.partition("?v=")[2][:16] != before.partition("?v=")[2][:16]


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("cup.png", picture("JPEG"), "assets/cup.png: This is not a picture of the kind that its name says"),
        ("cup.jpg", b"<script>alert(1)</script>", "assets/cup.jpg: This is not a picture of the kind"),
        ("cup.webp", picture("WEBP")[:20], "assets/cup.webp: This is not a picture of the kind"),
        ("cup.png", animation("PNG"), "assets/cup.png: This picture moves."),
        ("cup.png", declared(9_000, 9_000), "assets/cup.png: This picture has more than 50 million pixels."),
    ],
)
def test_a_file_that_is_no_picture_is_refused(folder: Path, name: str, content: bytes, fault: str) -> None:
    add_picture(folder, name, content)
    with pytest.raises(FaultyFolder) as refused:
        load(folder)
    assert any(str(found).startswith(fault) for found in refused.value.faults)


def test_a_picture_with_a_language_belongs_to_texts_in_that_language(folder: Path) -> None:
    for language in LANGUAGES:
        add_picture(folder, f"cup.{language}.png", picture(), languages=(language,))
    assert check(folder) == []
    for language in LANGUAGES:
        sample.edit(folder, f"lessons/1-1.{language}.md", f"cup.{language}.png", "cup.ko.png")
    assert [fault.partition(": ")[2] for fault in check(folder)] == [
        "No lesson uses this file.",
        "This figure is not drawn in the language of the text.",
    ]
