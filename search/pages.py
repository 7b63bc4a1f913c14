"""Show the page of the search. It works without a script, and its address can be kept."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from search import rows
from search.finding import hits
from search.finding.queries import LONGEST, LONGEST_SENT, Query, read_query
from search.searching import search

PAGE_SIZE = 20


@login_required
@require_safe
def search_page(request: AuthenticatedRequest) -> HttpResponse:
    wanted = request.GET.get("q", "")
    try:
        query = read_query(wanted) if wanted.strip() else None
    except DomainError as refused:
        context = {"wanted": wanted[:LONGEST], "refusal": refused.message, "longest_sent": LONGEST_SENT}
        context |= _choices(request, None)
        return render(request, "search/search.html", context, status=refused.status)
    context = {"wanted": query.text if query else "", "longest_sent": LONGEST_SENT, **_choices(request, query)}
    return render(request, "search/search.html", context)


def _choices(request: AuthenticatedRequest, query: Query | None) -> dict[str, Any]:
    """Return the courses to choose from, and what was found."""
    course = request.GET.get("course", "")
    if query is None:
        courses = hits.readable(request.user)
        return {"course": course, "courses": courses, "options": rows.render_courses(courses, course)}
    result = search(request.user, query, course)
    page = Paginator(result.found.rows, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = result.found.hits(page.start_index() - 1, page.end_index()) if result.found.rows else []
    return {
        "course": course,
        "courses": result.courses,
        "options": rows.render_courses(result.courses, course),
        "result": result,
        "page": page,
        "hits": rows.render_hits(shown, has_many_courses=len(result.courses) > 1),
        "address": f"?{urlencode({'q': query.text, 'course': course})}",
    }
