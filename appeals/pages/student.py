"""Page: a student says why an answer is right, sees what became of it, or withdraws it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import AuthenticatedRequest
from appeals import filing, reading
from appeals.models import Appeal
from common.errors import DomainError
from common.lookup import or_404
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt
from quizzes.attempts.presentation import present_attempt
from quizzes.results import attempt_results

Status = Appeal.Status


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: AuthenticatedRequest, uuid: UUID, question: UUID) -> HttpResponse:
    """Show an answer with the form of its appeal. A POST files or withdraws it."""
    attempt = or_404(queries.find_own_attempt(request.user, uuid))
    or_404(attempt.find_question(question))
    back = f"{reverse('quizzes:attempt-result', args=[uuid])}#appeal-{question}"
    error: DomainError | None = None
    if attempt.is_held and request.method != "POST":
        # The page of the result says when the grades come.
        return redirect("quizzes:attempt-result", uuid)
    if request.method == "POST":
        if "withdraw" in request.POST:
            if filing.withdraw(attempt=attempt, question=question):
                messages.success(request, _("Your appeal is withdrawn."))
            return redirect(back)
        try:
            filing.file(attempt=attempt, question=question, text=request.POST.get("text", ""), now=timezone.now())
        except DomainError as refused:
            if attempt.is_held:
                messages.error(request, refused.message)
                return redirect(back)
            error = refused
        else:
            messages.success(request, _("Your appeal is with your instructor. You get a message when it is decided."))
            return redirect(back)
    return _page(request, attempt, question, error)


def _page(request: AuthenticatedRequest, attempt: Attempt, question: UUID, error: DomainError | None) -> HttpResponse:
    result = attempt_results.get_result(attempt, now=timezone.now())
    outcome = filing.find_outcome(result, question)
    if outcome is None:
        raise Http404
    found = Appeal.objects.filter(attempt=attempt, question=question).exclude(status=Status.WITHDRAWN).first()
    shown = present_attempt(attempt, {each.question["uuid"]: each.response for each in result.questions})
    context = {
        "attempt": attempt,
        "course": attempt.enrolment.course,
        "activity": attempt.quiz.activity,
        "question": next(each for each in shown if each.uuid == str(question)),
        "outcome": outcome,
        "appeal": found,
        "may_appeal": found is None and reading.has_grade(attempt) and reading.is_appealable(outcome),
        "error": error.message if error else "",
        "text": request.POST.get("text", ""),
        "longest": filing.LONGEST,
    }
    return render(request, "appeals/appeal.html", context, status=error.status if error else 200)
