"""Show staff the pages of one student of their course, as the student sees them at the moment.

The real pages are shown by the real views, in a transaction that is taken back: looking starts no attempt, marks nothing as read
and reveals no answer. Every page is recorded in the audit log. What would change something is refused in words.
"""

import re
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.translation import gettext as _

from accounts.audit import context, recording
from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from courses.models import Course, Enrolment
from quizzes.attempts.models import Attempt
from workspace.pages.base import reading_page
from workspace.preview.rolled_back import seen_by

# The pages that are shown. Others say something about all courses of the student, or are the student's own business.
VIEWS = {
    "courses:course-detail",
    "courses:lesson-detail",
    "courses:glossary",
    "courses:course-print",
    "courses:asset",
    "grades:grades",
    "announcements:list",
    "quizzes:quiz-detail",
    "quizzes:attempt-detail",
    "quizzes:attempt-result",
    "quizzes:file-download",
}
# An open attempt saves by itself what is written in it.
_SAVING = re.compile(r'<script src="[^"]*baeum/attempt/main[^"]*" type="module"></script>')
# Keeping pages on the device is for the student, who is not the one who looks.
_DOWNLOAD = re.compile(r'<div\s+class="course-download".*?</div>', re.DOTALL)
_HEADER = re.compile(r'<header class="site-header">.*?</header>', re.DOTALL)


@reading_page
def student_view(request: AuthenticatedRequest, course: Course, enrolment_uuid: UUID) -> HttpResponse:
    """Lead to the page of the course, below whose address the student's other pages are."""
    enrolment = get_object_or_404(Enrolment, course=course, uuid=enrolment_uuid)
    return redirect(_address(course, enrolment, reverse("courses:course-detail", args=[course.slug])))


@reading_page
def student_page(request: AuthenticatedRequest, course: Course, enrolment_uuid: UUID, path: str) -> HttpResponse:
    """Show the student's page at `path`, which is without its first slash."""
    rows = Enrolment.objects.select_related("user", "course")
    enrolment: Enrolment = get_object_or_404(rows, course=course, uuid=enrolment_uuid)
    if request.method not in ("GET", "HEAD"):
        title = _("This would change something, and you only look.")
        return _refuse(request, enrolment, 403, title, _("Nothing was changed. Only the student can do this."))
    recording.record_rows(Enrolment, [enrolment])
    match = _find_view(enrolment, path)
    if match is None:
        detail = _("You see the pages of this course only: its lessons and quizzes, and the student's attempts.")
        return _refuse(request, enrolment, 404, _("This page is not shown here."), detail)
    try:
        with transaction.atomic(), context.nobody():
            try:
                with seen_by(request, enrolment.user):
                    return _adapt(match.func(request, *match.args, **match.kwargs), enrolment)
            finally:
                transaction.set_rollback(True)
    except DomainError as refused:
        return _refuse(request, enrolment, 409, _("The student sees a refusal here."), refused.message)
    except Http404:
        detail = _("A lesson may not be published, or the student may have left the course.")
        return _refuse(request, enrolment, 404, _("The student does not find this page."), detail)


def _find_view(enrolment: Enrolment, path: str) -> ResolverMatch | None:
    """Return the view of a page of this course and student; None for all others."""
    try:
        match = resolve(f"/{path}")
    except Resolver404:
        return None
    if match.view_name not in VIEWS:
        return None
    if "uuid" in match.kwargs:
        is_own = Attempt.objects.filter(enrolment=enrolment, uuid=match.kwargs["uuid"]).exists()
        return match if is_own else None
    return match if match.kwargs.get("slug") == enrolment.course.slug else None


def _address(course: Course, enrolment: Enrolment, path: str) -> str:
    return reverse("workspace:student-page", args=[course.slug, enrolment.uuid, path.removeprefix("/")])


def _adapt(response: HttpResponse, enrolment: Enrolment) -> HttpResponse:
    """Let links and forms of a page lead to the pages here, and put a banner in the place of its header."""
    here = reverse("workspace:student-view", args=[enrolment.course.slug, enrolment.uuid])
    if location := response.headers.get("Location"):
        response.headers["Location"] = re.sub(r"^/(?=courses/|attempts/)", here, location)
    if response.streaming or "text/html" not in response.headers.get("Content-Type", ""):
        return response
    page = _DOWNLOAD.sub("", _SAVING.sub("", response.content.decode()))
    page = re.sub(r'"/(?=(?:courses|attempts|review)/)', f'"{here}', page)
    # A function, because a name may contain a backslash.
    page = _HEADER.sub(lambda found: _banner(enrolment), page, count=1)
    response.content = page.encode()
    return response


def _banner(enrolment: Enrolment) -> str:
    return render_to_string("workspace/student_view_banner.html", {"enrolment": enrolment, "course": enrolment.course})


def _refuse(request: HttpRequest, enrolment: Enrolment, status: int, title: str, detail: str) -> HttpResponse:
    words = {"title": title, "detail": detail, "enrolment": enrolment, "course": enrolment.course}
    return render(request, "workspace/student_view_refused.html", words, status=status)
