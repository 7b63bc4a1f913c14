"""Let everybody with the address verify a certificate: a page, the badge, and what verifies badges."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from certificates import badges, issuing
from certificates.models import ALPHABET, Certificate
from common.lookup import or_404

# A verifier may keep the list of revoked certificates for so many seconds.
_LIST_AGE = 300
_CORS = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


def _find(code: str) -> Certificate:
    found = Certificate.objects.select_related("enrolment__course", "enrolment__user").filter(code=code)
    return or_404(found.first())


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Ask for the code of a certificate, and lead to its page."""
    code = "".join(request.GET.get("code", "")[:100].split()).upper()
    # What has other characters is no code, and PostgreSQL refuses to compare some of them.
    if code and set(code) <= set(ALPHABET) and Certificate.objects.filter(code=code).exists():
        return redirect("certificates:verify", code)
    return render(request, "certificates/search.html", {"code": code}, status=404 if code else 200)


@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Say what a certificate says, and whether it is valid."""
    certificate = _find(code)
    state = issuing.get_state(certificate)
    response = render(
        request,
        "certificates/verify.html",
        {"certificate": certificate, "state": state, "is_valid": state == issuing.State.VALID},
    )
    # The person may give the address to somebody. A search engine is not somebody.
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _badge(make: Callable[[Certificate], bytes | str], code: str, content_type: str, ending: str) -> HttpResponse:
    content = make(_find(code))
    headers = {**_CORS, "Content-Disposition": f'attachment; filename="{code}.{ending}"', "X-Robots-Tag": "noindex"}
    return HttpResponse(content, content_type=content_type, headers=headers)


@require_safe
def badge(request: HttpRequest, code: str) -> HttpResponse:
    """Send the badge as a signed credential."""
    return _badge(badges.sign, code, "application/vc+jwt", "jwt")


@require_safe
def picture(request: HttpRequest, code: str) -> HttpResponse:
    """Send the badge as a picture with the signed credential inside."""
    return _badge(badges.draw, code, "image/svg+xml", "svg")


@require_safe
def issuer(request: HttpRequest) -> HttpResponse:
    """Send the document of the site's did:web, with the key that verifies badges."""
    return JsonResponse(badges.did_document(), content_type="application/did+json", headers=_CORS)


@require_safe
def revoked(request: HttpRequest, number: int) -> HttpResponse:
    """Send the signed list of revoked certificates."""
    if not badges.has_list(number):
        raise Http404
    return HttpResponse(
        badges.sign_list(number, timezone.now()),
        content_type="application/vc+jwt",
        headers={**_CORS, "Cache-Control": f"public, max-age={_LIST_AGE}"},
    )
