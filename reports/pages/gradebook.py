"""Show the gradebook: students × graded activities, by cohort, sorted, with the distribution of one column."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from courses import gradebook
from courses.models import Cohort, Course, Enrolment, GradeItem
from courses.roles import rules
from courses.roles.rules import Permission
from reports import students
from workspace.drafts import records
from workspace.pages.base import reading_page, render_page

# Students on one page. Each has a cell for every graded activity.
PAGE_SIZE = 50
# The columns of the distribution: tenths, and full marks in the last one.
BARS = 10
NAME, PROGRESS, GRADE = "name", "progress", "grade"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the distribution: grades from `low` percent on, their number, and its height in percent of the highest."""

    low: int
    high: int
    n: int
    height: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """The grades of one column: bars, number of graded students, mean and median in whole percent."""

    title: str
    bars: list[Bar]
    n: int
    mean: int
    median: int


@reading_page
def table(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """Show a page of the gradebook. A fixed number of queries."""
    cohorts = list(Cohort.objects.filter(course=course))
    cohort = next((each for each in cohorts if str(each.pk) == request.GET.get("cohort")), None)
    search = request.GET.get("q", "").strip()[:200]
    items = gradebook.get_items(course.pk)
    sort, is_descending = _sorting(request.GET.get("sort", NAME), items)
    found = students.get_students(course, search=search, cohort=cohort)
    column = _column(course, found, items, sort) if sort not in (NAME, PROGRESS) else {}
    shown = Paginator(_ordered(found, sort, is_descending, column), PAGE_SIZE).get_page(request.GET.get("page"))
    chunk = _in_order(found, shown.object_list)
    recording.record_rows(Enrolment, chunk)
    columns = [(item.activity.slug, str(item.activity.title)) for item in items]
    reports = students.get_reports(items, chunk, course)
    return render_page(
        request,
        "reports/gradebook.html",
        records.read(course),
        _("Gradebook"),
        tab="gradebook",
        rows=[(report, f"{request.path}{report.enrolment.uuid}/", _cells(report, columns)) for report in reports],
        items=items,
        held=[str(item.activity.title) for item in items if item.is_held],
        page=shown,
        nobody="" if chunk else students.why_nobody(course),
        cohorts=cohorts,
        cohort=cohort,
        search=search,
        sort=sort,
        is_descending=is_descending,
        distribution=_distribution(sort, items, [percent for percent in column.values() if percent is not None]),
        query=_query(cohort, search, sort, is_descending),
        filters=_query(cohort, search),
        may_write=rules.can(request.user, Permission.EDIT, course),
    )


def _cells(
    report: students.StudentReport, columns: Sequence[tuple[str, str]]
) -> list[tuple[str, str, str, bool, bool]]:
    """Return (percent, slug, title, whether it is passed or not graded, whether by hand) of each grade, as the page shows it.

    A page has more than a thousand cells. To look up and write each value there took half of its time.
    """
    return [
        ("–", *column, True, False)
        if grade.percent is None
        else (f"{grade.percent}%", *column, grade.is_passed, grade.is_by_hand)
        for grade, column in zip(report.grades, columns, strict=True)
    ]


def _sorting(wanted: str, items: Sequence[GradeItem]) -> tuple[str, bool]:
    """Return (the column to sort by, whether descending): name, progress, grade or the id of an item. Unknown: by name."""
    is_descending = wanted.startswith("-")
    name = wanted.removeprefix("-")
    known = (NAME, PROGRESS, GRADE, *(str(item.pk) for item in items))
    return (name, is_descending) if name in known else (NAME, False)


def _query(cohort: Cohort | None, search: str, sort: str = "", is_descending: bool = False) -> str:
    """Return the parameters of an address that keep the filter, and the order if `sort` is given."""
    values = {"cohort": cohort.pk if cohort else "", "q": search, "sort": f"{'-' if is_descending else ''}{sort}"}
    return urlencode({name: value for name, value in values.items() if value})


def _column(course: Course, found: Any, items: list[GradeItem], sort: str) -> dict[int, int | None]:
    """Return {enrolment: percent} of one item, or of the course grade, for all students that are found. One or two queries."""
    ids = list(found.order_by().values_list("pk", flat=True))
    if sort != GRADE:
        item = next(each for each in items if str(each.pk) == sort)
        changes = gradebook.get_changes_by_enrolment(item)
        return {pk: gradebook.compute_item_grade(item, changes.get(pk, [])).percent for pk in ids}
    return gradebook.get_course_percents(items, ids)


def _ordered(found: Any, sort: str, is_descending: bool, column: dict[int, int | None]) -> Any:
    """Return the ids of the enrolments in the order of the page: a query set, or a list if the order is computed."""
    if sort == NAME:
        return (found.reverse() if is_descending else found).values_list("pk", flat=True)
    if sort == PROGRESS:
        return found.order_by(
            f"{'-' if is_descending else ''}progress_percent", "user__name__by_code_point", "pk"
        ).values_list("pk", flat=True)
    # Those without a grade stand last in both directions.
    names = found.values_list("pk", flat=True)
    graded = [pk for pk in names if column[pk] is not None]
    graded.sort(key=lambda pk: column[pk] or 0, reverse=is_descending)
    return [*graded, *(pk for pk in names if column[pk] is None)]


def _in_order(found: Any, ids: Any) -> list[Enrolment]:
    wanted = list(ids)
    by_id = {enrolment.pk: enrolment for enrolment in found.filter(pk__in=wanted)}
    return [by_id[pk] for pk in wanted if pk in by_id]


def _distribution(sort: str, items: Sequence[GradeItem], percents: list[int]) -> Distribution | None:
    """Return the distribution of a column of grades. None for other columns, and if nobody is graded."""
    if not percents:
        return None
    title = next((str(item.activity.title) for item in items if str(item.pk) == sort), _("Grade"))
    counts = [0] * BARS
    for percent in percents:
        counts[min(percent * BARS // 100, BARS - 1)] += 1
    step = 100 // BARS
    bars = [
        Bar(number * step, (number + 1) * step if number < BARS - 1 else 100, n, n * 100 // max(counts))
        for number, n in enumerate(counts)
    ]
    ordered = sorted(percents)
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) // 2
    return Distribution(title, bars, len(percents), sum(percents) // len(percents), median)
