"""Show the admin pages that import questions (upload, plan, confirm) and export them (losses, download)."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedRequest
from courses.admin.classes import CourseScopedAdmin
from courses.roles.rules import Permission
from exchange import exporting, files, refusals
from exchange.imports import jobs
from exchange.models import QuestionImport
from quizzes.authoring.models import Quiz


def _quiz(
    request: HttpRequest, model_admin: CourseScopedAdmin, quiz_id: int, permission: Permission = Permission.EDIT
) -> Quiz:
    quizzes = Quiz.objects.select_related("activity__course", "current_version")
    quiz: Quiz = model_admin.get_row_or_404(request, quiz_id, permission, quizzes)
    return quiz


def _context(request: HttpRequest, model_admin: CourseScopedAdmin, quiz: Quiz, title: str) -> dict[str, Any]:
    names = dict(settings.LANGUAGES)
    return {
        **model_admin.admin_site.each_context(request),
        "opts": Quiz._meta,
        "quiz": quiz,
        "title": title,
        "formats": files.FORMATS,
        "languages": [(code, names[code]) for code in quiz.activity.course.languages if code in names],
    }


def question_import(request: AuthenticatedRequest, quiz_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """Show the form for a file and the earlier uploads. A POST stores the file; its own page shows what becomes of it."""
    quiz = _quiz(request, model_admin, quiz_id)
    error = ""
    language = request.POST.get("language") or quiz.activity.course.languages[0]
    if request.method == "POST":
        try:
            job = jobs.upload(
                quiz=quiz,
                content=_read_upload(request),
                language=language,
                format=request.POST.get("format", ""),
                actor=request.user,
                now=timezone.now(),
            )
            return redirect("admin:quizzes_quiz_import_job", quiz.pk, job.uuid)
        except refusals.ExchangeError as refused:
            error = refused.message
    context = _context(request, model_admin, quiz, _("Import questions"))
    earlier = QuestionImport.objects.filter(quiz=quiz).defer("content", "parsed", "plan").select_related("created_by")
    context |= {"error": error, "language": language, "chosen": request.POST.get("format", ""), "earlier": earlier[:10]}
    return render(request, "admin/quizzes/question_import.html", context, status=400 if error else 200)


def question_import_job(
    request: AuthenticatedRequest, quiz_id: int, uuid: UUID, model_admin: CourseScopedAdmin
) -> HttpResponse:
    """Show the progress, the plan or the outcome of one upload. A POST confirms its plan or cancels it.

    While the worker has something to do, the page polls; without script it reloads itself.
    """
    quiz = _quiz(request, model_admin, quiz_id)
    job = get_object_or_404(QuestionImport.objects.filter(quiz=quiz).defer("content", "parsed"), uuid=uuid)
    if request.method == "POST":
        if "cancel" in request.POST:
            jobs.cancel(job=job)
        else:
            jobs.confirm(job=job, fingerprint=request.POST.get("plan", ""), now=timezone.now())
        return redirect("admin:quizzes_quiz_import_job", quiz.pk, job.uuid)
    context = _context(request, model_admin, quiz, _("Import questions")) | {"job": job, "plan": job.plan}
    if request.headers.get("HX-Request"):
        response = render(request, "admin/quizzes/_question_import_progress.html", context)
        if not job.is_working:
            response.headers["HX-Refresh"] = "true"
        return response
    return render(request, "admin/quizzes/question_import_job.html", context)


def _read_upload(request: HttpRequest) -> bytes:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise refusals.ExchangeError(_("Choose a file."))
    return bytes(upload.read(files.MAX_BYTES + 1))


@require_safe
def question_export(request: HttpRequest, quiz_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """Show what the format cannot express. With `?download`, return the file."""
    quiz = _quiz(request, model_admin, quiz_id, Permission.READ)
    chosen, language = request.GET.get("format", ""), request.GET.get("language", "")
    error, exported = "", None
    if chosen:
        try:
            exported = exporting.export(quiz=quiz, format=chosen, language=language)
        except refusals.ExchangeError as refused:
            error = refused.message
    if exported is not None and "download" in request.GET:
        response = HttpResponse(exported.content, content_type=exported.content_type)
        response["Content-Disposition"] = f'attachment; filename="{exported.name}"'
        response["X-Content-Type-Options"] = "nosniff"
        return response
    context = _context(request, model_admin, quiz, _("Export questions"))
    context |= {"error": error, "made": exported, "chosen": chosen, "language": language}
    return render(request, "admin/quizzes/question_export.html", context, status=400 if error else 200)
