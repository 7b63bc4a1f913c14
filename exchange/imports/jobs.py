"""Import an uploaded file step by step: read it, show its plan, import it when a person has confirmed the plan.

Reading and importing a large file take seconds, so the worker does them. Small files are done at once, in the request. Each step
is claimed by a conditional update with a lease: it may be run again, also by two workers, and the sweep finds lost ones.
"""

import time
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation

from accounts.models import User
from common.queue.publishing import enqueue_on_commit
from course_files.merging import Outcome
from exchange import files
from exchange.exporting import check_language
from exchange.imports import import_plan, importing
from exchange.imports.sweeping import MAX_CLAIMS, RUN_TASK
from exchange.models import LEASE, QuestionImport
from exchange.questions import ParsedFile
from exchange.refusals import ChangedMeanwhile, ExchangeError
from quizzes.authoring.models import Quiz

log = structlog.get_logger(__name__)
Status = QuestionImport.Status
# A file of up to so many bytes is read in the request, and up to so many questions are imported in it: about 0.3 seconds.
SMALL_FILE, FEW_QUESTIONS = 64_000, 50
# A worker stores its progress and extends its lease so often, in seconds.
PROGRESS_INTERVAL = 1.0
_SHOWN_TEXT = 200


class Cancelled(Exception):
    """Raised if a person has cancelled the import, or another worker has claimed it."""


def upload(
    *, quiz: Quiz, content: bytes, language: str, format: str = "", actor: User, now: datetime
) -> QuestionImport:
    """Store a file; read it at once if it is small, else enqueue it. Raises ExchangeError if it is too large."""
    check_language(quiz.activity.course, language)
    files.check_size(content)
    with transaction.atomic():
        job = QuestionImport.objects.create(
            quiz=quiz,
            content=content,
            language=language,
            format=format[:10],
            reader_language=translation.get_language(),
            created_by=actor,
            created_at=now,
            queued_at=now,
        )
        # A small package may unpack to a large one.
        is_small = len(content) <= SMALL_FILE and not content.startswith(files.ZIP)
        if not is_small:
            enqueue_on_commit(RUN_TASK, import_id=job.pk)
    if is_small:
        run(import_id=job.pk, now=now)
    return job


def confirm(*, job: QuestionImport, fingerprint: str, now: datetime) -> None:
    """Import the questions of the plan that has this fingerprint: at once if they are few, else enqueue it. Idempotent."""
    if job.plan is None or job.plan["fingerprint"] != fingerprint:
        return
    with transaction.atomic():
        confirmed = QuestionImport.objects.filter(pk=job.pk, status=Status.PLANNED).update(
            status=Status.CONFIRMED, queued_at=now, error="", claims=0, lease_until=None
        )
        is_small = job.total <= FEW_QUESTIONS
        if confirmed and not is_small:
            enqueue_on_commit(RUN_TASK, import_id=job.pk)
    if confirmed and is_small:
        run(import_id=job.pk, now=now)


def cancel(*, job: QuestionImport) -> bool:
    """Cancel an import that has not ended. A worker that has begun notices it and changes nothing."""
    running = [Status.WAITING, Status.PLANNED, Status.CONFIRMED]
    fields = {"status": Status.CANCELLED, "content": b"", "parsed": None, "lease_until": None}
    return bool(QuestionImport.objects.filter(pk=job.pk, status__in=running).update(**fields))


def run(*, import_id: int, now: datetime) -> None:
    """Do the next step of an import, if it waits for one. Idempotent, also in concurrent workers."""
    job = _claim(import_id, now)
    if job is None:
        return
    with translation.override(job.reader_language):
        try:
            if job.status == Status.WAITING:
                _read(job)
            else:
                _import(job, now)
        except ExchangeError as refused:
            _finish(job, status=Status.REFUSED, error=refused.message, content=b"", parsed=None)
        except Cancelled:
            log.info("import_cancelled", question_import=str(job.uuid))


def _claim(import_id: int, now: datetime) -> QuestionImport | None:
    claimed = (
        QuestionImport.objects.claimable(now=now)
        .filter(pk=import_id, claims__lt=MAX_CLAIMS)
        .update(lease_until=now + LEASE, claims=F("claims") + 1)
    )
    if not claimed:
        return None
    return QuestionImport.objects.select_related("quiz__activity__course", "quiz__current_version").get(pk=import_id)


def _update(job: QuestionImport, **fields: Any) -> None:
    """Update the row if this claim still has it. Raises Cancelled."""
    if not QuestionImport.objects.filter(pk=job.pk, status=job.status, claims=job.claims).update(**fields):
        raise Cancelled


def _finish(job: QuestionImport, **fields: Any) -> None:
    try:
        _update(job, lease_until=None, **fields)
    except Cancelled:
        log.info("import_cancelled", question_import=str(job.uuid))


def _read(job: QuestionImport) -> None:
    parsed = importing.parse(bytes(job.content), language=job.language, format=job.format)
    # `plan` changes questions, so the stored form is made before.
    stored, total = parsed.as_json(), len(parsed.questions)
    reported_at = time.monotonic()

    def report(done: int) -> None:
        nonlocal reported_at
        if time.monotonic() - reported_at >= PROGRESS_INTERVAL:
            reported_at = time.monotonic()
            _update(job, done=done, total=total, lease_until=timezone.now() + LEASE)

    plan = import_plan.plan(quiz=job.quiz, parsed=parsed, language=job.language, report=report)
    _finish(
        job, status=Status.PLANNED, parsed=stored, plan=describe(plan), content=b"", done=total, total=total, error=""
    )


def _import(job: QuestionImport, now: datetime) -> None:
    assert job.plan is not None
    assert job.parsed is not None
    try:
        with transaction.atomic():
            plan = importing.execute(
                quiz=job.quiz,
                parsed=ParsedFile.from_json(job.parsed),
                language=job.language,
                now=now,
                expected_fingerprint=job.plan["fingerprint"],
            )
            # If it was cancelled meanwhile, the transaction is rolled back.
            _update(job, status=Status.IMPORTED, plan=describe(plan), parsed=None, lease_until=None)
    except ChangedMeanwhile as changed:
        _finish(job, status=Status.PLANNED, plan=describe(changed.plan), error=changed.message)


def describe(plan: import_plan.Plan) -> dict[str, Any]:
    """Return what the page shows of a plan, in the current language."""
    return {
        "entries": [
            {
                "key": entry.key,
                "text": entry.text[:_SHOWN_TEXT],
                "outcome": entry.outcome.value,
                "aspects": entry.aspects,
                "remarks": entry.remarks,
            }
            for entry in plan.entries
        ],
        "skipped": [{"name": one.name, "reason": one.reason} for one in plan.skipped],
        "notes": plan.notes,
        "counts": {outcome.value: plan.counts[outcome] for outcome in Outcome},
        "changes_nothing": plan.changes_nothing,
        "fingerprint": plan.fingerprint,
    }
