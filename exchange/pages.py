"""Pages of the admin that bring questions into a quiz and hand them out: upload → plan → confirm, and a download."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from common.admin.classes import CourseScopedAdmin
from course_files.merging import Outcome
from exchange import exporting, files, importing, planning, shape
from quizzes.authoring.models import Quiz

# Between looking at a plan and confirming it, in seconds; and characters that a form brings back.
MAX_AGE = 24 * 60 * 60
MAX_TICKET = 1_500_000


def _quiz(request: HttpRequest, model_admin: CourseScopedAdmin, quiz_id: int) -> Quiz:
    quizzes = model_admin.get_queryset(request).select_related("activity__course", "current_version")
    quiz: Quiz = get_object_or_404(quizzes, pk=quiz_id)
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


def question_import(request: HttpRequest, quiz_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """What was read travels with the form, signed: what was seen is what is done, unless the quiz has changed."""
    quiz = _quiz(request, model_admin, quiz_id)
    error, plan, ticket = "", None, ""
    language = request.POST.get("language") or quiz.activity.course.languages[0]
    chosen = request.POST.get("format", "")
    if request.method == "POST":
        try:
            if "ticket" in request.POST:
                return _confirm(request, quiz)
            exporting.check_language(quiz.activity.course, language)
            reading = importing.parse(_content(request), language=language, format=chosen)
            plan = planning.plan(quiz=quiz, reading=reading, language=language)
            ticket = _ticket(quiz, reading, language, plan)
        except importing.ChangedMeanwhile as changed:
            error, plan, ticket = changed.message, changed.plan, _renewed(request, quiz, changed.plan)
        except shape.ExchangeError as refused:
            error, plan = refused.message, None
    context = _context(request, model_admin, quiz, _("Import questions"))
    context |= {"error": error, "plan": plan, "ticket": ticket, "language": language, "chosen": chosen}
    if plan is not None:
        context["counts"] = {outcome.value: plan.counts[outcome] for outcome in Outcome}
    return render(request, "admin/quizzes/question_import.html", context, status=400 if error else 200)


def _content(request: HttpRequest) -> bytes:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise shape.ExchangeError(_("Choose a file."))
    return bytes(upload.read(files.MAX_BYTES + 1))


def _salt(quiz: Quiz) -> str:
    return f"exchange.{quiz.pk}"


def _ticket(quiz: Quiz, reading: shape.Reading, language: str, plan: planning.Plan) -> str:
    held = {"reading": reading.as_json(), "language": language, "seen": plan.fingerprint}
    ticket = signing.dumps(held, salt=_salt(quiz), compress=True)
    if len(ticket) > MAX_TICKET:
        raise shape.ExchangeError(
            _("The file holds more text than this page can carry. Split it, or use ./run manage import_questions.")
        )
    return ticket


def _held(request: HttpRequest, quiz: Quiz) -> dict[str, Any]:
    try:
        held: dict[str, Any] = signing.loads(request.POST["ticket"], salt=_salt(quiz), max_age=MAX_AGE)
    except signing.BadSignature as error:
        raise shape.ExchangeError(_("Too much time has passed. Upload the file again.")) from error
    return held


def _renewed(request: HttpRequest, quiz: Quiz, plan: planning.Plan) -> str:
    held = _held(request, quiz)
    return signing.dumps({**held, "seen": plan.fingerprint}, salt=_salt(quiz), compress=True)


def _confirm(request: HttpRequest, quiz: Quiz) -> HttpResponse:
    held = _held(request, quiz)
    plan = importing.execute(
        quiz=quiz,
        reading=shape.Reading.from_json(held["reading"]),
        language=held["language"],
        now=timezone.now(),
        seen=held["seen"],
    )
    messages.success(
        request,
        _("%(added)d added, %(changed)d changed, %(unchanged)d unchanged, %(skipped)d not brought over.")
        % {**{outcome.value: plan.counts[outcome] for outcome in Outcome}, "skipped": len(plan.skipped)},
    )
    if not plan.changes_nothing:
        messages.info(request, _("New attempts start with the new version. Attempts that have begun keep theirs."))
    return redirect("admin:quizzes_quiz_change", quiz.pk)


def question_export(request: HttpRequest, quiz_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """First what the format cannot say, then the file."""
    quiz = _quiz(request, model_admin, quiz_id)
    chosen, language = request.GET.get("format", ""), request.GET.get("language", "")
    error, made = "", None
    if chosen:
        try:
            made = exporting.export(quiz=quiz, format=chosen, language=language)
        except shape.ExchangeError as refused:
            error = refused.message
    if made is not None and "download" in request.GET:
        response = HttpResponse(made.content, content_type=made.content_type)
        response["Content-Disposition"] = f'attachment; filename="{made.name}"'
        response["X-Content-Type-Options"] = "nosniff"
        return response
    context = _context(request, model_admin, quiz, _("Export questions"))
    context |= {"error": error, "made": made, "chosen": chosen, "language": language}
    return render(request, "admin/quizzes/question_export.html", context, status=400 if error else 200)
