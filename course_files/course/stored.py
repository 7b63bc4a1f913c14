"""Read the rows of a course as records, and find the activities that students have used."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Exists, OuterRef

from course_files.course.grading import GRADING, stored_grading
from course_files.course.parsing import asset_record
from course_files.course.texts import LANGUAGES, stored_texts
from course_files.merging import Fields, Key, canonical
from courses.models import (
    Activity,
    ActivityCompletion,
    Course,
    CourseAsset,
    GlossaryTerm,
    GradeChange,
    Lesson,
    LessonEdition,
    Module,
    ProgressEvent,
)

Row = Course | Module | Activity | LessonEdition | GlossaryTerm | CourseAsset


@dataclass
class StoredCourse:
    """A course read from the database. `imported` maps keys to the digests saved by the last import."""

    course: Course | None
    records: dict[Key, Fields] = field(default_factory=dict)
    rows: dict[Key, Row] = field(default_factory=dict)
    imported: dict[Key, str] = field(default_factory=dict)

    @cached_property
    def in_use(self) -> set[Key]:
        """Return the keys of the activities with a completion, a progress event or a grade. Imports never delete them."""
        used = Activity.objects.filter(
            Exists(ActivityCompletion.objects.filter(activity=OuterRef("pk")))
            | Exists(ProgressEvent.objects.filter(activity=OuterRef("pk")))
            | Exists(GradeChange.objects.filter(item__activity=OuterRef("pk"))),
            course=self.course,
        )
        return {("activity", slug) for slug in used.values_list("slug", flat=True)}

    def add(self, key: Key, row: Row, fields: Fields) -> None:
        self.records[key] = fields
        self.rows[key] = row
        self.imported[key] = row.source_digest


def get_stored_course(slug: str, *, only: Collection[Key] | None = None) -> StoredCourse:
    """Return the course with this slug. If there is none, `course` is None and there are no records.

    With `only`, the editions, terms and files are left out whose keys are not in it.
    """
    course = Course.objects.filter(slug=slug).first()
    stored = StoredCourse(course)
    if course is None:
        return stored
    languages = [code for code in course.languages if code in LANGUAGES] or list(LANGUAGES)
    modules = list(course.modules.order_by("position", "id"))
    activities = list(course.activities.select_related("lesson").order_by("position", "id"))
    _add_outline(stored, course, modules, activities, languages)
    if grading := stored_grading(course):
        stored.records[GRADING], stored.imported[GRADING] = grading, course.grading_digest
    editions = LessonEdition.objects.filter(lesson__activity__course=course).defer("html")
    terms, assets = course.terms.all(), course.assets.all()
    if only is not None:
        editions = editions.filter(lesson__activity__slug__in=_names(only, "edition"))
        terms, assets = terms.filter(key__in=_names(only, "term")), assets.filter(name__in=_names(only, "asset"))
    for edition in editions.select_related("lesson__activity").order_by("lesson__activity__position", "language"):
        activity = edition.lesson.activity
        stored.add(("edition", activity.slug, edition.language), edition, _edition_record(edition, activity))
    for term in terms.select_related("activity"):
        stored.add(("term", term.key), term, _term_record(term, languages))
    for asset in assets:
        stored.add(("asset", asset.name), asset, asset_record(bytes(asset.content)))
    return stored


def _names(keys: Collection[Key], kind: str) -> set[str]:
    return {key[1] for key in keys if key[0] == kind}


def _add_outline(
    stored: StoredCourse, course: Course, modules: list[Module], activities: list[Activity], languages: Sequence[str]
) -> None:
    visible = [activity for activity in activities if activity.archived_at is None]
    stored.add(
        ("course",),
        course,
        {
            "languages": list(course.languages),
            "title": stored_texts(course, "title", languages),
            "summary": stored_texts(course, "summary", languages),
            "enrolment": course.enrolment_mode,
            "enrolment_code": course.enrolment_code,
            "modules": [module.slug for module in modules],
        },
    )
    for module in modules:
        slugs = [activity.slug for activity in visible if activity.module_id == module.pk]
        title = stored_texts(module, "title", languages)
        stored.add(("module", module.slug), module, {"number": module.number, "title": title, "activities": slugs})
    for activity in activities:
        stored.add(("activity", activity.slug), activity, _activity_record(activity, languages))


def _activity_record(activity: Activity, languages: Sequence[str]) -> Fields:
    fields: Fields = {"required": activity.is_required, "archived": activity.archived_at is not None}
    if activity.kind == Activity.Kind.QUIZ:
        return {**fields, "kind": "quiz", "title": stored_texts(activity, "title", languages)}
    lesson: Lesson | None = getattr(activity, "lesson", None)
    kind = lesson.kind if lesson else str(Lesson.Kind.READING)
    return {**fields, "kind": "lesson", "code": activity.code, "lesson_kind": kind}


def _edition_record(edition: LessonEdition, activity: Activity) -> Fields:
    return {
        "title": canonical(getattr(activity, f"title_{edition.language}") or ""),
        "minutes": edition.minutes,
        "objectives": [
            {"text": canonical(objective["text"]), "covered_by": objective.get("covered_by", [])}
            for objective in edition.objectives
        ],
        "rubric": [
            {name: criterion[name] for name in ("key", "points", "title", "description")}
            for criterion in edition.rubric
        ],
        "body": canonical(edition.body),
    }


def _term_record(term: GlossaryTerm, languages: Sequence[str]) -> Fields:
    return {
        "lesson": term.activity.slug if term.activity else "",
        "term": stored_texts(term, "term", languages),
        "definition": stored_texts(term, "definition", languages),
    }
