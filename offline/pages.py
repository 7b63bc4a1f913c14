"""Send the manifest, the service worker and the page that is shown without a network."""

import json
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

SOURCES = Path(settings.BASE_DIR) / "static/baeum/offline"
_MODULES = ("rules.js", "shelf.js", "worker.js")
# Browsers look for a new worker after each page. Its pages come from the network, so an older one does no harm for an hour.
_KEPT_FOR = "max-age=3600"
_ICONS = (("icon-192.png", 192, "any"), ("icon-512.png", 512, "any"), ("maskable-512.png", 512, "maskable"))


@require_safe
def manifest(request: HttpRequest, language: str) -> HttpResponse:
    """Describe the site as an app that can be installed."""
    with translation.override(_known(language)):
        document = {
            "id": "/",
            "name": "Baeum 배움" if language == "ko" else "Baeum",
            "short_name": "배움" if language == "ko" else "Baeum",
            "description": _("Your courses, lessons and quizzes, to be read offline as well."),
            "lang": language,
            "start_url": reverse("courses:course-list"),
            "scope": "/",
            "display": "standalone",
            "background_color": "#fbfaf7",
            "theme_color": "#0b6a55",
            "icons": [
                {"src": static(f"baeum/app/{name}"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
                for name, size, purpose in _ICONS
            ],
        }
    return JsonResponse(document, content_type="application/manifest+json", headers={"Cache-Control": _KEPT_FOR})


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        worker_source(), content_type="text/javascript; charset=utf-8", headers={"Cache-Control": _KEPT_FOR}
    )


@require_safe
def offline(request: HttpRequest, language: str) -> HttpResponse:
    """Show the page that the worker shows in place of others. It is for nobody in particular: the worker keeps it."""
    with translation.override(_known(language)):
        response = render(request, "offline/offline.html")
    response.headers["Content-Language"] = language
    return response


def _known(language: str) -> str:
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return language


@cache
def worker_source() -> str:
    """Return the worker: its settings and its modules as one classic script, because not every browser takes modules here.

    It changes with each of the files and texts that it keeps, so a new build has a new worker.
    """
    modules = "\n".join(_without_modules((SOURCES / name).read_text(encoding="utf-8")) for name in _MODULES)
    languages = [code for code, _name in settings.LANGUAGES]
    given: dict[str, Any] = {
        "pages": {language: reverse("offline:offline", args=[language]) for language in languages},
        "words": {language: _words(language) for language in languages},
    }
    shown = [static(name) for name in ("baeum/baeum.css", "baeum/icon.svg")]
    given["version"] = sha256(json.dumps([modules, given, shown]).encode()).hexdigest()[:12]
    return f"{modules}\nstart(self, {json.dumps(given, ensure_ascii=False)});\n"


def _without_modules(source: str) -> str:
    """Return the source of a module without its imports and exports. The modules have no two names alike."""
    return re.sub(r"^export ", "", re.sub(r"^import .*;\n", "", source, flags=re.MULTILINE), flags=re.MULTILINE)


def _words(language: str) -> dict[str, str]:
    """Return what the worker says in a language. It puts the time where {moment} is."""
    with translation.override(language):
        return {
            "bar": _("The site cannot be reached. You are reading what was kept on this device on {moment}."),
            "again": _("Load this page again"),
            "readable": _("These lessons can be read on this device:"),
            "asOf": _("as of {moment}"),
            "nothing": _("Nothing can be read offline here. Lessons that you open while you are online are kept."),
            "loading": _("{done} of {all} lessons"),
            "kept": _("On this device: {pages} lessons, {megabytes} MB, as of {moment}"),
            "removed": _("Removed from this device."),
            "failed": _("The download stopped. What has arrived can be read offline."),
            "full": _("Downloads take 150 MB already. Remove another course first."),
        }
