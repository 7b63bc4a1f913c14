"""Pages of a lesson check: an ungraded quiz that shows its answers after each attempt, and answers its questions in the text."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from courses import access
from courses.models import Activity, Enrolment
from courses.pages.joining import offers_to_join
from courses.pages.lessons import render_lesson
from lesson_checks import in_text
from questions import KINDS
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt
from quizzes.attempts.presentation import present, present_attempt
from quizzes.authoring.models import Quiz
from quizzes.sequences import parse_whole_number
from quizzes.taking import start, submit
from quizzes.taking.pages.forms import form_answers
from quizzes.taking.pages.saving import Refusal


def lesson_section(activity: Activity, placed: Collection[str]) -> SafeString:
    """Return the HTML that links a lesson's page to its check; "" without a check. One query.

    `placed` are the keys of the questions that stand in the text of the lesson.
    """
    version = Quiz.objects.filter(activity=activity, current_version__isnull=False).values_list(
        "current_version__content", flat=True
    )
    content = version.first()
    if not content or not content["questions"]:
        return SafeString("")
    count = len(content["questions"])
    context = {"activity": activity, "count": count, "left": count - len(placed)}
    return render_to_string("lesson_checks/_section.html", context)


@login_required
@require_http_methods(["GET", "POST"])
@offers_to_join
def check_detail(request: AuthenticatedRequest, slug: str, lesson_slug: str) -> HttpResponse:
    enrolment = access.enrolment_or_404(request.user, slug)
    quiz = _check_or_404(enrolment, lesson_slug)
    refusals: dict[str, Refusal] = {}
    typed: dict[str, Any] = {}
    error = ""
    if request.method == "POST":
        now = timezone.now()
        try:
            attempt = start.start(quiz=quiz, enrolment=enrolment, now=now, number=_number(request))
            # A second press of the button finds the submitted attempt by its number, and gets its result.
            answers = form_answers(attempt, request.POST)
            typed = {str(question): raw for question, raw in answers.items()}
            submit.submit(attempt=attempt, answers=answers, now=now)
        except DomainError as refused:
            error = refused.message
            if question := str(refused.extra.get("question", "")):
                refusals[question] = Refusal(error)
        else:
            return redirect("quizzes:attempt-result", attempt.uuid)
    last = (
        Attempt.objects.filter(quiz=quiz, enrolment=enrolment)
        .select_related("version", "quiz")
        .order_by("number")
        .last()
    )
    if last and last.status == Attempt.Status.IN_PROGRESS:
        # The attempt was started in the app, or its submit was refused. Show the answers that are saved.
        stored = {str(answer.question): answer.response for answer in queries.get_answers(last)}
        questions, number = present_attempt(last, {**stored, **typed}), last.number
    else:
        assert quiz.current_version is not None
        questions = present(quiz.current_version.content["questions"], seed=_order(request, quiz), shuffle=True)
        number = last.number + 1 if last else 1
    return render(
        request,
        "lesson_checks/check_detail.html",
        {
            "course": enrolment.course,
            "quiz": quiz,
            "activity": quiz.activity,
            "questions": [(question, refusals.get(question.uuid)) for question in questions],
            "number": number,
            "error": error,
        },
        status=400 if error else 200,
    )


def _number(request: AuthenticatedRequest) -> int | None:
    """Return the number of the attempt that the form belongs to."""
    return parse_whole_number(request.POST.get("number", ""))


def _order(request: AuthenticatedRequest, quiz: Quiz) -> UUID:
    """Return the seed for the order of the choices: stable for one user and quiz, because there is no attempt yet."""
    return UUID(int=request.user.uuid.int ^ quiz.activity.uuid.int)


def _check_or_404(enrolment: Enrolment, lesson_slug: str) -> Quiz:
    quiz: Quiz = get_object_or_404(
        Quiz.objects.select_related("activity__course", "current_version"),
        activity__course_id=enrolment.course_id,
        activity__slug=lesson_slug,
        activity__kind=Activity.Kind.LESSON,
        activity__archived_at=None,
        current_version__isnull=False,
    )
    return quiz


@login_required
@require_http_methods(["GET", "POST"])
@offers_to_join
def answer_in_text(request: AuthenticatedRequest, slug: str, lesson_slug: str, question: UUID) -> HttpResponse:
    """Answer one question in the text of a lesson: show the lesson with the feedback in its place.

    To the script of the page it returns the question alone. Nothing of it is an attempt, so a second press does no harm.
    """
    enrolment = access.enrolment_or_404(request.user, slug)
    quiz = _check_or_404(enrolment, lesson_slug)
    asked = in_text.find_asked([quiz.activity]).get(quiz.activity_id, {})
    here = next((each for each in asked.values() if each.public["uuid"] == str(question)), None)
    if here is None:
        raise Http404
    if request.method == "GET":
        # If the session ended before the POST, the sign-in page redirects here with a GET.
        return redirect(f"{reverse('courses:lesson-detail', args=[slug, lesson_slug])}#q-{question}")
    # Without script all questions of the text are in one form. What was typed for the others stays in it.
    shown = {
        key: in_text.render_question(asked[key], response=response)
        for key, response in in_text.typed_responses(asked, request.POST).items()
    }
    shown[here.key], status = _answered(request, here, quiz, enrolment)
    if request.headers.get("HX-Request"):
        return HttpResponse(shown[here.key], status=status)
    return render_lesson(request, slug, lesson_slug, answered=shown, status=status)


def _answered(
    request: AuthenticatedRequest, question: in_text.AskedQuestion, quiz: Quiz, enrolment: Enrolment
) -> tuple[str, int]:
    """Return the question with the feedback to the answer in the form, and the status."""
    if "again" in request.POST:
        return in_text.render_question(question), 200
    raw = KINDS[question.public["kind"]].from_form(question.public, request.POST)
    try:
        response, outcome = in_text.answer(
            question, raw, quiz=quiz, user=request.user, enrolment=enrolment, now=timezone.now()
        )
    except DomainError as refused:
        typed = in_text.typed_responses({question.key: question}, request.POST).get(question.key)
        return in_text.render_question(question, response=typed, refusal=Refusal(refused.message)), 400
    return in_text.render_question(question, response=response, outcome=outcome), 200
