"""Show the glossary of a course, and find terms in it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import AuthenticatedRequest
from courses import access
from courses.lessons.glossary import get_glossary
from courses.pages.joining import offers_to_join


@login_required
@require_GET
@offers_to_join
def glossary(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    course = access.enrolment_or_404(request.user, slug).course
    found = get_glossary(course, request.GET.get("q", ""))
    return render(request, "courses/glossary.html", {"course": course, "glossary": found})
