"""Activate the user's language and time zone, validate JSON sent to allauth, and require MFA from staff."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from common.api.parsing import read_json
from common.api.problems import problem_response


class UserLanguageMiddleware:
    """Activate the language and time zone that a signed-in user has chosen.

    Must come after AuthenticationMiddleware, and after LocaleMiddleware, whose language (cookie, Accept-Language) it
    overrides.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # API requests have no session cookie. `accounts.api.base` chooses the language of /api/; /_allauth/ uses that of
        # Accept-Language.
        if not request.path.startswith(("/api/", "/_allauth/", settings.STATIC_URL)) and request.user.is_authenticated:
            if request.user.language and request.user.language != translation.get_language():
                translation.activate(request.user.language)
                request.LANGUAGE_CODE = request.user.language
            timezone.activate(request.user.zone)
            try:
                return self.get_response(request)
            finally:
                timezone.deactivate()
        return self.get_response(request)


class HeadlessBodyMiddleware:
    """Respond with 400 to malformed JSON sent to allauth's app endpoints.

    Without this check, allauth would fail on JSON that is nested too deeply or has text that is not valid Unicode.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/_allauth/") and request.method != "GET" and request.body:
            try:
                read_json(request.body)
            except ValueError:
                return problem_response("malformed", 400, _("The body is not JSON in UTF-8."))
        return self.get_response(request)


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
