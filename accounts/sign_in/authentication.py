"""Authenticate API requests by allauth's session token, which contains no data and can be revoked."""

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from django.contrib.sessions.backends.base import SessionBase
from rest_framework.request import Request

from accounts.models import User
from accounts.sign_in import tokens

# The header with the session token, as WSGI names it.
TOKEN = "HTTP_X_SESSION_TOKEN"  # noqa: S105 (a name, no token)


class SessionTokenAuthentication(XSessionTokenAuthentication):
    """Reads the session token from the header `X-Session-Token`. allauth returns the token at sign-in."""

    def authenticate(self, request: Request) -> tuple[User, SessionBase] | None:
        # `accounts.api.unchanged` may have done so already.
        known: tuple[User, SessionBase] | None = getattr(request._request, "signed_in", None)
        if known is not None:
            return known
        # `request.headers` would copy all headers to read one.
        token: str = request.META.get(TOKEN, "")
        return tokens.authenticate(token) if token else None

    def authenticate_header(self, request: Request) -> str:
        # Without this header DRF responds to anonymous requests with 403 instead of 401.
        return "X-Session-Token"
