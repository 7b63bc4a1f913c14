"""Show the pages of the development inbox.

Mails contain password reset links. So the pages answer only requests from this machine, and none if mails are really sent.
"""

import ipaddress
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from common.mail.inbox import messages

P = ParamSpec("P")

# A mail is untrusted HTML. It may not run scripts, send forms or load anything from a server. A click on a link may open a page
# in the whole window.
SANDBOX = (
    "sandbox allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def _is_this_machine(request: HttpRequest) -> bool:
    """Return whether the request comes from this machine. A request through a proxy never does, whatever its address."""
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def _local_only(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not settings.INBOX or not _is_this_machine(request):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@_local_only
@require_safe
@never_cache
def message_list(request: HttpRequest) -> HttpResponse:
    return render(request, "inbox/message_list.html", {"entries": messages.entries()})


@_local_only
@require_safe
@never_cache
def message_detail(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "inbox/message_detail.html", {"message": _message(name)})


@_local_only
@require_safe
@never_cache
@xframe_options_sameorigin
def message_html(request: HttpRequest, name: str) -> HttpResponse:
    """Return the HTML of a message, for the frames of `message_detail`; with `?dark`, as in a dark theme."""
    html = _message(name, in_dark="dark" in request.GET).html
    if html is None:
        raise Http404
    return HttpResponse(html, headers={"Content-Security-Policy": SANDBOX})


def _message(name: str, *, in_dark: bool = False) -> messages.Message:
    message = messages.read(name, in_dark=in_dark)
    if message is None:
        raise Http404
    return message
