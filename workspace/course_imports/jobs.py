"""Import an uploaded course folder step by step: the worker reads it, a person confirms its plan, the worker changes drafts.

Each step is claimed by a conditional update with a lease: it may be run again, also by two
workers, and the sweep finds lost ones.
"""

import hashlib
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from common import languages
from common.queue import claims
from course_files.course_folder import ParsedFolder
from courses.models import Course, CourseRole
from workspace.course_imports import archive, planning
from workspace.course_imports.planning import CoursePlan
from workspace.course_imports.refusals import CourseRefused
from workspace.drafts import editing
from workspace.drafts.records import COURSE
from workspace.models import CourseImport, Edit, StoredFile

Status = CourseImport.Status


class _ChangedMeanwhile(Exception):
    """The plan that was confirmed is not the plan any more."""

    def __init__(self, plan: CoursePlan) -> None:
        super().__init__()
        self.plan = plan


def upload(*, content: bytes, is_copy: bool, actor: User, now: datetime) -> CourseImport:
    """Store a zip file and enqueue it. Raises CourseRefused if it is too large."""
    archive.check_size(len(content))
    with transaction.atomic():
        job = CourseImport.objects.create(
            content=content,
            is_copy=is_copy,
            reader_language=translation.get_language(),
            created_by=actor,
            created_at=now,
            queued_at=now,
        )
        CourseImport.objects.enqueue(job.pk)
    return job


def confirm(*, job: CourseImport, fingerprint: str, now: datetime) -> None:
    """Enqueue the import of the plan that has this fingerprint. Idempotent."""
    if job.plan is None or job.plan["fingerprint"] != fingerprint:
        return
    with transaction.atomic():
        waiting = CourseImport.objects.filter(pk=job.pk, status=Status.PLANNED)
        if waiting.update(status=Status.CONFIRMED, queued_at=now, error="", claims=0, lease_until=None):
            CourseImport.objects.enqueue(job.pk)


def cancel(*, job: CourseImport) -> bool:
    """Cancel an import that has not ended. A worker that has begun notices it and changes nothing."""
    return claims.cancel(job, [*CourseImport.WORKING, Status.PLANNED], {"content": b""})


def run(*, import_id: int, now: datetime) -> None:
    """Do the next step of an import, if it waits for one. Idempotent, also in concurrent workers."""
    if not CourseImport.objects.claim(import_id, now=now):
        return
    job = CourseImport.objects.select_related("created_by").get(pk=import_id)
    with translation.override(job.reader_language):
        try:
            if job.status == Status.WAITING:
                claims.update(job, lease_until=None, status=Status.PLANNED, plan=_plan(job, _parse(job)).describe())
            else:
                _import(job, now)
        except CourseRefused as refusal:
            reasons = refusal.reasons
            error = languages.write_in_each(lambda: "\n".join(_find_reasons(job) or reasons))
            claims.finish(job, status=Status.REFUSED, error=error, content=b"")
        except _ChangedMeanwhile as changed:
            error = languages.write_in_each(
                lambda: _(
                    "The course has changed since you looked. Nothing was imported; this is what would happen now."
                )
            )
            claims.finish(job, status=Status.PLANNED, plan=changed.plan.describe(), error=error)
        except claims.ClaimLost:
            claims.log_lost(job)


def _find_reasons(job: CourseImport) -> list[str]:
    """Return why the course is refused, in the active language; nothing if it is not while it is only read."""
    try:
        _plan(job, _parse(job))
    except CourseRefused as refused:
        return refused.reasons
    return []


def _parse(job: CourseImport) -> ParsedFolder:
    return planning.parse(archive.unpack(bytes(job.content)))


def _plan(job: CourseImport, parsed: ParsedFolder) -> CoursePlan:
    return planning.plan(parsed, person=job.created_by, is_copy=job.is_copy)


def _import(job: CourseImport, now: datetime) -> None:
    parsed = _parse(job)
    try:
        with transaction.atomic():
            # Locked before the plan is made, so that nobody changes a draft between plan and import.
            Course.objects.select_for_update().filter(slug=parsed.course.slug).first()
            plan = _plan(job, parsed)
            if job.plan is None or plan.fingerprint != job.plan["fingerprint"]:
                raise _ChangedMeanwhile(plan)
            course = _course(plan, job.created_by)
            _keep_files(plan, course)
            editing.save(
                course, plan.changes, editor=job.created_by, action=Edit.Action.IMPORT,
                subject=plan.after.title(COURSE), now=now,
            )  # fmt: skip
            # If it was cancelled meanwhile, the transaction is rolled back.
            claims.update(job, lease_until=None, status=Status.IMPORTED, course=course, content=b"")
    except IntegrityError:
        # Somebody else has made a course of this name in the same moment.
        raise _ChangedMeanwhile(_plan(job, parsed)) from None


def _course(plan: CoursePlan, person: User) -> Course:
    course = plan.drafted.course
    if plan.is_new:
        course.save()
        CourseRole.objects.create(course=course, user=person, role=CourseRole.Role.INSTRUCTOR)
    return course


def _keep_files(plan: CoursePlan, course: Course) -> None:
    for key, fields in plan.changes.items():
        if key[0] == "asset" and fields is not None:
            content = plan.parsed.assets[key[1]]
            digest = hashlib.sha256(content).hexdigest()
            StoredFile.objects.get_or_create(course=course, sha256=digest, defaults={"content": content})
