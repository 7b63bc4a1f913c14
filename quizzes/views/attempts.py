"""Pages of one attempt: answer, save, submit, result, answers."""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial, wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import AuthenticatedRequest
from common.api import DomainError, problem_response
from common.counts import count_in
from courses.models import Activity
from quizzes import attempts, hand_ins, lookups, results
from quizzes.models import Attempt, HandInFile, Quiz
from quizzes.presenting import PresentedQuestion, present_attempt
from quizzes.questions import KINDS, Response, ResponseError, Spec

# Milliseconds before each look for the result, and before all later ones. A grade is seen within half a second of being there
# while somebody watches; after half a minute something is wrong, and a page that was left open asks less and less often.
POLL_DELAYS = (100, 150, 200, 250, 300, *[400] * 75, *[1000] * 30, *[5000] * 60, 30_000)


def _own(request: AuthenticatedRequest, uuid: UUID) -> Attempt:
    attempt = lookups.own_attempt(request.user, uuid)
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
        for view in attempt.views
        if changed is None or view["uuid"] in changed
    }
    if changed is not None:
        return answers
    return {question: raw for question, raw in answers.items() if not _is_as_loaded(attempt, question, raw, data)}


def _is_as_loaded(attempt: Attempt, question: UUID, raw: Any, data: QueryDict) -> bool:
    loaded = data.get(f"{question}:loaded")
    if loaded is None:
        return False
    view = attempt.view_of(question)
    assert view is not None
    try:
        return loaded == _mark(view, KINDS[view["kind"]].read_response(view, raw))
    except ResponseError:
        return False


def _mark(view: Spec, response: Response) -> str:
    """Stands for an answer in a form; "" for none."""
    if not KINDS[view["kind"]].is_answered(response):
        return ""
    return hashlib.sha256(json.dumps(response, sort_keys=True).encode()).hexdigest()[:16]


