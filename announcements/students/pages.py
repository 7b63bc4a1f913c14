"""Show students what was announced to them."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedRequest
from announcements.students.reading import announced_to
from courses import access
from courses.pages.joining import offers_to_join

PAGE_SIZE = 20


@login_required
@require_safe
@offers_to_join
def announcement_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """List the announcements of a course to the student, the newest first."""
    course = access.enrolment_or_404(request.user, slug).course
    page = Paginator(announced_to(request.user, course), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "announcements/list.html", {"course": course, "page": page})
