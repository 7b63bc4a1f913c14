"""Change, delete and take back one's own questions and replies: students on their pages, staff on theirs."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from discussions import posting, reading
from discussions.models import Post


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def post_edit(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """Change the text of a post. If it was changed elsewhere meanwhile, both texts are shown."""
    post = reading.own_post_or_404(request.user, uuid)
    context: dict[str, Any] = {"post": post, "body": post.body, "back": thread_url(post), "stored": ""}
    status = 200
    if request.method == "POST":
        body, seen = request.POST.get("body", ""), request.POST.get("seen", "")
        try:
            posting.change(
                post, body=body, seen=int(seen) if seen.isdecimal() and len(seen) < 10 else 0, now=timezone.now()
            )
        except DomainError as refused:
            status = refused.status
            stored = post.body if isinstance(refused, posting.PostChanged) else ""
            context |= {"refusal": refused.message, "body": body, "stored": stored}
        else:
            return redirect(f"{thread_url(post)}#post-{post.uuid}")
    return render(request, "discussions/edit.html", {"refusal": "", **context}, status=status)


@login_required
@require_POST
def post_delete(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """Delete a post, and offer to take that back."""
    post = reading.own_post_or_404(request.user, uuid)
    try:
        posting.delete(post, now=timezone.now())
    except DomainError as refused:
        messages.error(request, refused.message)
        return redirect(thread_url(post))
    if post.question is None:
        back = reverse("discussions:lesson", args=[post.activity.course.slug, post.activity.slug])
    else:
        back = thread_url(post)
    return redirect(f"{back}?deleted={post.uuid}")


@login_required
@require_POST
def post_restore(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """Take the deletion of a post back."""
    post = reading.own_post_or_404(request.user, uuid, deleted=True)
    posting.take_back(post)
    return redirect(f"{thread_url(post)}#post-{post.uuid}")


def thread_url(post: Post) -> str:
    """Return the page where its author reads a post. Needs `question` and the course of the activity."""
    question = post.question or post
    if post.by_staff:
        return reverse("discussing:question", args=[post.activity.course.slug, question.uuid])
    return reverse("discussions:question", args=[question.uuid])
