"""Switch the weekly summary off and on by a link in a mail, without signing in.

The signed token in the URL authenticates the request. Neither a cookie nor a CSRF token is required, because the one-click POST
comes from the mail program (RFC 8058). A GET changes nothing, because mail scanners follow every link.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from common.lookup import or_404
from courses.summaries import unsubscribing


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def summary_unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    return _switch(request, token, wanted=False)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def summary_subscribe(request: HttpRequest, token: str) -> HttpResponse:
    return _switch(request, token, wanted=True)


def _switch(request: HttpRequest, token: str, *, wanted: bool) -> HttpResponse:
    if token == unsubscribing.TEST_TOKEN:
        return render(request, "courses/summary_switch.html", {"is_test": True})
    user = or_404(unsubscribing.find_user_by_token(token))
    if user.language:
        translation.activate(user.language)
        request.LANGUAGE_CODE = user.language
    if request.method == "POST":
        unsubscribing.subscribe(user=user, wanted=wanted)
    # Mail programs do not follow a redirect after the POST, so the page is rendered directly.
    return render(
        request,
        "courses/summary_switch.html",
        {"reader": user, "token": token, "wanted": wanted, "is_done": request.method == "POST"},
    )
