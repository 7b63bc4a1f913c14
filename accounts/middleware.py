"""Activate the user's language and time zone, adapt allauth's endpoints for apps, and require MFA from staff."""

import json
from collections.abc import Callable
from typing import Any, cast

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import get_user
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.own_account.usage import usage
from accounts.sign_in import devices
from common.api.parsing import read_json
from common.api.problems import CONTENT_TYPE, get_title, problem, problem_response


class UserLanguageMiddleware:
    """Activate the language and time zone that a signed-in user has chosen, and note that the device is used.

    Must come after AuthenticationMiddleware, and after LocaleMiddleware, whose language (cookie, Accept-Language) it
    overrides.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # API requests have no session cookie. `accounts.api.base` chooses the language of /api/; /_allauth/ uses that of
        # Accept-Language.
        if not request.path.startswith(("/api/", "/_allauth/", settings.STATIC_URL)) and request.user.is_authenticated:
            # From here on the person itself: a page asks for it seventy times, and each detour by the lazy object costs time.
            user = request.user = cast("User", get_user(request))
            if user.language and user.language != translation.get_language():
                translation.activate(user.language)
                request.LANGUAGE_CODE = user.language
            timezone.activate(user.zone)
            usage.note(request.session.session_key)
            try:
                return self.get_response(request)
            finally:
                timezone.deactivate()
        return self.get_response(request)


class HeadlessMiddleware:
    """Let allauth's endpoints for apps answer as the API does, and give the device of a sign-in its token.

    Malformed JSON is refused before allauth, which would fail on too deep nesting or invalid text. Refusals become problem
    documents (RFC 9457) that still contain allauth's own members: `errors`, `data` and `meta`. A method that an address does not
    have is refused as such; allauth would look at the body first. A number in the place of a text is refused: allauth would take
    its digits.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_app = request.path.startswith("/_allauth/")
        response = self.get_response(request)
        devices.give_token(request, response, is_app=is_app)
        return _as_problem(response) if is_app and response.status_code >= 400 else response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        known = getattr(view, "view_class", None)
        if not request.path.startswith("/_allauth/") or known is None:
            return None
        names = getattr(view, "view_initkwargs", {}).get("http_method_names", known.http_method_names)
        allowed = {name.upper() for name in names if hasattr(known, name)}
        allowed |= {"HEAD"} if "GET" in allowed else set()
        return _refuse_method(allowed) if request.method not in allowed else _refuse_body(request)


def _refuse_method(allowed: set[str]) -> HttpResponse:
    response = problem_response("method-not-allowed", 405, get_title("method-not-allowed"))
    response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _refuse_body(request: HttpRequest) -> HttpResponse | None:
    if request.method == "GET" or not request.body:
        return None
    try:
        body = read_json(request.body)
    except ValueError:
        return problem_response("malformed", 400, _("The body is not JSON in UTF-8."))
    errors = _find_what_is_no_text(body)
    return problem_response("invalid", 400, get_title("invalid"), errors=errors) if errors else None


_TEXTS = ("code", "current_password", "email", "key", "name", "new_password", "password")


def _find_what_is_no_text(body: Any) -> list[dict[str, str]]:
    """Return an error, in allauth's form, for each member of a body that should be a text and is none."""
    if not isinstance(body, dict):
        return []
    message = _("A text is expected here.")
    return [
        {"message": message, "code": "invalid", "param": name}
        for name in _TEXTS
        if name in body and not isinstance(body[name], str)
    ]


# The problem of each status with which allauth refuses in JSON.
_PROBLEMS = {
    400: "invalid",
    401: "not-authenticated",
    403: "forbidden",
    404: "no-authenticator",
    409: "conflict",
    410: "session-ended",
    429: "throttled",
}
# Its refusals without a body.
_PROBLEMS_WITHOUT_BODY = {400: "malformed", 405: "method-not-allowed"}


def _as_problem(response: HttpResponse) -> HttpResponse:
    """The refusal as a problem document. One that is a problem document already stays as it is."""
    kind = response.headers.get("Content-Type", "")
    if kind == CONTENT_TYPE:
        return response
    is_json = kind == "application/json"
    slug = (_PROBLEMS if is_json else _PROBLEMS_WITHOUT_BODY).get(response.status_code)
    if slug is None:
        return response
    body = json.loads(response.content) if is_json else {}
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "X-Session-Token"
        slug = _find_what_is_missing(body) or slug
    response.content = json.dumps({**problem(slug, response.status_code, get_title(slug)), **body})
    response.headers["Content-Type"] = CONTENT_TYPE
    if response.status_code == 429:
        # All rates in allauth's settings are for a minute or less.
        response.headers.setdefault("Retry-After", "60")
    return response


def _find_what_is_missing(body: dict[str, Any]) -> str:
    """The problem of somebody who has given a right password already, else ""."""
    if body.get("meta", {}).get("is_authenticated"):
        return "reauthentication-required"
    if any(flow.get("is_pending") for flow in body.get("data", {}).get("flows", [])):
        return "sign-in-incomplete"
    return ""


class StaffAuthenticatorMiddleware:
    """Require an authenticator app for the admin, because staff can see grades and answer keys.

    Staff without one are redirected to the page that sets it up. allauth asks for its code at sign-in. The environment
    variable BAEUM_STAFF_MFA switches this on or off.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            settings.STAFF_MFA
            and request.path.startswith(reverse("admin:index"))
            and request.user.is_authenticated
            and request.user.is_staff
            and not is_mfa_enabled(request.user)
        ):
            messages.warning(request, _("Before you can go to the administration, set up an authenticator app."))
            return redirect("mfa_activate_totp")
        return self.get_response(request)
