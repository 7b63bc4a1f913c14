"""Owns import and export of a whole course folder: joins the course's half with that of its quizzes.

parse → plan → execute. `parse` finds every fault and touches no database; `plan` compares folder, database and the last
import; `execute` runs in one transaction. `import_folder` is the three in one call.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from course_files import course as courses_archive
from course_files import files
from course_files import quizzes as quizzes_archive
from course_files.files import Fault, FaultyFolder, Folder
from course_files.merging import Key, Outcome, Side, Step, unite
from course_files.merging import plan as plan_merge
from courses import progress
from courses.lessons import rendering
from courses.models import Course
from quizzes.authoring import grade_effects
from quizzes.authoring.models import Quiz

COURSE_KINDS = frozenset({"course", "module", "activity", "edition", "term", "asset"})
_PLACES = ("course.yaml", "glossary.yaml", "lessons/", "checks/", "quizzes/", "assets/")


@dataclass(slots=True)
class Parsed:
    """A folder without a fault (or, from `inspect`, with the faults that `folder` lists)."""

    folder: Folder
    course: courses_archive.Reading
    quizzes: quizzes_archive.Reading


@dataclass(slots=True)
class Plan:
    """What an import would do. `conflicts` keeps it from being executed."""

    parsed: Parsed
    course: courses_archive.Stored
    quizzes: quizzes_archive.Stored
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
    """The folder and the admin changed the same things; `plan` names them."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(", ".join(" ".join(step.key) for step in plan.conflicts))
        self.plan = plan


def inspect(path: Path) -> Parsed:
    """Read a folder as far as it can be read; its faults are in `folder.faults`. Raises FaultyFolder without one."""
    folder = files.read(path)
    for name in folder.files:
        if not name.startswith(_PLACES):
            folder.fault(name, 0, _("This file is no part of a course folder."))
    course = courses_archive.read(folder)
    quizzes = quizzes_archive.read(folder, course)
    for slug, title in quizzes.titles.items():
        if ("activity", slug) in course.things:
            course.things["activity", slug]["title"] = title
    return Parsed(folder, course, quizzes)


def parse(path: Path) -> Parsed:
    """Read a folder. Raises FaultyFolder with everything that is wrong with it."""
    parsed = inspect(path)
    parsed.folder.refuse_faults()
    return parsed


def plan(parsed: Parsed, *, side: Side | None = None) -> Plan:
    """Compare a folder with the database. Raises FaultyFolder when a lesson has become a quiz or a quiz a lesson, and when
    a student would stand lower by another rule of a quiz."""
    course = courses_archive.stored(parsed.course.slug)
    quizzes = quizzes_archive.stored(course.course)
    incoming = {**parsed.course.things, **parsed.quizzes.things}
    current = {**course.things, **quizzes.things}
    _refuse_other_kinds(parsed, course)
    steps = plan_merge(
        imported={**course.imported, **quizzes.imported},
        current=current,
        incoming=incoming,
        used=course.used | quizzes.used,
        side=side,
    )
    steps = unite(steps, {key: parent for key in current if (parent := _parent(key))})
    _refuse_lowering(parsed, steps, quizzes)
    return Plan(parsed, course, quizzes, steps, counts=Counter(step.outcome for step in steps))


def _parent(key: Key) -> Key | None:
    """The thing that this one cannot be without."""
    whole = {"edition": "activity", "quiz": "activity", "question": "quiz"}.get(key[0])
    return (whole, key[1]) if whole else None


def _refuse_other_kinds(parsed: Parsed, course: courses_archive.Stored) -> None:
    for key, fields in parsed.course.things.items():
        stored = course.things.get(key)
        if key[0] == "activity" and stored and stored["kind"] != fields["kind"]:
            message = _("“%(slug)s” was something else until now: a lesson and a quiz need two names.")
            parsed.folder.fault("course.yaml", 0, message % {"slug": key[1]})
    parsed.folder.refuse_faults()


def _refuse_lowering(parsed: Parsed, steps: Iterable[Step], stored: quizzes_archive.Stored) -> None:
    for step in steps:
        row = stored.rows.get(step.key)
        if isinstance(row, Quiz) and step.writes and step.incoming is not None and not step.incoming["check"]:
            rules = step.incoming["rules"]
            losing = grade_effects.explain_grade_losses(
                row.activity_id, grading_method=rules["counts"], pass_mark=rules["pass_mark"]
            )
            if losing:
                parsed.folder.fault(f"quizzes/{step.key[1]}.yaml", 0, losing)
    parsed.folder.refuse_faults()


def execute(plan: Plan, *, now: datetime) -> Course:
    """Do what the plan says, and bring everything that follows from it up to date. Raises Conflict."""
    if plan.conflicts:
        raise Conflict(plan)
    with transaction.atomic():
        mine = [step for step in plan.steps if step.key[0] in COURSE_KINDS]
        writing = courses_archive.Execution(plan.parsed.course, plan.course, mine, now=now)
        course = writing.write()
        leaving = {step.key[1] for step in mine if step.key[0] == "activity" and step.departs}
        theirs = [step for step in plan.steps if step.key[0] not in COURSE_KINDS]
        quizzes_archive.Execution(plan.quizzes, theirs, now=now).run(course, leaving=leaving)
        writing.depart()
        plan.rendered = rendering.render_course(course)
        if not plan.changes_nothing:
            progress.refresh_course(course=course)
    return course


def import_folder(path: Path, *, now: datetime, side: Side | None = None, dry_run: bool = False) -> Plan:
    """Make the database say what the folder says, and return what that took.

    Raises FaultyFolder or Conflict, with nothing imported.
    """
    parsed = parse(path)
    with transaction.atomic():
        # The plan is made inside the transaction that executes it, so that nothing comes in between.
        Course.objects.select_for_update().filter(slug=parsed.course.slug).first()
        made = plan(parsed, side=side)
        if not dry_run:
            execute(made, now=now)
    return made


def export_folder(course: Course, path: Path) -> list[str]:
    """Write the folder of `course`; return the names of files that were written or removed.

    Raises FaultyFolder when `path` holds something that is not this course.
    """
    _refuse_strangers(course, path)
    half = courses_archive.stored(course.slug)
    assets = {asset.name: bytes(asset.content) for asset in course.assets.all()}
    written = courses_archive.files(course.slug, half.things, assets)
    written |= quizzes_archive.files(quizzes_archive.stored(course).things, half.things)
    stale = [name for name in _existing(path) if name not in written]
    for name in stale:
        (path / name).unlink()
    return sorted([*files.write(path, written), *stale])


def _existing(path: Path) -> Iterable[str]:
    return files.read(path).files if path.is_dir() else ()


def _refuse_strangers(course: Course, path: Path) -> None:
    """A folder is overwritten only when it is this course's, or empty."""
    names = list(_existing(path))
    if not names:
        return
    slug = courses_archive.read(Folder({"course.yaml": files.read(path).files.get("course.yaml", b"")})).slug
    strangers = [name for name in names if not name.startswith(_PLACES)]
    if slug != course.slug or strangers:
        message = _("This folder holds something else than the course “%(slug)s”.") % {"slug": course.slug}
        raise FaultyFolder([Fault(str(path), 0, message)])
