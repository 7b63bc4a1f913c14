"""Show the questions of a lesson and one of them with its replies; ask, reply, say "me too", accept a reply and report."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from common.lookup import uuid_text
from courses.lessons.reading import get_place_url
from discussions import following, moderating, posting, reading
from discussions.models import Post
from discussions.reading import LessonReader, PlacedQuestion
from notes.writing import LONGEST_QUOTE

PAGE_SIZE = 20


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lesson_questions(request: AuthenticatedRequest, slug: str, lesson_slug: str) -> HttpResponse:
    """List the questions of a lesson in the order of its text, or those of one place (`at`), with a form; ask one."""
    reader = reading.reader_or_404(request.user, slug, lesson_slug)
    given, error = request.POST, None
    if request.method == "POST":
        try:
            asked = posting.ask(
                author=request.user,
                activity=reader.activity,
                text=reader.text,
                anchor=given.get("anchor", ""),
                quote=given.get("quote", ""),
                prefix=given.get("prefix", ""),
                suffix=given.get("suffix", ""),
                body=given.get("body", ""),
                now=timezone.now(),
            )
        except DomainError as refused:
            error = refused
        else:
            messages.success(request, _("Your question is asked. You get a message when somebody replies."))
            return redirect("discussions:question", asked.uuid)
    context = {
        **_listed(request, reader),
        "course": reader.enrolment.course,
        "activity": reader.activity,
        "choices": reading.read_choices(reader.text),
        "place": _asked_place(request, reader),
        "body": given.get("body", ""),
        "refusal": error.message if error else "",
        "longest": posting.LONGEST_BODY,
        "undo": uuid_text(request.GET.get("deleted", "")),
    }
    return render(request, "discussions/lesson.html", context, status=error.status if error else 200)


def _listed(request: AuthenticatedRequest, reader: LessonReader) -> dict[str, Any]:
    placed = reading.placed_questions(reader)
    at, is_open = request.GET.get("at", ""), request.GET.get("show") == "open"
    if at in reader.text.blocks:
        placed = [each for each in placed if each.place.anchor == at]
    else:
        at = ""
    if is_open:
        placed = [each for each in placed if not each.post.is_answered]
    page = Paginator[PlacedQuestion](placed, PAGE_SIZE).get_page(request.GET.get("page"))
    return {"page": page, "questions": reading.load(request.user, list(page)), "at": at, "is_open": is_open}


def _asked_place(request: AuthenticatedRequest, reader: LessonReader) -> dict[str, str]:
    """Return what the form says about the place: as it was sent, or as the address asks for it."""
    given = request.POST if request.method == "POST" else request.GET
    anchor = given.get("anchor", "") or given.get("at", "")
    return {
        "anchor": anchor if anchor in reader.text.blocks else "",
        **{name: given.get(name, "")[:LONGEST_QUOTE] for name in ("quote", "prefix", "suffix")},
    }


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """Show a question with its replies and a form; reply."""
    thread = reading.thread_or_404(Post.objects.for_student(request.user), request.user, uuid)
    activity, error = thread.question.activity, None
    if request.method == "POST":
        try:
            written = posting.reply(
                author=request.user,
                question=thread.question,
                body=request.POST.get("body", ""),
                by_staff=reading.is_staff_of(request.user, activity),
                now=timezone.now(),
            )
        except DomainError as refused:
            error = refused
        else:
            return redirect(f"{request.path}#post-{written.uuid}")
    context = {
        "thread": thread,
        "course": activity.course,
        "activity": activity,
        "place_url": get_place_url(activity.course.slug, activity.slug, thread.question.anchor),
        "may_accept": following.may_accept(request.user, thread.question),
        "body": request.POST.get("body", ""),
        "refusal": error.message if error else "",
        "longest": posting.LONGEST_BODY,
        "longest_reason": moderating.LONGEST_REASON,
        "undo": uuid_text(request.GET.get("deleted", "")),
    }
    return render(request, "discussions/question.html", context, status=error.status if error else 200)


@login_required
@require_POST
def me_too(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """Say that one has the same question, or take that back."""
    post = reading.question_or_404(request.user, uuid)
    if request.POST.get("on") == "0":
        following.remove_me_too(question=post, user=request.user)
    else:
        following.add_me_too(question=post, user=request.user, now=timezone.now())
    return redirect("discussions:question", uuid)


@login_required
@require_POST
def mute(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """Stop the messages about a question, or resume them."""
    post = reading.question_or_404(request.user, uuid)
    following.mute(question=post, user=request.user, is_muted=request.POST.get("on") != "0")
    return redirect("discussions:question", uuid)


@login_required
@require_POST
def accept(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """Mark the reply that the form names as the answer, or open the question again. For its author, and staff."""
    post = reading.question_or_404(request.user, uuid)
    if "reopen" in request.POST:
        return _doing(request, post, lambda: following.reopen(question=post, actor=request.user))
    reply = reading.reply_or_404(request.user, post, uuid_text(request.POST.get("reply", "")))
    return _doing(request, post, lambda: following.accept(question=post, reply=reply, actor=request.user))


@login_required
@require_POST
def report(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """Report a post to the staff."""
    post = reading.readable_post_or_404(request.user, uuid)
    reason = request.POST.get("reason", "")

    def act() -> None:
        moderating.report(post=post, reporter=request.user, reason=reason, now=timezone.now())
        messages.success(request, _("Reported. The staff of the course look at it."))

    return _doing(request, post.question or post, act)


def _doing(request: AuthenticatedRequest, post: Post, act: Callable[[], Any]) -> HttpResponse:
    """Do something to a question and lead back to it, with the refusal if there is one."""
    try:
        act()
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect(reverse("discussions:question", args=[post.uuid]))
