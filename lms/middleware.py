"""Owns what a request of an app is spared: what only pages need, and lines in a log that nobody keeps."""

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
from django_structlog.middlewares import request as logs


def _is_of_an_app(request: HttpRequest) -> bool:
    """Whether it is for the API and comes without a browser's session, which the API does not read."""
    return request.path.startswith("/api/") and settings.SESSION_COOKIE_NAME not in request.COOKIES


class _ForPages(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request) if _is_of_an_app(request) else super().__call__(request)


class SessionMiddleware(_ForPages, sessions.SessionMiddleware):
    """An app has a session token instead, which the API's authentication reads."""


class AuthenticationMiddleware(_ForPages, auth.AuthenticationMiddleware):
    """Who asks is found by the API's authentication."""


class MessageMiddleware(_ForPages, messages.MessageMiddleware):
    """An app is told what happened by the answer itself."""


class RequestMiddleware(logs.RequestMiddleware):
    """A line a request only where one is kept (BAEUM_ACCESS_LOG_LEVEL); what else is logged has the request's id."""

    def prepare(self, request: HttpRequest) -> None:
        if _is_of_an_app(request) and not _is_kept(logging.INFO):
            structlog.contextvars.bind_contextvars(request_id=str(uuid.uuid4()))
        else:
            super().prepare(request)

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        has_failed = hasattr(request, "_raised_exception")
        if has_failed or response.streaming or _is_kept(self._log_level_for_status_code(response.status_code)):
            super().handle_response(request, response)
        else:
            structlog.contextvars.clear_contextvars()


def _is_kept(level: int) -> bool:
    return logging.getLogger(logs.__name__).isEnabledFor(level)
