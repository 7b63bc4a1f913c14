"""Pages of the admin that are not forms of one row: trying answers, grading by hand, approving a regrade."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import AuthenticatedRequest
from common import languages
from common.admin import CourseScopedAdmin
from common.api import DomainError
from quizzes import grading, regrading, results
from quizzes.explaining import explain
from quizzes.models import Attempt, Question, Regrade
from quizzes.presenting import present_attempt
from quizzes.questions import Spec
from quizzes.short_answers import decide

TRY_LIMIT = 5000


def _context(request: HttpRequest, model_admin: CourseScopedAdmin, title: str) -> dict[str, Any]:
    return {**model_admin.admin_site.each_context(request), "opts": model_admin.model._meta, "title": title}


def try_answers(request: HttpRequest, question_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """What the rules would make of any answer, and why; nothing is stored."""
    question: Question = get_object_or_404(model_admin.get_queryset(request), pk=question_id)
    rows = list(question.answers.all())
    accepted = [row.text for row in rows if row.is_correct]
    wrong = [row.text for row in rows if not row.is_correct]
    text = request.GET.get("answers", "")[:TRY_LIMIT]
    decisions = [(answer, decide(answer, accepted, wrong)) for answer in text.splitlines() if answer.strip()]
    context = _context(request, model_admin, _("Try answers"))
    told = [(answer, decision, explain(decision)) for answer, decision in decisions]
    context |= {"question": question, "accepted": accepted, "answers": text, "decisions": told}
    return render(request, "admin/quizzes/try_answers.html", context)


def attempt_review(request: AuthenticatedRequest, attempt_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """Grade by hand what waits for a person; every question may be decided on anew."""
    attempts: QuerySet[Attempt] = model_admin.get_queryset(request).select_related(
        "version", "quiz__activity", "enrolment__user", "enrolment__course"
    )
    attempt = get_object_or_404(
        attempts.filter(status__in=[Attempt.Status.GRADED, Attempt.Status.NEEDS_REVIEW]), pk=attempt_id
    )
    errors: list[str] = []
    if request.method == "POST":
        decisions = _decisions(attempt, request, errors)
        if not errors:
            grading.review(attempt=attempt, decisions=decisions, reviewer=request.user, now=timezone.now())
            messages.success(request, _("Saved."))
            return redirect("admin:quizzes_attempt_changelist")
    graded = grading.grading_of(attempt)
    key = grading.key_of(attempt, attempt.version_id)
    files = results.files_of(attempt)
    rows = [
        {
            "question": question,
            "score": graded.scores[question.uuid],
            "solution": key[question.uuid].get("accept", []),
            "notes": languages.choose(key[question.uuid].get("notes", {}) or {"en": ""}),
            "files": files.get(question.uuid, []),
        }
        for question in present_attempt(attempt)
    ]
    context = _context(request, model_admin, _("Grade by hand"))
    context |= {"attempt": attempt, "rows": rows, "errors": errors, "late": attempt.late_answers.all()}
    return render(request, "admin/quizzes/attempt_review.html", context, status=400 if errors else 200)


def _decisions(attempt: Attempt, request: AuthenticatedRequest, errors: list[str]) -> dict[UUID, grading.Decision]:
    """What the form decides on; questions whose points are left empty are left as they are."""
    decisions = {}
    for view in attempt.views:
        name = view["uuid"]
        given = {
            part["uuid"]: request.POST.get(f"{name}:{part['uuid']}", "").strip() for part in view.get("rubric", [])
        }
        typed = request.POST.get(f"{name}:points", "").strip()
        if not typed and not any(given.values()):
            continue
        try:
            criteria = {uuid: f"{_points(points, _worth(view, uuid)):.2f}" for uuid, points in given.items()}
            total = sum((Decimal(points) for points in criteria.values()), Decimal(0))
            points = total if criteria else _points(typed, Decimal(view["points"]))
        except InvalidOperation:
            errors.append(
                _("Points are a number from 0 to what the question is worth: %(question)s")
                % {"question": languages.choose(view["text"])[:60]}
            )
            continue
        comment = request.POST.get(f"{name}:comment", "").strip()
        decisions[UUID(name)] = grading.Decision(points, criteria, comment)
    return decisions


def _worth(view: Spec, criterion: str) -> Decimal:
    return next(Decimal(part["points"]) for part in view["rubric"] if part["uuid"] == criterion)


def _points(text: str, top: Decimal) -> Decimal:
    """Raises InvalidOperation for what is no number of points."""
    points = Decimal(text or "0")
    if not points.is_finite() or not 0 <= points <= top or points != round(points, 2):
        raise InvalidOperation
    return points


def regrade_review(request: AuthenticatedRequest, regrade_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """The dry run, line by line, and its approval with a reason; afterwards its progress."""
    regrade: Regrade = get_object_or_404(
        model_admin.get_queryset(request).select_related("quiz__activity", "version"), pk=regrade_id
    )
    error = ""
    if request.method == "POST":
        try:
            regrading.approve(
                regrade=regrade, reason=request.POST.get("reason", ""), actor=request.user, now=timezone.now()
            )
            return redirect("admin:quizzes_regrade_review", regrade.pk)
        except DomainError as refused:
            error = refused.message
    lines = list(regrade.lines.select_related("attempt__enrolment__user"))
    texts = {view["uuid"]: languages.choose(view["text"]) for view in regrade.version.content["questions"]}
    rows = [
        (line, [{**change, "text": texts.get(change["question"], "–")} for change in line.changes]) for line in lines
    ]
    context = _context(request, model_admin, _("Regrade"))
    context |= {
        "regrade": regrade,
        "rows": rows,
        "rising": sum(line.new_points > line.old_points for line in lines),
        "falling": sum(line.new_points < line.old_points for line in lines),
        "progress": regrading.progress(regrade),
        "error": error,
    }
    return render(request, "admin/quizzes/regrade_review.html", context, status=400 if error else 200)
