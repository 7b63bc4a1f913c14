"""Show the glossary of a course, and find terms in it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import AuthenticatedRequest
from common import languages
from courses import access
from courses.lessons.glossary import find_terms, group_by_letter
from courses.models import GlossaryTerm
from courses.pages.joining import offers_to_join

# Characters of a search. Nobody looks for a longer term.
_LONGEST = 100


@login_required
@require_GET
@offers_to_join
def glossary(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    enrolment = access.enrolment_or_404(request.user, slug)
    terms = list(GlossaryTerm.objects.filter(course=enrolment.course).select_related("activity"))
    wanted = request.GET.get("q", "").replace("\0", "").strip()[:_LONGEST]
    found = find_terms(terms, wanted)
    return render(
        request,
        "courses/glossary.html",
        {
            "course": enrolment.course,
            "letters": group_by_letter(found, language=languages.active()),
            "wanted": wanted,
            "found_count": len(found),
            "all_count": len(terms),
        },
    )
