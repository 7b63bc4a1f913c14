"""Import and export a whole course folder: the course and its quizzes.

An import has three stages: `parse` finds every fault and touches no database; `plan` compares the folder, the database
and the last import; `execute` runs in one transaction. `import_folder` does all three.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from course_files import files
from course_files.course.exporting import course_to_files
from course_files.course.grading import write_grading
from course_files.course.parsing import ParsedCourse, parse_course
from course_files.course.saving import CourseWriter
from course_files.course.stored import StoredCourse, get_stored_course
from course_files.files import Fault, FaultyFolder, Folder
from course_files.merging import Key, Outcome, Preference, Step, align_parts
from course_files.merging import plan as plan_merge
from course_files.quizzes.exporting import quizzes_to_files
from course_files.quizzes.parsing import ParsedQuizzes, parse_quizzes
from course_files.quizzes.saving import QuizWriter
from course_files.quizzes.stored import StoredQuizzes, get_stored_quizzes
from courses import progress
from courses.lessons import rendering
from courses.models import Course
from quizzes.authoring import grade_effects
from quizzes.authoring.models import Quiz

COURSE_KINDS = frozenset({"course", "module", "activity", "edition", "term", "asset", "grading"})
# Files for authors only: `check_course` reads them. An import ignores them, and an export leaves them as they are.
AUTHOR_FILES = ("facts.yaml", "terms.yaml")
_ALLOWED_PATHS = (*AUTHOR_FILES, "course.yaml", "glossary.yaml", "lessons/", "checks/", "quizzes/", "assets/")


@dataclass(slots=True)
class ParsedFolder:
    """A folder that was read. From `parse` it has no fault; from `inspect` its faults are in `folder.faults`."""

    folder: Folder
    course: ParsedCourse
    quizzes: ParsedQuizzes


@dataclass(slots=True)
class Plan:
    """The steps of an import. They cannot be executed if there are `conflicts`.

    `course` and `quizzes` are the state of the database. `counts` is the number of steps by outcome. `rendered` is the number of
    lesson texts that `execute` rendered.
    """

    parsed: ParsedFolder
    course: StoredCourse
    quizzes: StoredQuizzes
    steps: list[Step]
    rendered: int = 0
    counts: Counter[Outcome] = field(default_factory=Counter)

    @property
    def conflicts(self) -> list[Step]:
        return [step for step in self.steps if step.outcome is Outcome.CONFLICT]

    @property
    def changes_nothing(self) -> bool:
        return not any(step.outcome not in (Outcome.UNCHANGED, Outcome.EDITED) for step in self.steps)


class Conflict(Exception):
    """Raised if the folder and the admin changed the same records. `plan.conflicts` lists them."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(", ".join(" ".join(step.key) for step in plan.conflicts))
        self.plan = plan


def inspect(path: Path) -> ParsedFolder:
    """Read a folder and collect its faults in `folder.faults`. Raises FaultyFolder only if there is no such folder."""
    return parse_files(files.read(path))


def parse_files(folder: Folder) -> ParsedFolder:
    """Read the files of a folder that is in memory. Faults are collected in `folder.faults`."""
    for name in folder.files:
        if not name.startswith(_ALLOWED_PATHS):
            folder.add_fault(name, 0, _("This file does not belong in a course folder."))
    course = parse_course(folder)
    quizzes = parse_quizzes(folder, course)
    for slug, title in quizzes.titles.items():
        if ("activity", slug) in course.records:
            course.records["activity", slug]["title"] = title
    _check_placed_questions(folder, course, quizzes)
    return ParsedFolder(folder, course, quizzes)


def _check_placed_questions(folder: Folder, course: ParsedCourse, quizzes: ParsedQuizzes) -> None:
    """Add a fault for each question in a text that the check of its lesson does not have."""
    for (slug, _language), edition in course.editions.items():
        quiz = quizzes.quizzes.get(slug)
        if quiz is None and f"checks/{course.codes.get(slug)}.yaml" in folder.files.keys() | folder.left_out:
            # The check has faults of its own, or is unfinished.
            continue
        known = {question["key"] for question in quiz.document.value["questions"]} if quiz else set()
        for reference in edition.text.references:
            if reference.kind == "question" and reference.target not in known:
                message = _("There is no question “%(target)s” in the check of this text.")
                folder.add_fault(edition.name, reference.line, message % {"target": reference.target})


def parse(path: Path) -> ParsedFolder:
    """Read a folder. Raises FaultyFolder with all faults if there are any."""
    parsed = inspect(path)
    parsed.folder.raise_faults()
    return parsed


