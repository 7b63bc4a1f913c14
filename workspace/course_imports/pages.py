"""Pages: upload a course folder as a zip file, look at the plan of its import, confirm or cancel it."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import AuthenticatedRequest
from courses.roles import rules
from workspace.course_imports import archive, jobs
from workspace.course_imports.refusals import CourseRefused
from workspace.models import CourseImport
from workspace.pages.base import staff_page


@staff_page
def course_import(request: AuthenticatedRequest) -> HttpResponse:
    """Show the form for a zip file and the person's earlier ones. A POST stores the file, which gets a page."""
    _check_permission(request)
    errors: list[str] = []
    if request.method == "POST":
        try:
            job = jobs.upload(
                content=_read_upload(request), is_copy="copy" in request.POST, actor=request.user, now=timezone.now()
            )
            return redirect("workspace:course-import-job", job.uuid)
        except CourseRefused as refused:
            errors = refused.reasons
    earlier = CourseImport.objects.filter(created_by=request.user).defer("content", "plan").select_related("course")
    context = {"errors": errors, "earlier": earlier[:10], "most": archive.MAX_ZIP // 1_000_000}
    return _render(request, "workspace/course_import.html", context, status=400 if errors else 200)


@staff_page
def course_import_job(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """Show the state, the plan or the outcome of one of the person's uploads. A POST confirms its plan or cancels it.

    While the worker has something to do, the page polls; without script it reloads itself.
    """
    _check_permission(request)
    own = CourseImport.objects.filter(created_by=request.user).defer("content").select_related("course")
    job = get_object_or_404(own, uuid=uuid)
    if request.method == "POST":
        if "cancel" in request.POST:
            jobs.cancel(job=job)
        else:
            jobs.confirm(job=job, fingerprint=request.POST.get("plan", ""), now=timezone.now())
        return redirect("workspace:course-import-job", job.uuid)
    context = {"job": job, "plan": job.plan, "reasons": job.reason.splitlines()}
    if request.headers.get("HX-Request"):
        response = render(request, "workspace/_course_import_progress.html", context)
        if not job.is_working:
            response.headers["HX-Refresh"] = "true"
        return response
    return _render(request, "workspace/course_import_job.html", context)


def _check_permission(request: AuthenticatedRequest) -> None:
    """Raises PermissionDenied. Who may write a course may make one, too."""
    if not rules.can_create_course(request.user):
        raise PermissionDenied


def _read_upload(request: AuthenticatedRequest) -> bytes:
    """Raises CourseRefused."""
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise CourseRefused([_("Choose a file.")])
    archive.check_size(upload.size or 0)
    return bytes(upload.read())


def _render(
    request: AuthenticatedRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    frame = {**admin.site.each_context(request), "title": _("Import a course")}
    return render(request, template, {**frame, **context}, status=status)
