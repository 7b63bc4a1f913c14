"""Say which pages a browser downloads to read a course without a network."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedRequest
from courses import access
from courses.outline.published import get_published


@login_required
@require_safe
def download(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Explain how a course is read offline, for browsers in which the button of its page cannot download it."""
    enrolment = access.enrolment_or_404(request.user, slug)
    return render(request, "offline/download.html", {"course": enrolment.course})


@login_required
@require_safe
def page_list(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """List the addresses of the lessons of a course. The worker loads each of them, as the student would."""
    enrolment = access.enrolment_or_404(request.user, slug)
    course = get_published(enrolment.course_id, enrolment.course.revision)
    return JsonResponse({"pages": [lesson.get_absolute_url() for lesson in course.lessons]})
