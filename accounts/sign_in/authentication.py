"""Authenticate API requests by allauth's session token, which contains no data and can be revoked."""

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from rest_framework.request import Request


class SessionTokenAuthentication(XSessionTokenAuthentication):
    """Reads the session token from the header `X-Session-Token`. allauth returns the token at sign-in."""

    def get_session_token(self, request: Request) -> str | None:
        # `request.headers` would copy all headers to read one.
        token: str | None = request.META.get("HTTP_X_SESSION_TOKEN")
        return token

    def authenticate_header(self, request: Request) -> str:
        # Without this header DRF responds to anonymous requests with 403 instead of 401.
        return "X-Session-Token"
