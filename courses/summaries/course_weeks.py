"""Find where each reader of a batch of summaries stands in their courses, and what they have done in the week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings

from common import languages
from common.database.json_rows import as_moment, json_rows
from courses import gradebook
from courses.lessons.reading import get_reading_url
from courses.models import Activity, ActivityCompletion, Course, Enrolment, GradeChange, LessonEdition
from courses.outline.published import PublishedCourse, get_published
from courses.outline.queries import Outline, OutlineEntry, build_outline
from courses.summaries.sections import Reader, register_rows, rows_of

_DONE = "done"
register_rows(
    _DONE, lambda _times: json_rows(ActivityCompletion.objects.all(), {"enrolment": "pk"}, "activity", "done_at")
)


@dataclass(frozen=True, slots=True)
class Title:
    """A title and its language. That differs from the language of the mail if the title is not translated."""

    text: str
    language: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Done:
    """A lesson that was done in the week."""

    title: Title
    at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """The current grade of an activity whose grade is new or changed in the week.

    If a grade that was there before was corrected, `old_points` and `old_max_points` are those before the correction.
    """

    title: Title
    percent: int
    points: str
    max_points: str
    is_passed: bool
    path: str
    old_points: str = ""
    old_max_points: str = ""


@dataclass(frozen=True, slots=True)
class NextStep:
    """The activity to continue with. `minutes` is the reading time; None for a quiz or a lesson without text."""

    title: Title
    is_lesson: bool
    minutes: int | None
    path: str


@dataclass(frozen=True, slots=True)
class CourseWeek:
    """One course in a weekly summary. `percent` is the progress, `percent_before` that of the beginning of the week.

    `next` is None if everything is done.
    """

    title: Title
    path: str
    percent: int
    percent_before: int
    done_count: int
    required_count: int
    lessons: list[Done]
    results: list[Result]
    next: NextStep | None

    @property
    def has_content(self) -> bool:
        """Return whether something is left to do, or something was done or graded in the week."""
        return self.next is not None or bool(self.lessons or self.results)


def find_course_weeks(readers: Sequence[Reader]) -> dict[int, list[CourseWeek]]:
    """Return the courses of each reader that have activities, by user id. The last visited one comes first.

    The number of queries depends only on how many courses this process has not cached.
    """
    enrolments = [enrolment for reader in readers for enrolment in reader.enrolments]
    outlines = {each.pk: build_outline(each, _completions(each)) for each in enrolments}
    following = {each.pk: outlines[each.pk].next_to_do(each.last_activity_id) for each in enrolments}
    changes = _changes(readers)
    weeks: dict[int, list[CourseWeek]] = {}
    for reader in readers:
        with reader.speaking():
            weeks[reader.user.pk] = [
                _course_week(reader, each, outlines[each.pk], following[each.pk], changes)
                for each in reader.enrolments
                if outlines[each.pk].modules
            ]
    return weeks


def _completions(enrolment: Enrolment) -> dict[int, datetime]:
    return {row["activity"]: as_moment(row["done_at"]) for row in rows_of(enrolment, _DONE)}


def _minutes(course: PublishedCourse) -> dict[int, dict[str, int | None]]:
    """Return {activity id: {language: reading time}}."""
    found: dict[int, dict[str, int | None]] = {}
    rows = LessonEdition.objects.filter(lesson__activity__course=course.course)
    for activity, language, minutes in rows.values_list("lesson__activity_id", "language", "minutes"):
        found.setdefault(activity, {})[language] = minutes
    return found


def _changes(readers: Sequence[Reader]) -> dict[int, dict[int, list[GradeChange]]]:
    """Return {enrolment id: {item id: ledger entries}} of the items whose grades changed in the readers' periods."""
    periods = {each.pk: reader for reader in readers for each in reader.enrolments}
    if not periods:
        return {}
    first = min(reader.start for reader in periods.values())
    released = GradeChange.objects.released()
    changed = released.filter(enrolment__in=list(periods), at__gte=first).values("enrolment_id")
    found: dict[int, dict[int, list[GradeChange]]] = {}
    for change in released.filter(enrolment__in=changed).order_by("id"):
        found.setdefault(change.enrolment_id, {}).setdefault(change.item_id, []).append(change)
    return {
        enrolment: {
            item: changes
            for item, changes in items.items()
            if any(periods[enrolment].is_in_period(change.at) for change in changes)
        }
        for enrolment, items in found.items()
    }


