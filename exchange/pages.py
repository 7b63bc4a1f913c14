"""Show the pages that import questions into a draft (upload, plan, confirm) and export them (losses, download)."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedRequest
from common import languages
from courses.admin.classes import CourseScopedAdmin
from courses.models import Course
from courses.roles.rules import Permission
from exchange import exporting, files, refusals
from exchange.html import conversion
from exchange.imports import jobs
from exchange.items.questions import ExportedFile
from exchange.models import QuestionImport
from exchange.tables import template
from quizzes.authoring.models import Quiz
from workspace.drafts import records
from workspace.drafts.records import DraftedCourse
from workspace.pages.base import page, render_page
from workspace.pages.quizzes import check_quiz

# Rows of a table on the page of a plan.
ROWS = 100


@page
def question_import(request: AuthenticatedRequest, course: Course, activity_slug: str) -> HttpResponse:
    """Show the form for a file and the earlier uploads. A POST stores the file; its own page shows what becomes of it."""
    drafted = records.read(course)
    check_quiz(drafted, activity_slug)
    error = ""
    language = request.POST.get("language") or course.languages[0]
    if request.method == "POST":
        try:
            job = jobs.upload(
                course=course,
                slug=activity_slug,
                content=_read_upload(request),
                language=language,
                format=request.POST.get("format", ""),
                actor=request.user,
                now=timezone.now(),
            )
            return redirect("exchange:import-job", course.slug, activity_slug, job.uuid)
        except refusals.ExchangeError as refused:
            error = refused.message
    earlier = QuestionImport.objects.into(course, activity_slug).defer("content", "plan").select_related("created_by")
    context = {
        **_place(drafted, activity_slug),
        **_choices(course),
        "error": error,
        "language": language,
        "chosen": request.POST.get("format", ""),
        "earlier": earlier[:10],
    }
    return render_page(
        request,
        "admin/quizzes/question_import.html",
        drafted,
        _("Import questions"),
        status=400 if error else 200,
        **context,
    )


@page
def question_import_job(request: AuthenticatedRequest, course: Course, activity_slug: str, uuid: UUID) -> HttpResponse:
    """Show the progress, the plan or the outcome of one upload. A POST confirms its plan, chooses a category or cancels it.

    While the worker has something to do, the page polls; without script it reloads itself.
    """
    drafted = records.read(course)
    check_quiz(drafted, activity_slug)
    # A poll does not show the plan, which may have 10,000 entries.
    deferred = ["content", *(["plan"] if request.headers.get("HX-Request") else [])]
    job = get_object_or_404(QuestionImport.objects.into(course, activity_slug).defer(*deferred), uuid=uuid)
    if request.method == "POST":
        if "cancel" in request.POST:
            jobs.cancel(job=job)
        elif "category" in request.POST:
            jobs.choose(job=job, category=request.POST["category"].replace("\x00", ""), now=timezone.now())
        else:
            jobs.confirm(job=job, fingerprint=request.POST.get("plan", ""), now=timezone.now())
        return redirect("exchange:import-job", course.slug, activity_slug, job.uuid)
    context: dict[str, Any] = {**_place(drafted, activity_slug), "job": job}
    title = _("Import questions")
    if request.headers.get("HX-Request"):
        response = render_page(request, "admin/quizzes/_question_import_progress.html", drafted, title, **context)
        if not job.is_working:
            response.headers["HX-Refresh"] = "true"
        return response
    context["plan"] = _shown(job.plan, request)
    return render_page(request, "admin/quizzes/question_import_job.html", drafted, title, **context)


@page
@require_safe
def question_template(request: AuthenticatedRequest, course: Course, activity_slug: str, format: str) -> HttpResponse:
    """Send the template of a table of questions, with headings in the language of the page."""
    check_quiz(records.read(course), activity_slug)
    if format not in template.FORMATS:
        raise Http404
    return _download(template.make(format, language=languages.active()))


def _download(made: ExportedFile) -> HttpResponse:
    response = HttpResponse(made.content, content_type=made.content_type)
    response["Content-Disposition"] = f'attachment; filename="{made.name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _place(drafted: DraftedCourse, slug: str) -> dict[str, Any]:
    return {"slug": slug, "quiz_title": drafted.title(("activity", slug))}


def _choices(course: Course) -> dict[str, Any]:
    """Return the formats and languages that a form offers."""
    names = dict(settings.LANGUAGES)
    return {
        "formats": files.FORMATS,
        "file_languages": [(code, names[code]) for code in course.languages if code in names],
    }


def _shown(plan: dict[str, Any] | None, request: HttpRequest) -> dict[str, Any] | None:
    """Return the plan with one page of its entries, and one of what is not brought over."""
    if plan is None:
        return None
    entries, skipped = _page(request, plan["entries"], "page"), _page(request, plan["skipped"], "left")
    shown = [{**entry, "text": conversion.to_plain(entry["text"])} for entry in entries["rows"]]
    return {**plan, "entries": {**entries, "rows": shown}, "skipped": skipped}


def _page(request: HttpRequest, rows: list[Any], name: str) -> dict[str, Any]:
    """Return one page of a table: that which the parameter `name` asks for, and the addresses of its neighbours."""
    paginator = Paginator(rows, ROWS)
    page = paginator.get_page(request.GET.get(name))

    def address(number: int) -> str:
        query = request.GET.copy()
        query[name] = str(number)
        return f"?{query.urlencode()}"

    return {
        "rows": page.object_list,
        "total": paginator.count,
        "number": page.number,
        "pages": paginator.num_pages,
        "previous": address(page.number - 1) if page.has_previous() else "",
        "next": address(page.number + 1) if page.has_next() else "",
    }


def _read_upload(request: HttpRequest) -> bytes:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise refusals.ExchangeError(_("Choose a file."))
    return bytes(upload.read(files.MAX_BYTES + 1))


@require_safe
def question_export(request: HttpRequest, quiz_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """Show what the format cannot express. With `?download`, return the file."""
    quizzes = Quiz.objects.select_related("activity__course", "current_version")
    quiz: Quiz = model_admin.get_row_or_404(request, quiz_id, Permission.READ, quizzes)
    chosen, language = request.GET.get("format", ""), request.GET.get("language", "")
    error, exported = "", None
    if chosen:
        try:
            exported = exporting.export(quiz=quiz, format=chosen, language=language)
        except refusals.ExchangeError as refused:
            error = refused.message
    if exported is not None and "download" in request.GET:
        return _download(exported)
    context = {
        **model_admin.admin_site.each_context(request),
        **_choices(quiz.activity.course),
        "formats": files.WRITTEN,
        "opts": Quiz._meta,
        "quiz": quiz,
        "title": _("Export questions"),
        "error": error,
        "made": exported,
        "chosen": chosen,
        "language": language,
    }
    return render(request, "admin/quizzes/question_export.html", context, status=400 if error else 200)
