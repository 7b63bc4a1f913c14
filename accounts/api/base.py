"""Owns what every address of the API does first: know who asks, and in which language to answer."""

from typing import Any

from django.utils import translation
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api import openapi  # noqa: F401 (importing it registers the sign-in's scheme with the schema)
from accounts.models import User


class AuthenticatedRequest(Request):
    user: User


class AuthenticatedAPIView(APIView):
    """An address for people who are signed in. The texts are in the language that Accept-Language asks for, else in the
    person's own, else in the site's."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.user.is_authenticated and request.user.language and not _asks_for_language(request):
            translation.activate(request.user.language)


def _asks_for_language(request: Request) -> bool:
    """Whether the request names a language that we have; LocaleMiddleware has then chosen it."""
    for code, _priority in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            get_supported_language_variant(code)
        except LookupError:
            continue
        return True
    return False
