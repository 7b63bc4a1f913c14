"""Answer API errors with problem documents (RFC 9457)."""

import math
from dataclasses import dataclass
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, JsonResponse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from common.errors import DomainError

log = structlog.get_logger(__name__)
CONTENT_TYPE = "application/problem+json"


def problem(slug: str, code: int, title: str, detail: str = "", **extra: Any) -> dict[str, Any]:
    """Return a problem document. Its `type` is the path of the page that explains it: /problems/<slug>."""
    body: dict[str, Any] = {"type": f"/problems/{slug}", "title": title, "status": code}
    if detail:
        body["detail"] = detail
    return {**body, **extra}


def problem_response(slug: str, code: int, title: str, detail: str = "", **extra: Any) -> JsonResponse:
    """Return a Django response with a problem document, for code outside DRF."""
    return JsonResponse(problem(slug, code, title, detail, **extra), status=code, content_type=CONTENT_TYPE)


@dataclass(frozen=True, slots=True)
class HttpProblem:
    """A problem that is not a `DomainError`, such as a missing page or invalid JSON.

    `exceptions` are those that Django and DRF raise for the problem. `problem_handler` answers them with `title`. A problem
    without exceptions is answered by other code (`common.pages.errors`, `accounts`), with another title.
    """

    slug: str
    status: int
    help: StrOrPromise
    title: StrOrPromise = ""
    exceptions: tuple[type[Exception], ...] = ()


HTTP_PROBLEMS = [
    HttpProblem(
        "not-found",
        404,
        _("There is nothing at this address, or nothing that this account may see."),
        title=_("There is nothing at this address."),
        exceptions=(Http404, exceptions.NotFound),
    ),
    HttpProblem(
        "not-authenticated",
        401,
        _("The request has no session token, or the token is no longer valid. Sign in again."),
        title=_("Sign in first."),
        exceptions=(exceptions.NotAuthenticated, exceptions.AuthenticationFailed),
    ),
    HttpProblem(
        "sign-in-incomplete",
        401,
        _("The password was right, and one more step is required; `data.flows` names it."),
        title=_("One more step is required to sign in."),
    ),
    HttpProblem(
        "reauthentication-required",
        401,
        _("The last password is too long ago for this change. Send it to `auth/reauthenticate`, then try again."),
        title=_("Enter your password again."),
    ),
    HttpProblem(
        "session-ended",
        410,
        _("The session of the token has ended. Sign in again."),
        title=_("The session has ended. Sign in again."),
    ),
    HttpProblem(
        "no-authenticator",
        404,
        _("The account has no authenticator of this kind yet."),
        title=_("The account has no authenticator of this kind."),
    ),
    HttpProblem(
        "conflict",
        409,
        _("Somebody is signed in already, or no step of a sign-in waits for this request."),
        title=_("This is not possible now."),
    ),
    HttpProblem(
        "forbidden",
        403,
        _("The account may not do that."),
        title=_("You may not do that."),
        exceptions=(PermissionDenied, exceptions.PermissionDenied),
    ),
    HttpProblem(
        "invalid",
        400,
        _("The request could be read, but it contains invalid values; `errors` lists them by field."),
        title=_("The request contains invalid values."),
        exceptions=(exceptions.ValidationError,),
    ),
    HttpProblem(
        "malformed",
        400,
        _("The request could not be read: its body is not JSON in UTF-8."),
        title=_("The request body could not be read."),
        exceptions=(exceptions.ParseError,),
    ),
    HttpProblem(
        "body-too-large",
        413,
        _("The request is larger than the site accepts. What was saved before is safe."),
        title=_("The request is larger than this site accepts."),
        exceptions=(RequestDataTooBig,),
    ),
    HttpProblem(
        "body-too-slow",
        408,
        _("The body of the request did not arrive in time. Send it again, if need be over a better connection."),
    ),
    HttpProblem("length-required", 411, _("A request with a body must say its length in `Content-Length`.")),
    HttpProblem(
        "method-not-allowed",
        405,
        _("The address exists but does not support this method."),
        title=_("This address does not support that method."),
        exceptions=(exceptions.MethodNotAllowed,),
    ),
    HttpProblem(
        "unsupported-media-type",
        415,
        _(
            "The body of a request must be `application/json`; a file is sent as `multipart/form-data`, a piece of an upload as "
            "`application/offset+octet-stream`."
        ),
        title=_("This address does not accept a body of that type."),
        exceptions=(exceptions.UnsupportedMediaType,),
    ),
    HttpProblem(
        "throttled",
        429,
        _("Too many requests. Wait as long as `Retry-After` says."),
        title=_("Too many requests. Try again a little later."),
        exceptions=(exceptions.Throttled,),
    ),
    HttpProblem(
        "csrf",
        403,
        _(
            "The form's security token does not match the cookie. Reload the page and send it again. The API needs no such token."
        ),
    ),
    HttpProblem("mail-not-sent", 503, _("The mail server cannot be reached. Try again in a few minutes.")),
    HttpProblem(
        "unavailable",
        503,
        _(
            "The site's storage or database is full, busy or away. What was saved before is safe. Send the request again after "
            "as many seconds as `Retry-After` says."
        ),
    ),
    HttpProblem("server-error", 500, _("Something broke on our side. What was saved is safe; try again later.")),
]


