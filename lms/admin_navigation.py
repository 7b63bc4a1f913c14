"""Build the admin's sidebar for unfold: first the answers that wait for manual grading, then the lists of all models."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.requests import AuthenticatedRequest
from quizzes.admin.pages.manual_grading import count_waiting


def style(request: HttpRequest) -> str:
    """Return the address of the style sheet for our own admin pages."""
    return static("baeum/admin.css")


def icon(request: HttpRequest) -> str:
    """Return the address of the site's icon."""
    return static("baeum/icon.svg")


def groups(request: AuthenticatedRequest) -> list[dict[str, Any]]:
    """Return the groups of the sidebar. unfold calls this function for each page of the admin that a person may see."""
    count, queue = count_waiting(request.user), reverse("admin:quizzes_attempt_queue")
    is_here = request.path == queue
    waits: dict[str, Any] = {"title": _("Waits for you"), "icon": "inbox", "link": queue, "active": is_here}
    if count:
        waits["badge"] = str(count)
    return [{"items": [waits]}, *_lists(request, "" if is_here else request.path)]


def _lists(request: HttpRequest, here: str) -> list[dict[str, Any]]:
    return [
        {
            "title": app["name"],
            "items": [
                {"title": model["name"], "link": model["admin_url"], "active": here.startswith(model["admin_url"])}
                for model in app["models"]
                if model["admin_url"]
            ],
        }
        for app in admin.site.get_app_list(request)
    ]
