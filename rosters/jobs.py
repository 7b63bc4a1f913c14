"""Take a roster from its upload to the import and, if somebody wants it, back: upload, plan, confirm, import, cancel, undo.

Reading and importing are work of the worker; a small text is read in the request. Each step is claimed by a conditional update
with a lease: it may be run again, also by two workers, and the sweep finds lost ones. An import commits in batches, which note
what they have changed.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.audit import context, recording
from accounts.models import User
from common import languages
from common.queue import claims
from courses.models import Cohort, Course, RosterImport
from rosters import importing, planning
from rosters.planning import Plan
from rosters.reading import columns, people, tables
from rosters.reading.columns import Field, Layout
from rosters.refusals import RosterError

Status = RosterImport.Status
# A text of up to so many bytes is read in the request: some milliseconds.
SMALL_FILE = 200_000
# Rows that are committed together, and seconds that one task spends: well below the limit of a task and of a heartbeat.
BATCH, BUDGET = 25, 8.0
# Rows whose problem is still named after the import.
_KEPT_PROBLEMS = 200


def upload(*, course: Course, content: bytes, file_name: str, actor: User, now: datetime) -> RosterImport:
    """Store a file; read it at once if it is a small text, else enqueue it. Raises RosterError if it is too large or empty."""
    tables.check_size(len(content))
    if not content.strip():
        raise RosterError(_("The file is empty."))
    with transaction.atomic():
        job = RosterImport.objects.create(
            course=course,
            content=content,
            file_name=file_name[:100],
            reader_language=translation.get_language(),
            created_by=actor,
            created_at=now,
            queued_at=now,
        )
        is_small = len(content) <= SMALL_FILE and not content.startswith(b"PK")
        if not is_small:
            RosterImport.objects.enqueue(job.pk)
    if is_small:
        run(import_id=job.pk, now=now)
        job.refresh_from_db()
    return job


def get_plan(job: RosterImport) -> Plan:
    """Return what the import would do now. The job must have been read."""
    return planning.plan(job.course, people.read(get_rows(job), get_layout(job)), cohort=job.cohort)


def get_rows(job: RosterImport) -> list[tables.Row]:
    return [(line, cells) for line, cells in job.table or []]


def get_layout(job: RosterImport) -> Layout:
    assert job.layout is not None
    return columns.from_json(job.layout)


def choose(*, job: RosterImport, fields: Sequence[str], cohort: Cohort | None, has_header: bool) -> None:
    """Store which column contains what, and the cohort of those who have none in the file. Raises RosterError."""
    if fields.count(Field.EMAIL) != 1:
        raise RosterError(_("Say which column contains the e-mail addresses: exactly one of them."))
    if any(fields.count(field) > 1 for field in Field.values):
        raise RosterError(_("Two columns cannot contain the same."))
    header = max(get_layout(job).header, 0) if has_header else -1
    layout = columns.as_json(Layout(header, tuple(fields)))
    RosterImport.objects.filter(pk=job.pk, status=Status.PLANNED).update(layout=layout, cohort=cohort, error="")


def confirm(*, job: RosterImport, fingerprint: str, invites: bool, withdrawing: Sequence[int], now: datetime) -> bool:
    """Enqueue the import of the plan that has this fingerprint; return whether it was. Idempotent.

    `withdrawing` are the enrolments of absent students to withdraw; others are ignored.
    """
    plan = get_plan(job)
    if plan.fingerprint != fingerprint:
        return False
    absent = {one.enrolment.pk for one in plan.absent}
    chosen = sorted(absent.intersection(withdrawing))
    with transaction.atomic():
        confirmed = RosterImport.objects.filter(pk=job.pk, status=Status.PLANNED).update(
            status=Status.CONFIRMED,
            invites=invites,
            withdrawing=chosen,
            counts={**plan.counts, "withdrawn": len(chosen), "problems": _find_problems(job)},
            done=0,
            total=len(plan.work) + len(chosen),
            queued_at=now,
            claims=0,
            lease_until=None,
            error="",
        )
        if confirmed:
            RosterImport.objects.enqueue(job.pk)
    return True


def _find_problems(job: RosterImport) -> list[tuple[int, dict[str, str]]]:
    """Return the line of each row that is not imported, and why in each language."""
    found: dict[int, dict[str, str]] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for person in people.read(get_rows(job), get_layout(job)):
                if person.problem:
                    found.setdefault(person.line, {})[code] = person.problem
    return list(found.items())[:_KEPT_PROBLEMS]


def cancel(*, job: RosterImport, now: datetime) -> bool:
    """Cancel a roster that has not ended. A worker stops after the batch that it is at; what it has imported stays."""
    running = [Status.WAITING, Status.PLANNED, Status.CONFIRMED, Status.REFUSED]
    return claims.cancel(job, running, {"content": b"", "table": None, "finished_at": now})


def undo(*, job: RosterImport, now: datetime) -> bool:
    """Enqueue the undo of an import, or of what a cancelled one has done. Idempotent."""
    if not job.can_be_undone:
        return False
    return _start_again(job, [Status.IMPORTED, Status.CANCELLED], Status.UNDOING, now, done=0, total=len(job.changes))


def retry(*, job: RosterImport, now: datetime) -> bool:
    """Do the step again that the worker gave up. Nothing is left to repeat of a file that cannot be read."""
    if job.table is not None:
        step = Status.CONFIRMED if job.counts else Status.PLANNED
    elif job.content:
        step = Status.WAITING
    else:
        return False
    return _start_again(job, [Status.REFUSED], step, now)


def _start_again(job: RosterImport, before: Sequence[str], step: Status, now: datetime, **fields: Any) -> bool:
    with transaction.atomic():
        started = RosterImport.objects.filter(pk=job.pk, status__in=before).update(
            status=step, queued_at=now, claims=0, lease_until=None, error="", **fields
        )
        if started and step in RosterImport.WORKING:
            RosterImport.objects.enqueue(job.pk)
    return bool(started)


# --- The worker's steps ----------------------------------------------------------------------------------------------


def run(*, import_id: int, now: datetime, budget: float = BUDGET) -> None:
    """Do the next step of a roster, if it waits for one. Idempotent, also in concurrent workers."""
    if not RosterImport.objects.claim(import_id, now=now):
        return
    job = RosterImport.objects.select_related("course", "cohort", "created_by").get(pk=import_id)
    step = {Status.WAITING: _read, Status.CONFIRMED: _import, Status.UNDOING: _undo}[Status(job.status)]
    # A worker has no admin, so the address is written here.
    page = f"/admin/courses/course/{job.course_id}/roster/{job.uuid}/"
    acting = context.Context(person=job.created_by, command=page)
    with translation.override(job.reader_language), context.acting(acting):
        try:
            step(job, time.monotonic() + budget)
        except RosterError:
            error = languages.write_in_each(lambda: _find_refusal(bytes(job.content)))
            claims.finish(job, status=Status.REFUSED, error=error, content=b"", table=None)
        except claims.ClaimLost:
            claims.log_lost(job)


def _read(job: RosterImport, until: float) -> None:
    rows = tables.read(bytes(job.content))
    layout = columns.recognise([cells for _line, cells in rows])
    claims.finish(job, status=Status.PLANNED, table=rows, layout=columns.as_json(layout), content=b"", error="")


def _find_refusal(content: bytes) -> str:
    try:
        tables.read(content)
    except RosterError as refused:
        return refused.message
    return ""


def _import(job: RosterImport, until: float) -> None:
    plan = get_plan(job)
    work, leaving = plan.work, list(job.withdrawing)
    with transaction.atomic(), recording.together():
        cohorts, changes = importing.get_cohorts(job.course, plan.new_cohorts)
        # What was withdrawn before this worker took over is found withdrawn, and left alone.
        changes += importing.withdraw(job.course, leaving)
        _note(job, changes, done=max(job.total - len(work), 0))
    for start in range(0, len(work), BATCH):
        if time.monotonic() >= until:
            claims.continue_later(job, timezone.now())
            return
        with transaction.atomic(), recording.together():
            changes = importing.enrol(
                job.course,
                work[start : start + BATCH],
                cohorts=cohorts,
                default=job.cohort,
                invites=job.invites,
                now=timezone.now(),
            )
            _note(job, changes, done=job.done + len(changes))
    claims.finish(job, status=Status.IMPORTED, done=job.total, table=None, finished_at=timezone.now())


def _note(job: RosterImport, changes: Sequence[importing.Change], done: int) -> None:
    """Store what was changed, in the transaction of the changes. If the step was cancelled meanwhile, it is rolled back."""
    job.changes = [*job.changes, *changes]
    job.done = done
    claims.extend(job, timezone.now(), changes=job.changes, done=done)


def _undo(job: RosterImport, until: float) -> None:
    while job.changes:
        if time.monotonic() >= until:
            claims.continue_later(job, timezone.now())
            return
        # The last ones first. The cohorts are the first of all: nobody is in them any more.
        job.changes, batch = job.changes[:-BATCH], job.changes[-BATCH:]
        with transaction.atomic(), recording.together():
            importing.undo(job.course, batch[::-1], now=timezone.now())
            job.done = job.total - len(job.changes)
            claims.extend(job, timezone.now(), changes=job.changes, done=job.done)
    claims.finish(job, status=Status.UNDONE, finished_at=timezone.now())
