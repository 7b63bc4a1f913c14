"""The sample course as a folder that a test may change, and the words for changing it."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from course_files import course_folder
from course_files.course_folder import Plan
from course_files.merging import Key, Outcome, Side
from courses.models import Activity, Course, LessonEdition

SAMPLE = Path(__file__).parents[1] / "fixtures" / "courses" / "sample"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def copy(to: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, to / "sample"))


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text()
    assert old in text, f"{name} holds no {old!r}"
    path.write_text(text.replace(old, new, 1))


def drop_lesson(folder: Path, slug: str, code: str) -> None:
    """Take a lesson out of the folder, with what points at it."""
    edit(folder, "course.yaml", f"      - lesson: {slug}\n        code: {code}\n", "")
    for path in (folder / "lessons").glob(f"{code}.*"):
        path.unlink()
    (folder / "checks" / f"{code}.yaml").unlink(missing_ok=True)


def load(folder: Path, side: Side | None = None) -> Plan:
    return course_folder.import_folder(folder, now=NOW, side=side)


def outcomes(plan: Plan) -> dict[Key, Outcome]:
    """What the plan does, without what stays as it is."""
    return {step.key: step.outcome for step in plan.steps if step.outcome is not Outcome.UNCHANGED}


def course() -> Course:
    return Course.objects.get(slug="sample")


def activity(slug: str) -> Activity:
    return Activity.objects.get(course__slug="sample", slug=slug)


def edition(slug: str, language: str) -> LessonEdition:
    return LessonEdition.objects.get(lesson__activity__slug=slug, language=language)
