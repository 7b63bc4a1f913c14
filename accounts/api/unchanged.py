"""Tell a client at once that it has the current state, before anything else is done for its request.

A view that knows its state by one statement says so by `find_state`. Its answer 304 has the headers that the view and the
middleware of apps would give it. Whatever is not as usual is left to them: this function then returns None.
"""

from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from rest_framework.exceptions import Throttled

from accounts.api.base import AuthenticatedAPIView, activate_language
from accounts.models import User
from accounts.sign_in import tokens
from accounts.sign_in.authentication import TOKEN
from common.api import conditional, rates
from common.pages.headers import ASK_AGAIN


def find_answer(request: HttpRequest, view: type[Any] | None, arguments: dict[str, Any]) -> HttpResponse | None:
    """Return the answer 304 to a request for `view` with its `arguments`; None if the client does not have the current state."""
    if view is None or not issubclass(view, AuthenticatedAPIView) or view.find_state is None or not _is_usual(request):
        return None
    found = tokens.authenticate(request.META[TOKEN])
    if found is None:
        return None
    # The view need not ask again.
    request.signed_in = found  # type: ignore[attr-defined]
    user = found[0]
    translation.activate(translation.get_language_from_request(request))
    activate_language(request, user)
    state = view.find_state(user, **arguments)
    tag = None if state is None else conditional.make_tag(user.pk, *state)
    is_current = tag is not None and conditional.has_current(request, tag)
    return _answer(view, tag) if tag and is_current and _may_ask(user) else None


def _is_usual(request: HttpRequest) -> bool:
    """Whether nothing but the state can decide about the answer."""
    if request.method != "GET" or TOKEN not in request.META or settings.API_MIN_CLIENTS:
        return False
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


def _may_ask(user: User) -> bool:
    """Count the request. A person who has sent too many gets the refusal from the view, which counts it once more."""
    try:
        rates.PEOPLE.count(user.pk)
    except Throttled:
        return False
    return True


def _answer(view: type[Any], tag: str) -> HttpResponse:
    language = translation.get_language() or ""
    shared = _headers(view)  # type: ignore[arg-type]  # a class is hashable
    response = HttpResponse(status=304, headers={**shared, "ETag": tag, "Content-Language": language})
    del response.headers["Content-Type"]
    return response


@cache
def _headers(view: type[Any]) -> dict[str, str]:
    """The headers of each answer 304 of a view."""
    instance = view()
    instance.setup(HttpRequest())
    return {
        "Allow": ", ".join(instance.allowed_methods),
        "Cache-Control": ASK_AGAIN,
        "Vary": ", ".join([*view.varies_by, "Accept-Encoding", "Accept-Language"]),
        "X-Frame-Options": str(settings.X_FRAME_OPTIONS),
        "Content-Length": "0",
    }
