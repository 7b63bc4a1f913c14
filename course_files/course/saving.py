"""Execute the steps of an import on the rows of a course, in the caller's transaction."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from course_files.course.parsing import ParsedCourse
from course_files.course.stored import Row, StoredCourse
from course_files.course.texts import set_texts
from course_files.merging import Fields, Key, Outcome, Step
from courses.models import Activity, Course, CourseAsset, GlossaryTerm, Lesson, LessonEdition, Module

AnyRow = TypeVar("AnyRow", Course, Module, Activity, LessonEdition, GlossaryTerm, CourseAsset)


class CourseWriter:
    """Execute the steps of one course. Call `write` first and `remove_missing` last.

    Quizzes are written in between. They need the activities that `write` adds, and a quiz can prevent the deletion of its
    activity.
    """

    def __init__(self, parsed: ParsedCourse, stored: StoredCourse, steps: Iterable[Step], *, now: datetime) -> None:
        self.parsed = parsed
        self.steps: Sequence[Step] = list(steps)
        self.now = now
        self.rows: dict[Key, Row] = dict(stored.rows)
        self.course = stored.course or Course(slug=parsed.slug)
        self.changed_lessons: set[int] = set()

    def write(self) -> Course:
        """Add and change rows. Return the course."""
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
        self.increment_versions()
        self.save_positions()
        self.save_digests()
        return self.course

    def find_row(self, key: Key, model: type[AnyRow]) -> AnyRow | None:
        row = self.rows.get(key)
        return row if isinstance(row, model) else None

    def get_row(self, key: Key, model: type[AnyRow]) -> AnyRow:
        """Return the row of a record that is stored already. Raises KeyError if there is none of this model."""
        row = self.find_row(key, model)
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
        module = self.find_row(step.key, Module) or Module(
            course=self.course, slug=step.key[1], position=len(self.rows)
        )
        module.number = fields["number"]
        set_texts(module, "title", fields["title"])
        return module

    def write_activity(self, step: Step, fields: Fields) -> Activity:
        activity = self.find_row(step.key, Activity) or self.new_activity(step.key[1])
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
        """Return a new activity at the end of its module, not saved yet. `save_positions` sets the final position."""
        key = next(
            key for key, fields in self.parsed.records.items() if key[0] == "module" and slug in fields["activities"]
        )
        module = self.get_row(key, Module)
        return Activity(course=self.course, module=module, slug=slug, position=module.activities.count())

    def write_edition(self, step: Step, fields: Fields) -> LessonEdition:
        _kind, slug, language = step.key
        activity = self.get_row(("activity", slug), Activity)
        edition = self.find_row(step.key, LessonEdition) or LessonEdition(lesson=activity.lesson, language=language)
        setattr(activity, f"title_{language}", fields["title"])
        activity.save()
        edition.minutes = fields["minutes"]
        edition.objectives = fields["objectives"]
        edition.rubric = fields["rubric"]
        edition.body = fields["body"]
        content = ("body", "objectives", "rubric")
        if step.current is not None and any(step.current[name] != fields[name] for name in content):
            self.changed_lessons.add(activity.pk)
        return edition

    def write_term(self, step: Step, fields: Fields) -> GlossaryTerm:
        term = self.find_row(step.key, GlossaryTerm) or GlossaryTerm(course=self.course, key=step.key[1])
        term.activity = self.find_row(("activity", fields["lesson"]), Activity)
        set_texts(term, "term", fields["term"])
        set_texts(term, "definition", fields["definition"])
        return term

    def write_asset(self, step: Step, fields: Fields) -> CourseAsset:
        asset = self.find_row(step.key, CourseAsset) or CourseAsset(course=self.course, name=step.key[1])
        asset.content = self.parsed.assets[step.key[1]]
        return asset

    # --- afterwards --------------------------------------------------------------------------------------------

    def increment_versions(self) -> None:
        """Increment the version of each lesson whose text changed: once for each import, even if several languages changed."""
        for row in self.rows.values():
            if isinstance(row, Activity) and row.pk in self.changed_lessons:
                row.version += 1
                row.save(update_fields=["version"])

    def save_positions(self) -> None:
        """Set the order of modules and activities from the folder, unless an order edited in the admin is kept."""
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
                    row.module = self.get_row(step.key, Module)
                    row.save(update_fields=["position", "module"])

    def remove_missing(self) -> None:
        """Archive or delete records that the folder no longer contains, parts before their parents."""
        missing = [step for step in self.steps if step.is_missing]
        for kind in ("edition", "term", "asset", "activity", "module"):
            for step in missing:
                if step.key[0] == kind and step.outcome is Outcome.REMOVED:
                    self.delete_row(self.rows.pop(step.key))
                elif step.key[0] == kind == "activity" and step.outcome is Outcome.ARCHIVED:
                    activity = self.get_row(step.key, Activity)
                    activity.archived_at = self.now
                    activity.save(update_fields=["archived_at"])

    def delete_row(self, row: Row) -> None:
        if isinstance(row, LessonEdition):
            Activity.objects.filter(lesson=row.lesson_id).update(**{f"title_{row.language}": None})
        elif isinstance(row, Activity) and hasattr(row, "grade_item"):
            row.grade_item.delete()
        elif isinstance(row, Module):
            # Archived activities move to another module: their grades and progress are still shown.
            other_module = self.course.modules.exclude(pk=row.pk).order_by("position", "id").first()
            Activity.objects.filter(module=row).update(module=other_module)
        row.delete()

    def save_digests(self) -> None:
        """Save the digests that the next import compares with, also for records that were not written."""
        for step in self.steps:
            row = self.rows.get(step.key)
            if row is not None and step.digest is not None and row.source_digest != step.digest:
                type(row).objects.filter(pk=row.pk).update(source_digest=step.digest)
