"""Limits of docs/architecture.md: what is larger is hard to read and wants to be cut."""

from collections import Counter
from pathlib import Path

import pytest

from tests.product import ROOT

APPS = (
    "accounts",
    "analysis",
    "answering",
    "announcements",
    "appeals",
    "mails",
    "bench",
    "bundles",
    "common",
    "course_files",
    "courses",
    "exchange",
    "goals",
    "lesson_checks",
    "lms",
    "notes",
    "offline",
    "operations",
    "overview",
    "practice",
    "questions",
    "quizzes",
    "reports",
    "rosters",
    "search",
    "sync",
    "uploads",
    "review",
    "workspace",
)
SUBJECTS = [
    f"{app}/{path.name}"
    for app in ("exchange", "questions", "quizzes")
    for path in sorted((ROOT / app).iterdir())
    if (path / "__init__.py").exists()
]


def modules(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.py") if "migrations" not in path.parts]


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("folder", [*APPS, "tests"])
def test_no_file_has_more_than_400_lines(folder: str) -> None:
    assert {str(path.relative_to(ROOT)): lines(path) for path in modules(ROOT / folder) if lines(path) > 400} == {}


@pytest.mark.parametrize(("folder", "limit"), [*((app, 9000) for app in APPS), *((name, 2000) for name in SUBJECTS)])
def test_no_app_and_no_subject_is_too_large(folder: str, limit: int) -> None:
    assert sum(lines(path) for path in modules(ROOT / folder)) <= limit


@pytest.mark.parametrize("app", APPS)
def test_no_folder_has_more_than_12_modules(app: str) -> None:
    beside = Counter(path.parent for path in modules(ROOT / app) if path.name != "__init__.py")
    assert {str(folder.relative_to(ROOT)): number for folder, number in beside.items() if number > 12} == {}
