"""Give a worker the addresses of the pages of the admin that mails to staff link to.

A worker does not load the classes of the admin, which takes a third of its memory. So it does not know their addresses either.
"""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from lms.settings.environment import BAEUM_ROLE

# {name: address below that of the admin}
MAILED = {
    "quizzes_attempt_queue": "quizzes/attempt/queue/",
    "quizzes_attempt_changelist": "quizzes/attempt/",
    "quizzes_gradenotice_changelist": "quizzes/gradenotice/",
    "courses_course_people": "courses/course/<int:course_id>/people/",
}


def get_addresses() -> Any:
    """Return the addresses of the admin, for `path`."""
    if BAEUM_ROLE != "worker":
        return admin.site.urls
    patterns, app, namespace = admin.site.urls
    return [*(path(address, _no_page, name=name) for name, address in MAILED.items()), *patterns], app, namespace


def _no_page(request: HttpRequest, **_arguments: int) -> HttpResponse:
    """A worker answers no requests."""
    raise Http404
