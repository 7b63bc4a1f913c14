"""Make files for download step by step in the worker, with progress. Each may be cancelled, and made again.

A file is claimed by a conditional update with a lease, so two workers never make the same one, and the sweep finds lost ones.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from common.queue import claims
from courses import gradebook
from courses.models import Cohort, Course, GradeItem
from reports import files, students
from reports.files import Cell
from reports.models import KEPT, Export
from reports.students import StudentReport

Status = Export.Status
# How many students are read at once, and how often a worker stores its progress (seconds).
CHUNK, PROGRESS_INTERVAL = 100, 1.0


@transaction.atomic
def request_export(
    *, course: Course, kind: str, format: str, cohort: Cohort | None, language: str, actor: User, now: datetime
) -> Export:
    """Store the wish for a file and enqueue it."""
    export = Export.objects.create(
        course=course, kind=kind, format=format, cohort=cohort, language=language, created_by=actor, created_at=now
    )
    Export.objects.enqueue(export.pk)
    return export


def cancel(export: Export) -> bool:
    """Cancel an export that is not made yet; returns whether it was not."""
    return claims.cancel(export, [Status.WAITING], {})


def run(*, export_id: int, now: datetime) -> None:
    """Make a file, if it waits. Idempotent, also in concurrent workers."""
    if not Export.objects.claim(export_id, now=now):
        return
    export = Export.objects.select_related("course", "cohort").defer("content").get(pk=export_id)
    try:
        with translation.override(export.language):
            content, lost = files.write(_rows(export), export.format)
        claims.update(export, status=Status.MADE, content=content, lost_characters=lost, lease_until=None)
    except claims.ClaimLost:
        claims.log_lost(export)


def sweep(*, now: datetime) -> None:
    """Enqueue lost exports again, give up those that failed too often, and delete old ones."""
    rows = Export.objects.all()
    for export in rows.exhausted(now=now).defer("content"):
        rows.give_up(export, now=now, status=Status.FAILED)
    rows.enqueue_lost(now=now)
    rows.filter(created_at__lte=now - KEPT).delete()


def _rows(export: Export) -> Iterator[Sequence[Cell]]:
    """Yield the head and a row for each student, and store how many are done. Raises ClaimLost."""
    items = gradebook.get_items(export.course_id)
    enrolments = students.get_students(export.course, cohort=export.cohort)
    ids = list(enrolments.values_list("pk", flat=True))
    claims.update(export, total=len(ids))
    rule = students.get_rule(export.course)
    yield _gradebook_head(items) if export.kind == Export.Kind.GRADEBOOK else _completion_head()
    reported_at = time.monotonic()
    for start in range(0, len(ids), CHUNK):
        chunk = list(enrolments.filter(pk__in=ids[start : start + CHUNK]))
        for report in students.get_reports(items, chunk, export.course):
            if export.kind == Export.Kind.GRADEBOOK:
                yield _gradebook_row(report)
            else:
                yield _completion_row(report, is_complete=report.is_complete(rule))
        if time.monotonic() - reported_at >= PROGRESS_INTERVAL:
            reported_at = time.monotonic()
            claims.extend(export, timezone.now(), done=start + len(chunk))


def _person_head() -> list[Cell]:
    return [_("Name"), _("E-mail address"), _("Cohort"), _("Progress (%)"), _("Grade (%)")]


def _person(report: StudentReport) -> list[Cell]:
    enrolment = report.enrolment
    cohort = enrolment.cohort.name if enrolment.cohort else ""
    return [enrolment.user.name, enrolment.user.email, cohort, enrolment.progress_percent, report.grade]


def _gradebook_head(items: list[GradeItem]) -> list[Cell]:
    titles = [
        f"{item.category.name}: {item.activity.title}" if item.category else str(item.activity.title) for item in items
    ]
    columns = [column for title in titles for column in (f"{title} (%)", title)]
    return [*_person_head(), *columns]


def _gradebook_row(report: StudentReport) -> list[Cell]:
    row = _person(report)
    for grade in report.grades:
        row += [grade.percent, None if grade.points is None else float(grade.points)]
    return row


def _completion_head() -> list[Cell]:
    return [*_person_head(), _("Handed in"), _("To hand in"), _("Completed")]


def _completion_row(report: StudentReport, *, is_complete: bool) -> list[Cell]:
    return [*_person(report), report.handed_in, report.hand_ins, _("yes") if is_complete else _("no")]
