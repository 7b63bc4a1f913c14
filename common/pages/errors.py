"""Answer errors that no view handles: with a page, or with a problem document for requests of apps."""

import sys
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from common import outages
from common.api.problems import problem_response
from common.limits import TooManyCodes, format_wait

# Clients of these paths are apps: they receive problem documents, not pages.
PROBLEM_PATHS = ("/api/", "/_allauth/")


def error_page(request: HttpRequest, code: int, slug: str, title: str, detail: str = "") -> HttpResponse:
    if request.path.startswith(PROBLEM_PATHS):
        return problem_response(slug, code, title, detail)
    back = find_ways_back(request)[1] if request.method == "POST" else ""
    context = {"code": code, "title": title, "detail": detail, "back": back}
    return render(request, "error.html", context, status=code)


def find_ways_back(request: HttpRequest) -> tuple[str, str]:
    """Return the addresses for trying again and for the page before, each "" if there is none.

    Only a page that was asked for can be asked for again. A form was sent from the page before; where the browser does not name
    that page, most forms of this site answer at their own address.
    """
    own = request.get_full_path()
    again = own if request.method in ("GET", "HEAD") else ""
    back = "" if again else own
    referrer = request.headers.get("Referer", "")
    with suppress(DisallowedHost):
        if referrer and url_has_allowed_host_and_scheme(referrer, {request.get_host()}):
            parts = urlsplit(referrer)
            # Two slashes at the start would lead to another site.
            back = escape_leading_slashes(urlunsplit(("", "", parts.path, parts.query, "")))
    return again, "" if back == again else back


def body_refused(request: HttpRequest, status: int, limit: int = 0) -> HttpResponse:
    """Answer a request whose body was not received. `status` is 408 (too slow), 411 (no length), 413 (too large) or 503.

    `limit` is how many bytes it might have had, if that is known.
    """
    if status == 503:
        return _unavailable(request)
    slug, title = {
        408: ("body-too-slow", _("The request arrived too slowly.")),
        411: ("length-required", _("The request does not say how long it is.")),
        413: ("body-too-large", _("The request is larger than this site accepts.")),
    }[status]
    detail = _("What you had saved is safe.")
    if status == 413 and limit:
        most = _("At most %(limit)d MB can be sent at once.") % {"limit": limit // 2**20}
        detail = f"{most} {detail}"
    return error_page(request, status, slug, title, detail)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return body_refused(request, 413)
    return error_page(request, 400, "malformed", _("The request could not be understood."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403, "forbidden", _("You may not do that."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404, "not-found", _("There is nothing at this address."))


def too_many_requests(request: HttpRequest, wait: int = 60, title: str = "") -> HttpResponse:
    """Answer 429 and say how long to wait: `wait` seconds. All rates in allauth's settings are for a minute or less."""
    detail = _("Try again in %(time)s.") % {"time": format_wait(wait)}
    return _refuse_for_now(error_page(request, 429, "throttled", title or _("Too many tries"), detail), wait)


def refuse_for_now(response: HttpResponse, error: TooManyCodes) -> HttpResponse:
    """Make a page that shows `error` a refusal with the time to wait."""
    return _refuse_for_now(response, error.wait)


def _refuse_for_now(response: HttpResponse, wait: int) -> HttpResponse:
    response.status_code = 429
    response.headers["Retry-After"] = str(wait)
    return response


@csrf_exempt
def no_such_address(request: HttpRequest) -> HttpResponse:
    """Answer 404 to every method, for addresses of a package that this site does not offer."""
    raise Http404


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 during an outage (a full disk, a database that is away), else 500.

    Every error that no view and no middleware handled comes here, from pages and from apps. Django calls this while it handles
    the error. It uses neither the database nor the session, because they may be what failed.
    """
    if outages.is_outage(sys.exc_info()[1]):
        return _unavailable(request)
    return _plain_error(
        request, 500, "server-error", _("Something broke on our side."), _("What you had saved is safe.")
    )


def _unavailable(request: HttpRequest) -> HttpResponse:
    title = _("The site cannot accept this request at the moment.")
    detail = _(
        "Its storage or its database is full, busy or away. Try again in half a minute. What you had saved is safe."
    )
    response = _plain_error(request, 503, "unavailable", title, detail)
    response.headers["Retry-After"] = str(outages.RETRY_AFTER)
    return response


def _plain_error(request: HttpRequest, code: int, slug: str, title: str, detail: str) -> HttpResponse:
    if request.path.startswith(PROBLEM_PATHS):
        return problem_response(slug, code, title, detail)
    again, back = find_ways_back(request)
    context = {"code": code, "title": title, "detail": detail, "again": again, "back": back}
    return HttpResponse(render_to_string("error_plain.html", context), status=code)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose CSRF token does not match the cookie. Usually the page was open during a new sign-in."""
    return error_page(
        request,
        403,
        "csrf",
        _("This page was open for too long."),
        _("Go back, reload the page and send it again. What you had saved is safe."),
    )
