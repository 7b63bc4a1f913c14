"""Activate the user's language and time zone, validate JSON sent to allauth, and require MFA of staff."""

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

    Must come after LocaleMiddleware, whose choice (cookie, Accept-Language) it overrides, and after authentication.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # API requests have no session cookie and choose the language by Accept-Language only.
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
    """Refuse malformed JSON before allauth's app endpoints, which would fail on too deep nesting or invalid text."""

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
    """Require an authenticator app for the admin, because staff can see all grades and answer keys.

    Staff without one are redirected to set it up. allauth asks for the code at sign-in. Set by BAEUM_STAFF_MFA.
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
