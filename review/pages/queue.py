"""Show everything that waits for the person: answers to grade, late answers, dry runs of regrades, what failed."""

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from common.admin.classes import page_context
from courses.admin.classes import CourseScopedAdmin
from courses.roles import rules
from courses.roles.rules import Permission
from quizzes.attempts.models import Attempt, AttemptQuerySet
from quizzes.authoring.models import Quiz
from quizzes.grading.models import GradeNotice, Regrade
from quizzes.sequences import parse_whole_number
from review import extensions
from review.answers import leases
from review.answers.queue import (
    RELATED,
    attempts_of_the_departed,
    count_elsewhere,
    waiting_attempts,
    with_open_late_answers,
    with_pending,
)
from review.pages.answers import find_last

# Attempts on one page of the queue.
PAGE = 50


@require_safe
def review_queue(request: AuthenticatedRequest, model_admin: CourseScopedAdmin) -> HttpResponse:
    """Show everything that waits for the person, the longest waiting first. The number of queries is constant."""
    attempts = Attempt.objects.for_staff(request.user, Permission.GRADE)
    is_departed = "departed" in request.GET
    shown = (attempts_of_the_departed if is_departed else waiting_attempts)(request.user)
    waiting, chosen = of_chosen_quiz(request, shown)
    page = Paginator(waiting.select_related(*RELATED), PAGE).get_page(request.GET.get("page"))
    late = with_open_late_answers(request.user, is_departed=is_departed)
    late_rows = list(late.select_related(*RELATED)[:PAGE])
    recording.record_rows(Attempt, {row.pk: row for row in [*page.object_list, *late_rows]}.values())
    graders = leases.find_graders(page.object_list, request.user, timezone.now())
    notices = GradeNotice.objects.filter(
        attempt__in=attempts, status__in=[GradeNotice.Status.UNCERTAIN, GradeNotice.Status.FAILED]
    )
    drafts = Regrade.objects.filter(
        rules.may(request.user, Permission.REGRADE, Regrade.course_path), status=Regrade.Status.DRAFT
    ).select_related("quiz__activity", "version")
    context = page_context(request, model_admin, _("Waits for you")) | {
        "page": page,
        "rows": [
            (attempt, len(pending), graders.get(attempt.pk))
            for attempt, pending in with_pending(list(page.object_list))
        ],
        "quizzes": _waiting_by_quiz(attempts),
        "chosen": chosen,
        "is_departed": is_departed,
        "late": late_rows,
        "late_count": late.count(),
        **count_elsewhere(request.user),
        "unsure": notices.order_by("status").values_list("status").annotate(n=Count("pk")),
        "drafts": drafts[:PAGE],
        "sections": extensions.waiting_sections(request),
        "last": find_last(request),
        "query": _query(chosen, is_departed=is_departed),
    }
    return render(request, "review/queue.html", context)


def _waiting_by_quiz(attempts: AttemptQuerySet) -> list[tuple[int, str, int]]:
    """Return (quiz id, title in the reader's language, attempts that wait) in the order of the titles. Two queries."""
    counts = dict(attempts.for_a_person().order_by().values_list("quiz_id").annotate(n=Count("pk")))
    quizzes = Quiz.objects.filter(pk__in=counts).select_related("activity")
    return sorted(((quiz.pk, str(quiz), counts[quiz.pk]) for quiz in quizzes), key=lambda each: each[1])


def _query(chosen: int | None, *, is_departed: bool) -> str:
    """Return what the addresses of the other pages of the list begin with."""
    given: dict[str, int | str] = {**({"quiz": chosen} if chosen else {}), **({"departed": "1"} if is_departed else {})}
    return f"?{urlencode(given)}" if given else ""


def of_chosen_quiz(request: HttpRequest, waiting: QuerySet[Attempt]) -> tuple[QuerySet[Attempt], int | None]:
    """Filter by the quiz in `?quiz=`. Returns (attempts, quiz id or None)."""
    quiz_id = parse_whole_number(request.GET.get("quiz", ""))
    return (waiting if quiz_id is None else waiting.filter(quiz_id=quiz_id)), quiz_id