def _course_week(
    reader: Reader,
    enrolment: Enrolment,
    outline: Outline,
    following: Activity | None,
    all_changes: Mapping[int, Mapping[int, list[GradeChange]]],
) -> CourseWeek:
    changes = all_changes.get(enrolment.pk, {})
    course = get_published(enrolment.course_id, enrolment.course.revision)
    gained = sum(_is_new(reader, entry) for entry in outline.entries if entry.activity.is_required)
    before = gradebook.percent_of(Decimal(outline.done_count - gained), Decimal(outline.required_count))
    return CourseWeek(
        title=_title(enrolment.course),
        path=enrolment.course.get_absolute_url(),
        percent=enrolment.progress_percent,
        percent_before=min(before, enrolment.progress_percent),
        done_count=outline.done_count,
        required_count=outline.required_count,
        lessons=[
            Done(_title(entry.activity), entry.done_at)
            for entry in outline.entries
            if entry.done_at and entry.activity.kind == Activity.Kind.LESSON and _is_new(reader, entry)
        ],
        results=[
            result
            for item in course.grade_items
            if item.pk in changes and (result := _result(reader, item.activity, changes[item.pk])) is not None
        ],
        next=_next_step(course, following),
    )


def _is_new(reader: Reader, entry: OutlineEntry) -> bool:
    return entry.done_at is not None and reader.is_in_period(entry.done_at)


def _result(reader: Reader, activity: Activity, changes: Sequence[GradeChange]) -> Result | None:
    item = activity.grade_item
    grade = gradebook.compute_item_grade(item, changes)
    if grade.percent is None:
        return None
    old = gradebook.compute_item_grade(item, _before_correction(reader, changes))
    is_corrected = old.points is not None and (old.points, old.max_points) != (grade.points, grade.max_points)
    return Result(
        title=_title(activity),
        percent=grade.percent,
        points=_format_points(grade.points),
        max_points=_format_points(grade.max_points),
        is_passed=grade.is_passed,
        path=activity.get_absolute_url(),
        old_points=_format_points(old.points) if is_corrected else "",
        old_max_points=_format_points(old.max_points) if is_corrected else "",
    )


def _before_correction(reader: Reader, changes: Sequence[GradeChange]) -> Sequence[GradeChange]:
    """Return the entries before the week's first one that corrects an attempt; none if there is no such entry."""
    known: set[UUID] = set()
    for place, change in enumerate(changes):
        if change.source in known and reader.is_in_period(change.at):
            return changes[:place]
        known.add(change.source)
    return ()


def _next_step(course: PublishedCourse, activity: Activity | None) -> NextStep | None:
    if activity is None:
        return None
    minutes = course.in_any_language().cached("minutes", lambda: _minutes(course)).get(activity.pk, {})
    return NextStep(
        title=_title(activity),
        is_lesson=activity.kind == Activity.Kind.LESSON,
        minutes=minutes.get(languages.active(), next(iter(minutes.values()), None)),
        path=get_reading_url(activity),
    )


def _title(row: Activity | Course) -> Title:
    texts = {code: getattr(row, f"title_{code}") for code, _ in settings.LANGUAGES}
    return Title(str(row), languages.language_of(texts))


def _format_points(points: Decimal | None) -> str:
    """Return the points without trailing zeros; "" for None."""
    return "" if points is None else f"{points.normalize():f}"
