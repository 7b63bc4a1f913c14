"""Owns how planned steps change a course's rows. Runs inside the caller's transaction."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from course_files.course.format import set_texts
from course_files.course.reading import Reading
from course_files.course.stored import Row, Stored
from course_files.merging import Fields, Key, Outcome, Step
from courses.models import Activity, Course, CourseAsset, GlossaryTerm, Lesson, LessonEdition, Module

AnyRow = TypeVar("AnyRow", Course, Module, Activity, LessonEdition, GlossaryTerm, CourseAsset)


class Execution:
    """What planned steps (of this app's keys) do to one course: `write` first, `depart` last.

    In between, others may write what hangs on the activities, and take away what would keep one from being removed.
    """

    def __init__(self, reading: Reading, before: Stored, steps: Iterable[Step], *, now: datetime) -> None:
        self.reading = reading
        self.steps: Sequence[Step] = list(steps)
        self.now = now
        self.rows: dict[Key, Row] = dict(before.rows)
        self.course = before.course or Course(slug=reading.slug)
        self.rewritten: set[int] = set()

    def write(self) -> Course:
        """Add and change rows, and return the course."""
        writers: dict[str, Callable[[Step, Fields], Row]] = {
            "course": self.write_course,
            "module": self.write_module,
            "activity": self.write_activity,
            "edition": self.write_edition,
            "term": self.write_term,
            "asset": self.write_asset,
        }
        for kind, write in writers.items():
            for step in self.steps:
                if step.key[0] == kind and step.writes and step.incoming is not None:
                    row = self.rows[step.key] = write(step, step.incoming)
                    row.source_digest = step.digest or ""
                    row.save()
        self.count_versions()
        self.place()
        self.remember()
        return self.course

    def row(self, key: Key, model: type[AnyRow]) -> AnyRow | None:
        row = self.rows.get(key)
        return row if isinstance(row, model) else None

    def present(self, key: Key, model: type[AnyRow]) -> AnyRow:
        """A row that is there, because what depends on it is written after it."""
        row = self.row(key, model)
        if row is None:
            raise KeyError(key)
        return row

    # --- writing -----------------------------------------------------------------------------------------------

    def write_course(self, step: Step, fields: Fields) -> Course:
        course = self.course
        course.languages = fields["languages"]
        course.enrolment_mode = fields["enrolment"]
        course.enrolment_code = fields["enrolment_code"]
        set_texts(course, "title", fields["title"])
        set_texts(course, "summary", fields["summary"])
        return course

    def write_module(self, step: Step, fields: Fields) -> Module:
        module = self.row(step.key, Module) or Module(course=self.course, slug=step.key[1], position=len(self.rows))
        module.number = fields["number"]
        set_texts(module, "title", fields["title"])
        return module

    def write_activity(self, step: Step, fields: Fields) -> Activity:
        activity = self.row(step.key, Activity) or self.new_activity(step.key[1])
        activity.kind = fields["kind"]
        activity.is_required = fields["required"]
        activity.code = fields.get("code", "")
        activity.archived_at = None
        if activity.kind == Activity.Kind.QUIZ:
            set_texts(activity, "title", fields["title"])
            return activity
        if activity.pk is None:
            activity.save()
        Lesson.objects.update_or_create(activity=activity, defaults={"kind": fields["lesson_kind"]})
        return activity

    def new_activity(self, slug: str) -> Activity:
        """An activity at the end of the module that the folder puts it in; `place` gives it its position."""
        key = next(
            key for key, fields in self.reading.things.items() if key[0] == "module" and slug in fields["activities"]
        )
        module = self.present(key, Module)
        return Activity(course=self.course, module=module, slug=slug, position=module.activities.count())

    def write_edition(self, step: Step, fields: Fields) -> LessonEdition:
        _kind, slug, language = step.key
        activity = self.present(("activity", slug), Activity)
        edition = self.row(step.key, LessonEdition) or LessonEdition(lesson=activity.lesson, language=language)
        setattr(activity, f"title_{language}", fields["title"])
        activity.save()
        edition.minutes = fields["minutes"]
        edition.objectives = fields["objectives"]
        edition.rubric = fields["rubric"]
        edition.body = fields["body"]
        content = ("body", "objectives", "rubric")
        if step.current is not None and any(step.current[name] != fields[name] for name in content):
            self.rewritten.add(activity.pk)
        return edition

    def write_term(self, step: Step, fields: Fields) -> GlossaryTerm:
        term = self.row(step.key, GlossaryTerm) or GlossaryTerm(course=self.course, key=step.key[1])
        term.activity = self.row(("activity", fields["lesson"]), Activity)
        set_texts(term, "term", fields["term"])
        set_texts(term, "definition", fields["definition"])
        return term

    def write_asset(self, step: Step, fields: Fields) -> CourseAsset:
        asset = self.row(step.key, CourseAsset) or CourseAsset(course=self.course, name=step.key[1])
        asset.content = self.reading.assets[step.key[1]]
        return asset

    # --- afterwards --------------------------------------------------------------------------------------------

    def count_versions(self) -> None:
        """A lesson whose text changed is another version, once an import, in however many languages it changed."""
        for row in self.rows.values():
            if isinstance(row, Activity) and row.pk in self.rewritten:
                row.version += 1
                row.save(update_fields=["version"])

    def place(self) -> None:
        """Put modules and activities where the folder puts them, unless the admin's order stays."""
        for step in self.steps:
            if not step.writes or step.incoming is None or step.key[0] not in ("course", "module"):
                continue
            child = "module" if step.key[0] == "course" else "activity"
            for position, slug in enumerate(step.incoming["modules" if child == "module" else "activities"]):
                row = self.rows.get((child, slug))
                if isinstance(row, Module):
                    row.position = position
                    row.save(update_fields=["position"])
                elif isinstance(row, Activity):
                    row.position = position
                    row.module = self.present(step.key, Module)
                    row.save(update_fields=["position", "module"])

    def depart(self) -> None:
        """Archive and remove. Parts come before the whole, and an activity's parts go with it."""
        gone = [step for step in self.steps if step.departs]
        for kind in ("edition", "term", "asset", "activity", "module"):
            for step in gone:
                if step.key[0] == kind and step.outcome is Outcome.REMOVED:
                    self.remove(self.rows.pop(step.key))
                elif step.key[0] == kind == "activity" and step.outcome is Outcome.ARCHIVED:
                    activity = self.present(step.key, Activity)
                    activity.archived_at = self.now
                    activity.save(update_fields=["archived_at"])

    def remove(self, row: Row) -> None:
        if isinstance(row, LessonEdition):
            Activity.objects.filter(lesson=row.lesson_id).update(**{f"title_{row.language}": None})
        elif isinstance(row, Activity) and hasattr(row, "grade_item"):
            row.grade_item.delete()
        elif isinstance(row, Module):
            # Archived activities outlive their module: what students did with them is still shown somewhere.
            refuge = self.course.modules.exclude(pk=row.pk).order_by("position", "id").first()
            Activity.objects.filter(module=row).update(module=refuge)
        row.delete()

    def remember(self) -> None:
        """What the folder says is what the next import compares with, also where nothing had to be written."""
        for step in self.steps:
            row = self.rows.get(step.key)
            if row is not None and step.digest is not None and row.source_digest != step.digest:
                type(row).objects.filter(pk=row.pk).update(source_digest=step.digest)
