"""Add the language, the theme and settings of the site to the context of every template."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

# The themes that a reader may choose. Without a choice, the pages follow the reader's system.
THEMES = ("light", "dark")
THEME_COOKIE = "theme"


def site(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "LANGUAGE_CODE": get_language(),
        "SITE_NAME": "Baeum",
        "INBOX": settings.INBOX,
        "SIGNUP": settings.SIGNUP,
        "THEME": theme if theme in THEMES else "",
    }