def _takes_a_form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that a form is sent to. Whoever had to sign in on the way comes back with GET, and is led to the attempt."""

    @login_required
    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def guarded(request: AuthenticatedRequest, uuid: UUID, **address: UUID) -> HttpResponse:
        attempt = _own(request, uuid)
        if request.method == "GET":
            return redirect("quizzes:attempt-result", attempt.uuid)
        return view(request, attempt, **address)

    return guarded


@login_required
@require_GET
def attempt_detail(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    attempt = _own(request, uuid)
    attempts.expire(attempt=attempt, now=timezone.now())
    if attempt.status != Attempt.Status.IN_PROGRESS:
        return redirect("quizzes:attempt-result", attempt.uuid)
    return _answering(request, attempt, asks="asks" in request.GET)


def _answering(
    request: AuthenticatedRequest, attempt: Attempt, error: str = "", status: int = 200, *, asks: bool = False
) -> HttpResponse:
    """The page of an open attempt. It `asks` whether to hand in what is not answered everywhere."""
    answers = {str(answer.question): answer for answer in attempt.answers.all()}
    questions = present_attempt(attempt, {uuid: answer.response for uuid, answer in answers.items()})
    checked = results.checked(attempt)
    files = results.files_of(attempt)
    unanswered = _unanswered(questions, files)
    response = render(
        request,
        "quizzes/attempt_detail.html",
        {
            "attempt": attempt,
            "course": attempt.enrolment.course,
            "activity": attempt.quiz.activity,
            "questions": [
                (
                    question,
                    checked.get(question.uuid),
                    files.get(question.uuid, []),
                    answers[question.uuid].sequence if question.uuid in answers else 0,
                    _mark(view, question.response),
                )
                for view, question in zip(attempt.views, questions, strict=True)
            ],
            "with_files": any(KINDS[question.kind].with_files for question in questions),
            "at_once": attempt.quiz.show_answers == Quiz.ShowAnswers.AT_ONCE,
            "now": timezone.now(),
            "error": error,
            "unanswered": unanswered if asks else [],
            "answered": len(questions) - len(unanswered),
        },
        status=status,
    )
    # The back button must ask again: a page from the browser's store would show answers from before.
    response.headers["Cache-Control"] = "no-store"
    return response


def _asked(attempt: Attempt) -> HttpResponse:
    """To the attempt, which asks: a page of its own address, for the back button and a reload."""
    return redirect(reverse("quizzes:attempt-detail", args=[attempt.uuid]) + "?asks=1")


def _unanswered(questions: list[PresentedQuestion], files: dict[str, list[HandInFile]]) -> list[PresentedQuestion]:
    return [
        question
        for question in questions
        if not KINDS[question.kind].is_answered(question.response) and question.uuid not in files
    ]


@_takes_a_form
def attempt_save(request: AuthenticatedRequest, attempt: Attempt) -> HttpResponse:
    """Keep one answer (asked by the page's script, answered in JSON) or, without script, the whole form."""
    if "question" not in request.POST:
        return _save_form(request, attempt)
    given = request.POST.get("sequence", "")
    sequence = count_in(given)
    try:
        question = UUID(request.POST["question"])
    except ValueError:
        question = None
    if question is None or (given and sequence is None):
        return problem_response("malformed", 400, _("The request could not be understood."))
    view = attempt.view_of(question)
    try:
        answer = attempts.save_answer(
            attempt=attempt,
            question=question,
            response=KINDS[view["kind"]].from_form(view, request.POST) if view else {},
            now=timezone.now(),
            sequence=sequence,
        )
    except DomainError as refused:
        return problem_response(refused.slug, refused.status, refused.message, **refused.extra)
    return JsonResponse({"saved_at": answer.saved_at.isoformat(), "sequence": answer.sequence})


def _save_form(request: AuthenticatedRequest, attempt: Attempt) -> HttpResponse:
    return _with_form_saved(request, attempt, lambda: messages.success(request, _("Your answers are saved.")))


def _with_form_saved(
    request: AuthenticatedRequest,
    attempt: Attempt,
    then: Callable[[], object],
    anchor: str = "",
    *,
    also_late: bool = False,
) -> HttpResponse:
    """Keep the whole form, do `then`, and show the attempt again; what cannot be kept is said, the rest is kept.

    `also_late`: `then` is done when the time is up as well, and keeps evidence.
    """
    try:
        error = _save_all(request, attempt)
        if not error:
            then()
    except attempts.AttemptClosed as closed:
        if also_late:
            with suppress(DomainError):
                then()
        messages.error(request, closed.message)
        return redirect("quizzes:attempt-result", attempt.uuid)
    except DomainError as refused:
        error = refused.message
    if error:
        return _answering(request, attempt, error, status=400)
    return redirect(reverse("quizzes:attempt-detail", args=[attempt.uuid]) + (f"#q-{anchor}" if anchor else ""))


def _save_all(request: AuthenticatedRequest, attempt: Attempt) -> str:
    """Save each answer of a form; returns what there is to say about the first that could not be. Raises AttemptClosed
    when all have been offered, so that each is kept as evidence."""
    error, closed = "", None
    for question, response in form_answers(attempt, request.POST).items():
        try:
            attempts.save_answer(
                attempt=attempt,
                question=question,
                response=response,
                now=timezone.now(),
                sequence=count_in(request.POST.get(f"{question}:sequence", "")),
            )
        except attempts.AttemptClosed as refused:
            closed = refused
        except attempts.AnswerChecked:
            continue
        except DomainError as refused:
            error = error or refused.message
    if closed:
        raise closed
    return error


@_takes_a_form
def attempt_check(request: AuthenticatedRequest, attempt: Attempt, question: UUID) -> HttpResponse:
    """Close one answer and show what there is to say about it, where the quiz does that at once."""
    return _with_form_saved(
        request,
        attempt,
        lambda: attempts.check_answer(attempt=attempt, question=question, now=timezone.now()),
        str(question),
    )


@_takes_a_form
def attempt_files(request: AuthenticatedRequest, attempt: Attempt, question: UUID) -> HttpResponse:
    """Add the files that were chosen for one question."""

    def keep() -> None:
        if not _keep_files(request, attempt, question):
            messages.info(request, _("Choose a file first."))

    return _with_form_saved(request, attempt, keep, str(question), also_late=True)


def _keep_files(request: AuthenticatedRequest, attempt: Attempt, question: UUID) -> int:
    """Hand in what was chosen for one question; returns how many files. Raises what `hand_ins.add` raises: AttemptClosed
    when all have been offered, so that each is kept as evidence."""
    uploads = request.FILES.getlist(f"{question}:files")
    closed = None
    for upload in uploads:
        try:
            hand_ins.add(attempt=attempt, question=question, upload=upload, now=timezone.now())
        except attempts.AttemptClosed as refused:
            closed = refused
    if closed:
        raise closed
    return len(uploads)


@_takes_a_form
def file_remove(request: AuthenticatedRequest, attempt: Attempt, file: UUID) -> HttpResponse:
    row = get_object_or_404(HandInFile.objects.standing().filter(attempt=attempt), uuid=file)
    return _with_form_saved(request, attempt, lambda: hand_ins.remove(file=row, now=timezone.now()), str(row.question))


@login_required
@require_GET
def file_download(request: AuthenticatedRequest, uuid: UUID, file: UUID) -> FileResponse:
    """A file that was handed in, for its student and the course's instructors; always as a download."""
    visible = HandInFile.objects.filter(attempt__uuid=uuid)
    if not request.user.is_superuser:
        mine = Q(attempt__in=Attempt.objects.for_student(request.user))
        if request.user.is_staff:
            mine |= Q(attempt__enrolment__course__instructors=request.user)
        visible = visible.filter(mine).distinct()
    row = get_object_or_404(visible, uuid=file)
    response = FileResponse(row.file.open(), as_attachment=True, filename=row.name)
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@_takes_a_form
def attempt_submit(request: AuthenticatedRequest, attempt: Attempt) -> HttpResponse:
    """Hand in, with the files that were chosen and not uploaded yet. A form that `asks` is asked back when it is not
    answered everywhere; what it holds is saved by then."""
    try:
        for view in attempt.views if request.FILES else []:
            # The submit says the same, and keeps the answers as evidence first.
            with suppress(attempts.AttemptClosed):
                _keep_files(request, attempt, UUID(view["uuid"]))
    except DomainError as refused:
        return _with_form_saved(request, attempt, partial(_refuse, refused))
    if "asks" in request.POST and request.POST.get("submit") != "anyway":
        # What is wrong with the form, or that the time is up, the submit itself says.
        with suppress(DomainError):
            _save_all(request, attempt)
            if _unanswered(present_attempt(attempt), results.files_of(attempt)):
                return _asked(attempt)
    try:
        attempts.submit(attempt=attempt, answers=form_answers(attempt, request.POST), now=timezone.now())
    except attempts.AttemptClosed as closed:
        messages.warning(request, closed.message)
        return redirect("quizzes:attempt-result", attempt.uuid)
    except DomainError as refused:
        return _answering(request, attempt, refused.message, status=400)
    return redirect("quizzes:attempt-result", attempt.uuid)


def _refuse(refused: DomainError) -> None:
    raise refused


@login_required
@require_GET
def attempt_result(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """The result, or a note that it is on its way, which asks again by itself (`?look=` counts how often)."""
    attempt = _own(request, uuid)
    attempts.expire(attempt=attempt, now=timezone.now())
    if attempt.status == Attempt.Status.IN_PROGRESS:
        # A page's script comes here as well, when its submit was answered by a question.
        if _unanswered(present_attempt(attempt), results.files_of(attempt)):
            return _asked(attempt)
        messages.info(request, _("This attempt has not been submitted."))
        return redirect("quizzes:attempt-detail", attempt.uuid)
    waiting = attempt.status in (Attempt.Status.SUBMITTED, Attempt.Status.GRADING)
    look = min(count_in(request.GET.get("look", "")) or 0, len(POLL_DELAYS) - 1)
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
        outcome = results.result(attempt, now=timezone.now())
        responses = {result.view["uuid"]: result.response for result in outcome.questions}
        context |= {
            "result": outcome,
            "pairs": list(zip(present_attempt(attempt, responses), outcome.questions, strict=True))
            if outcome.questions
            else [],
            "overview": outcome.overview,
        }
    template = "quizzes/_attempt_result.html" if is_poll else "quizzes/attempt_result.html"
    response = render(request, template, context)
    response.headers["Cache-Control"] = "no-store"
    return response


@_takes_a_form
def attempt_reveal(request: AuthenticatedRequest, attempt: Attempt) -> HttpResponse:
    try:
        results.reveal(attempt=attempt, now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("quizzes:attempt-result", attempt.uuid)
