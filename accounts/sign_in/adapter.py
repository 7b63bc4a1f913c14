"""Customise allauth: whether sign-up is open, limits of wrong passwords, mails, and the user data in its app API."""

import time
from typing import Any

import structlog
from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.headless.adapter import DefaultHeadlessAdapter
from django.conf import settings
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.identity import normalise_address, validate_address
from accounts.messages import account_mails
from accounts.models import User
from accounts.own_account.devices import record_sign_in
from accounts.sign_in import devices, limits
from common.api.problems import problem_response
from common.mail import sending
from common.pages.errors import too_many_requests

log = structlog.get_logger(__name__)
# What allauth calls a password, and an authenticator, passkey or recovery code.
_SIGN_IN_METHODS = ("password", "mfa")
# allauth raises these where one of its own rates is used up. It does not say which, so the longest of them is waited for.
_USED_UP = {"too_many_login_attempts": 300, "rate_limited": 300}


class AccountAdapter(DefaultAccountAdapter):
    counted: limits.Counted | None = None

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP != "closed")

    def clean_email(self, email: str) -> str:
        validate_address(email)
        return normalise_address(email)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt, by limits of our own: see `accounts.sign_in.limits`."""
        try:
            self.counted = limits.count_attempt(request, credentials["email"])
        except limits.SignInRefused as refused:
            title = _("Too many failed sign-ins")
            raise ImmediateHttpResponse(too_many_requests(request, wait=refused.wait, title=title)) from refused

    def _rollback_login_failed_rl_usage(self) -> None:
        # allauth calls it when the password was right.
        if self.counted:
            self.counted.take_back()

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        # allauth calls it when a password was reset.
        limits.forget_wrong_passwords(request, credentials["email"])

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Return the error of a form. A rate that is used up is answered with 429 instead, by raising the response."""
        if code in _USED_UP:
            raise ImmediateHttpResponse(too_many_requests(allauth_context.request, wait=_USED_UP[code]))
        error: ValidationError = super().validation_error(code, *args)
        return error

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Return whether a change of how one signs in needs the password or a code again.

        A sign-in counts for as long as allauth lets the password count that it asks for again. By itself allauth would ask for it
        directly after the sign-in.
        """
        is_asked: bool = super().is_reauthentication_required(app=app, **kwargs)
        return is_asked and not _has_just_signed_in(allauth_context.request)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        devices.remember(request, user)
        record_sign_in(request, user, request.session)
        if kwargs["signup"]:
            # The password was typed with the address, but allauth records only passwords of sign-ins.
            record_authentication(request, user, method="password")
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the mail during the request, because the user waits for the link. Respond with 503 if the mail server fails.

        It is of a registered kind, and in the recipient's language if the account has one. A mail is sent to known and to unknown
        addresses, so the response does not reveal whether an account exists.
        """
        request, now = allauth_context.request, timezone.now()
        user = context.get("user") or User.objects.filter(email=email.lower()).first()
        shown = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        message = account_mails.compose(template_prefix, to=email, user=user, context=shown, headers={}, now=now)
        try:
            account_mails.send(template_prefix, message, user=user, now=now)
        except sending.DeliveryError as error:
            log.exception("account_mail_failed", template=template_prefix)
            raise ImmediateHttpResponse(_mail_failed(request)) from error

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send a mail about a change of the account. A failure is only logged, because the change is already made."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except ImmediateHttpResponse:
            log.warning("account_notification_not_sent")


class HeadlessAdapter(DefaultHeadlessAdapter):
    def serialize_user(self, user: User) -> dict[str, Any]:
        """Return the user data that the app receives at sign-in. Its `id` is the uuid; the primary key is not exposed."""
        return {**super().serialize_user(user), "id": str(user.uuid)}


def _has_just_signed_in(request: HttpRequest) -> bool:
    """Return whether the session's last password or code is recent. An unfinished sign-in has a record, too, but no user."""
    records = [each for each in get_authentication_records(request, request.user) if each["method"] in _SIGN_IN_METHODS]
    return bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT


def _mail_failed(request: HttpRequest) -> HttpResponseBase:
    title = _("The mail could not be sent.")
    detail = _("Try again in a few minutes.")
    if request.path.startswith("/_allauth/"):
        return problem_response("mail-not-sent", 503, title, detail)
    return render(request, "error.html", {"code": 503, "title": title, "detail": detail}, status=503)
