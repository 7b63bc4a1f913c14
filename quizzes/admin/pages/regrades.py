"""Propose a regrade, show its dry run line by line, approve it, and show its progress."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from common.admin.classes import page_context
from common.errors import DomainError
from courses.admin.classes import CourseScopedAdmin
from courses.roles.rules import Permission
from quizzes.attempts.models import Answer
from quizzes.authoring.models import Quiz
from quizzes.authoring.versions import AnswerKey
from quizzes.grading import regrading, scoring
from quizzes.grading.explanations import explain_change, question_text
from quizzes.grading.models import Regrade, RegradeLine, Review

# Lines on one page.
PAGE = 100
Direction = RegradeLine.Direction
# Students who lose points come first.
ORDER = [Direction.FALLS, Direction.PENDING, Direction.RISES, Direction.GRADED, Direction.SAME]


def _needed(request: HttpRequest) -> Permission:
    """Return what somebody must be permitted: everybody who sees the course may look at its regrades."""
    return Permission.REGRADE if request.method == "POST" else Permission.READ


def regrade_start(request: AuthenticatedRequest, quiz_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """Show how many attempts are outdated and the earlier regrades. A POST makes a new dry run."""
    quiz: Quiz = model_admin.get_row_or_404(
        request, quiz_id, _needed(request), Quiz.objects.select_related("activity", "current_version")
    )
    if request.method == "POST":
        try:
            regrade = regrading.propose(quiz=quiz, actor=request.user, now=timezone.now())
            return redirect("admin:quizzes_regrade_review", regrade.pk)
        except DomainError as refused:
            messages.info(request, refused.message)
            return redirect("admin:quizzes_quiz_regrade", quiz.pk)
    regrades = quiz.regrades.exclude(status=Regrade.Status.DISCARDED).select_related("version", "approved_by")
    context = page_context(request, model_admin, _("Regrade")) | {
        "quiz": quiz,
        "outdated": regrading.find_outdated(quiz).count(),
        "regrades": regrades[:PAGE],
        "may_regrade": model_admin.may(request, Permission.REGRADE, quiz),
    }
    return render(request, "admin/quizzes/regrade_start.html", context)


def regrade_review(request: AuthenticatedRequest, regrade_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """Show the dry run line by line, approve it with a reason, and show its progress. The number of queries is constant."""
    regrade: Regrade = model_admin.get_row_or_404(
        request,
        regrade_id,
        _needed(request),
        Regrade.objects.select_related("quiz__activity", "version", "approved_by"),
    )
    error = ""
    if request.method == "POST":
        try:
            regrading.approve(
                regrade=regrade, reason=request.POST.get("reason", ""), actor=request.user, now=timezone.now()
            )
            return redirect("admin:quizzes_regrade_review", regrade.pk)
        except DomainError as refused:
            regrade.refresh_from_db(fields=["status"])
            if regrade.status in (Regrade.Status.APPROVED, Regrade.Status.DONE):
                # It was approved already, by a double click or by a colleague. The page shows who approved it and why.
                return redirect("admin:quizzes_regrade_review", regrade.pk)
            error = refused.message
    if request.headers.get("HX-Request"):
        return _progress(request, regrade)
    context = page_context(request, model_admin, _("Regrade")) | _regrade_context(request, regrade)
    context |= {"error": error, "may_regrade": model_admin.may(request, Permission.REGRADE, regrade)}
    return render(request, "admin/quizzes/regrade_review.html", context, status=400 if error else 200)


def _progress(request: HttpRequest, regrade: Regrade) -> HttpResponse:
    """Render the progress bar only. When the regrade is done, htmx reloads the whole page."""
    context = {"regrade": regrade, "progress": regrading.get_progress(regrade)}
    response = render(request, "admin/quizzes/_regrade_progress.html", context)
    if regrade.status != Regrade.Status.APPROVED:
        response.headers["HX-Refresh"] = "true"
    return response


def _regrade_context(request: HttpRequest, regrade: Regrade) -> dict[str, Any]:
    """Return the template context of the page of one regrade."""
    lines = sorted(
        regrade.lines.select_related("attempt__enrolment__user"),
        key=lambda line: (not line.percent_falls, ORDER.index(line.direction), line.pk),
    )
    page = Paginator(lines, PAGE).get_page(request.GET.get("page"))
    recording.record_rows(RegradeLine, page.object_list)
    context: dict[str, Any] = {
        "regrade": regrade,
        "page": page,
        "rows": _rows(regrade, list(page.object_list)),
        "counts": [(each, sum(line.direction == each for line in lines)) for each in ORDER],
        "falling": len({line.attempt.enrolment_id for line in lines if line.percent_falls}),
        "overtaken": sum(line.is_overtaken for line in lines),
        "progress": regrading.get_progress(regrade),
        "is_current": regrade.quiz.current_version_id == regrade.version_id,
    }
    if regrade.status == Regrade.Status.DONE:
        by_status = dict(regrading.find_notices(regrade).values_list("status").annotate(n=Count("pk")))
        context |= {
            "missed": regrading.count_missed(regrade),
            "notices": sum(by_status.values()),
            "unsure": by_status.get("uncertain", 0) + by_status.get("failed", 0),
        }
    return context


def _rows(regrade: Regrade, lines: list[RegradeLine]) -> list[dict[str, Any]]:
    """Return the lines, and explain each change in words from answer keys, answers and reviews. Three queries."""
    versions = {regrade.version_id, *(line.attempt.version_id for line in lines)}
    keys = dict(AnswerKey.objects.filter(version__in=versions).values_list("version", "content"))
    attempt_ids = [line.attempt_id for line in lines]
    answers = {
        (row.attempt_id, str(row.question)): row.response for row in Answer.objects.filter(attempt__in=attempt_ids)
    }
    withdrawn = {
        (attempt_id, str(question)): is_withdrawn
        # Not what people decided later: it is no reason for what this regrade did.
        for attempt_id, question, is_withdrawn in Review.objects.filter(
            attempt__in=attempt_ids, at__lte=regrade.created_at
        )
        .order_by("pk")
        .values_list("attempt_id", "question", "is_withdrawn")
    }
    rows = []
    for line in lines:
        changes = []
        for change in line.changes:
            question, place = change["question"], (line.attempt_id, change["question"])
            spec = scoring.spec_for(question, own=keys[line.attempt.version_id], other=keys[regrade.version_id])
            why = explain_change(spec, answers.get(place, {}), change, by_person=not withdrawn.get(place, True))
            changes.append({**change, "text": question_text(spec), "why": why})
        rows.append({"line": line, "changes": changes})
    return rows
