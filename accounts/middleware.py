"""Owns which language and time zone a request is answered in, what apps may send to allauth, and that staff hold a
second factor.
"""

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
    """A signed-in reader's chosen language beats the browser's; times are shown in the reader's own zone.

    It stands after LocaleMiddleware (which read cookie and Accept-Language) and after authentication.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The API carries its own language (Accept-Language) and no session cookie: leave both alone.
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
    """allauth's endpoints for apps take any JSON; what is nested too deeply or is no text would break them."""

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
    """Staff see every student's grades and the answer keys: no administration without an authenticator app.

    Whoever has one is asked for its code at sign-in, by allauth. The setting is BAEUM_STAFF_MFA.
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
