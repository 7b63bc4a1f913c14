"""Grade one attempt by hand, and decide on its late answers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from common import languages
from common.admin.classes import page_context
from common.errors import DomainError
from courses.admin.classes import CourseScopedAdmin
from courses.roles.rules import Permission
from questions import Spec
from questions.points import format_points
from quizzes.attempts.models import Attempt
from quizzes.grading import late_answers, manual, revisions, scoring
from quizzes.grading.explanations import answer_text
from quizzes.grading.models import Review
from quizzes.sequences import parse_whole_number
from review.answers.decisions import read_decision
from review.answers.queue import graded_attempts, waiting_attempts
from review.answers.reviewing import ReviewedQuestion, get_reviewed
from review.pages.queue import of_chosen_quiz


def attempt_review(request: AuthenticatedRequest, attempt_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """Grade an attempt by hand. Whoever grades can decide on every question, more than once, and on late answers.

    Others who see the course see the answers, the points and the decisions.
    """
    needed = Permission.GRADE if request.method == "POST" else Permission.READ
    attempt: Attempt = model_admin.get_row_or_404(request, attempt_id, needed, graded_attempts())
    errors: list[str] = []
    if request.method == "POST" and "late" in request.POST:
        _decide_late(request, attempt)
        return redirect(request.get_full_path() + "#late")
    if request.method == "POST":
        errors = _save(request, attempt)
        if not errors:
            messages.success(request, _("Saved."))
            return _next(request, attempt)
    recording.record_rows(Attempt, [attempt])
    may_grade = model_admin.may(request, Permission.GRADE, attempt)
    title = _("Grade by hand") if may_grade else _("Look at an attempt")
    context = page_context(request, model_admin, title) | _attempt_context(request, attempt, errors)
    context |= {"may_grade": may_grade, "may_schedule": model_admin.may(request, Permission.SCHEDULE, attempt)}
    context["may_accept"] = all(
        model_admin.may(request, permission, attempt) for permission in (Permission.EDIT, Permission.REGRADE)
    )
    return render(request, "review/attempt.html", context, status=400 if errors else 200)


def _save(request: AuthenticatedRequest, attempt: Attempt) -> list[str]:
    """Store the decisions of the form. Returns the errors of the form; empty if they were stored."""
    decisions, errors = _decisions(attempt, request)
    if errors:
        return errors
    try:
        manual.record_reviews(
            attempt=attempt,
            decisions=decisions,
            reviewer=request.user,
            now=timezone.now(),
            seen=parse_whole_number(request.POST.get("seen", "")),
        )
    except DomainError as refused:
        return [refused.message]
    return []


def _next(request: AuthenticatedRequest, attempt: Attempt) -> HttpResponse:
    """Redirect to the attempt that has waited longest (of the chosen quiz, if any), or to the queue if none waits."""
    waiting, chosen = of_chosen_quiz(request, waiting_attempts(request.user))
    query = f"?{urlencode({'quiz': chosen})}" if chosen else ""
    following = waiting.exclude(pk=attempt.pk).first() or waiting.first()
    if following is None:
        return redirect("admin:quizzes_attempt_queue")
    return redirect(reverse("admin:quizzes_attempt_review", args=[following.pk]) + query)


def _decide_late(request: AuthenticatedRequest, attempt: Attempt) -> None:
    late = get_object_or_404(attempt.late_answers.select_related(
        "attempt__quiz__activity", "attempt__enrolment", "attempt__version"
    ), pk=parse_whole_number(request.POST["late"]))  # fmt: skip
    if request.POST.get("verdict") != "accept":
        late_answers.decline_late_answer(late=late, actor=request.user, now=timezone.now())
        return
    late_answers.accept_late_answer(late=late, actor=request.user, now=timezone.now())
    last = Review.objects.filter(attempt=attempt, question=late.question).order_by("pk").last()
    if last is not None and not last.is_withdrawn:
        messages.warning(
            request, _("A person has decided on the earlier answer, and that still counts: grade the new one below.")
        )


def _attempt_context(request: AuthenticatedRequest, attempt: Attempt, errors: list[str]) -> dict[str, Any]:
    """Return the template context of the page that grades one attempt."""
    reviewed = get_reviewed(attempt)
    rows = [_row(request, question) for question in reviewed.questions]
    by_name = {
        row["question"].uuid: (row, question.spec) for row, question in zip(rows, reviewed.questions, strict=True)
    }
    waiting, chosen = of_chosen_quiz(request, waiting_attempts(request.user))
    return {
        "attempt": attempt,
        "grade": reviewed.grade,
        "rows": rows,
        "pending": reviewed.pending,
        "errors": errors,
        "seen": reviewed.seen,
        "late": [
            (late, row, answer_text(spec, late.response))
            for late in attempt.late_answers.select_related("decided_by").prefetch_related("files")
            if str(late.question) in by_name
            for row, spec in [by_name[str(late.question)]]
        ],
        "waiting": waiting.count(),
        "chosen": chosen,
    }


# What the template shows of a question.
_SHOWN = (
    "question", "text", "why", "answer", "has_text", "right", "notes", "score", "is_pending", "is_open", "reviews", "files"
)  # fmt: skip


def _row(request: HttpRequest, reviewed: ReviewedQuestion) -> dict[str, Any]:
    """Return the template context of one question. The fields contain the submitted values, else the last decision."""
    last, spec = reviewed.last_review, reviewed.spec
    last_points = {uuid: format_points(points) for uuid, points in last.criteria.items()} if last else {}

    def submitted(name: str, stored: str) -> str:
        return request.POST.get(f"{spec['uuid']}:{name}", stored).strip()

    return {name: getattr(reviewed, name) for name in _SHOWN} | {
        "criteria": [
            {
                "uuid": part["uuid"],
                "text": languages.choose(part["text"]),
                "points": part["points"],
                "given": submitted(part["uuid"], last_points.get(part["uuid"], "")),
            }
            for part in spec.get("rubric", [])
        ],
        "points": submitted("points", format_points(last.points) if last else ""),
        "comment": submitted("comment", last.comment if last else ""),
    }


def _decisions(attempt: Attempt, request: AuthenticatedRequest) -> tuple[dict[UUID, manual.Decision], list[str]]:
    """Return ({question uuid: decision}, errors) of the form. Questions without points are not changed."""
    decisions: dict[UUID, manual.Decision] = {}
    errors: list[str] = []
    key = scoring.answer_key_for(attempt, revisions.last_grade(attempt).version_id)
    for number, question in enumerate(attempt.public_questions, 1):
        spec = key[question["uuid"]]
        try:
            decision = _decision(spec, request)
        except ValueError as fault:
            errors.append(_("Question %(number)d: %(fault)s") % {"number": number, "fault": fault})
            continue
        if decision is not None:
            decisions[UUID(question["uuid"])] = decision
    return decisions, errors


def _decision(spec: Spec, request: AuthenticatedRequest) -> manual.Decision | None:
    """Return the form's decision on one question, None if it has no points. Raises ValueError with a message."""

    def submitted(name: str) -> str:
        return request.POST.get(f"{spec['uuid']}:{name}", "").strip()

    criteria = {part["uuid"]: submitted(part["uuid"]) for part in spec.get("rubric", [])}
    return read_decision(spec, points=submitted("points"), criteria=criteria, comment=submitted("comment"))
