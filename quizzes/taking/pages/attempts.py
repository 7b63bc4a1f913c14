"""Pages of an open attempt: answer, save, confirm, submit, files."""

from collections.abc import Callable
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
from questions import KINDS
from quizzes.attempts.models import Attempt, HandInFile
from quizzes.attempts.presentation import PresentedQuestion, present_attempt
from quizzes.attempts.queries import get_answers
from quizzes.authoring.models import Quiz
from quizzes.results import question_results
from quizzes.sequences import parse_whole_number
from quizzes.taking import deadline, save, submit, uploads
from quizzes.taking.pages.forms import attempt_form_view, form_answers, own_attempt_or_404, response_digest


@login_required
@require_GET
def attempt_detail(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    attempt = own_attempt_or_404(request, uuid)
    submit.expire(attempt=attempt, now=timezone.now())
    if attempt.status != Attempt.Status.IN_PROGRESS:
        return redirect("quizzes:attempt-result", attempt.uuid)
    return render_attempt(request, attempt, asks="asks" in request.GET)


def render_attempt(
    request: AuthenticatedRequest, attempt: Attempt, error: str = "", status: int = 200, *, asks: bool = False
) -> HttpResponse:
    """Render an open attempt. With `asks`, the page asks whether to submit although questions are unanswered."""
    answers = {str(answer.question): answer for answer in get_answers(attempt)}
    questions = present_attempt(attempt, {uuid: answer.response for uuid, answer in answers.items()})
    checked = question_results.confirmed_results(attempt)
    files = question_results.files_by_question(attempt)
    unanswered = unanswered_questions(questions, files)
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
                    response_digest(public, question.response),
                )
                for public, question in zip(attempt.public_questions, questions, strict=True)
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
    # The browser must not cache the page: the back button would show old answers.
    response.headers["Cache-Control"] = "no-store"
    return response


def redirect_to_confirmation(attempt: Attempt) -> HttpResponse:
    """Redirect to the attempt with the question whether to submit; its own address makes back and reload work."""
    return redirect(reverse("quizzes:attempt-detail", args=[attempt.uuid]) + "?asks=1")


def unanswered_questions(
    questions: list[PresentedQuestion], files: dict[str, list[HandInFile]]
) -> list[PresentedQuestion]:
    return [
        question
        for question in questions
        if not KINDS[question.kind].is_answered(question.response) and question.uuid not in files
    ]


@attempt_form_view
def attempt_save(request: AuthenticatedRequest, attempt: Attempt) -> HttpResponse:
    """Save one answer (a request of the page's script; returns JSON) or, without script, the whole form."""
    if "question" not in request.POST:
        return _save_form(request, attempt)
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
    """Save the whole form, call `then`, and show the attempt again, with the error of the first invalid answer.

    With `also_late`, `then` is called after the deadline too, to store evidence.
    """
    try:
        error = _save_all(request, attempt)
        if not error:
            then()
    except deadline.AttemptClosed as closed:
        if also_late:
            with suppress(DomainError):
                then()
        messages.error(request, closed.message)
        return redirect("quizzes:attempt-result", attempt.uuid)
    except DomainError as refused:
        error = refused.message
    if error:
        return render_attempt(request, attempt, error, status=400)
    return redirect(reverse("quizzes:attempt-detail", args=[attempt.uuid]) + (f"#q-{anchor}" if anchor else ""))


def _save_all(request: AuthenticatedRequest, attempt: Attempt) -> str:
    """Save each answer of a form; returns the message of the first error, or "".

    Raises AttemptClosed after all answers have been tried, so that each is stored as evidence.
    """
    error, closed = "", None
    for question, response in form_answers(attempt, request.POST).items():
        try:
            save.save_answer(
                attempt=attempt,
                question=question,
                response=response,
                now=timezone.now(),
                sequence=parse_whole_number(request.POST.get(f"{question}:sequence", "")),
            )
        except deadline.AttemptClosed as refused:
            closed = refused
        except save.AnswerConfirmed:
            continue
        except DomainError as refused:
            error = error or refused.message
    if closed:
        raise closed
    return error


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
    """Add the files that were chosen for one question."""

    def add_files() -> None:
        if not _add_files(request, attempt, question):
            messages.info(request, _("Choose a file first."))

    return _with_form_saved(request, attempt, add_files, str(question), also_late=True)


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
def file_remove(request: AuthenticatedRequest, attempt: Attempt, file: UUID) -> HttpResponse:
    row = get_object_or_404(HandInFile.objects.counted().filter(attempt=attempt), uuid=file)
    return _with_form_saved(
        request, attempt, lambda: uploads.remove_file(file=row, now=timezone.now()), str(row.question)
    )


@attempt_form_view
def attempt_submit(request: AuthenticatedRequest, attempt: Attempt) -> HttpResponse:
    """Submit, with the files that were chosen and not uploaded yet.

    A form with `asks` is saved first; if a question is unanswered, the student is asked whether to submit anyway.
    """
    try:
        for question in attempt.public_questions if request.FILES else []:
            # The submit below raises the same error, after it has stored the answers as evidence.
            with suppress(deadline.AttemptClosed):
                _add_files(request, attempt, UUID(question["uuid"]))
    except DomainError as refused:
        return _with_form_saved(request, attempt, partial(_refuse, refused))
    if "asks" in request.POST and request.POST.get("submit") != "anyway":
        # The submit below reports invalid answers and a passed deadline.
        with suppress(DomainError):
            _save_all(request, attempt)
            if unanswered_questions(present_attempt(attempt), question_results.files_by_question(attempt)):
                return redirect_to_confirmation(attempt)
    try:
        submit.submit(attempt=attempt, answers=form_answers(attempt, request.POST), now=timezone.now())
    except deadline.AttemptClosed as closed:
        messages.warning(request, closed.message)
        return redirect("quizzes:attempt-result", attempt.uuid)
    except DomainError as refused:
        return render_attempt(request, attempt, refused.message, status=400)
    return redirect("quizzes:attempt-result", attempt.uuid)


def _refuse(refused: DomainError) -> None:
    raise refused
