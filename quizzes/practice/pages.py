"""Pages: the daily review of one's own mistakes, one question at a time."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import User
from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from common.mail import sending
from courses.extensions import MailLine
from quizzes.practice import answering, queue
from quizzes.practice.models import PracticeCard
from quizzes.questions import KINDS


def student_section(user: User, now: datetime) -> SafeString:
    """What quizzes adds to the pages of courses: how many questions come again today. Nothing while there are none at all."""
    today = queue.get_today(user=user, now=now)
    return SafeString("") if today.is_empty else render_to_string("quizzes/_review_section.html", {"today": today})


def summary_line(user: User, now: datetime) -> MailLine | None:
    """What quizzes adds to the weekly summary: how many questions come again today."""
    count = len(queue.get_today(user=user, now=now).cards)
    if not count:
        return None
    text = ngettext(
        "%(count)d question that you got wrong is up for review today",
        "%(count)d questions that you got wrong are up for review today",
        count,
    )
    return MailLine(text % {"count": count}, sending.absolute(reverse("quizzes:review-today")))


@login_required
@require_GET
def practice_today(request: AuthenticatedRequest) -> HttpResponse:
    """The next question of today, or that there is none and when the next one comes."""
    return _asking(request)


def _asking(request: AuthenticatedRequest, error: str = "") -> HttpResponse:
    today = queue.get_today(user=request.user, now=timezone.now())
    card = today.cards[0] if today.cards else None
    response = render(
        request,
        "quizzes/review_today.html",
        {
            "today": today,
            "card": card,
            "question": answering.present_next(card, today.done + 1) if card else None,
            "error": error,
        },
        status=400 if error else 200,
    )
    # The back button must ask again: the question of before has been answered.
    response.headers["Cache-Control"] = "no-store"
    return response


@login_required
@require_http_methods(["GET", "POST"])
def card_turn(request: AuthenticatedRequest, card: UUID, turn: int) -> HttpResponse:
    """Answer one turn of a card, and look at what there is to say about it."""
    now = timezone.now()
    try:
        if request.method == "POST":
            view = answering.find_public_question(PracticeCard.objects.for_student(request.user).get(uuid=card))
            response = None if "unknown" in request.POST else KINDS[view["kind"]].from_form(view, request.POST)
            answering.answer(user=request.user, card=card, turn=turn, response=response, now=now)
            return redirect("quizzes:card-turn", card, turn)
        answered = answering.find_answered(user=request.user, card=card, turn=turn, now=now)
    except PracticeCard.DoesNotExist as missing:
        raise Http404 from missing
    except queue.CardNotDue:
        answered = None
    except DomainError as refused:
        return _asking(request, refused.message)
    if answered is None:
        return redirect("quizzes:review-today")
    today = queue.get_today(user=request.user, now=now)
    shown = render(
        request,
        "quizzes/card_turn.html",
        {
            "today": today,
            "course": answered.card.enrolment.course,
            "answered": answered,
            "question": answered.question(),
            "outcome": answered.result,
        },
    )
    shown.headers["Cache-Control"] = "no-store"
    return shown
