"""Answer API errors as RFC 9457 problem documents."""

from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, JsonResponse
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from common.errors import DomainError

log = structlog.get_logger(__name__)
CONTENT_TYPE = "application/problem+json"


def problem(slug: str, code: int, title: str, detail: str = "", **extra: Any) -> dict[str, Any]:
    """A problem document. `type` is relative to the site: /problems/<slug> explains it."""
    body: dict[str, Any] = {"type": f"/problems/{slug}", "title": title, "status": code}
    if detail:
        body["detail"] = detail
    return {**body, **extra}


def problem_response(slug: str, code: int, title: str, detail: str = "", **extra: Any) -> JsonResponse:
    """The same outside DRF: for addresses that no view answers."""
    return JsonResponse(problem(slug, code, title, detail, **extra), status=code, content_type=CONTENT_TYPE)


# What DRF and Django raise themselves: (exceptions, slug, status, title).
_REFUSALS: list[tuple[tuple[type[Exception], ...], str, int, Any]] = [
    ((Http404, exceptions.NotFound), "not-found", 404, gettext_lazy("There is nothing at this address.")),
    (
        (exceptions.NotAuthenticated, exceptions.AuthenticationFailed),
        "not-authenticated",
        401,
        gettext_lazy("Sign in first."),
    ),
    ((PermissionDenied, exceptions.PermissionDenied), "forbidden", 403, gettext_lazy("You may not do that.")),
    (
        (exceptions.ValidationError,),
        "invalid",
        400,
        gettext_lazy("The request holds something that cannot be right."),
    ),
    ((exceptions.ParseError,), "malformed", 400, gettext_lazy("The request body could not be read.")),
    (
        (RequestDataTooBig,),
        "body-too-large",
        413,
        gettext_lazy("The request is larger than this site accepts."),
    ),
    (
        (exceptions.MethodNotAllowed,),
        "method-not-allowed",
        405,
        gettext_lazy("This address does not take that method."),
    ),
    (
        (exceptions.UnsupportedMediaType,),
        "unsupported-media-type",
        415,
        gettext_lazy("This address does not take a body of that type."),
    ),
    (
        (exceptions.Throttled,),
        "throttled",
        429,
        gettext_lazy("Too many requests. Try again a little later."),
    ),
]


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every refusal becomes a problem document in the reader's language."""
    body = _document(error)
    if body is None:
        return None
    set_rollback()
    return Response(body, status=body["status"], headers=_headers(error), content_type=CONTENT_TYPE)


def _document(error: Exception) -> dict[str, Any] | None:
    if isinstance(error, DomainError):
        return problem(error.slug, error.status, error.message, **error.extra)
    for kinds, slug, code, title in _REFUSALS:
        if isinstance(error, kinds):
            extra: dict[str, Any] = {}
            if isinstance(error, exceptions.ValidationError):
                # What is said of the body as a whole has the name that DRF gives it elsewhere.
                of_all = isinstance(error.detail, list)
                extra = {"errors": {"non_field_errors": error.detail} if of_all else error.detail}
            elif isinstance(error, exceptions.ParseError):
                extra = {"detail": str(error.detail)}
            return problem(slug, code, str(title), **extra)
    if isinstance(error, exceptions.APIException):
        return problem(str(error.default_code).replace("_", "-"), error.status_code, str(error.detail))
    return None


def _headers(error: Exception) -> dict[str, str]:
    headers: dict[str, str] = {}
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        headers["WWW-Authenticate"] = getattr(error, "auth_header", "X-Session-Token")
    wait: float | None = getattr(error, "wait", None)
    if wait:
        headers["Retry-After"] = str(int(wait) + 1)
    return headers
