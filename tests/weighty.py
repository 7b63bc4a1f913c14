"""What a grade depends on, and the tests that have to find its errors; `./run coverage` measures the branches they take.

Also read by `tests.mutants`. A module that a grade comes to depend on is added here.
"""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

ATTEMPTS = [
    "quizzes/test_attempts.py",
    "quizzes/test_attempts_start.py",
    "quizzes/test_attempts_checked.py",
    "quizzes/test_attempts_written.py",
    "quizzes/test_attempts_deadline.py",
    "quizzes/test_hand_ins.py",
]
GRADING = [
    "quizzes/test_grading.py",
    "quizzes/test_gradings_written.py",
    "quizzes/test_reviewing.py",
    "quizzes/test_regrading.py",
    "quizzes/test_verifying.py",
]
QUESTIONS = [
    "quizzes/test_questions.py",
    "quizzes/test_questions_built.py",
    "quizzes/test_questions_answered.py",
    "quizzes/test_questions_shown.py",
    "quizzes/test_kind_properties.py",
]
# Each group with its files, and with tests: its own, not everything that passes by.
GROUPS: dict[str, tuple[list[str], list[str]]] = {
    "short_answers": (["quizzes/short_answers.py"], ["quizzes/test_short_answers.py"]),
    "questions": (["quizzes/questions/**/*.py"], QUESTIONS),
    "gradebook": (["courses/gradebook.py"], ["courses/test_gradebook.py"]),
    "rules": (["quizzes/rules.py"], ["quizzes/test_rules.py", *ATTEMPTS]),
    "attempts": (["quizzes/attempts.py"], ATTEMPTS),
    "grading": (["quizzes/grading.py"], GRADING),
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
