"""Save time for requests of apps: skip middleware that only pages need, and log lines that the log level drops."""

import logging
import uuid
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.functional import SimpleLazyObject
from django_structlog.middlewares import request as logs


def _is_app_request(request: HttpRequest) -> bool:
    """Return whether the request is for the API and has no session cookie."""
    return request.path.startswith("/api/") and settings.SESSION_COOKIE_NAME not in request.COOKIES


class _ForPages(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request) if _is_app_request(request) else super().__call__(request)


class SessionMiddleware(_ForPages, sessions.SessionMiddleware):
    """Load the session, but not for requests of apps: the API's authentication reads their session token."""


class AuthenticationMiddleware(_ForPages, auth.AuthenticationMiddleware):
    """Set the user, but not for requests of apps: the API's authentication finds the user."""


class MessageMiddleware(_ForPages, messages.MessageMiddleware):
    """Load flash messages, but not for requests of apps: answers of the API contain none."""


class RequestMiddleware(logs.RequestMiddleware):
    """Log a request only if BAEUM_ACCESS_LOG_LEVEL allows it. Other log lines still contain the id of the request."""

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Add the user's id to the log lines. `request.user` still follows the session of the request afterwards.

        django-structlog replaces `request.user` by a lazy object that always returns the user of the cookie. allauth's
        endpoints for apps change the session to that of the token and would then find nobody signed in.
        """
        before = getattr(request, "user", None)
        logs.RequestMiddleware.bind_user_id(request)
        if getattr(request, "user", None) is not before:
            request.user = SimpleLazyObject(lambda: _get_user(request))  # type: ignore[assignment]

    def prepare(self, request: HttpRequest) -> None:
        if _is_logged(logging.INFO):
            super().prepare(request)
            return
        structlog.contextvars.bind_contextvars(request_id=str(uuid.uuid4()))
        if not _is_app_request(request):
            self.bind_user_id(request)

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        has_failed = hasattr(request, "_raised_exception")
        if has_failed or response.streaming or _is_logged(self._log_level_for_status_code(response.status_code)):
            super().handle_response(request, response)
        else:
            structlog.contextvars.clear_contextvars()


def _get_user(request: HttpRequest) -> Any:
    # A response that depends on the user must have `Vary: Cookie`; the session middleware adds it after this.
    request.session.accessed = True
    return auth.get_user(request)


def _is_logged(level: int) -> bool:
    return logging.getLogger(logs.__name__).isEnabledFor(level)
