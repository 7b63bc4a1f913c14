"""Read answers from the attempt's form."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.requests import AuthenticatedRequest
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt
from quizzes.questions import KINDS, Response, ResponseError, Spec


def own_attempt_or_404(request: AuthenticatedRequest, uuid: UUID) -> Attempt:
    attempt = queries.find_own_attempt(request.user, uuid)
    if attempt is None:
        raise Http404
    return attempt


def form_answers(attempt: Attempt, data: QueryDict) -> dict[UUID, Any]:
    """The answers of a form: of every question, so that an unticked box is an answer taken back.

    A page with script names the questions that it has not saved yet (`changed`), one without says what each held when it
    was loaded (`<question>:loaded`): of the others another tab may have a later answer, which a form that was loaded before
    it must not overwrite.
    """
    changed = set(data.getlist("changed")) if "changed" in data else None
    answers = {
        UUID(view["uuid"]): KINDS[view["kind"]].from_form(view, data)
        for view in attempt.public_questions
        if changed is None or view["uuid"] in changed
    }
    if changed is not None:
        return answers
    return {question: raw for question, raw in answers.items() if not _is_as_loaded(attempt, question, raw, data)}


def _is_as_loaded(attempt: Attempt, question: UUID, raw: Any, data: QueryDict) -> bool:
    loaded = data.get(f"{question}:loaded")
    if loaded is None:
        return False
    view = attempt.find_question(question)
    assert view is not None
    try:
        return loaded == response_digest(view, KINDS[view["kind"]].read_response(view, raw))
    except ResponseError:
        return False


def response_digest(view: Spec, response: Response) -> str:
    """Stands for an answer in a form; "" for none."""
    if not KINDS[view["kind"]].is_answered(response):
        return ""
    return hashlib.sha256(json.dumps(response, sort_keys=True).encode()).hexdigest()[:16]


def attempt_form_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that a form is sent to. Whoever had to sign in on the way comes back with GET, and is led to the attempt."""

    @login_required
    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def guarded(request: AuthenticatedRequest, uuid: UUID, **address: UUID) -> HttpResponse:
        attempt = own_attempt_or_404(request, uuid)
        if request.method == "GET":
            return redirect("quizzes:attempt-result", attempt.uuid)
        return view(request, attempt, **address)

    return guarded
