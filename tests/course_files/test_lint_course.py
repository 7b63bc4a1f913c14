"""check_course warns of content that is likely wrong, with file and line, and warnings are faults only with --strict."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import translation

from course_files import course_folder
from course_files.linting.course import lint_course
from tests.course_files.sample import course, edit, load

TODAY = date(2026, 11, 29)
SOURCE = "[a notice](https://example.com/notice)"


def warnings(folder: Path, today: date = TODAY) -> list[str]:
    parsed = course_folder.inspect(folder)
    assert parsed.folder.faults == []
    return [str(fault) for fault in lint_course(parsed, today=today).faults]


def found(folder: Path, part: str, today: date = TODAY) -> list[str]:
    return [warning for warning in warnings(folder, today) if part in warning]


def line_of(folder: Path, name: str, text: str) -> int:
    return next(n for n, line in enumerate((folder / name).read_text().split("\n"), 1) if text in line)


def add_box(folder: Path, language: str, first: str, last: str) -> int:
    """Put a dated box before the summary; return the line that it begins on."""
    name, heading = f"lessons/1-1.{language}.md", "## 정리" if language == "ko" else "## Summary"
    edit(folder, name, heading, f"> {first}\n>\n> Tea costs more.\n>\n> {last}\n\n{heading}")
    return line_of(folder, name, first)


KO, EN = "**지금은 (2026년 5월)**", "**Now (May 2026)**"


def boxes(folder: Path) -> tuple[int, int]:
    return add_box(folder, "ko", KO, f"출처: {SOURCE}"), add_box(folder, "en", EN, f"Source: {SOURCE}")


def test_a_box_is_old_after_six_months(folder: Path) -> None:
    ko, en = boxes(folder)
    assert found(folder, "box") == []
    assert found(folder, "box", date(2026, 12, 1)) == [
        f"lessons/1-1.en.md:{en}: This box is 7 months old: look whether it is still true.",
        f"lessons/1-1.ko.md:{ko}: This box is 7 months old: look whether it is still true.",
    ]
    assert len(found(folder, "has not come yet", date(2026, 4, 30))) == 2


def test_a_box_needs_a_source_at_its_end(folder: Path) -> None:
    add_box(folder, "ko", KO, f"출처: {SOURCE}")
    line = add_box(folder, "en", EN, "Source: everybody knows.")
    assert found(folder, "box") == [
        f"lessons/1-1.en.md:{line}: This box does not end with its source: “Source: [name](https://…)”."
    ]


def test_boxes_say_the_same_month_in_all_languages(folder: Path) -> None:
    ko = add_box(folder, "ko", KO, f"출처: {SOURCE}")
    en = add_box(folder, "en", "**Now (June 2026)**", f"Source: {SOURCE}")
    assert found(folder, "box") == [f"lessons/1-1.en.md:{en}: This box says another month than lessons/1-1.ko.md:{ko}."]


def test_a_box_in_one_language_only(folder: Path) -> None:
    add_box(folder, "ko", KO, f"출처: {SOURCE}")
    assert found(folder, "box") == ["lessons/1-1.en.md: This edition has 0 dated boxes, and lessons/1-1.ko.md has 1."]


def test_a_box_whose_month_cannot_be_read(folder: Path) -> None:
    line = add_box(folder, "ko", "**지금은 (2026.5)**", f"출처: {SOURCE}")
    add_box(folder, "en", EN, f"Source: {SOURCE}")
    assert f"lessons/1-1.ko.md:{line}: The first line of this box does not say its month" in found(folder, "box")[0]


def test_an_objective_without_a_question(folder: Path) -> None:
    line = line_of(folder, "lessons/1-2.ko.md", "objectives:") + 1
    own = [f"lessons/1-2.ko.md:{line}: No question asks for this objective: name one in “covered_by”, "
           "or set “objective” in one."]  # fmt: skip
    assert [one for one in found(folder, "objective") if "1-2" in one] == own
    edit(folder, "checks/1-2.yaml", "    points: 1\n", "    points: 1\n    objective: 1\n")
    assert [one for one in found(folder, "objective") if "1-2" in one] == []


def test_a_question_with_an_objective_that_its_lesson_does_not_have(folder: Path) -> None:
    edit(folder, "quizzes/quiz-tea.yaml", "    points: 1\n", "    points: 1\n    objective: 9\n")
    line = line_of(folder, "quizzes/quiz-tea.yaml", "objective: 9")
    assert found(folder, "no objective") == [
        f"quizzes/quiz-tea.yaml:{line}: There is no objective 9: the lesson of this question has 1."
    ]


def test_levels_are_counted(folder: Path) -> None:
    path = folder / "quizzes" / "quiz-tea.yaml"
    edit(folder, "quizzes/quiz-tea.yaml", "    points: 1\n", "    points: 1\n    level: apply\n")
    report = lint_course(course_folder.inspect(folder), today=TODAY)
    assert "  quizzes/quiz-tea.yaml: apply 1, without a level 2; apply or higher 33 %" in report.lines
    assert found(folder, "level") == ["quizzes/quiz-tea.yaml: 2 of 3 questions do not say their level."]
    path.write_text(path.read_text().replace("level: apply", "level: remember"))
    assert found(folder, "course.yaml") == [
        "course.yaml: Only 0 % of the graded questions ask to apply or more. A third should."
    ]


def test_a_term_spelled_two_ways(folder: Path) -> None:
    (folder / "terms.yaml").write_text("terms:\n  - {language: ko, use: 홍차, not: [붉은 차]}\n"
                                       "  - {language: en, use: teapot, not: [tea pot, TeaPot]}\n")  # fmt: skip
    edit(folder, "lessons/1-1.ko.md", "## 정리", "붉은 차와 홍차는 같아요.\n\n## 정리")
    edit(folder, "checks/1-1.yaml", "en: Boiling water", "en: Boiling water in a tea pot")
    edit(folder, "glossary.yaml", "      en: ", "      en: TeaPot, `tea pot`, teapot. ")
    lines = [line_of(folder, *place) for place in (
        ("checks/1-1.yaml", "tea pot"), ("glossary.yaml", "TeaPot"), ("lessons/1-1.ko.md", "붉은 차"))]  # fmt: skip
    assert found(folder, "spells") == [
        f"checks/1-1.yaml:{lines[0]}: The course spells this “teapot”: tea pot",
        f"glossary.yaml:{lines[1]}: The course spells this “teapot”: TeaPot",
        f"lessons/1-1.ko.md:{lines[2]}: The course spells this “홍차”: 붉은 차",
    ]


def test_a_glossary_term_with_other_spaces(folder: Path) -> None:
    text = (folder / "glossary.yaml").read_text()
    term = "  - key: tea-pot\n    lesson: making-tea\n    term:\n      ko: 차 주전자\n      en: tea-pot\n"
    definition = "    definition:\n      ko: 그릇.\n      en: A vessel.\n"
    (folder / "glossary.yaml").write_text(
        text.replace("terms:\n", f"terms:\n{term.replace('차 주', '찻물 주')}{definition}")
    )
    edit(folder, "lessons/1-1.ko.md", "## 정리", "찻물주전자예요. 찻물 주전자예요.\n\n## 정리")
    edit(folder, "lessons/1-1.en.md", "## Summary", "A tea pot, a teapot, a Tea-pot.\n\n## Summary")
    assert [one.rpartition(": ")[2] for one in found(folder, "spells")] == ["tea pot", "teapot", "찻물주전자"]


QUESTION = """  - key: {key}
    kind: single_choice
    points: 1
    lesson: making-tea
    text:
      ko: 찻잎을 담근 주전자에서 물은 어떻게 하나요?
      en: What happens to leaves that soaked in kettles of water?
    choices:
      - key: a
        correct: true
        text:
          ko: {ko}
          en: {en}
      - key: b
        text:
          ko: 잎을 빼요
          en: {wrong}
