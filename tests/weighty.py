"""List the modules that a grade depends on with their tests, and measure branch coverage (`./run coverage`).

`tests.mutants` reads the list too. Add a module here when a grade begins to depend on it.
"""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

ATTEMPTS = [
    "quizzes/taking/test_submit.py",
    "quizzes/taking/test_start.py",
    "quizzes/taking/test_confirm_answer.py",
    "quizzes/taking/test_responses.py",
    "quizzes/taking/test_save.py",
    "quizzes/taking/test_deadline.py",
    "quizzes/taking/test_uploads.py",
]
GRADING = [
    "quizzes/grading/test_automatic.py",
    "quizzes/grading/test_sweep.py",
    "quizzes/grading/test_scoring.py",
    "quizzes/grading/test_revisions.py",
    "quizzes/grading/test_manual.py",
    "quizzes/grading/test_reviews.py",
    "quizzes/grading/test_late_answers.py",
    "quizzes/grading/test_regrading.py",
    "quizzes/admin/test_audit.py",
    "operations/verify/test_grades.py",
]
QUESTIONS = [
    "questions/test_questions.py",
    "questions/test_questions_built.py",
    "questions/test_questions_answered.py",
    "questions/test_questions_shown.py",
    "questions/test_kind_properties.py",
    "questions/test_numbers.py",
]
# {group: (files, tests)}. Only tests written for the group, not all that happen to run its code.
GROUPS: dict[str, tuple[list[str], list[str]]] = {
    "short_answers": (
        [f"questions/comparing/{name}.py" for name in ("short_answers", "sentences", "numbers", "same_numbers")],
        ["questions/test_short_answers.py", "questions/test_numbers.py"],
    ),
    "questions": (["questions/**/*.py"], QUESTIONS),
    "gradebook": (["courses/gradebook.py"], ["courses/test_gradebook.py"]),
    "rules": (["quizzes/attempts/rules.py"], ["quizzes/attempts/test_rules.py", *ATTEMPTS]),
    "attempts": (
        [f"quizzes/taking/{name}.py" for name in ("start", "responses", "save", "deadline", "late_arrivals", "submit")],
        [*ATTEMPTS, *GRADING],
    ),
    "grading": (
        [
            f"quizzes/grading/{name}.py"
            for name in ("scoring", "automatic", "revisions", "manual", "late_answers", "history")
        ],
        [*GRADING, *ATTEMPTS],
    ),
}
GOAL = 100


def files(group: str) -> list[Path]:
    return sorted(path for pattern in GROUPS[group][0] for path in ROOT.glob(pattern))


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def tests_of(group: str) -> list[str]:
    return [f"tests/{name}" for name in GROUPS[group][1]]


def main(argv: list[str]) -> int:
    modules = [f"--cov={module_of(path)}" for group in GROUPS for path in files(group)]
    tests = sorted({test for group in GROUPS for test in tests_of(group)})
    how = ["-q", "--cov-branch", f"--cov-fail-under={GOAL}", "--cov-report=term-missing", "-m", "not services"]
    return int(pytest.main([*tests, *modules, *how, *argv]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
