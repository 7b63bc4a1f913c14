"""Add settings of the site to the context of every template."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    return {"SITE_NAME": "Baeum", "INBOX": settings.INBOX, "SIGNUP": settings.SIGNUP}
