"""Offer to join an open course to somebody who follows a link into it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.requests import AuthenticatedRequest
from courses import access

_View = Callable[..., HttpResponse]


def offers_to_join(view: _View) -> _View:
    """Redirect to the enrolment page if the page is not found because the reader has not joined its course yet.

    The first argument of the page is the course's slug. Courses that the reader cannot join stay hidden: 404.
    """

    @wraps(view)
    def offered(request: AuthenticatedRequest, slug: str, *args: Any, **named: Any) -> HttpResponse:
        try:
            return view(request, slug, *args, **named)
        except Http404:
            if request.method != "GET" or access.find_open_course(request.user, slug) is None:
                raise
            page, wanted = reverse("courses:course-enrol", args=[slug]), request.get_full_path()
            is_course = wanted == reverse("courses:course-detail", args=[slug])
            return redirect(page if is_course else f"{page}?{urlencode({'next': wanted})}")

    return offered


def place_after_joining(request: HttpRequest, slug: str) -> str:
    """Return the page that the reader wanted, if it belongs to the course; else the course's page."""
    course = reverse("courses:course-detail", args=[slug])
    wanted = request.POST.get("next") or request.GET.get("next", "")
    is_here = wanted.startswith(course) and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_here else course
