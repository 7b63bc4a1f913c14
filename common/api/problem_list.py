"""List the problems that the API answers with: the status of each `type`, what it means, and what to do about it."""

from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django_stubs_ext import StrOrPromise

from common.api.problems import HTTP_PROBLEMS
from common.errors import refusals


class ListedProblem(NamedTuple):
    status: int
    help: StrOrPromise


def problems_by_slug() -> dict[str, ListedProblem]:
    """Every problem, by slug, in alphabetical order: the refusals of all apps and the problems of HTTP itself.

    A refusal is listed when its module has been imported; the URLconf imports all of them.
    """
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
