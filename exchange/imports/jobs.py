"""Import an uploaded file step by step: read it, show its plan, and change the draft when a person has confirmed the plan.

Reading and importing a large file take seconds, so the worker does them. Small files are done at once, in the request. Each step
is claimed by a conditional update with a lease: it may be run again, also by two workers, and the sweep finds lost ones.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from common import languages
from common.queue import claims
from course_files.merging import Fields, Key, Outcome
from courses.models import Course
from exchange import files
from exchange.exporting import check_language
from exchange.imports import import_plan, importing
from exchange.items.questions import ParsedFile
from exchange.models import QuestionImport
from exchange.refusals import CHANGED, ChangedMeanwhile, ExchangeError
from quizzes.authoring.models import Quiz
from workspace.drafts import records

Status = QuestionImport.Status
# A file of up to so many bytes is read in the request, and up to so many questions are imported in it: about 0.3 seconds.
SMALL_FILE, FEW_QUESTIONS, FEW_PICTURES = 64_000, 50, 2
# A worker stores its progress and extends its lease so often, in seconds.
PROGRESS_INTERVAL = 1.0


def upload(
    *, course: Course, slug: str, content: bytes, language: str, format: str = "", actor: User, now: datetime
) -> QuestionImport:
    """Store a file; read it at once if it is small, else enqueue it. Raises ExchangeError if it is too large.

    `slug` is that of the activity whose quiz or check gets the questions.
    """
    check_language(course, language)
    files.check_size(content)
    with transaction.atomic():
        job = QuestionImport.objects.create(
            course=course,
            slug=slug,
            quiz=Quiz.objects.filter(activity__course=course, activity__slug=slug).first(),
            content=content,
            language=language,
            format=format[:10],
            reader_language=translation.get_language(),
            created_by=actor,
            created_at=now,
            queued_at=now,
        )
        is_small = _is_small(content)
        if not is_small:
            QuestionImport.objects.enqueue(job.pk)
    if is_small:
        run(import_id=job.pk, now=now)
    return job


def _is_small(content: bytes) -> bool:
    """Whether a file can be read in the request. A package may unpack to a large one, and a picture takes as long as a file."""
    return len(content) <= SMALL_FILE and content.count(b"base64") <= FEW_PICTURES and not content.startswith(files.ZIP)


def choose(*, job: QuestionImport, category: str, now: datetime) -> None:
    """Plan the import of one category of the file; with "", of all of it."""
    with transaction.atomic():
        chosen = QuestionImport.objects.filter(pk=job.pk, status=Status.PLANNED).exclude(content=b"")
        if not chosen.update(
            status=Status.WAITING,
            category=category[:250],
            plan=None,
            error="",
            queued_at=now,
            claims=0,
            done=0,
            total=0,
        ):
            return
        is_small = _is_small(bytes(QuestionImport.objects.values_list("content", flat=True).get(pk=job.pk)))
        if not is_small:
            QuestionImport.objects.enqueue(job.pk)
    if is_small:
        run(import_id=job.pk, now=now)


def confirm(*, job: QuestionImport, fingerprint: str, now: datetime) -> None:
    """Import the questions of the plan that has this fingerprint: at once if they are few, else enqueue it. Idempotent."""
    if job.plan is None or job.plan["fingerprint"] != fingerprint:
        return
    with transaction.atomic():
        confirmed = QuestionImport.objects.filter(pk=job.pk, status=Status.PLANNED).update(
            status=Status.CONFIRMED, queued_at=now, error="", claims=0, lease_until=None
        )
        is_small = job.total <= FEW_QUESTIONS and job.plan.get("pictures", 0) <= FEW_PICTURES
        if confirmed and not is_small:
            QuestionImport.objects.enqueue(job.pk)
    if confirmed and is_small:
        run(import_id=job.pk, now=now)


def cancel(*, job: QuestionImport) -> bool:
    """Cancel an import that has not ended. A worker that has begun notices it and changes nothing."""
    running = [Status.WAITING, Status.PLANNED, Status.CONFIRMED]
    return claims.cancel(job, running, {"content": b""})


def run(*, import_id: int, now: datetime) -> None:
    """Do the next step of an import, if it waits for one. Idempotent, also in concurrent workers."""
    if not QuestionImport.objects.claim(import_id, now=now):
        return
    job = QuestionImport.objects.select_related("course", "quiz__activity__course", "created_by").get(pk=import_id)
    with translation.override(job.reader_language):
        try:
            if job.status == Status.WAITING:
                _read(job)
            else:
                _import(job, now)
        except ExchangeError as refusal:
            message = refusal.message
            error = languages.write_in_each(lambda: _find_refusal(job) or message)
            claims.finish(job, status=Status.REFUSED, error=error, content=b"")
        except claims.ClaimLost:
            claims.log_lost(job)


def _find_refusal(job: QuestionImport) -> str:
    """Return why the file cannot be imported, in the active language; "" if it can be read and has its place."""
    course, slug = job.place
    drafted = records.read(course).records
    try:
        if job.status == Status.CONFIRMED:
            _check_content(job)
        importing.check_place(drafted, slug)
        _parse(job, drafted, lambda: None)
    except ExchangeError as refused:
        return refused.message
    return ""


def _read(job: QuestionImport) -> None:
    total = 0
    reported_at = time.monotonic()

    def report(done: int = 0) -> None:
        nonlocal reported_at
        if time.monotonic() - reported_at >= PROGRESS_INTERVAL:
            reported_at = time.monotonic()
            claims.extend(job, timezone.now(), done=done, total=total)

    course, slug = job.place
    drafted = records.read(course).records
    parsed = _parse(job, drafted, report)
    total = len(parsed.questions)
    plan = import_plan.plan(
        slug=slug,
        records=drafted,
        parsed=parsed,
        language=job.language,
        report=report,
        keep_steps=False,
    )
    # The file is kept: it is read again when the plan is confirmed, which takes less memory than to store its questions.
    claims.finish(job, status=Status.PLANNED, plan=describe(plan), done=total, total=total, error="")


def _parse(job: QuestionImport, drafted: Mapping[Key, Fields], report: Callable[[], None]) -> ParsedFile:
    return importing.parse(
        bytes(job.content),
        language=job.language,
        format=job.format,
        category=job.category,
        assets=importing.files_of(drafted),
        report=report,
    )


def _check_content(job: QuestionImport) -> None:
    # An older release stored the questions instead of the file.
    if not job.content:
        raise ExchangeError(_("The site was updated after this file was read. Upload it again."))


def _import(job: QuestionImport, now: datetime) -> None:
    assert job.plan is not None
    _check_content(job)
    course, slug = job.place
    drafted = records.read(course).records
    parsed = _parse(job, drafted, lambda: claims.extend(job, timezone.now()))
    try:
        with transaction.atomic():
            plan = importing.draft(
                course=course,
                slug=slug,
                parsed=parsed,
                language=job.language,
                editor=job.created_by,
                now=now,
                expected_fingerprint=job.plan["fingerprint"],
            )
            # If it was cancelled meanwhile, the transaction is rolled back.
            claims.update(job, status=Status.IMPORTED, plan=describe(plan), content=b"", lease_until=None)
    except ChangedMeanwhile as changed:
        claims.finish(
            job, status=Status.PLANNED, plan=describe(changed.plan), error=languages.write_in_each(lambda: str(CHANGED))
        )


def describe(plan: import_plan.Plan) -> dict[str, Any]:
    """Return what the page shows of a plan, in the current language."""
    return {
        "entries": [
            {
                "key": entry.key,
                "name": entry.name,
                "text": entry.text,
                "outcome": entry.outcome.value,
                "aspects": entry.aspects,
                "remarks": entry.remarks,
                "category": entry.category,
            }
            for entry in plan.entries
        ],
        "skipped": [{"name": one.name, "reason": one.reason} for one in plan.skipped],
        "notes": plan.notes,
        "counts": {outcome.value: plan.counts[outcome] for outcome in Outcome},
        "changes_nothing": plan.changes_nothing,
        "fingerprint": plan.fingerprint,
        "categories": dict(plan.categories),
        "pictures": plan.pictures,
    }
