"""Ask for files with grades, watch how they are made, and download them."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.audit import recording
from accounts.audit.models import AuditEvent
from accounts.requests import AuthenticatedRequest
from courses.models import Cohort, Course, Enrolment
from reports import exporting, students
from reports.models import Export
from workspace.drafts import records
from workspace.pages.base import page, render_page

CONTENT_TYPES = {
    Export.Format.CSV: "text/csv; charset=utf-8",
    Export.Format.CP949: "text/csv; charset=cp949",
    Export.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@page
def export_list(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """Show the form and the earlier exports. A POST asks for a file; its own page shows how it is made."""
    if request.method == "POST":
        kind, format = request.POST.get("kind", ""), request.POST.get("format", "")
        if kind not in Export.Kind.values or format not in Export.Format.values:
            raise Http404
        export = exporting.request_export(
            course=course,
            kind=kind,
            format=format,
            cohort=_cohort(course, request.POST.get("cohort", "")),
            language=translation.get_language(),
            actor=request.user,
            now=timezone.now(),
        )
        return redirect("reports:export", course.slug, export.uuid)
    return render_page(
        request,
        "reports/exports.html",
        records.read(course),
        _("Exports"),
        tab="gradebook",
        kinds=Export.Kind.choices,
        formats=Export.Format.choices,
        cohorts=list(Cohort.objects.filter(course=course)),
        exports=course.exports.defer("content").select_related("created_by", "cohort")[:20],
    )


def _cohort(course: Course, pk: str) -> Cohort | None:
    """Return the cohort of this id. None if the id is empty. Raises Http404 for one of another course."""
    if not pk:
        return None
    # A longer number does not fit into a column of the database.
    if not pk.isdecimal() or len(pk) > 18:
        raise Http404
    return get_object_or_404(Cohort, course=course, pk=pk)


@page
def export(request: AuthenticatedRequest, course: Course, uuid: UUID) -> HttpResponse:
    """Show the progress of one export, or its file. A POST cancels it, or asks for the same again."""
    found = get_object_or_404(course.exports.defer("content").select_related("cohort"), uuid=uuid)
    if request.method == "POST":
        if "cancel" in request.POST:
            exporting.cancel(found)
        elif "again" in request.POST:
            found = exporting.request_export(
                course=course,
                kind=found.kind,
                format=found.format,
                cohort=found.cohort,
                language=translation.get_language(),
                actor=request.user,
                now=timezone.now(),
            )
        return redirect("reports:export", course.slug, found.uuid)
    is_poll = bool(request.headers.get("HX-Request"))
    template = "reports/_export_progress.html" if is_poll else "reports/export.html"
    response = render_page(
        request, template, records.read(course), found.get_kind_display(), tab="gradebook", export=found,
        is_working=found.status == Export.Status.WAITING,
    )  # fmt: skip
    if is_poll and found.status != Export.Status.WAITING:
        response.headers["HX-Refresh"] = "true"
    return response


@page
def download(request: AuthenticatedRequest, course: Course, uuid: UUID) -> HttpResponse:
    """Send the file. The audit log names everybody who is in it."""
    found = get_object_or_404(course.exports.select_related("cohort"), uuid=uuid, status=Export.Status.MADE)
    recording.record_rows(Enrolment, students.get_students(course, cohort=found.cohort), AuditEvent.Action.EXPORT)
    return HttpResponse(
        bytes(found.content),
        content_type=CONTENT_TYPES[Export.Format(found.format)],
        headers={"Content-Disposition": f'attachment; filename="{found.file_name}"'},
    )
