"""Authenticate API requests and choose the language of the response."""

from typing import Any

from django.utils import translation
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api import openapi  # noqa: F401 (importing it registers the authentication scheme for the OpenAPI schema)
from accounts.models import User


class AuthenticatedRequest(Request):
    user: User


class AuthenticatedAPIView(APIView):
    """A view for signed-in users. Its language is that of Accept-Language, else the user's, else the site's default."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.user.is_authenticated and request.user.language and not _asks_for_language(request):
            translation.activate(request.user.language)


def _asks_for_language(request: Request) -> bool:
    """Return whether Accept-Language names a supported language. LocaleMiddleware has then activated it already."""
    for code, _priority in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            get_supported_language_variant(code)
        except LookupError:
            continue
        return True
    return False
