"""Show the admin pages that import questions (upload, plan, confirm) and export them (losses, download)."""

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
from exchange import exporting, files, import_plan, importing, questions
from quizzes.authoring.models import Quiz

# Seconds in which a plan must be confirmed, and the maximum length of the signed ticket in the form.
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
    """Show the plan of an uploaded file, and execute it when it is confirmed.

    The form contains the parsed file as a signed ticket, so that the import uses what was shown. If the quiz has changed since,
    the new plan is shown and nothing is imported.
    """
    quiz = _quiz(request, model_admin, quiz_id)
    error, plan, ticket = "", None, ""
    language = request.POST.get("language") or quiz.activity.course.languages[0]
    chosen = request.POST.get("format", "")
    if request.method == "POST":
        try:
            if "ticket" in request.POST:
                return _confirm(request, quiz)
            exporting.check_language(quiz.activity.course, language)
            parsed = importing.parse(_read_upload(request), language=language, format=chosen)
            plan = import_plan.plan(quiz=quiz, parsed=parsed, language=language)
            ticket = _sign_ticket(quiz, parsed, language, plan)
        except importing.ChangedMeanwhile as changed:
            error, plan, ticket = changed.message, changed.plan, _renew_ticket(request, quiz, changed.plan)
        except questions.ExchangeError as refused:
            error, plan = refused.message, None
    context = _context(request, model_admin, quiz, _("Import questions"))
    context |= {"error": error, "plan": plan, "ticket": ticket, "language": language, "chosen": chosen}
    if plan is not None:
        context["counts"] = {outcome.value: plan.counts[outcome] for outcome in Outcome}
    return render(request, "admin/quizzes/question_import.html", context, status=400 if error else 200)


def _read_upload(request: HttpRequest) -> bytes:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise questions.ExchangeError(_("Choose a file."))
    return bytes(upload.read(files.MAX_BYTES + 1))


def _salt(quiz: Quiz) -> str:
    # Increase the number when the format of the payload changes. Then tickets of an older release are refused.
    return f"question-import.1.{quiz.pk}"


def _sign_ticket(quiz: Quiz, parsed: questions.ParsedFile, language: str, plan: import_plan.Plan) -> str:
    payload = {"file": parsed.as_json(), "language": language, "fingerprint": plan.fingerprint}
    ticket = signing.dumps(payload, salt=_salt(quiz), compress=True)
    if len(ticket) > MAX_TICKET:
        raise questions.ExchangeError(
            _("The file contains too much text for this page. Split it, or use ./run manage import_questions.")
        )
    return ticket


def _load_ticket(request: HttpRequest, quiz: Quiz) -> dict[str, Any]:
    try:
        payload: dict[str, Any] = signing.loads(request.POST["ticket"], salt=_salt(quiz), max_age=MAX_AGE)
    except signing.BadSignature as error:
        raise questions.ExchangeError(_("Too much time has passed. Upload the file again.")) from error
    return payload


def _renew_ticket(request: HttpRequest, quiz: Quiz, plan: import_plan.Plan) -> str:
    payload = _load_ticket(request, quiz)
    return signing.dumps({**payload, "fingerprint": plan.fingerprint}, salt=_salt(quiz), compress=True)


def _confirm(request: HttpRequest, quiz: Quiz) -> HttpResponse:
    payload = _load_ticket(request, quiz)
    plan = importing.execute(
        quiz=quiz,
        parsed=questions.ParsedFile.from_json(payload["file"]),
        language=payload["language"],
        now=timezone.now(),
        expected_fingerprint=payload["fingerprint"],
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
    """Show what the format cannot express. With `?download`, return the file."""
    quiz = _quiz(request, model_admin, quiz_id)
    chosen, language = request.GET.get("format", ""), request.GET.get("language", "")
    error, exported = "", None
    if chosen:
        try:
            exported = exporting.export(quiz=quiz, format=chosen, language=language)
        except questions.ExchangeError as refused:
            error = refused.message
    if exported is not None and "download" in request.GET:
        response = HttpResponse(exported.content, content_type=exported.content_type)
        response["Content-Disposition"] = f'attachment; filename="{exported.name}"'
        response["X-Content-Type-Options"] = "nosniff"
        return response
    context = _context(request, model_admin, quiz, _("Export questions"))
    context |= {"error": error, "made": exported, "chosen": chosen, "language": language}
    return render(request, "admin/quizzes/question_export.html", context, status=400 if error else 200)
