"""Build the admin's sidebar for unfold: first the answers that wait for manual grading, then the lists of all models."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.requests import AuthenticatedRequest
from review.answers.queue import count_waiting


def style(request: HttpRequest) -> str:
    """Return the address of the style sheet for our own admin pages."""
    return static("baeum/admin.css")


def script(request: HttpRequest) -> str:
    """Return the address of the script that every page of the admin loads before unfold's."""
    return static("baeum/admin.js")


def icon(request: HttpRequest) -> str:
    """Return the address of the site's icon."""
    return static("baeum/icon.svg")


def _names() -> dict[str, str]:
    """Return names for what libraries name in English only: apps by label, models by their class."""
    return {"mfa": _("Second step"), "Authenticator": _("Passkeys and second steps")}


def once_for_each_request(get_app_list: Callable[..., list[dict[str, Any]]]) -> Callable[..., list[dict[str, Any]]]:
    """Return a `get_app_list` that asks each model for its permissions once: each page needs the list twice, 3 ms of 30."""

    def remembered(request: Any, app_label: str | None = None) -> list[dict[str, Any]]:
        if app_label is not None:
            return get_app_list(request, app_label)
        if not hasattr(request, "_admin_app_list"):
            request._admin_app_list = get_app_list(request)
            names = _names()
            for app in request._admin_app_list:
                app["name"] = names.get(app["app_label"], app["name"])
                for model in app["models"]:
                    model["name"] = names.get(model["object_name"], model["name"])
        apps: list[dict[str, Any]] = request._admin_app_list
        return apps

    return remembered


def groups(request: AuthenticatedRequest) -> list[dict[str, Any]]:
    """Return the groups of the sidebar. unfold calls this function for each page of the admin that a person may see."""
    count, queue = count_waiting(request.user), reverse("admin:quizzes_attempt_queue")
    is_here = request.path == queue or request.path.startswith("/admin/review/")
    waits: dict[str, Any] = {"title": _("Waits for you"), "icon": "inbox", "link": queue, "active": is_here}
    if count:
        waits["badge"] = str(count)
    write = reverse("workspace:course-list")
    writes = {"title": _("Write courses"), "icon": "edit", "link": write, "active": request.path.startswith(write)}
    home = reverse("admin:index")
    courses = {"title": _("My courses"), "icon": "dashboard", "link": home, "active": request.path == home}
    work = reverse("overview:jobs")
    jobs = {"title": _("Jobs"), "icon": "pending_actions", "link": work, "active": request.path == work}
    # The count came with the user: see `accounts.sessions`.
    told: dict[str, Any] = {
        "title": _("Messages"),
        "icon": "notifications",
        "link": reverse("notifications:message-list"),
    }
    if unread := request.user.unread_count:
        told["badge"] = str(unread)
    return [{"items": [courses, waits, told, writes, jobs]}, *_lists(request, "" if is_here else request.path)]


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


def view_on_site(request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponse:
    """Redirect to the page of a row that the person sees in the admin. Django's view would tell the address of any row."""
    kind = ContentType.objects.filter(pk=int(content_type_id)).first() if content_type_id.isdecimal() else None
    model = kind.model_class() if kind else None
    model_admin = admin.site._registry.get(model) if model else None
    row = model_admin.get_object(request, object_id) if model_admin else None
    if model_admin is None or row is None or not model_admin.has_view_permission(request, row):
        raise Http404
    return shortcut(request, content_type_id, object_id)
