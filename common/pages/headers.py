"""Set the headers that every response has: what a browser may do with it, and who may store it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from common.pages.vary import vary_on

# Features that no page uses and for which browsers ask the reader. They are refused without asking. Every page sends this.
_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "camera",
        "display-capture",
        "geolocation",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
)
# Answers of the API and of sign-in are for one person: nothing may store them. What can be read through the API and has an ETag
# may be stored by the app itself, which asks each time whether it is still current.
ASK_AGAIN = "private, no-cache"
# What never changes at its address may be kept for a year.
FOR_GOOD = f"private, max-age={60 * 60 * 24 * 365}, immutable"
_FOR_APPS = ("/api/", "/_allauth/")
_NOT_STORED = (*_FOR_APPS, "/accounts/")


class HeadersMiddleware:
    """Must come before the middleware that sets `Vary`, because it reads what they have set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers["Permissions-Policy"] = _PERMISSIONS
        # No other site may embed a file or an answer of this one.
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if request.path.startswith(_NOT_STORED):
            caching = headers.get("Cache-Control", "")
            if caching not in (ASK_AGAIN, FOR_GOOD) and "no-store" not in caching:
                headers["Cache-Control"] = "private, no-store"
            if request.path.startswith(_FOR_APPS):
                vary_on(response, "X-Session-Token")
        elif "Cache-Control" not in headers and "Cookie" in headers.get("Vary", ""):
            # A page for one person. Its browser may store it, so that going back shows it at once; a proxy may not.
            headers["Cache-Control"] = "private"
        return response
