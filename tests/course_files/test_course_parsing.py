"""Every fault in the files of a course is reported with file and line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from course_files import course_folder
from course_files.files import FaultyFolder
from tests.course_files.sample import edit


def faults(folder: Path) -> list[str]:
    try:
        course_folder.parse(folder)
    except FaultyFolder as faulty:
        return [str(fault) for fault in faulty.faults]
    return []


def test_the_sample_course_is_parsed_without_faults(folder: Path) -> None:
    assert faults(folder) == []


EDITS: list[tuple[str, str, str, str]] = [
    ("course.yaml", "format: 1", "format: 2", "course.yaml:1: 1 is expected, not 2."),
    ("course.yaml", "slug: sample", "slug: Sample!", "course.yaml:2: "),
    ("course.yaml", "summary:", "sumary:", "course.yaml:9: “sumary” is not a name of this format."),
    ("course.yaml", "title:", "", "course.yaml:"),
    ("course.yaml", "  ko: 표본 강의\n", "", "course.yaml:6: The text in the original language (ko) is missing."),
    ("course.yaml", "  - en\n", "", "course.yaml:7: The course is not written in this language: en."),
    ("course.yaml", "enrolment: open", "enrolment: code", "course.yaml:1: “enrolment_code” is missing."),
    ("course.yaml", "enrolment: open", "enrolment: closed", 'course.yaml:12: "closed" is none of'),
    ("course.yaml", "slug: practice", "slug: tea", "course.yaml:25: “tea” stands here twice."),
    ("course.yaml", "lesson: kinds-of-tea", "lesson: making-tea", "course.yaml:22: “making-tea” stands here twice."),
    ("course.yaml", "code: 1-2", "code: 1-1", "course.yaml:22: “1-1” stands here twice."),
    ("course.yaml", "code: 2-1", "code: 2-9", "The lesson “brew-a-pot” has no text: lessons/2-9.ko.md is missing."),
    ("course.yaml", "- quiz: quiz-tea", "- quiz: quiz-tea\n        code: 1-3", "“code” does not belong here."),
    ("course.yaml", "- quiz: quiz-tea", "- quiz: quiz-coffee", "There is no quizzes/quiz-coffee.yaml".lower()),
    ("course.yaml", "number: 2", "number: 2\n    number: 3", "course.yaml:27: “number” stands here twice."),
    ("glossary.yaml", "key: tannin", "key: steeping", "glossary.yaml:10: “steeping” stands here twice."),
    ("glossary.yaml", "lesson: making-tea", "lesson: nowhere", "glossary.yaml:3: There is no such lesson: nowhere"),
    ("glossary.yaml", "ko: 타닌", "ko: 12", "glossary.yaml:13: 12 is a number or a switch where text is expected"),
    ("lessons/1-1.en.md", "---\nslug", "slug", "lessons/1-1.en.md:1: A lesson begins with its front matter"),
    ("lessons/1-1.en.md", "slug: making-tea", "slug: tea", "lessons/1-1.en.md:2: course.yaml calls this lesson"),
    ("lessons/1-1.en.md", "kind: reading", "kind: practice", "lessons/1-1.en.md:3: The original has another kind."),
    ("lessons/1-1.en.md", "minutes: 1", "minutes: 0", "lessons/1-1.en.md:5: 0 is less than 1."),
    ("lessons/1-1.en.md", "minutes: 1", "minutes: [", "lessons/1-1.en.md:7: This is not YAML"),
    ("lessons/1-1.en.md", "## Steps {#steps}", "## Steps", "lessons/1-1.en.md:15: This heading has no id"),
    ("lessons/1-1.en.md", "[[steeping|", "[[stewing|", "lessons/1-1.en.md:17: “stewing” is not in the glossary."),
    ("lessons/1-1.en.md", "#black-tea", "#green-tea", "lessons/1-1.en.md:17: This link leads nowhere: lesson:kinds"),
    ("lessons/1-1.en.md", "assets/tea-steps.en.svg", "https://example.com/a.png", "lessons/1-1.en.md:19: There is no"),
    ("lessons/1-1.en.md", "Tea is made", "<b>Tea</b> is made", "lessons/1-1.en.md:13: HTML is not allowed"),
    ("lessons/1-1.en.md", "Tea is made", "Te\u0301 is made", "lessons/1-1.en.md:13: This line is not in Unicode"),
    ("assets/tea-steps.en.svg", "<defs>", "<script/><defs>", "assets/tea-steps.en.svg:4: <script> is not an element"),
]


@pytest.mark.parametrize(("name", "old", "new", "fault"), EDITS)
def test_faults(folder: Path, name: str, old: str, new: str, fault: str) -> None:
    edit(folder, name, old, new)
    found = faults(folder)
    assert any(fault in text or fault in text.lower() for text in found), found


def write(name: str, content: str) -> Callable[[Path], object]:
    def change(folder: Path) -> object:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        return path.write_text(content)

    return change


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda folder: (folder / "course.yaml").unlink(), "course.yaml: This file is missing"),
        (lambda folder: (folder / "lessons" / "1-1.ko.md").unlink(), "course.yaml:20: The lesson “making-tea” has no"),
        (lambda folder: (folder / "assets" / "teas.csv").unlink(), "lessons/1-2.en.md:16: This link leads nowhere"),
        (
            lambda folder: (folder / "glossary.yaml").unlink(),
            "lessons/1-1.en.md:17: “steeping” is not in the glossary.",
        ),
        (write("notes.txt", "x"), "notes.txt: This file does not belong in a course folder."),
        (write("lessons/9-9.ko.md", "x"), "lessons/9-9.ko.md:1: A lesson begins with its front matter"),
        (
            write("lessons/1-1.fr.md", "---\nslug: making-tea\nkind: reading\ntitle: x\nminutes: 1\n---\n\nx"),
            "lessons/1-1.fr.md: ",
        ),
        (write("lessons/odd name.md", "x"), "lessons/odd name.md: This is not a valid name"),
        (
            write("lessons/2-1.ko.md", "---\nslug: brew-a-pot\nkind: practice\ntitle: x\nminutes: 1\n---\n"),
            "has no text",
        ),
        (write("course.yaml", "a: &a [1]\nb: *a\n"), "course.yaml:1: Anchors are not allowed."),
        (write("course.yaml", "[" * 100_000), "course.yaml:1: This is nested too deeply."),
        (write("glossary.yaml", "- a\n"), "glossary.yaml:1: Names with values are expected"),
    ],
)
def test_faults_of_files(folder: Path, change: Callable[[Path], object], fault: str) -> None:
    change(folder)
    found = faults(folder)
    assert any(fault in text for text in found), found


def test_all_faults_are_listed_at_once_in_order(folder: Path) -> None:
    for name, old, new, _fault in EDITS:
        if name == "lessons/1-1.en.md" and "---" not in old and "minutes" not in old and "steps" not in old:
            try:
                edit(folder, name, old, new)
            except AssertionError:
                continue
    edit(folder, "glossary.yaml", "lesson: making-tea", "lesson: nowhere")
    found = faults(folder)
    assert len(found) >= 6
    assert found == sorted(found, key=lambda text: (text.split(":")[0], int(text.split(":")[1])))
