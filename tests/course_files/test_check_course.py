"""check_course reports what a course lacks to be taught from."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from course_files import course_folder
from course_files.checking.course import check_course
from tests.course_files.sample import SAMPLE, edit


def faults(folder: Path, against: str = "") -> list[str]:
    return [str(fault) for fault in check_course(course_folder.inspect(folder), against=against).faults]


def test_the_sample_course_has_no_faults() -> None:
    out = StringIO()
    call_command("check_course", SAMPLE, stdout=out)
    assert out.getvalue().startswith("sample (ko, en): 3 lessons, 1 graded quizzes, 3 checks with 4 questions")
    assert out.getvalue().endswith("No fault.\n")


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("course.yaml", "  en: Tea\n", "", None),
        ("course.yaml", "      en: Tea\n", "", "course.yaml:16: The text in this language is missing: en."),
        ("lessons/1-1.en.md", "## Steps {#steps}", "## Steps {#step}", "The headings differ from lessons/1-1.ko.md"),
        ("lessons/1-1.en.md", "## Summary {#summary}\n", "", "The last section of a lesson must be its summary"),
        ("lessons/1-1.en.md", "tea-steps.en.svg", "tea-steps.ko.svg", "not drawn in the language of the text"),
        (
            "lessons/1-1.en.md",
            "?first-step",
            "?last-step",
            "lessons/1-1.en.md:7: There is no ?last-step in this lesson.",
        ),
        ("lessons/1-1.en.md", '      - "#steps"\n', '      - "#stops"\n', "There is no #stops in this lesson."),
        (
            "lessons/1-2.ko.md",
            '    covered_by:\n      - "#black-tea"\n',
            "",
            "lessons/1-2.ko.md:7: Nothing covers this objective.",
        ),
        ("lessons/1-1.en.md", "minutes: 1", "minutes: 30", "Reading this takes about 1 minutes; 30 are given."),
        ("lessons/1-1.en.md", "[[steeping|steeping]]", "steeping", "The terms differ from lessons/1-1.ko.md"),
        ("lessons/1-1.en.md", "[[steeping|steeping]]", "steeping", "No lesson marks the term “steeping” (en)."),
        ("glossary.yaml", "lesson: making-tea", "lesson: brew-a-pot", "“brew-a-pot” teaches “steeping” but does not"),
        ("glossary.yaml", "    lesson: making-tea\n", "", "does not say which lesson teaches it"),
        ("lessons/1-1.en.md", "Tea is made", "Tea (차) is made", "lessons/1-1.en.md:13: Korean in an English text: 차"),
        ("checks/1-1.yaml", "en: Right.", "en: 맞아요.", "Korean in an English text"),
        ("assets/tea-steps.en.svg", ">Water<", ">물<", "assets/tea-steps.en.svg:1: Korean in an English text"),
        ("lessons/2-1.en.md", "  - key: taste\n", "  - key: smell\n", "The criteria differ from lessons/2-1.ko.md"),
        ("quizzes/quiz-tea.yaml", "\n    lesson: making-tea\n", "\n", "does not say which lesson explains it"),
        (
            "quizzes/quiz-tea.yaml",
            "        feedback:\n          ko: 물은 차가 아니에요.\n          en: Water is no tea.\n",
            "",
            "This choice has no feedback.",
        ),
        ("quizzes/quiz-tea.yaml", "          en: Water is no tea.\n", "", "The text in this language is missing: en."),
        ("lessons/1-2.en.md", "[the data](assets/teas.csv)", "the data", "The links differ from lessons/1-2.ko.md"),
    ],
)
def test_faults(folder: Path, name: str, old: str, new: str, fault: str | None) -> None:
    edit(folder, name, old, new)
    found = faults(folder)
    assert found
    assert fault is None or any(fault in text for text in found), found


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("lessons/1-2.en.md", "lessons/1-2.en.md: This edition of the lesson is missing."),
        ("checks/1-2.yaml", "checks/1-2.yaml: This lesson has no check."),
        ("assets/tea-steps.en.svg", "assets/tea-steps.ko.svg: This figure is missing in a language: en."),
        ("glossary.yaml", "glossary.yaml: The course has no glossary."),
    ],
)
def test_missing_files(folder: Path, name: str, fault: str) -> None:
    (folder / name).unlink()
    assert fault in faults(folder)


def test_an_unused_asset_is_a_fault(folder: Path) -> None:
    (folder / "assets" / "more.csv").write_text("x")
    assert faults(folder) == ["assets/more.csv: No lesson uses this file."]


def test_a_download_may_be_in_the_language_of_the_text(folder: Path) -> None:
    (folder / "assets" / "teas.csv").unlink()
    for language in ("ko", "en"):
        (folder / "assets" / f"teas.{language}.csv").write_text("x")
        path = folder / "lessons" / f"1-2.{language}.md"
        path.write_text(path.read_text().replace("assets/teas.csv", f"assets/teas.{language}.csv"))
    assert faults(folder) == []
    edit(folder, "lessons/1-2.ko.md", "assets/teas.ko.csv", "assets/teas.en.csv")
    assert any("The links differ" in fault for fault in faults(folder))


def test_a_reading_lesson_without_a_figure_is_a_fault(folder: Path) -> None:
    for language in ("ko", "en"):
        path = folder / "lessons" / f"1-2.{language}.md"
        lines = [line for line in path.read_text().split("\n") if not line.startswith("![")]
        path.write_text("\n".join(lines))
    assert "lessons/1-2.ko.md: A reading lesson needs a figure." in faults(folder)


def test_a_longest_choice_that_is_always_right_is_a_fault(folder: Path) -> None:
    head = (folder / "checks" / "1-2.yaml").read_text()
    question = head.removeprefix("questions:\n").replace("en: Black tea", "en: Black tea of the longest kind")
    questions = "".join(question.replace("key: drier", f"key: drier-{number}") for number in range(5))
    (folder / "checks" / "1-2.yaml").write_text("questions:\n" + questions)
    found = faults(folder)
    assert "checks/1-2.yaml: In 100 % of the questions the right choice is the longest (en)." in found
    assert any("Over the whole course" in fault for fault in found)


def test_text_copied_from_notes_is_a_fault(folder: Path, tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("They said: boil the water, add the leaves, wait. Then more.")
    found = faults(folder, notes.read_text())
    assert found == [
        "lessons/1-1.en.md:31: 7 words in a row also occur in the notes: boil the water add the leaves wait"
    ]
    with pytest.raises(CommandError, match="1 faults"):
        call_command("check_course", folder, against=notes, stdout=StringIO())
    notes.write_text("Something else altogether.")
    out = StringIO()
    call_command("check_course", folder, "--against", notes, stdout=out)
    assert "Longest run of words shared with the notes: 0" in out.getvalue() or "notes: 1" in out.getvalue()


def test_faults_of_an_import_are_reported_too(folder: Path) -> None:
    edit(folder, "lessons/1-1.en.md", "[[steeping|", "[[stewing|")
    edit(folder, "course.yaml", "number: 1", "number: one")
    out = StringIO()
    with pytest.raises(CommandError, match="faults"):
        call_command("check_course", folder, stdout=out)
    assert "course.yaml:15" in out.getvalue()


def test_missing_folders_and_notes_are_reported(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="1 faults"):
        call_command("check_course", tmp_path / "missing", stdout=StringIO())
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("check_course", SAMPLE, against=tmp_path / "missing", stdout=StringIO())