"""


def add_question(
    folder: Path, *, key: str = "new", ko: str = "물이요", en: str = "Steps", wrong: str = "Water"
) -> None:
    path = folder / "checks" / "1-1.yaml"
    path.write_text(path.read_text() + QUESTION.format(key=key, ko=ko, en=en, wrong=wrong))


def test_a_key_that_is_far_longer(folder: Path) -> None:
    add_question(folder, en="Wait for as long as the leaves need", wrong="Water")
    line = line_of(folder, "checks/1-1.yaml", "Wait for")
    assert found(folder, "characters") == [
        f"checks/1-1.yaml:{line}: The right choice has 35 characters, and no wrong one more than 5."
    ]


def test_an_absolute_in_a_wrong_choice(folder: Path) -> None:
    add_question(folder, wrong="Water always boils")
    assert len(found(folder, "gives this one away: always")) == 1


def test_an_absolute_in_a_right_choice_too_gives_nothing_away(folder: Path) -> None:
    add_question(folder, en="Never mind the steps", wrong="Water always boils")
    assert found(folder, "gives this one away") == []


def test_words_of_the_question_in_the_key_only(folder: Path) -> None:
    add_question(folder, en="Leaves soaked", wrong="Water")
    assert [one.rpartition(": ")[2] for one in found(folder, "repeats words")] == ["leaves, soaked"]


def test_a_wrong_choice_from_nowhere(folder: Path) -> None:
    add_question(folder, wrong="Elephants dancing")
    line = line_of(folder, "checks/1-1.yaml", "Elephants")
    assert [one for one in found(folder, "No word of this wrong choice") if f"1-1.yaml:{line}:" in one]
    edit(folder, "lessons/1-1.en.md", "## Summary", "An elephants' drink.\n\n## Summary")
    assert not [one for one in found(folder, "No word of this wrong choice") if f"1-1.yaml:{line}:" in one]


def test_two_registers_in_one_file(folder: Path) -> None:
    for number in range(2):
        add_question(folder, key=f"new-{number}")
    add_question(folder, key="last", ko="물을 끓인다")
    line = line_of(folder, "checks/1-1.yaml", "끓인다")
    assert found(folder, "end in -다") == [
        f"checks/1-1.yaml:{line}: The choices of this file end in -다 (1) and in -요 (5). This is the first in -다."
    ]


def test_keys_at_one_place(folder: Path) -> None:
    for number in range(5):
        add_question(folder, key=f"new-{number}")
    assert found(folder, "right choice is number") == [
        "checks/1-1.yaml: The right choice is number 1 in 6 of 6 questions."
    ]


FACT = """facts:
  - lesson: making-tea
    file: teas.csv
    compute: count
    text: {ko: "차는 {}가지", en: "{} teas in all"}
