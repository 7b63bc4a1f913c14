"""Show all long work of the reader's courses on one page; cancel it, or do it again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.requests import AuthenticatedRequest
from courses.models import Course
from courses.overviews import jobs
from courses.overviews.jobs import Job, Source, State
from courses.roles import rules
from courses.roles.rules import Permission
from overview.failed_jobs import get_permitted
from workspace.pages.base import staff_page

PAGE_SIZE = 30
_TONES = {State.DONE: "is-good", State.FAILED: "is-bad", State.WAITS: "is-warn"}


@dataclass(frozen=True, slots=True)
class Row:
    """One job as the page shows it."""

    source: Source
    job: Job
    course: Course | None
    tone: str
    is_working: bool


@staff_page
def job_list(request: AuthenticatedRequest) -> HttpResponse:
    """List the jobs, the newest first. A POST cancels one, or does it again."""
    if request.method == "POST":
        return _act(request)
    courses = {course.pk: course for course in rules.courses_where(request.user, Permission.READ)}
    chosen = next((course for course in courses.values() if course.slug == request.GET.get("course")), None)
    permitted = get_permitted(request.user, [chosen] if chosen else list(courses.values()))
    only_failed = request.GET.get("state") == State.FAILED.value
    found = jobs.find_jobs(
        request.user, permitted, only_failed=only_failed, before=_moment(request), limit=PAGE_SIZE + 1
    )
    if chosen:
        found = [each for each in found if each[1].course == chosen.pk]
    rows = [
        Row(source, job, courses.get(job.course or 0), _TONES.get(job.state, ""), job.state is State.WORKS)
        for source, job in found[:PAGE_SIZE]
    ]
    query = request.GET.copy()
    query.pop("before", None)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Jobs"),
        "rows": rows,
        "is_working": any(row.is_working for row in rows),
        "courses": sorted(courses.values(), key=str),
        "chosen": chosen,
        "only_failed": only_failed,
        "is_first": "before" not in request.GET,
        "query": query.urlencode(),
        "next": rows[-1].job.at.isoformat() if len(found) > PAGE_SIZE else "",
    }
    is_poll = bool(request.headers.get("HX-Request"))
    return render(request, "overview/_jobs.html" if is_poll else "overview/jobs.html", context)


def _moment(request: AuthenticatedRequest) -> datetime | None:
    try:
        found = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None


def _act(request: AuthenticatedRequest) -> HttpResponse:
    """Cancel or repeat the job that the form names. Raises Http404 for one that the person may not steer."""
    source = jobs.find_source(request.POST.get("source", ""))
    if source is None:
        raise Http404
    act = source.cancel if "cancel" in request.POST else source.repeat if "repeat" in request.POST else None
    if act is None:
        raise Http404
    try:
        uuid = UUID(request.POST.get("uuid", ""))
    except ValueError:
        raise Http404 from None
    courses = list(rules.courses_where(request.user, Permission(source.permission)))
    row = get_object_or_404(source.rows(request.user, courses), uuid=uuid)
    if not act(row, request.user, timezone.now()):
        messages.warning(request, _("That is not possible any more. This is how it stands now."))
    elif "cancel" in request.POST:
        messages.success(request, _("It is cancelled."))
    else:
        messages.success(request, _("It is being done again."))
    return redirect("overview:jobs")
