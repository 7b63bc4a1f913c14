"""Let web apps of other sites use the API (CORS), if the setting names their origins.

Apps send their token in a header. No cookie is sent or read across sites, so an origin can do nothing without the token.
"""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from common.pages.vary import vary_on

_FOR_APPS = ("/api/", "/_allauth/app/")
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
# Headers of requests that a browser asks about. It sends Accept and Accept-Language without asking.
_REQUEST_HEADERS = (
    "Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Client-Version, X-Email-Verification-Key, "
    "X-Password-Reset-Key, X-Session-Token, Tus-Resumable, Upload-Length, Upload-Metadata, Upload-Offset, Upload-Checksum, "
    "X-HTTP-Method-Override"
)
# Headers of answers that a browser would hide.
_ANSWER_HEADERS = (
    "Allow, Content-Disposition, Deprecation, ETag, Idempotent-Replayed, Link, Location, Retry-After, Sunset, "
    "WWW-Authenticate, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm, Upload-Offset, "
    "Upload-Length, Upload-Metadata, Upload-Expires"
)
# Seconds for which a browser need not ask again. Chromium takes at most two hours.
_MAX_AGE = "7200"


class CorsMiddleware:
    """Not used at all unless BAEUM_CORS_ORIGINS is set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.CORS_ORIGINS:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self._origins = frozenset(settings.CORS_ORIGINS)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(_FOR_APPS):
            return self.get_response(request)
        origin = request.META.get("HTTP_ORIGIN", "")
        is_allowed = origin in self._origins
        if is_allowed and request.method == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request.META:
            response = HttpResponse(status=204, headers=_preflight_headers())
            del response.headers["Content-Type"]
        else:
            response = self.get_response(request)
        if is_allowed:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = _ANSWER_HEADERS
        vary_on(response, "Origin")
        return response


def _preflight_headers() -> dict[str, str]:
    return {
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": _REQUEST_HEADERS,
        "Access-Control-Max-Age": _MAX_AGE,
    }