"""


def test_a_number_that_no_longer_follows_from_its_data(folder: Path) -> None:
    rows = len((folder / "assets" / "teas.csv").read_text().strip().split("\n")) - 1
    (folder / "facts.yaml").write_text(FACT)
    edit(folder, "lessons/1-1.ko.md", "## 정리", f"차는 {rows}가지예요.\n\n## 정리")
    edit(folder, "lessons/1-1.en.md", "## Summary", f"There are {rows} teas in all.\n\n## Summary")
    assert found(folder, "facts.yaml") == []
    with (folder / "assets" / "teas.csv").open("a") as file:
        file.write("one,more\n")
    assert found(folder, "by the data") == [
        f"lessons/1-1.{code}.md:{line_of(folder, f'lessons/1-1.{code}.md', text)}: "
        f"This says {rows}, but by the data it is {rows + 1} (facts.yaml:2)."
        for code, text in (("en", "teas in all"), ("ko", "가지예요"))
    ]


def test_a_declared_text_that_is_gone(folder: Path) -> None:
    (folder / "facts.yaml").write_text(FACT)
    assert found(folder, "nowhere") == [
        "facts.yaml:2: This text is nowhere in its lesson or quiz: {} teas in all",
        "facts.yaml:2: This text is nowhere in its lesson or quiz: 차는 {}가지",
    ]


@pytest.mark.parametrize(
    ("old", "new", "warning"),
    [
        ("lesson: making-tea", "lesson: making-coffee", "facts.yaml:2: There is no such lesson or quiz: making-coffee"),
        ("lesson: making-tea", "quiz: quiz-coffee", "facts.yaml:2: There is no such lesson or quiz: quiz-coffee"),
        ("file: teas.csv", "file: coffees.csv", "facts.yaml:2: There is no such file: assets/coffees.csv"),
        ("compute: count", "compute: sum", "facts.yaml:2: “column” is missing."),
        ("compute: count", "compute: median", "facts.yaml:4: "),
        ("{} teas", "teas", "facts.yaml:5: "),
        ("facts:", "facts: [", "facts.yaml:"),
    ],
)
def test_a_declaration_that_cannot_be_checked(folder: Path, old: str, new: str, warning: str) -> None:
    (folder / "facts.yaml").write_text(FACT.replace(old, new))
    parsed = course_folder.inspect(folder)
    found = [str(fault) for fault in lint_course(parsed, today=TODAY).faults if fault.file == "facts.yaml"]
    assert found[0].startswith(warning)


def test_warnings_are_faults_with_strict_only(folder: Path) -> None:
    boxes(folder)
    out = StringIO()
    call_command("check_course", folder, today=date(2026, 12, 1), stdout=out)
    assert "Warning: lessons/1-1.en.md" in out.getvalue()
    assert out.getvalue().endswith("warnings.\nNo fault.\n")
    with pytest.raises(CommandError, match="With --strict, warnings are faults"):
        call_command("check_course", folder, "--today", "2026-12-01", "--strict", stdout=StringIO())


def test_warnings_are_in_the_readers_language(folder: Path) -> None:
    ko, _en = boxes(folder)
    out = StringIO()
    with translation.override("ko"):
        call_command("check_course", folder, today=date(2027, 1, 1), stdout=out)
    assert f"주의: lessons/1-1.ko.md:{ko}: 8개월 지난 상자예요." in out.getvalue()


def test_files_for_authors_survive_an_export(folder: Path, db: None) -> None:
    (folder / "facts.yaml").write_text(FACT)
    (folder / "terms.yaml").write_text("terms: []\n")
    load(folder)
    assert course_folder.export_folder(course(), folder) == []
    assert (folder / "facts.yaml").read_text() == FACT
