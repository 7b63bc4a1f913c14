"""Read answers from the attempt's form."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.requests import AuthenticatedRequest
from common.lookup import or_404
from questions import KINDS, ResponseError
from quizzes.attempts import queries
from quizzes.attempts.digests import response_digest
from quizzes.attempts.models import Attempt


def own_attempt_or_404(request: AuthenticatedRequest, uuid: UUID) -> Attempt:
    return or_404(queries.find_own_attempt(request.user, uuid))


def form_answers(attempt: Attempt, data: QueryDict) -> dict[UUID, Any]:
    """Return {question uuid: answer} for the answers that were changed in the form, including emptied ones (unticked boxes).

    Unchanged answers are left out, because another tab may have saved newer ones. A page with script names the changed questions
    in `changed`. A page without script sends a digest of each answer as it was loaded (`<question>:loaded`).
    """
    changed = set(data.getlist("changed")) if "changed" in data else None
    answers = {
        UUID(question["uuid"]): KINDS[question["kind"]].from_form(question, data)
        for question in attempt.public_questions
        if changed is None or question["uuid"] in changed
    }
    if changed is not None:
        return answers
    return {question: raw for question, raw in answers.items() if not _is_as_loaded(attempt, question, raw, data)}


def _is_as_loaded(attempt: Attempt, question: UUID, raw: Any, data: QueryDict) -> bool:
    loaded = data.get(f"{question}:loaded")
    if loaded is None:
        return False
    public = attempt.find_question(question)
    assert public is not None
    try:
        return loaded == response_digest(public, KINDS[public["kind"]].read_response(public, raw))
    except ResponseError:
        return False


def attempt_form_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate a view that receives a form. After a sign-in the browser returns with GET and is sent to the attempt."""

    @login_required
    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def guarded(request: AuthenticatedRequest, uuid: UUID, **address: UUID) -> HttpResponse:
        attempt = own_attempt_or_404(request, uuid)
        if request.method == "GET":
            return redirect("quizzes:attempt-result", attempt.uuid)
        return view(request, attempt, **address)

    return guarded
