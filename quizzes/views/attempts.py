"""Pages of one attempt: answer, save, submit, result, answers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import AuthenticatedRequest
from common.api import DomainError, problem_response
from courses.models import Activity
from quizzes import attempts, results
from quizzes.models import Attempt
from quizzes.presenting import present_attempt
from quizzes.questions import Spec

# Milliseconds between two looks for the result: soon at first, then less and less often.
POLL_DELAYS = (250, 300, 400, 600, 1000, 1500, 2500, 4000, 6000, 10000)


def _attempts(request: AuthenticatedRequest) -> QuerySet[Attempt]:
    return Attempt.objects.for_student(request.user).select_related(
        "quiz__activity__course", "enrolment__course", "version"
    )


def _raw_response(view: Spec, data: QueryDict) -> dict[str, Any]:
    """A question's answer as the form sends it: fields are named after the question."""
    if view["kind"] == "short_answer":
        return {"text": data.get(view["uuid"], "")}
    if view["kind"] == "multiple_choice":
        return {"choices": data.getlist(view["uuid"])}
    return {"choice": data.get(view["uuid"])}


def form_answers(attempt: Attempt, data: QueryDict) -> dict[UUID, dict[str, Any]]:
    """Every answer of a whole form. A form holds every question, so that an unticked box is an answer taken back."""
    return {UUID(view["uuid"]): _raw_response(view, data) for view in attempt.version.content["questions"]}


@login_required
@require_GET
def attempt_detail(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    attempt = get_object_or_404(_attempts(request), uuid=uuid)
    if attempt.status != Attempt.Status.IN_PROGRESS:
        return redirect("quizzes:attempt-result", attempt.uuid)
    return _answering(request, attempt)


def _answering(request: AuthenticatedRequest, attempt: Attempt, error: str = "", status: int = 200) -> HttpResponse:
    response = render(
        request,
        "quizzes/attempt_detail.html",
        {
            "attempt": attempt,
            "course": attempt.enrolment.course,
            "activity": attempt.quiz.activity,
            "questions": present_attempt(attempt),
            "error": error,
        },
        status=status,
    )
    # The back button must ask again: a page from the browser's store would show answers from before.
    response.headers["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def attempt_save(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """Keep one answer (asked by the page's script, answered in JSON) or, without script, the whole form."""
    attempt = get_object_or_404(_attempts(request), uuid=uuid)
    if "question" not in request.POST:
        return _save_form(request, attempt)
    try:
        question = UUID(request.POST["question"])
        sequence = int(request.POST["sequence"]) if request.POST.get("sequence") else None
    except ValueError:
        return problem_response("malformed", 400, _("The request could not be understood."))
    view = next((v for v in attempt.version.content["questions"] if v["uuid"] == str(question)), None)
    try:
        answer = attempts.save_answer(
            attempt=attempt,
            question=question,
            response=_raw_response(view, request.POST) if view else {},
            now=timezone.now(),
            sequence=sequence,
        )
    except DomainError as refused:
        return problem_response(refused.slug, refused.status, refused.message, **refused.extra)
    return JsonResponse({"saved_at": answer.saved_at.isoformat(), "sequence": answer.sequence})


def _save_form(request: AuthenticatedRequest, attempt: Attempt) -> HttpResponse:
    error = ""
    for question, response in form_answers(attempt, request.POST).items():
        try:
            attempts.save_answer(attempt=attempt, question=question, response=response, now=timezone.now())
        except attempts.AttemptClosed as closed:
            messages.error(request, closed.message)
            return redirect("quizzes:attempt-result", attempt.uuid)
        except DomainError as refused:
            error = error or refused.message
    if error:
        return _answering(request, attempt, error, status=400)
    messages.success(request, _("Your answers are saved."))
    return redirect("quizzes:attempt-detail", attempt.uuid)


@login_required
@require_POST
def attempt_submit(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """Hand in. The first press of a page without script with unanswered questions asks once whether it is meant."""
    attempt = get_object_or_404(_attempts(request), uuid=uuid)
    try:
        attempts.submit(attempt=attempt, answers=form_answers(attempt, request.POST), now=timezone.now())
    except DomainError as refused:
        return _answering(request, attempt, refused.message, status=400)
    return redirect("quizzes:attempt-result", attempt.uuid)


@login_required
@require_GET
def attempt_result(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """The result, or a note that it is on its way, which asks again by itself (`?look=` counts how often)."""
    attempt = get_object_or_404(_attempts(request), uuid=uuid)
    if attempt.status == Attempt.Status.IN_PROGRESS:
        return redirect("quizzes:attempt-detail", attempt.uuid)
    waiting = attempt.status in (Attempt.Status.SUBMITTED, Attempt.Status.GRADING)
    look = min(int(request.GET["look"]), len(POLL_DELAYS) - 1) if request.GET.get("look", "").isdecimal() else 0
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
        outcome = results.result(attempt)
        responses = {result.view["uuid"]: result.response for result in outcome.questions}
        context |= {
            "result": outcome,
            "pairs": list(zip(present_attempt(attempt, responses), outcome.questions, strict=True))
            if outcome.questions
            else [],
            "overview": results.overview(quiz=attempt.quiz, enrolment=attempt.enrolment),
        }
    template = "quizzes/_attempt_result.html" if is_poll else "quizzes/attempt_result.html"
    response = render(request, template, context)
    response.headers["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def attempt_reveal(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    attempt = get_object_or_404(_attempts(request), uuid=uuid)
    try:
        results.reveal(attempt=attempt, now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("quizzes:attempt-result", attempt.uuid)
