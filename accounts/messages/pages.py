"""Show the bell, and switch the mails of one kind off and on by a link in a mail.

The signed token of that link authenticates the request. Neither a cookie nor a CSRF token is required, because the one-click POST
comes from the mail program (RFC 8058). A GET switches nothing, because mail scanners follow every link.
"""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.messages import bell, switches
from accounts.requests import AuthenticatedRequest
from common.lookup import or_404


@login_required
@require_safe
@never_cache
def message_list(request: AuthenticatedRequest) -> HttpResponse:
    page = Paginator(bell.newest_first(request.user), bell.PAGE).get_page(request.GET.get("page"))
    return render(
        request, "notifications/message_list.html", {"page": page, "lines": bell.lines(request.user, list(page))}
    )


@login_required
@require_POST
def message_read_all(request: AuthenticatedRequest) -> HttpResponse:
    bell.read_all(user=request.user, now=timezone.now())
    return redirect("notifications:message-list")


@login_required
@require_safe
@never_cache
def message_detail(request: AuthenticatedRequest, uuid: UUID) -> HttpResponse:
    """Go to what the message is about. A GET marks it as read: nothing else changes, and only its reader knows the address."""
    line = or_404(bell.open_message(user=request.user, uuid=uuid, now=timezone.now()))
    return redirect(line.path) if line.path else redirect("notifications:message-list")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_off(request: HttpRequest, token: str) -> HttpResponse:
    return _switch(request, token, is_on=False)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_on(request: HttpRequest, token: str) -> HttpResponse:
    return _switch(request, token, is_on=True)


def _switch(request: HttpRequest, token: str, *, is_on: bool) -> HttpResponse:
    user, kind = or_404(switches.find_by_token(token))
    if user.language:
        translation.activate(user.language)
        request.LANGUAGE_CODE = user.language
    if request.method == "POST":
        switches.switch(user, kind, is_on=is_on)
    # Mail programs do not follow a redirect after the POST, so the page is rendered directly.
    return render(
        request,
        "notifications/mail_switch.html",
        {"reader": user, "kind": kind, "token": token, "is_on": is_on, "is_done": request.method == "POST"},
    )