def get_title(slug: str) -> str:
    """The title of a problem of HTTP in the reader's language."""
    return next(str(known.title) for known in HTTP_PROBLEMS if known.slug == slug)


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the problem document for an exception of an API view, in the reader's language. DRF calls this function.

    Returns None for an unexpected exception. DRF then raises it again, and the error page handler answers it.
    """
    body = document(error)
    if body is None:
        return None
    set_rollback()
    return Response(body, status=body["status"], headers=_headers(error), content_type=CONTENT_TYPE)


def document(error: Exception) -> dict[str, Any] | None:
    """Return the problem document for an exception in the reader's language, None for one that nobody expects."""
    if isinstance(error, DomainError):
        return problem(error.slug, error.status, error.message, **error.extra)
    for known in HTTP_PROBLEMS:
        if isinstance(error, known.exceptions):
            return problem(known.slug, known.status, str(known.title), **_extra(error))
    if isinstance(error, exceptions.APIException):
        return problem(str(error.default_code).replace("_", "-"), error.status_code, str(error.detail))
    return None


def _extra(error: Exception) -> dict[str, Any]:
    """Return further members of the document: `errors` for a ValidationError, `detail` for a ParseError."""
    if isinstance(error, exceptions.ValidationError):
        return {"errors": _by_field(error.detail)}
    if isinstance(error, exceptions.ParseError):
        return {"detail": str(error.detail)}
    return {}


def _by_field(found: Any, field: str = "") -> dict[str, list[str]]:
    """Return what is wrong as one list of texts for each field. DRF nests it as the body is nested.

    A field inside another one is named after both, with a dot between: generated clients have a type for this only.
    """
    if isinstance(found, str):
        found = [found]
    if isinstance(found, dict):
        inner = list(found.items())
    elif all(isinstance(item, str) for item in found):
        # DRF's own name for what is wrong with a body as a whole, which in some cases it sends without a name.
        return {field or "non_field_errors": list(found)}
    else:
        # Of a list: what is wrong with each of its items.
        inner = [(str(place), item) for place, item in enumerate(found) if item]
    named = [(f"{field}.{name}" if field else str(name), item) for name, item in inner]
    return {name: texts for prefix, item in named for name, texts in _by_field(item, prefix).items()}


def _headers(error: Exception) -> dict[str, str]:
    headers: dict[str, str] = dict(getattr(error, "headers", {}))
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        headers["WWW-Authenticate"] = getattr(error, "auth_header", "X-Session-Token")
    wait: float | None = getattr(error, "wait", None)
    if wait:
        headers["Retry-After"] = str(math.ceil(wait))
    return headers
