"""Pages: switching the weekly summary off and on from a link in a mail, without signing in.

The signed token in the address is the proof, so neither a cookie nor a CSRF token is asked for: mail programs send the
one-click POST by themselves (RFC 8058). A GET changes nothing, because mail scanners follow every link.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from courses.summaries import deliveries


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
    reader = deliveries.reader_by_token(token)
    if reader is None:
        raise Http404
    if reader.language:
        translation.activate(reader.language)
        request.LANGUAGE_CODE = reader.language
    if request.method == "POST":
        deliveries.subscribe(user=reader, wanted=wanted)
    # No redirect after the POST: mail programs do not follow one.
    return render(
        request,
        "courses/summary_switch.html",
        {"reader": reader, "token": token, "wanted": wanted, "is_done": request.method == "POST"},
    )
