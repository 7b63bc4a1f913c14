"""Show pages that list and explain every problem with which the API may answer."""

from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import get_resolver
from django.views.decorators.http import require_GET
from django_stubs_ext import StrOrPromise

from common.api.problems import HTTP_PROBLEMS
from common.errors import refusals


class ListedProblem(NamedTuple):
    status: int
    help: StrOrPromise


def problems_by_slug() -> dict[str, ListedProblem]:
    """Return {slug: problem} in alphabetical order: the refusals of all apps, and HTTP_PROBLEMS.

    A refusal is listed only if its module has been imported. The URLconf imports all of these modules.
    """
    assert get_resolver().url_patterns
    listed = {refusal.slug: ListedProblem(refusal.status, refusal.help) for refusal in refusals()}
    listed |= {problem.slug: ListedProblem(problem.status, problem.help) for problem in HTTP_PROBLEMS}
    return dict(sorted(listed.items()))


@require_GET
def problem_list(request: HttpRequest) -> HttpResponse:
    return render(request, "lms/problem_list.html", {"problems": problems_by_slug()})


@require_GET
def problem_detail(request: HttpRequest, slug: str) -> HttpResponse:
    problem = problems_by_slug().get(slug)
    if problem is None:
        raise Http404
    context = {"slug": slug, "status": problem.status, "meaning": problem.help}
    return render(request, "lms/problem_detail.html", context)
