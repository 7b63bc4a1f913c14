"""Pages: my courses, a course's outline, enrolling, the glossary, and a course's files."""

import mimetypes

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from courses import access, enrolment, extensions, gradebook
from courses.models import CourseAsset, Enrolment, GlossaryTerm
from courses.outline.queries import get_outline


@login_required
@require_GET
def course_list(request: AuthenticatedRequest) -> HttpResponse:
    return render(
        request,
        "courses/course_list.html",
        {
            "enrolments": access.enrolments(request.user),
            "open_courses": access.open_courses(request.user),
            "sections": extensions.student_sections(request.user, timezone.now()),
        },
    )


@login_required
@require_GET
def course_detail(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    try:
        place = access.enrolment_or_404(request.user, slug)
    except Http404:
        # Somebody who could enrol is shown the door; for everybody else there is nothing here.
        course = get_object_or_404(access.open_courses(request.user), slug=slug)
        return redirect("courses:course-enrol", course.slug)
    course_outline = get_outline(place)
    standings = gradebook.get_item_grades(place)
    return render(
        request,
        "courses/course_detail.html",
        {
            "enrolment": place,
            "course": place.course,
            "outline": course_outline,
            "next": course_outline.next_to_do(place.last_activity_id),
            "standings": {standing.item.activity_id: standing for standing in standings},
            "course_percent": gradebook.course_percent(standings),
            "sections": extensions.student_sections(request.user, timezone.now()),
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
def course_enrol(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    course = access.open_courses(request.user).filter(slug=slug).first()
    if course is None:
        # Enrolled already, in another tab perhaps: that is where they wanted to go.
        access.enrolment_or_404(request.user, slug)
        return redirect("courses:course-detail", slug)
    error = ""
    if request.method == "POST":
        try:
            enrolment.enrol(
                user=request.user, course=course, source=Enrolment.Source.OPEN, code=request.POST.get("code", "")
            )
        except DomainError as refused:
            error = refused.message
        else:
            messages.success(request, _("You are enrolled in “%(course)s”.") % {"course": course.title})
            return redirect(course)
    return render(
        request, "courses/course_enrol.html", {"course": course, "error": error}, status=400 if error else 200
    )


@login_required
@require_GET
def glossary(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    place = access.enrolment_or_404(request.user, slug)
    terms = GlossaryTerm.objects.filter(course=place.course).select_related("activity").order_by("term", "key")
    return render(request, "courses/glossary.html", {"course": place.course, "terms": terms})


@login_required
@require_GET
def asset(request: AuthenticatedRequest, slug: str, name: str) -> HttpResponse:
    """A file that ships with the course, as a download: an SVG shown by itself could carry a script."""
    place = access.enrolment_or_404(request.user, slug)
    file = get_object_or_404(CourseAsset, course=place.course, name=name)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = HttpResponse(bytes(file.content), content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def front(request: HttpRequest) -> HttpResponse:
    return redirect("courses:course-list")