def plan(parsed: ParsedFolder, *, prefer: Preference | None = None) -> Plan:
    """Compare a folder with the database and return the plan. Nothing is written.

    Raises FaultyFolder if a lesson became a quiz or the reverse, or if changed quiz rules would lower a student's grade.
    """
    course = get_stored_course(parsed.course.slug)
    quizzes = get_stored_quizzes(course.course)
    incoming = {**parsed.course.records, **parsed.quizzes.records}
    current = {**course.records, **quizzes.records}
    _check_kinds(parsed, course)
    steps = plan_merge(
        imported={**course.imported, **quizzes.imported},
        current=current,
        incoming=incoming,
        in_use=course.in_use | quizzes.in_use,
        prefer=prefer,
    )
    steps = align_parts(steps, {key: parent for key in current if (parent := _parent(key))})
    _check_grade_losses(parsed, steps, quizzes)
    return Plan(parsed, course, quizzes, steps, counts=Counter(step.outcome for step in steps))


def _parent(key: Key) -> Key | None:
    """Return the key of the record that this one is a part of, or None."""
    parent = {"edition": "activity", "quiz": "activity", "question": "quiz"}.get(key[0])
    return (parent, key[1]) if parent else None


def _check_kinds(parsed: ParsedFolder, course: StoredCourse) -> None:
    for key, fields in parsed.course.records.items():
        stored = course.records.get(key)
        if key[0] == "activity" and stored and stored["kind"] != fields["kind"]:
            message = _("“%(slug)s” has changed from a lesson to a quiz or back. Use another slug.")
            parsed.folder.add_fault("course.yaml", 0, message % {"slug": key[1]})
    parsed.folder.raise_faults()


def _check_grade_losses(parsed: ParsedFolder, steps: Iterable[Step], stored: StoredQuizzes) -> None:
    for step in steps:
        row = stored.rows.get(step.key)
        if isinstance(row, Quiz) and step.writes and step.incoming is not None and not step.incoming["check"]:
            rules = step.incoming["rules"]
            explanation = grade_effects.explain_grade_losses(
                row.activity_id, grading_method=rules["counts"], pass_mark=rules["pass_mark"]
            )
            if explanation:
                parsed.folder.add_fault(f"quizzes/{step.key[1]}.yaml", 0, explanation)
    parsed.folder.raise_faults()


def execute(plan: Plan, *, now: datetime) -> Course:
    """Execute the steps of the plan, render the lessons and refresh progress, in one transaction. Return the course.

    Raises Conflict if the plan has conflicts; then nothing is written.
    """
    if plan.conflicts:
        raise Conflict(plan)
    with transaction.atomic():
        course_steps = [step for step in plan.steps if step.key[0] in COURSE_KINDS]
        course_writer = CourseWriter(plan.parsed.course, plan.course, course_steps, now=now)
        course = course_writer.write()
        removed = {step.key[1] for step in course_steps if step.key[0] == "activity" and step.is_missing}
        quiz_steps = [step for step in plan.steps if step.key[0] not in COURSE_KINDS]
        QuizWriter(plan.quizzes, quiz_steps, now=now).write(course, removed_activities=removed)
        write_grading(course, course_steps)
        course_writer.remove_missing()
        plan.rendered = rendering.render_course(course)
        if not plan.changes_nothing:
            progress.refresh_course(course=course)
    return course


def import_folder(path: Path, *, now: datetime, prefer: Preference | None = None, dry_run: bool = False) -> Plan:
    """Import a folder in one transaction and return the executed plan. With `dry_run` nothing is written.

    Raises FaultyFolder or Conflict; then nothing is imported.
    """
    parsed = parse(path)
    with transaction.atomic():
        # The course is locked before the plan is made, so that nothing changes between plan and execution.
        Course.objects.select_for_update().filter(slug=parsed.course.slug).first()
        result = plan(parsed, prefer=prefer)
        if not dry_run:
            execute(result, now=now)
    return result


def export_files(course: Course) -> dict[str, bytes]:
    """Return the folder of `course` as {file name: content}."""
    records = get_stored_course(course.slug).records
    assets = {asset.name: bytes(asset.content) for asset in course.assets.all()}
    written = course_to_files(course.slug, records, assets)
    return written | quizzes_to_files(get_stored_quizzes(course).records, records)


def export_folder(course: Course, path: Path) -> list[str]:
    """Write the folder of `course`. Return the sorted names of the files that were written or deleted.

    Raises FaultyFolder if `path` contains anything other than this course.
    """
    _check_export_target(course, path)
    written = export_files(course)
    stale = [name for name in _existing_files(path) if name not in written and name not in AUTHOR_FILES]
    for name in stale:
        (path / name).unlink()
    return sorted([*files.write(path, written), *stale])


def _existing_files(path: Path) -> Iterable[str]:
    return files.read(path).files if path.is_dir() else ()


def _check_export_target(course: Course, path: Path) -> None:
    """Raise FaultyFolder unless the folder is empty or contains this course."""
    names = list(_existing_files(path))
    if not names:
        return
    slug = parse_course(Folder({"course.yaml": files.read(path).files.get("course.yaml", b"")})).slug
    unknown = [name for name in names if not name.startswith(_ALLOWED_PATHS)]
    if slug != course.slug or unknown:
        message = _("This folder contains something other than the course “%(slug)s”.") % {"slug": course.slug}
        raise FaultyFolder([Fault(str(path), 0, message)])
