"""Every fault in quizzes and checks is reported with file and line, and quizzes survive import and export."""

from pathlib import Path

import pytest

from course_files import course_folder
from course_files.course.stored import get_stored_course
from course_files.files import FaultyFolder
from course_files.quizzes.exporting import quizzes_to_files
from course_files.quizzes.stored import get_stored_quizzes
from quizzes.authoring.models import Quiz
from tests.course_files import sample
from tests.course_files.sample import edit, load


def faults(folder: Path) -> list[str]:
    try:
        course_folder.parse(folder)
    except FaultyFolder as faulty:
        return [str(fault) for fault in faulty.faults]
    return []


QUIZ = "quizzes/quiz-tea.yaml"


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        (QUIZ, "slug: quiz-tea", "slug: tea", f"{QUIZ}:1: The slug of a quiz is the name of its file."),
        (QUIZ, "correct: true", "correct: false", f"{QUIZ}:15: A single choice question has exactly one correct"),
        (QUIZ, "      - key: green\n", "      - key: green\n        correct: true\n", "has exactly one correct choice"),
        (QUIZ, "key: green", "key: black", f"{QUIZ}:31: “black” stands here twice."),
        (QUIZ, "key: dry-taste", "key: driest", "“driest” stands here twice."),
        (QUIZ, "points: 1", "points: 0", f"{QUIZ}:17: 0 is not more than 0."),
        (QUIZ, "points: 1.5", "points: 1.555", "Points have at most two decimals."),
        (QUIZ, "points: 1", 'points: "1"', "A number is expected for “points”"),
        (QUIZ, "lesson: making-tea\n", "lesson: nowhere\n", "There is no such lesson or heading: nowhere"),
        (QUIZ, "#black-tea", "#white-tea", f"{QUIZ}:18: There is no such lesson or heading: kinds-of-tea#white-tea"),
        (QUIZ, "[[tannin|타닌]]", "[[tanin|타닌]]", "“tanin” is not in the glossary."),
        (QUIZ, "en: Water is no tea.", "en: Water is <b>no</b> tea.", "HTML is not allowed"),
        (QUIZ, "      ko: 가장 떫은 차는 무엇일까요?\n", "", f"{QUIZ}:19: The text in the original language (ko)"),
        (QUIZ, "pass_mark: 60", "pass_mark: 101", f"{QUIZ}:11: 101 is more than 100."),
        (QUIZ, "attempts_allowed: 2", "attempts_allowed: 0", "0 is less than 1."),
        (QUIZ, "show_answers: after_pass", "show_answers: always", '"always" is none of'),
        (QUIZ, "      - tannin\n", "      - 카페인\n", "A text is listed as accepted and as wrong."),
        (QUIZ, "      - 타닌\n", '      - "- -"\n', "An accepted answer is empty once spaces"),
        (
            QUIZ,
            "    known_wrong:",
            "    choices: [{key: a, text: {ko: 가}}, {key: b, text: {ko: 나}}]\n    known_wrong:",
            "“choices” does not belong here.",
        ),
        (QUIZ, "    kind: multiple_choice", "    kind: short_answer", "“accept” is missing."),
        ("checks/1-1.yaml", "title:", "slug: x\ntitle:", "checks/1-1.yaml:1: “slug” is not a name of this format."),
        ("checks/1-1.yaml", "title:", "rules: {}\ntitle:", "checks/1-1.yaml:1: “rules” is not a name of this format."),
    ],
)
def test_faults(folder: Path, name: str, old: str, new: str, fault: str) -> None:
    edit(folder, name, old, new)
    found = faults(folder)
    assert any(fault in text for text in found), found


def test_files_without_a_lesson_or_quiz_are_faults(folder: Path) -> None:
    check = (folder / "checks" / "1-1.yaml").read_text()
    (folder / "checks" / "9-9.yaml").write_text(check)
    (folder / "quizzes" / "other.yaml").write_text((folder / QUIZ).read_text().replace("slug: quiz-tea", "slug: other"))
    (folder / "quizzes" / "x.txt").write_text("x")
    assert faults(folder) == [
        "checks/9-9.yaml: course.yaml has no lesson with this number.",
        "quizzes/other.yaml: course.yaml has no quiz of this name.",
        "quizzes/x.txt: This is not a valid name for a quiz or a check.",
    ]


def test_a_multiple_choice_question_needs_a_right_choice(folder: Path) -> None:
    text = (folder / QUIZ).read_text()
    start = text.index("  - key: ingredients")
    (folder / QUIZ).write_text(text[:start] + text[start:].replace("        correct: true\n", ""))
    assert any("at least one correct choice" in fault for fault in faults(folder))


def test_omitted_rules_have_their_defaults(folder: Path) -> None:
    text = (folder / QUIZ).read_text()
    start, end = text.index("rules:"), text.index("questions:")
    (folder / QUIZ).write_text(text[:start] + text[end:])
    parsed = course_folder.parse(folder)
    rules = parsed.quizzes.records["quiz", "quiz-tea"]["rules"]
    assert rules == {
        "attempts_allowed": 3,
        "counts": "highest",
        "pass_mark": 60,
        "show_answers": "after_pass",
        "shuffle_choices": True,
    }


def test_null_means_any_number_of_attempts(folder: Path) -> None:
    edit(folder, QUIZ, "attempts_allowed: 2", "attempts_allowed: null")
    assert course_folder.parse(folder).quizzes.records["quiz", "quiz-tea"]["rules"]["attempts_allowed"] is None


@pytest.mark.django_db
def test_stored_quizzes_equal_the_parsed_files(folder: Path) -> None:
    load(folder)
    course = sample.course()
    parsed = course_folder.parse(folder)
    assert get_stored_quizzes(course).records == parsed.quizzes.records
    files = quizzes_to_files(get_stored_quizzes(course).records, get_stored_course("sample").records)
    assert files == {
        name: content for name, content in parsed.folder.files.items() if name.startswith(("quizzes/", "checks/"))
    }


@pytest.mark.django_db
def test_an_import_keeps_the_rules_of_a_check_set_in_the_admin(folder: Path) -> None:
    load(folder)
    Quiz.objects.filter(activity__slug="making-tea").update(shuffle_choices=False, attempts_allowed=5)
    edit(folder, "checks/1-1.yaml", "en: Check", "en: A check")
    load(folder)
    check = Quiz.objects.get(activity__slug="making-tea")
    assert check.title_en == "A check"
    assert not check.shuffle_choices
    assert check.attempts_allowed == 5


def test_a_check_must_not_contain_questions_graded_by_a_person(folder: Path) -> None:
    edit(
        folder,
        "checks/1-1.yaml",
        "questions:\n",
        "questions:\n  - key: essay\n    kind: hand_in\n    lesson: making-tea\n    points: 1\n"
        "    text: {ko: 쓰세요., en: Write.}\n"
        "    definition: {rubric: [{key: all, points: 1, text: {ko: 다, en: All}}]}\n",
    )
    assert [text for text in faults(folder) if "may wait for a person" in text]
