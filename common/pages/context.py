"""Add the language and settings of the site to the context of every template."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language


def site(request: HttpRequest) -> dict[str, Any]:
    return {"LANGUAGE_CODE": get_language(), "SITE_NAME": "Baeum", "INBOX": settings.INBOX, "SIGNUP": settings.SIGNUP}
