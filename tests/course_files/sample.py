"""The sample course as a folder that a test may change, and helpers to change it."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from course_files import course_folder
from course_files.course_folder import Plan
from course_files.merging import Key, Outcome, Preference
from courses.models import Activity, Course, LessonEdition

SAMPLE = Path(__file__).parents[1] / "fixtures" / "courses" / "sample"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def copy(to: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, to / "sample"))


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text()
    assert old in text, f"{name} does not contain {old!r}"
    path.write_text(text.replace(old, new, 1))


def drop_lesson(folder: Path, slug: str, code: str) -> None:
    """Take a lesson out of the folder, with what points at it."""
    edit(folder, "course.yaml", f"      - lesson: {slug}\n        code: {code}\n", "")
    for path in (folder / "lessons").glob(f"{code}.*"):
        path.unlink()
    (folder / "checks" / f"{code}.yaml").unlink(missing_ok=True)


def load(folder: Path, prefer: Preference | None = None) -> Plan:
    return course_folder.import_folder(folder, now=NOW, prefer=prefer)


def outcomes(plan: Plan) -> dict[Key, Outcome]:
    """What the plan does, without what stays as it is."""
    return {step.key: step.outcome for step in plan.steps if step.outcome is not Outcome.UNCHANGED}


def course() -> Course:
    return Course.objects.get(slug="sample")


def activity(slug: str) -> Activity:
    return Activity.objects.get(course__slug="sample", slug=slug)


def edition(slug: str, language: str) -> LessonEdition:
    return LessonEdition.objects.get(lesson__activity__slug=slug, language=language)


def drop_kinds_of_tea(folder: Path) -> None:
    """Take out the lesson kinds-of-tea and every reference to it."""
    drop_lesson(folder, "kinds-of-tea", "1-2")
    for language in ("ko", "en"):
        edit(folder, f"lessons/1-1.{language}.md", "(lesson:kinds-of-tea#black-tea)", "(lesson:brew-a-pot)")
    edit(folder, "glossary.yaml", "lesson: kinds-of-tea", "lesson: making-tea")
    quiz = folder / "quizzes" / "quiz-tea.yaml"
    quiz.write_text(quiz.read_text().replace("kinds-of-tea#black-tea", "making-tea"))


def edit_in_admin(text: str) -> None:
    """Change the English edition of making-tea, as in the admin."""
    row = edition("making-tea", "en")
    row.body = row.body.replace("leaves and water", text)
    row.save()
