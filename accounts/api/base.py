"""Authenticate API requests, choose the language, and apply the rules of HTTP that all addresses share."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework.exceptions import APIException, AuthenticationFailed, NotAuthenticated, Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import (
    idempotency,
    openapi,  # noqa: F401 (importing it registers the authentication scheme for the OpenAPI schema)
)
from accounts.api.idempotency import Replay
from accounts.api.models import IdempotentRequest
from accounts.models import User
from accounts.sign_in.limits import client_address
from common.api import conditional, lifecycle, rates
from common.api.conditional import NotModified, PreconditionFailed
from common.errors import DomainError
from common.pages.headers import ASK_AGAIN

_READS = ("GET", "HEAD")
_SAFE = (*_READS, "OPTIONS")
# Their answers are the resource as GET would return it, so they have its ETag.
_WRITES_WITH_TAG = ("PUT", "PATCH")


class AuthenticatedRequest(Request):
    user: User


class AuthenticatedAPIView(APIView):
    """A view for signed-in users. Its language is that of Accept-Language, else the user's, else the site's default.

    What can be read has an ETag. A view that knows the state cheaply calls `tag_state` before it builds the body; of other
    answers the body is hashed. `docs/api-conventions.md` says what clients may rely on.
    """

    etag: str | None = None
    claim: IdempotentRequest | None = None
    # For views whose state is cheap to find (see `accounts.api.unchanged`). Called with a user and the arguments of the view, it
    # returns the parts for `tag_state` of what GET answers, None if GET refuses.
    find_state: Callable[..., tuple[object, ...] | None] | None = None
    # Headers of the request, besides those of every address, on which the form of the answer depends.
    varies_by: tuple[str, ...] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        lifecycle.check_client(request.META)
        super().initial(request, *args, **kwargs)
        user = request.user
        rates.PEOPLE.count(user.pk)
        if user.is_authenticated:
            activate_language(request, user)
        method = request.method or ""
        if method == "POST" and idempotency.HEADER in request.META:
            self.claim = idempotency.claim(request)
        name = method.lower()
        if method not in _SAFE and hasattr(self, name) and conditional.is_conditional(request.META):
            # DRF looks the handler up after this.
            setattr(self, name, partial(self._write_if_current, getattr(self, name)))

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]  # as DRF's own
        """Say in `Allow` which methods the address has. DRF adds the header to every answer."""
        return Response(status=204)

    def tag_state(self, request: Request, *parts: object) -> None:
        """Give the answer an ETag for the state that `parts` describe. Raises NotModified if the client has that state."""
        self.etag = conditional.make_tag(request.user.pk, *parts)
        if request.method in _READS and conditional.has_current(request, self.etag):
            raise NotModified

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, NotModified):
            return HttpResponse(status=304)
        if isinstance(exc, NotAuthenticated | AuthenticationFailed):
            exc = _throttled(self.request) or exc
        return exc.response if isinstance(exc, Replay) else super().handle_exception(exc)

    def raise_uncaught_exception(self, exc: Exception) -> Any:
        if self.claim is not None:
            idempotency.release(self.claim)
        super().raise_uncaught_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code in (200, 304) and (
            request.method in _READS or (request.method in _WRITES_WITH_TAG and hasattr(self, "get"))
        ):
            self._add_tag(request, response)
        deprecation = lifecycle.find_deprecation(type(self), request.method or "")
        if deprecation is not None:
            deprecation.add_to(response)
        if self.claim is not None:
            idempotency.finish(self.claim, response.render() if isinstance(response, Response) else response)
        return response

    def _add_tag(self, request: Request, response: Any) -> None:
        """Add the ETag. Empty the answer to a read of a client that has this state already."""
        if self.etag is None:
            if response.streaming:
                return
            if isinstance(response, Response):
                response.render()
            self.etag = conditional.tag_body(request.user.pk, response.content)
            if request.method in _READS and conditional.has_current(request, self.etag):
                response.status_code = 304
        response.headers["ETag"] = self.etag
        if request.method in _READS and "immutable" not in response.headers.get("Cache-Control", ""):
            response.headers["Cache-Control"] = ASK_AGAIN
        is_unchanged = response.status_code == 304
        if self.varies_by or is_unchanged:
            # As for the answer with a body, which may be compressed.
            response.headers["Vary"] = ", ".join([*self.varies_by, "Accept-Encoding"])
        if is_unchanged:
            response.content = b""
            response.headers.pop("Content-Type", None)

    def _write_if_current(
        self, handler: Callable[..., Response], request: Request, *args: Any, **kwargs: Any
    ) -> Response:
        """Call `handler` if the preconditions of the request hold. Writes with preconditions of one person run one by one."""
        refusal: Exception | None = None
        with transaction.atomic():
            request.user.refresh_from_db(from_queryset=User.objects.select_for_update())  # type: ignore[union-attr]
            if not conditional.precondition_holds(request, self._current_tag(request, *args, **kwargs)):
                raise PreconditionFailed
            try:
                response = handler(request, *args, **kwargs)
            except (DomainError, APIException, Http404) as error:
                # What the refusal stored, such as a late answer, is kept.
                refusal = error
        if refusal is not None:
            raise refusal
        return response

    def _current_tag(self, request: Request, *args: Any, **kwargs: Any) -> str | None:
        """The ETag that GET of this address would have now. None if there is nothing to read."""
        get = getattr(self, "get", None)
        if get is None:
            return None
        try:
            response: Any = super().finalize_response(request, get(request, *args, **kwargs), *args, **kwargs)
        except (DomainError, APIException, Http404):
            return None
        tag, self.etag = self.etag, None
        return tag or conditional.tag_body(request.user.pk, response.render().content)


def _throttled(request: Request) -> Throttled | None:
    """Count a request without a valid token. Returns the refusal if its address has sent too many."""
    try:
        rates.ADDRESSES.count(client_address(request._request))
    except Throttled as refusal:
        return refusal
    return None


def activate_language(request: Request | HttpRequest, user: User) -> None:
    """Activate the user's language, unless Accept-Language asks for one that LocaleMiddleware has activated."""
    if user.language and not _asks_for_language(request):
        translation.activate(user.language)


def _asks_for_language(request: Request | HttpRequest) -> bool:
    """Return whether Accept-Language names a supported language. LocaleMiddleware has then activated it already."""
    for code, _priority in parse_accept_lang_header(request.META.get("HTTP_ACCEPT_LANGUAGE", "")):
        try:
            get_supported_language_variant(code)
        except LookupError:
            continue
        return True
    return False
