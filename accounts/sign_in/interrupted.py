"""Keep a form that was sent after the session had ended, and offer to send it when its author has signed in again.

The page that the author wanted comes after the sign-in. If a form is kept for it, it asks first: "Your session had ended before
this was saved." One press sends the same fields to the same address, where they are checked as ever. So a lesson that was marked
as done, or settings that were typed, are not lost silently.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _

from common.pages import errors

_KEPT = "interrupted_form"
# Characters of all values. A text of 20,000 characters is the longest that a student can write.
_MOST = 100_000
# The workspace of instructors keeps its forms itself, because it can merge what others have changed meanwhile.
_NOT_FOR = ("/admin/", "/api/", "/_allauth/")
# Set on a request whose form was kept.
_IS_KEPT = "_interrupted_form_is_kept"


class InterruptedFormMiddleware:
    """Must come after the middleware of the session, of CSRF and of the user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_NOT_FOR):
            return self.get_response(request)
        if request.method == "GET" and (offered := _offer(request)) is not None:
            return offered
        response = self.get_response(request)
        if request.method == "POST" and not hasattr(request, _IS_KEPT):
            if request.user.is_authenticated:
                _forget(request)
            elif response.status_code == 302 and _leads_to_sign_in(response):
                _keep(request)
        return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without a valid CSRF token. One that was sent from this site is kept: the browser has lost its cookies.

    What another site makes a browser send is refused, as without this function.
    """
    if request.path.startswith(_NOT_FOR) or not _is_from_here(request) or not _keep(request):
        return errors.csrf_failure(request, reason)
    if request.user.is_authenticated:
        return redirect(request.path)
    return redirect_to_login(request.path, resolve_url(settings.LOGIN_URL))


def _is_from_here(request: HttpRequest) -> bool:
    """Return whether the browser says that a page of this site has sent the request. A page cannot forge these headers."""
    if "HTTP_SEC_FETCH_SITE" in request.META:
        return bool(request.META["HTTP_SEC_FETCH_SITE"] == "same-origin")
    return bool(request.META.get("HTTP_ORIGIN") == f"{request.scheme}://{request.get_host()}")


def _keep(request: HttpRequest) -> bool:
    """Keep the form of this request in the session. Return False if it cannot be kept: files, passwords, or too much.

    What a script sends is not kept. Scripts keep it themselves, and try again.
    """
    if request.META.get("HTTP_SEC_FETCH_MODE", "navigate") != "navigate" or request.headers.get("HX-Request"):
        return False
    fields = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    size = sum(len(value) for values in fields.values() for value in values)
    is_secret = any("password" in name for name in fields)
    if request.FILES or is_secret or size > _MOST or request.path == resolve_url(settings.LOGIN_URL):
        return False
    request.session[_KEPT] = {"path": request.path, "fields": fields}
    setattr(request, _IS_KEPT, True)
    if not request.user.is_authenticated:
        messages.warning(
            request, _("Your session had ended. Sign in, and you can send once more what you have just sent.")
        )
    return True


def _leads_to_sign_in(response: HttpResponse) -> bool:
    return urlsplit(response.headers["Location"]).path == resolve_url(settings.LOGIN_URL)


def _offer(request: HttpRequest) -> HttpResponse | None:
    """Return the page that offers to send the kept form. None if there is none for this address, or nobody has signed in."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    kept = request.session.get(_KEPT)
    if not kept or kept["path"] != request.path or not request.user.is_authenticated:
        return None
    if "leave" in request.GET:
        _forget(request)
        return redirect(settings.LOGIN_REDIRECT_URL)
    fields = [(name, value) for name, values in kept["fields"].items() for value in values]
    return render(request, "accounts/interrupted.html", {"fields": fields, "path": request.path})


def _forget(request: HttpRequest) -> None:
    kept = request.session.get(_KEPT)
    if kept and kept["path"] == request.path:
        del request.session[_KEPT]
