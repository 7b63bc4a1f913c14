"""Tell iOS and Android which apps open the links of this site and may use its passwords and passkeys.

Both ask for a fixed address, without cookies. Without an app in the settings the address does not exist.
"""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

# Pages that an app can have as well. All other links stay in the browser, above all the hand-over from an app.
PAGES = ("/courses/*", "/attempts/*", "/review/*", "/notifications/*")
# Parts of them that only the browser has.
_ONLY_IN_THE_BROWSER = ("/courses/*/print/", "/courses/*/files/*", "/attempts/*/files/*", "/notifications/mails/*")
_HOUR = 60 * 60


@require_safe
def apple_app_site_association(request: HttpRequest) -> JsonResponse:
    apps = settings.IOS_APP_IDS
    if not apps:
        raise Http404
    # The first component that matches decides.
    components: list[dict[str, Any]] = [{"/": path, "exclude": True} for path in _ONLY_IN_THE_BROWSER]
    components += [{"/": path} for path in PAGES]
    return _answer(
        {"applinks": {"details": [{"appIDs": apps, "components": components}]}, "webcredentials": {"apps": apps}}
    )


@require_safe
def asset_links(request: HttpRequest) -> JsonResponse:
    if not settings.ANDROID_APPS:
        raise Http404
    relation = ["delegate_permission/common.handle_all_urls", "delegate_permission/common.get_login_creds"]
    return _answer(
        [
            {
                "relation": relation,
                "target": {
                    "namespace": "android_app",
                    "package_name": package,
                    "sha256_cert_fingerprints": fingerprints,
                },
            }
            for package, fingerprints in settings.ANDROID_APPS.items()
        ]
    )


def _answer(document: Any) -> JsonResponse:
    return JsonResponse(document, safe=False, headers={"Cache-Control": f"public, max-age={_HOUR}"})
