"""Show the student pages of practice, one question at a time. The site calls them the daily review."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from courses.models import Enrolment
from practice import answering, queue
from practice.models import PracticeCard
from questions import KINDS, Response
from quizzes.results import today
from quizzes.results.quiz_states import get_quiz_states


def student_section(user: User, now: datetime) -> SafeString:
    """Return the section for course pages with the number of questions due today; "" if the student has no cards."""
    return _render_section(queue.prepare_today(user=user, now=now))


def today_section(user: User, enrolments: Sequence[Enrolment], now: datetime) -> SafeString:
    """Return what the start page says about quizzes: what is due, the last result, and the practice of today."""
    states = get_quiz_states(user, {enrolment.pk: enrolment for enrolment in enrolments}, now)
    practice = queue.prepare_today(user=user, now=now, states=states)
    sections = [today.due_section(states, now), today.result_section(states), _render_section(practice)]
    return SafeString("".join(sections))


def _render_section(practice: queue.Today) -> SafeString:
    return SafeString("") if practice.is_empty else render_to_string("practice/_section.html", {"today": practice})


@login_required
@require_GET
def practice_today(request: AuthenticatedRequest) -> HttpResponse:
    """Show the next question of today, or the date of the next one."""
    return _render_next(request)


def _render_next(
    request: AuthenticatedRequest, error: str = "", refused: UUID | None = None, typed: Response | None = None
) -> HttpResponse:
    """Render the next question of today. What was `typed` for the card `refused` stays in the form."""
    practice = queue.prepare_today(user=request.user, now=timezone.now())
    card = practice.cards[0] if practice.cards else None
    kept = typed if card and card.uuid == refused else None
    response = render(
        request,
        "practice/today.html",
        {
            "today": practice,
            "card": card,
            "question": answering.present_next(card, practice.done + 1, kept) if card else None,
            "error": error,
        },
        status=400 if error else 200,
    )
    # The back button must load the page again, because the question has been answered meanwhile.
    response.headers["Cache-Control"] = "no-store"
    return response


@login_required
@require_http_methods(["GET", "POST"])
def card_turn(request: AuthenticatedRequest, card: UUID, turn: int) -> HttpResponse:
    """Answer one turn of a card (POST), or show the result of an answered turn (GET)."""
    now = timezone.now()
    response = None
    try:
        if request.method == "POST":
            question = answering.get_public_question(PracticeCard.objects.for_student(request.user).get(uuid=card))
            response = None if "unknown" in request.POST else KINDS[question["kind"]].from_form(question, request.POST)
            answering.answer(user=request.user, card=card, turn=turn, response=response, now=now)
            return redirect("practice:card-turn", card, turn)
    except PracticeCard.DoesNotExist as missing:
        raise Http404 from missing
    except queue.CardNotDue:
        return redirect("practice:today")
    except DomainError as refused:
        return _render_next(request, refused.message, card, response)
    practice = queue.prepare_today(user=request.user, now=now)
    answered = answering.find_answered_in(practice, card=card, turn=turn)
    if answered is None:
        get_object_or_404(PracticeCard.objects.for_student(request.user), uuid=card)
        return redirect("practice:today")
    page = render(
        request,
        "practice/card_turn.html",
        {
            "today": practice,
            "course": answered.card.enrolment.course,
            "answered": answered,
            "question": answered.question(),
            "outcome": answered.result,
        },
    )
    page.headers["Cache-Control"] = "no-store"
    return page
