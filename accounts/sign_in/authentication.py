"""Owns how the API knows who asks: an allauth session token, opaque and revocable."""

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from rest_framework.request import Request


class SessionTokenAuthentication(XSessionTokenAuthentication):
    """`X-Session-Token`, as allauth hands it out at sign-in."""

    def authenticate_header(self, request: Request) -> str:
        # Without it DRF answers an anonymous request with 403 instead of 401.
        return "X-Session-Token"
