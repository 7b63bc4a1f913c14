"""Show the pages that import a roster: upload a file, look at what would happen, confirm, follow the progress, undo."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from common import languages
from common.admin.classes import page_context
from courses.admin.classes import CourseScopedAdmin
from courses.models import Cohort, Course, Enrolment, RosterImport
from courses.roles.rules import Permission
from rosters import jobs
from rosters.reading import tables
from rosters.reading.columns import Field
from rosters.refusals import RosterError

# Rows on one page, earlier uploads in the list, and rows from which a column is described.
PAGE_SIZE, EARLIER, _SAMPLES = 100, 10, 3


def roster_import(request: AuthenticatedRequest, course_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """Show the form for a file and the earlier uploads. A POST stores the file; its own page shows what becomes of it."""
    course: Course = model_admin.get_row_or_404(request, course_id, Permission.ENROL)
    error = ""
    if request.method == "POST":
        try:
            content, name = _read_upload(request)
            job = jobs.upload(course=course, content=content, file_name=name, actor=request.user, now=timezone.now())
            return redirect("admin:courses_course_roster_job", course.pk, job.uuid)
        except RosterError as refused:
            error = refused.message
    earlier = (
        RosterImport.objects.filter(course=course).defer("content", "table", "changes").select_related("created_by")
    )
    context = page_context(request, model_admin, _("Import a roster")) | {
        "course": course,
        "error": error,
        "text": request.POST.get("text", "")[: tables.SIZE_LIMIT],
        "earlier": earlier[:EARLIER],
        "limit": tables.SIZE_LIMIT // 1_000_000,
    }
    return render(request, "rosters/roster.html", context, status=400 if error else 200)


def _read_upload(request: HttpRequest) -> tuple[bytes, str]:
    """Return (the file or the pasted text, the name of the file). Raises RosterError before it reads a file that is too large."""
    upload = request.FILES.get("file")
    if isinstance(upload, UploadedFile):
        tables.check_size(upload.size or 0)
        return bytes(upload.read()), upload.name or ""
    text = request.POST.get("text", "").strip()
    if not text:
        raise RosterError(_("Choose a file, or paste the rows."))
    return text.encode(), ""


def roster_job(
    request: AuthenticatedRequest, course_id: int, roster_uuid: UUID, model_admin: CourseScopedAdmin
) -> HttpResponse:
    """Show the progress, the plan or the outcome of one upload. A POST chooses columns, confirms, cancels, repeats or undoes.

    While the worker has something to do, the page polls; without script it reloads itself. The number of queries is constant.
    """
    course: Course = model_admin.get_row_or_404(request, course_id, Permission.ENROL)
    rows = RosterImport.objects.filter(course=course).defer("content").select_related("course", "cohort", "created_by")
    job = get_object_or_404(rows, uuid=roster_uuid)
    error = ""
    if request.method == "POST":
        try:
            _do(request, job)
            return redirect("admin:courses_course_roster_job", course.pk, job.uuid)
        except RosterError as refused:
            error = refused.message
    context = page_context(request, model_admin, _("Import a roster")) | {"course": course, "job": job, "error": error}
    if request.headers.get("HX-Request"):
        response = render(request, "rosters/_progress.html", context)
        if not job.is_working:
            response.headers["HX-Refresh"] = "true"
        return response
    if job.status == RosterImport.Status.PLANNED:
        context |= _plan_context(request, job)
    elif job.counts:
        context["problems"] = [
            # An earlier release stored it in the language of whoever confirmed.
            (line, languages.choose(why) if isinstance(why, dict) else why)
            for line, why in job.counts.get("problems", [])
        ]
    return render(request, "rosters/roster_job.html", context, status=400 if error else 200)


def _do(request: AuthenticatedRequest, job: RosterImport) -> None:
    """Do what the button of the form says. Raises RosterError."""
    steps: dict[str, Callable[[], Any]] = {
        "cancel": lambda: jobs.cancel(job=job, now=timezone.now()),
        "undo": lambda: jobs.undo(job=job, now=timezone.now()),
        "retry": lambda: jobs.retry(job=job, now=timezone.now()),
        "columns": lambda: _choose(request, job),
        "confirm": lambda: _confirm(request, job),
    }
    for name, step in steps.items():
        if name in request.POST:
            step()
            return


def _choose(request: HttpRequest, job: RosterImport) -> None:
    if job.status != RosterImport.Status.PLANNED:
        return
    count = len(jobs.get_layout(job).fields)
    chosen = [request.POST.get(f"column-{number}", "") for number in range(count)]
    cohort_id = request.POST.get("cohort", "")
    cohort = Cohort.objects.filter(course=job.course, pk=int(cohort_id[:18])).first() if cohort_id.isdecimal() else None
    fields = [name if name in Field.values else "" for name in chosen]
    jobs.choose(job=job, fields=fields, cohort=cohort, has_header="has_header" in request.POST)


def _confirm(request: HttpRequest, job: RosterImport) -> None:
    if job.status != RosterImport.Status.PLANNED:
        return
    confirmed = jobs.confirm(
        job=job,
        fingerprint=request.POST.get("plan", ""),
        invites="invite" in request.POST,
        withdrawing=[int(pk[:18]) for pk in request.POST.getlist("withdraw") if pk.isdecimal()],
        now=timezone.now(),
    )
    if not confirmed:
        messages.warning(
            request, _("The course has changed meanwhile. Look at what would happen now, and confirm again.")
        )


def _plan_context(request: HttpRequest, job: RosterImport) -> dict[str, Any]:
    """Return what the page shows of a file that was read: its columns, and what would happen."""
    rows, layout = jobs.get_rows(job), jobs.get_layout(job)
    headings = rows[layout.header][1] if layout.header >= 0 else []
    samples = [cells for _line, cells in rows[layout.header + 1 : layout.header + 1 + _SAMPLES]]
    plan = jobs.get_plan(job)
    recording.record_rows(Enrolment, [one.enrolment for one in plan.absent])
    page = Paginator(plan.valid, PAGE_SIZE).get_page(request.GET.get("page"))
    counts = plan.counts
    return {
        "plan": plan,
        "page": page,
        "counts": [(action, counts[action]) for action in counts if counts[action]],
        "work": len(plan.work),
        "columns": [
            {
                "number": number,
                "heading": headings[number] if number < len(headings) else "",
                "sample": ", ".join(cells[number] for cells in samples if number < len(cells) and cells[number])[:80],
                "field": field,
            }
            for number, field in enumerate(layout.fields)
        ],
        "has_address": Field.EMAIL in layout.fields,
        "has_header": layout.header >= 0,
        "fields": Field.choices,
        "cohorts": job.course.cohorts.all(),
    }
