"""Pages of an open attempt: answer, save, confirm, submit, files."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.requests import AuthenticatedRequest
from common.api.problems import problem_response
from common.errors import DomainError
from common.lookup import or_404
from questions import KINDS, Response, Spec
from quizzes.attempts.digests import response_digest
from quizzes.attempts.flags import set_flag
from quizzes.attempts.models import Attempt, HandInFile
from quizzes.attempts.presentation import present_attempt, unanswered_questions
from quizzes.attempts.queries import find_own_attempt_to_answer, get_answers
from quizzes.authoring.models import Quiz
from quizzes.results import question_results
from quizzes.sequences import parse_whole_number
from quizzes.taking import deadline, save, submit, uploads
from quizzes.taking.pages.forms import attempt_form_view, form_answers, own_attempt_or_404
from quizzes.taking.pages.saving import Refusal, find_lost_answers, save_form


@login_required
@require_GET
def attempt_detail(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    attempt = own_attempt_or_404(request, uuid)
    submit.expire(attempt=attempt, now=timezone.now())
    if attempt.status != Attempt.Status.IN_PROGRESS:
        return redirect("quizzes:attempt-result", attempt.uuid)
    return render_attempt(request, attempt, asks="asks" in request.GET)


def render_attempt(
    request: AuthenticatedRequest,
    attempt: Attempt,
    error: str = "",
    status: int = 200,
    *,
    asks: bool = False,
    refusals: Mapping[str, Refusal] | None = None,
) -> HttpResponse:
    """Render an open attempt. With `asks`, the page asks whether to submit although questions are unanswered or flagged.

    `refusals` are shown at their questions, with what was typed.
    """
    refusals = refusals or {}
    answers = {str(answer.question): answer for answer in get_answers(attempt)}
    stored = {uuid: answer.response for uuid, answer in answers.items()}
    typed = {uuid: refusal.typed for uuid, refusal in refusals.items() if refusal.typed is not None}
    presented = present_attempt(attempt, {**stored, **typed})
    checked = question_results.confirmed_results(attempt, answers.values())
    files = question_results.files_by_question(attempt)
    flagged = attempt.flagged or []
    at_once = attempt.quiz.show_answers == Quiz.ShowAnswers.AT_ONCE
    questions = [
        (
            question,
            # Nothing but the answer: neither feedback nor a refusal nor a button to check it.
            not (at_once or refusal),
            checked.get(question.uuid),
            files.get(question.uuid, []),
            answers[question.uuid].sequence if question.uuid in answers else 0,
            _loaded(public, stored, refusal),
            refusal,
            KINDS[question.kind].is_answered(question.response) or question.uuid in files,
            question.uuid in flagged,
        )
        for public, question in zip(attempt.public_questions, presented, strict=True)
        for refusal in [refusals.get(question.uuid)]
    ]
    unanswered = [question for question, *_rest, is_answered, _flagged in questions if not is_answered]
    response = render(
        request,
        "quizzes/attempt_detail.html",
        {
            "attempt": attempt,
            "course": attempt.enrolment.course,
            "activity": attempt.quiz.activity,
            "questions": questions,
            "others": question_results.present_unjudged(attempt, stored) if typed else {},
            "refused": [question for question in presented if question.uuid in refusals] if refusals else [],
            "with_files": any(KINDS[question.kind].with_files for question in presented),
            "at_once": at_once,
            "now": timezone.now(),
            "error": error,
            "unanswered": unanswered if asks else [],
            "flagged": [question for question in presented if question.uuid in flagged] if asks else [],
            "answered_count": len(questions) - len(unanswered),
        },
        status=status,
    )
    # The back button must not show old answers. It does show a refused form again, with what was typed: a browser cannot ask
    # for that page a second time.
    response.headers["Cache-Control"] = "private" if refusals else "no-store"
    return response


def _loaded(public: Spec, stored: Mapping[str, Response], refusal: Refusal | None) -> str:
    """Return what the form says that it has seen of the stored answer."""
    if refusal and refusal.loaded is not None:
        return refusal.loaded
    return response_digest(public, stored.get(public["uuid"], {}))


def redirect_to_confirmation(attempt: Attempt) -> HttpResponse:
    """Redirect to the attempt with the question whether to submit; its own address makes back and reload work."""
    return redirect(reverse("quizzes:attempt-detail", args=[attempt.uuid]) + "?asks=1")


def needs_confirmation(attempt: Attempt) -> bool:
    """Return whether a question is unanswered or flagged."""
    files = question_results.files_by_question(attempt)
    return bool(attempt.flagged or unanswered_questions(present_attempt(attempt), files))


@login_required
def attempt_save(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """Save one answer (a request of the page's script; returns JSON) or, without script, the whole form."""
    if "question" in request.POST:
        return _save_one(request, or_404(find_own_attempt_to_answer(request.user, uuid)))
    return _save_whole_form(request, uuid)


@attempt_form_view
def _save_whole_form(request: AuthenticatedRequest, attempt: Attempt) -> HttpResponse:
    return _with_form_saved(request, attempt, lambda: messages.success(request, _("Your answers are saved.")))


def _save_one(request: AuthenticatedRequest, attempt: Attempt) -> HttpResponse:
    given = request.POST.get("sequence", "")
    sequence = parse_whole_number(given)
    try:
        question = UUID(request.POST["question"])
    except ValueError:
        question = None
    if question is None or (given and sequence is None):
        return problem_response("malformed", 400, _("The request could not be understood."))
    public = attempt.find_question(question)
    try:
        answer = save.save_answer(
            attempt=attempt,
            question=question,
            response=KINDS[public["kind"]].from_form(public, request.POST) if public else {},
            now=timezone.now(),
            sequence=sequence,
            base=parse_whole_number(request.POST.get("base", "")),
        )
    except DomainError as refused:
        return problem_response(refused.slug, refused.status, refused.message, **refused.extra)
    return JsonResponse({"saved_at": answer.saved_at.isoformat(), "sequence": answer.sequence})


def _with_form_saved(
    request: AuthenticatedRequest,
    attempt: Attempt,
    then: Callable[[], object],
    anchor: str = "",
    *,
    with_files: bool = False,
) -> HttpResponse:
    """Save the whole form, call `then`, and show the attempt again; each refusal at its question.

    `then` is about the question `anchor`, and is not called if its answer was refused. `with_files` it is called all the same,
    because a browser sends a chosen file only once; after the deadline too, to store evidence.
    """
    try:
        refusals = save_form(attempt, request.POST, timezone.now())
    except deadline.AttemptClosed as closed:
        if with_files:
            with suppress(DomainError):
                then()
        return _too_late(request, attempt, closed)
    try:
        if with_files or not refusals or (anchor and anchor not in refusals):
            then()
    except deadline.AttemptClosed as closed:
        return _too_late(request, attempt, closed)
    except DomainError as refused:
        refusals.setdefault(anchor, Refusal(refused.message))
    if refusals:
        return render_attempt(request, attempt, status=400, refusals=refusals)
    return redirect(reverse("quizzes:attempt-detail", args=[attempt.uuid]) + (f"#q-{anchor}" if anchor else ""))


def _too_late(request: AuthenticatedRequest, attempt: Attempt, closed: deadline.AttemptClosed) -> HttpResponse:
    """Lead to the result. What was typed for an attempt that was submitted elsewhere is kept nowhere, so it is shown first."""
    is_kept = isinstance(closed, deadline.DeadlinePassed)
    lost = [] if is_kept else find_lost_answers(attempt, request.POST)
    if not lost:
        messages.warning(request, closed.message)
        return redirect("quizzes:attempt-result", attempt.uuid)
    context = {
        "attempt": attempt,
        "course": attempt.enrolment.course,
        "activity": attempt.quiz.activity,
        "message": closed.message,
        "lost": lost,
    }
    return render(request, "quizzes/attempt_too_late.html", context, status=closed.status)


@attempt_form_view
def attempt_check(request: AuthenticatedRequest, attempt: Attempt, question: UUID) -> HttpResponse:
    """Confirm one answer and show its feedback, if the quiz shows feedback at once."""
    return _with_form_saved(
        request,
        attempt,
        lambda: save.confirm_answer(attempt=attempt, question=question, now=timezone.now()),
        str(question),
    )


@attempt_form_view
def attempt_files(request: AuthenticatedRequest, attempt: Attempt, question: UUID) -> HttpResponse:
    """Add the files that were chosen for one question. The page's script sends only them, and gets JSON."""
    if request.headers.get("Accept") == "application/json":
        try:
            return JsonResponse({"files": _add_files(request, attempt, question)}, status=201)
        except DomainError as refused:
            return problem_response(refused.slug, refused.status, refused.message, **refused.extra)

    def add_files() -> None:
        if not _add_files(request, attempt, question):
            messages.info(request, _("Choose a file first."))

    return _with_form_saved(request, attempt, add_files, str(question), with_files=True)


def _add_files(request: AuthenticatedRequest, attempt: Attempt, question: UUID) -> int:
    """Store the files chosen for one question; returns how many. Raises the errors of `uploads.add_file`.

    AttemptClosed is raised after all files have been tried, so that each is stored as evidence.
    """
    chosen = request.FILES.getlist(f"{question}:files")
    closed = None
    for upload in chosen:
        try:
            uploads.add_file(attempt=attempt, question=question, upload=upload, now=timezone.now())
        except deadline.AttemptClosed as refused:
            closed = refused
    if closed:
        raise closed
    return len(chosen)


@attempt_form_view
def attempt_flag(request: AuthenticatedRequest, attempt: Attempt) -> HttpResponse:
    """Flag the question in `flag`, to look at it again, or take the flag of the one in `unflag` away."""
    is_flagged = "flag" in request.POST
    public = or_404(attempt.find_question(request.POST.get("flag" if is_flagged else "unflag", "")))
    change = partial(set_flag, attempt=attempt, question=UUID(public["uuid"]), is_flagged=is_flagged)
    if request.headers.get("Accept") == "application/json":
        change()
        return JsonResponse({"flagged": is_flagged})
    return _with_form_saved(request, attempt, change, public["uuid"])


@attempt_form_view
def file_remove(request: AuthenticatedRequest, attempt: Attempt, file: UUID) -> HttpResponse:
    row = get_object_or_404(HandInFile.objects.counted().filter(attempt=attempt), uuid=file)
    return _with_form_saved(
        request, attempt, lambda: uploads.remove_file(file=row, now=timezone.now()), str(row.question)
    )


@attempt_form_view
def attempt_submit(request: AuthenticatedRequest, attempt: Attempt) -> HttpResponse:
    """Submit, with the files that were chosen and not uploaded yet, after the form has been saved.

    If a question is unanswered or flagged, a form with `asks` asks the student whether to submit anyway.
    """
    for question in attempt.public_questions if request.FILES else []:
        try:
            # The submit below raises the same error, after it has stored the answers as evidence.
            with suppress(deadline.AttemptClosed):
                _add_files(request, attempt, UUID(question["uuid"]))
        except DomainError as refused:
            return _with_form_saved(request, attempt, partial(_refuse, refused), question["uuid"], with_files=True)
    try:
        try:
            refusals = save_form(attempt, request.POST, timezone.now())
        except deadline.AttemptClosed:
            # What is late is stored by now. The submit says so too, and closes the attempt.
            submit.submit(attempt=attempt, answers=form_answers(attempt, request.POST), now=timezone.now())
            raise
        if refusals:
            return render_attempt(request, attempt, status=400, refusals=refusals)
        asks = "asks" in request.POST and request.POST.get("submit") != "anyway"
        if asks and needs_confirmation(attempt):
            return redirect_to_confirmation(attempt)
        submit.submit(attempt=attempt, answers={}, now=timezone.now())
    except deadline.AttemptClosed as closed:
        return _too_late(request, attempt, closed)
    return redirect("quizzes:attempt-result", attempt.uuid)


def _refuse(refused: DomainError) -> None:
    raise refused
