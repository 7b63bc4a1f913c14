"""Texts place questions of their check: what is wrong is named with file and line, and material for teaching follows."""

from datetime import date
from pathlib import Path

import pytest

from course_files import course_folder
from course_files.checking.course import check_course
from course_files.linting.course import lint_course
from course_files.teaching.material import answer_book, lesson_page
from courses.models import LessonEdition
from tests.course_files.sample import edit, load

SUMMARY = {"ko": "## 정리 {#summary}", "en": "## Summary {#summary}"}


@pytest.fixture
def placed(folder: Path) -> Path:
    """The sample course with a question at the end of the section that teaches it."""
    for language, summary in SUMMARY.items():
        edit(folder, f"lessons/1-1.{language}.md", summary, f"{{?first-step}}\n\n{summary}")
    return folder


def faults(folder: Path) -> list[str]:
    return [str(fault) for fault in check_course(course_folder.inspect(folder)).faults]


def warnings(folder: Path) -> list[str]:
    parsed = course_folder.inspect(folder)
    return [str(fault) for fault in lint_course(parsed, today=date(2026, 11, 30)).faults]


def line_of(folder: Path, name: str, text: str) -> int:
    return (folder / name).read_text().split("\n").index(text) + 1


def test_a_placed_question_is_no_fault(placed: Path) -> None:
    assert faults(placed) == []


def test_an_unknown_question(placed: Path) -> None:
    edit(placed, "lessons/1-1.en.md", "{?first-step}", "{?last-step}")
    line = line_of(placed, "lessons/1-1.en.md", "{?last-step}")
    message = f"lessons/1-1.en.md:{line}: There is no question “last-step” in the check of this text."
    assert message in [str(fault) for fault in course_folder.inspect(placed).folder.faults]


def test_a_question_of_a_lesson_without_a_check(placed: Path) -> None:
    (placed / "checks" / "1-1.yaml").unlink()
    line = line_of(placed, "lessons/1-1.ko.md", "{?first-step}")
    assert any(each.startswith(f"lessons/1-1.ko.md:{line}: There is no question") for each in faults(placed))


def test_a_check_that_cannot_be_read_is_not_reported_twice(placed: Path) -> None:
    (placed / "checks" / "1-1.yaml").write_text("questions: [")
    assert not any("There is no question" in each for each in faults(placed))


def test_a_question_that_is_placed_twice(placed: Path) -> None:
    edit(placed, "lessons/1-1.en.md", "{?first-step}\n", "{?first-step}\n\n{?first-step}\n")
    line = line_of(placed, "lessons/1-1.en.md", "{?first-step}") + 2
    assert f"lessons/1-1.en.md:{line}: The question “first-step” is in the text twice." in faults(placed)


def test_a_question_that_one_language_does_not_place(placed: Path) -> None:
    edit(placed, "lessons/1-1.en.md", "{?first-step}\n\n", "")
    line = line_of(placed, "lessons/1-1.ko.md", "{?first-step}")
    assert faults(placed) == [f"lessons/1-1.ko.md:{line}: The question “first-step” has no place in lessons/1-1.en.md."]


def test_a_question_below_another_heading(placed: Path) -> None:
    edit(placed, "lessons/1-1.en.md", "{?first-step}\n\n", "")
    edit(placed, "lessons/1-1.en.md", SUMMARY["en"], f"{SUMMARY['en']}\n\n{{?first-step}}")
    found = faults(placed)
    assert len(found) == 2
    assert all("The question “first-step” stands below another heading" in fault for fault in found)


@pytest.mark.parametrize("text", ["- {?first-step}", "> {?first-step}", "Now {?first-step} here", "`x` {?first-step}"])
def test_a_place_inside_of_something_else(folder: Path, text: str) -> None:
    edit(folder, "lessons/1-1.en.md", SUMMARY["en"], f"{text}\n\n{SUMMARY['en']}")
    line = line_of(folder, "lessons/1-1.en.md", text)
    assert f"lessons/1-1.en.md:{line}: The place of a question, {{?key}}, is a paragraph of its own," in " ".join(
        faults(folder)
    )


def test_a_question_places_no_question(folder: Path) -> None:
    text = (folder / "checks" / "1-1.yaml").read_text()
    (folder / "checks" / "1-1.yaml").write_text(
        text.replace("      en: What comes first?", '      en: "{?first-step}"', 1)
    )
    assert any(each.startswith("checks/1-1.yaml:") and "There is no question" in each for each in faults(folder))


def test_a_question_that_stays_at_the_end_is_a_warning(placed: Path, folder: Path) -> None:
    line = line_of(placed, "checks/1-1.yaml", "  - key: the-verb")
    assert f"checks/1-1.yaml:{line}: The question “the-verb” has no place in the text" in " ".join(warnings(placed))


def test_a_text_without_places_warns_of_nothing(folder: Path) -> None:
    assert not any("has no place" in warning for warning in warnings(folder))


@pytest.mark.parametrize("kind", ["slides", "handout"])
def test_material_asks_where_the_text_asks(placed: Path, kind: str) -> None:
    page = lesson_page(course_folder.parse(placed), kind, "making-tea", "en")
    assert page
    at = [page.index(part) for part in ("degrees", "What comes first?", ">Summary<")]
    assert at == sorted(at)
    assert page.index("What comes first?") < page.rindex("leaves, wait") < page.rindex("What is leaving")
    assert page.count("What comes first?") == 1
    assert "{?" not in page


def test_the_answer_book_has_the_numbers_of_the_handout(placed: Path) -> None:
    for language in SUMMARY:
        edit(placed, f"lessons/1-1.{language}.md", "{?first-step}", "{?the-verb}")
    parsed = course_folder.parse(placed)
    book, handout = answer_book(parsed, "en"), lesson_page(parsed, "handout", "making-tea", "en")
    assert handout
    for page in (book, handout):
        assert page.index("What is leaving") < page.index("What comes first?")


def test_an_import_keeps_the_place_and_renders_an_empty_one(placed: Path, db: None) -> None:
    load(placed)
    edition = LessonEdition.objects.get(lesson__activity__slug="making-tea", language="en")
    assert "\n\n{?first-step}\n\n" in edition.body
    assert '<div class="question-here" data-question="first-step"></div>' in edition.html
    [course] = {edition.lesson.activity.course}
    exported = course_folder.export_files(course)
    assert exported["lessons/1-1.en.md"] == (placed / "lessons/1-1.en.md").read_bytes()
