"""Pages of a submitted attempt: result and answers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from courses.models import Activity
from quizzes.attempts.models import Attempt
from quizzes.attempts.presentation import present_attempt
from quizzes.results import attempt_results, finishing
from quizzes.results.next_steps import find_next_steps
from quizzes.sequences import parse_whole_number
from quizzes.taking import submit
from quizzes.taking.pages.attempts import needs_confirmation, redirect_to_confirmation
from quizzes.taking.pages.forms import attempt_form_view, own_attempt_or_404

# Milliseconds before each poll for the result; the last one repeats. In the first half minute a grade is shown within half a
# second. After that something is wrong, and a page that was left open polls less often.
POLL_DELAYS = (100, 150, 200, 250, 300, *[400] * 75, *[1000] * 30, *[5000] * 60, 30_000)


@login_required
@require_GET
def attempt_result(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """Show the result, or a note that polls for it (`?look=` counts the polls)."""
    attempt = own_attempt_or_404(request, uuid)
    submit.expire(attempt=attempt, now=timezone.now())
    if attempt.status == Attempt.Status.IN_PROGRESS:
        # The page's script comes here too, if its submit was answered with the question about unanswered and flagged questions.
        if needs_confirmation(attempt):
            return redirect_to_confirmation(attempt)
        messages.info(request, _("This attempt has not been submitted."))
        return redirect("quizzes:attempt-detail", attempt.uuid)
    waiting = attempt.status in (Attempt.Status.SUBMITTED, Attempt.Status.GRADING) and not attempt.is_held
    look = min(parse_whole_number(request.GET.get("look", "")) or 0, len(POLL_DELAYS) - 1)
    context: dict[str, Any] = {
        "attempt": attempt,
        "course": attempt.enrolment.course,
        "activity": attempt.quiz.activity,
        "quiz": attempt.quiz,
        "is_check": attempt.quiz.activity.kind == Activity.Kind.LESSON,
        "waiting": waiting,
        "next_look": look + 1,
        "delay": POLL_DELAYS[look],
    }
    is_poll = bool(request.headers.get("HX-Request"))
    if not waiting:
        outcome = attempt_results.get_result(attempt, now=timezone.now())
        responses = {result.question["uuid"]: result.response for result in outcome.questions}
        context |= {
            "result": outcome,
            "pairs": list(zip(present_attempt(attempt, responses), outcome.questions, strict=True))
            if outcome.questions
            else [],
            "overview": outcome.overview,
            "finish": finishing.find_finish(attempt) if outcome.is_passed and not context["is_check"] else None,
            "steps": None
            if context["is_check"]
            else find_next_steps(attempt, outcome.questions, answers_shown=outcome.answers_shown),
        }
    template = "quizzes/_attempt_result.html" if is_poll else "quizzes/attempt_result.html"
    response = render(request, template, context)
    response.headers["Cache-Control"] = "no-store"
    return response


@attempt_form_view
def attempt_reveal(request: AuthenticatedRequest, attempt: Attempt) -> HttpResponse:
    try:
        attempt_results.reveal(attempt=attempt, now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("quizzes:attempt-result", attempt.uuid)
