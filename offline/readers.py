"""Tell the browser's worker for whom a page is, so that it shows nothing of one person to another."""

from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

READER = "X-Reader"
NOBODY = "-"
# Cookies stay: the sign-in page needs the one of CSRF, and language and theme are no secret.
_EVERYTHING_OF_A_PERSON = '"cache", "storage"'
# Their sessions are found later, by a token, and no browser shows their answers as pages.
_FOR_APPS = ("/api/", "/_allauth/")


class ReaderMiddleware:
    """Name the reader of each page, and let the browser forget everything when somebody signs out.

    Must come after AuthenticationMiddleware. It makes no query that the page would not make.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_FOR_APPS):
            return self.get_response(request)
        may_sign_out = request.method == "POST" and request.user.is_authenticated
        response = self.get_response(request)
        if response.status_code >= 500:
            # Who is signed in may be what could not be found out.
            return response
        if response.get("Content-Type", "").startswith("text/html"):
            response.headers[READER] = _key_of(request) or NOBODY
        if may_sign_out and not request.user.is_authenticated:
            response.headers["Clear-Site-Data"] = _EVERYTHING_OF_A_PERSON
        return response


@lru_cache(300)
def reader_key(user_id: int) -> str:
    """Return the name of a person in the browser's caches. It does not reveal the id, and changes with the secret key."""
    return salted_hmac("offline.reader", str(user_id), algorithm="sha256").hexdigest()[:16]


def _key_of(request: HttpRequest) -> str:
    return reader_key(request.user.pk) if request.user.is_authenticated else ""


def reader(request: HttpRequest) -> dict[str, str]:
    """Add the reader's key to the context of templates, so that a page marks what it keeps itself. Empty for nobody."""
    # A request that was refused before the middleware of users has none.
    return {"READER": _key_of(request) if hasattr(request, "user") else ""}
