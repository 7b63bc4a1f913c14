"""Save time for requests of apps: skip middleware that only pages need, and log lines that the log level drops."""

import logging
import uuid
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth import middleware as auth
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, get_resolver
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string
from django_structlog.middlewares import request as logs

from accounts.api import unchanged
from common.pages.vary import vary_on
from operations.web.adapter import BODY_REFUSED


class AppMiddleware:
    """Pass requests of apps through APP_MIDDLEWARE only, and all others through the rest of MIDDLEWARE.

    The API knows its user by the session token, and has no form, no message and no cookie. The middleware of pages would do
    nothing for it, but each layer costs time: together they took a sixth of a request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._app_chain: Callable[[HttpRequest], HttpResponse] = _Chain(settings.APP_MIDDLEWARE).call

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_app_request(request):
            return self.get_response(request)
        return _find_unchanged(request) or self._app_chain(request)


class LocaleMiddleware:
    """Activate the language of the cookie or of Accept-Language, and name the language of the response.

    Django's middleware also looks for a language in the address, of which this site has none.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        translation.activate(translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        vary_on(response, "Accept-Language")
        response.headers.setdefault("Content-Language", translation.get_language())
        return response


class _Chain(BaseHandler):
    """Middleware around the view, as Django builds it for MIDDLEWARE. `call` answers a request."""

    def __init__(self, names: Iterable[str]) -> None:
        self._view_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self.call: Callable[[HttpRequest], Any] = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]  # not in the stubs
        for name in reversed(list(names)):
            middleware = import_string(name)(self.call)
            if hasattr(middleware, "process_view"):
                self._view_middleware.insert(0, middleware.process_view)
            if hasattr(middleware, "process_exception"):
                self._exception_middleware.append(middleware.process_exception)
            if hasattr(middleware, "process_template_response"):
                self._template_response_middleware.append(middleware.process_template_response)
            self.call = convert_exception_to_response(middleware)

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        """Return the view for the address of the request, as Django does for pages."""
        match = request.resolver_match = _find_view(request.path_info, settings.ROOT_URLCONF)
        return match


def _find_unchanged(request: HttpRequest) -> HttpResponse | None:
    """Return the answer to a client that has the current state already, if it can be found at once."""
    if "HTTP_IF_NONE_MATCH" not in request.META or BODY_REFUSED in request.META or _is_logged(logging.INFO):
        return None
    try:
        match = _find_view(request.path_info, settings.ROOT_URLCONF)
    except Resolver404:
        return None
    return unchanged.find_answer(request, getattr(match.func, "cls", None), match.kwargs)


# Of these addresses a process remembers the view, because trying the patterns takes as long as a query. 1 KB each.
_REMEMBERED_ADDRESSES = 500


@lru_cache(_REMEMBERED_ADDRESSES)
def _find_view(path: str, urlconf: str) -> ResolverMatch:
    """Return the view for an address. Raises Resolver404, which is not remembered: any text may be an address of nothing."""
    return get_resolver(urlconf).resolve(path)


def _is_app_request(request: HttpRequest) -> bool:
    """Return whether the request is for the API and has no session cookie.

    The description of the API is a page, which has the session of its reader.
    """
    return (
        request.path.startswith("/api/")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and not request.path.rstrip("/").endswith("/docs")
    )


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


_LOGGER = logging.getLogger(logs.__name__)


def _is_logged(level: int) -> bool:
    return _LOGGER.isEnabledFor(level)
