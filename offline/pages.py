"""Send the manifest, the scripts and the page that is shown without a network."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from offline import scripts

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
    return _script(scripts.worker())


@require_safe
def answers(request: HttpRequest, language: str) -> HttpResponse:
    """Send the module that sends answers which a browser has kept. Pages load it only where there are some."""
    return _script(scripts.answers(_known(language)))


def _script(source: str) -> HttpResponse:
    return HttpResponse(source, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": _KEPT_FOR})


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
