"""Show the queue of attempts that wait for manual grading, and grade one attempt by hand."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.audit import recording
from accounts.models import User
from accounts.requests import AuthenticatedRequest
from common import languages
from common.admin.classes import page_context
from common.errors import DomainError
from courses.admin.classes import CourseScopedAdmin
from courses.roles import rules
from courses.roles.rules import Permission
from questions import Spec
from questions.points import format_points
from quizzes.attempts.models import Attempt, LateAnswer
from quizzes.grading import late_answers, manual, revisions, scoring
from quizzes.grading.explanations import answer_text
from quizzes.grading.models import GradeNotice, Regrade, Review
from quizzes.manual_grading.decisions import read_decision
from quizzes.manual_grading.queue import RELATED, graded_attempts, waiting_attempts, with_pending
from quizzes.manual_grading.reviewing import ReviewedQuestion, get_reviewed
from quizzes.sequences import parse_whole_number

# Attempts on one page of the queue.
PAGE = 50
# Attempts whose late answers can be decided on.
DECIDABLE = [Attempt.Status.GRADED, Attempt.Status.NEEDS_REVIEW]


def _with_open_late_answers(user: User) -> QuerySet[Attempt]:
    """Return the attempts with undecided late answers. The attempt that has waited longest comes first."""
    is_open = _has_open_late_answer()
    return (
        Attempt.objects.for_staff(user, Permission.GRADE)
        .filter(is_open, status__in=DECIDABLE)
        .annotate(late=Count("late_answers", filter=is_open), since=Min("late_answers__received_at", filter=is_open))
        .order_by("since", "pk")
    )


def count_waiting(user: User) -> int:
    """Count the attempts that wait for this person to grade them or to decide on late answers. Two queries."""
    attempts = Attempt.objects.for_staff(user, Permission.GRADE)
    # Each page of the admin counts. The queue's own query, with its order and groups, takes twice as long.
    late = attempts.filter(_has_open_late_answer(), status__in=DECIDABLE).distinct()
    return attempts.for_a_person().count() + late.count()


def _has_open_late_answer() -> Q:
    return Q(late_answers__verdict=LateAnswer.Verdict.OPEN)


@require_safe
def review_queue(request: AuthenticatedRequest, model_admin: CourseScopedAdmin) -> HttpResponse:
    """Show everything that waits for the person, the longest waiting first. The number of queries is constant."""
    attempts = Attempt.objects.for_staff(request.user, Permission.GRADE)
    waiting, chosen = _of_chosen_quiz(request, waiting_attempts(request.user))
    page = Paginator(waiting.select_related(*RELATED), PAGE).get_page(request.GET.get("page"))
    late = _with_open_late_answers(request.user)
    late_rows = list(late.select_related(*RELATED)[:PAGE])
    recording.record_rows(Attempt, {row.pk: row for row in [*page.object_list, *late_rows]}.values())
    notices = GradeNotice.objects.filter(
        attempt__in=attempts, status__in=[GradeNotice.Status.UNCERTAIN, GradeNotice.Status.FAILED]
    )
    drafts = Regrade.objects.filter(
        rules.may(request.user, Permission.REGRADE, Regrade.course_path), status=Regrade.Status.DRAFT
    ).select_related("quiz__activity", "version")
    context = page_context(request, model_admin, _("Waits for you")) | {
        "page": page,
        "rows": [(attempt, len(pending)) for attempt, pending in with_pending(list(page.object_list))],
        "quizzes": attempts.for_a_person().order_by("quiz__activity__title").values_list("quiz_id", "quiz__activity__title")
        .annotate(n=Count("pk")),
        "chosen": chosen,
        "late": late_rows,
        "late_count": late.count(),
        "failed": attempts.filter(status=Attempt.Status.NEEDS_ATTENTION).count(),
        "unsure": notices.order_by("status").values_list("status").annotate(n=Count("pk")),
        "drafts": drafts[:PAGE],
    }  # fmt: skip
    return render(request, "admin/quizzes/review_queue.html", context)


def _of_chosen_quiz(request: HttpRequest, waiting: QuerySet[Attempt]) -> tuple[QuerySet[Attempt], int | None]:
    """Filter by the quiz in `?quiz=`. Returns (attempts, quiz id or None)."""
    quiz_id = parse_whole_number(request.GET.get("quiz", ""))
    return (waiting if quiz_id is None else waiting.filter(quiz_id=quiz_id)), quiz_id


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
    return render(request, "admin/quizzes/attempt_review.html", context, status=400 if errors else 200)


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
    waiting, chosen = _of_chosen_quiz(request, waiting_attempts(request.user))
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
    if Review.objects.filter(attempt=attempt, question=late.question).exists():
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
    waiting, chosen = _of_chosen_quiz(request, waiting_attempts(request.user))
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
