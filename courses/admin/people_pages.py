"""Show the people of a course: find them, put them into cohorts, invite and withdraw them, several at a time."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.audit import recording
from accounts.people.search import contains
from accounts.requests import AuthenticatedRequest
from common.admin.classes import page_context
from courses import access, enrolment
from courses.admin.classes import CourseScopedAdmin
from courses.models import Cohort, Course, Enrolment, RosterImport
from courses.roles.rules import Permission

# People on one page. What is done with several is done with those that are ticked on it.
PAGE_SIZE = 50
Status = Enrolment.Status
# {name in the address: (label, condition)}
FILTERS: dict[str, tuple[Any, Q]] = {
    "active": (gettext_lazy("in the course"), Q(status=Status.ACTIVE)),
    "waiting": (gettext_lazy("in the course, never signed in"), Q(status=Status.ACTIVE, user__last_login=None)),
    "withdrawn": (gettext_lazy("withdrawn"), Q(status=Status.WITHDRAWN)),
}


def person_list(request: AuthenticatedRequest, course_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """List the people of a course by page. A POST does something with those that are ticked. A constant number of queries."""
    needed = Permission.ENROL if request.method == "POST" else Permission.READ
    course: Course = model_admin.get_row_or_404(request, course_id, needed)
    if request.method == "POST":
        return _do(request, course)
    found, chosen = _find(request, course)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    recording.record_rows(Enrolment, page.object_list)
    cohorts = course.cohorts.annotate(n=Count("enrolments", filter=Q(enrolments__status=Status.ACTIVE)))
    imports = RosterImport.objects.filter(course=course).defer("content", "table", "changes")
    context = (
        page_context(request, model_admin, _("People"))
        | chosen
        | {
            "course": course,
            "page": page,
            "filters": [(name, label) for name, (label, _condition) in FILTERS.items()],
            "cohorts": cohorts,
            "imports": imports.select_related("created_by")[:5],
            "may_enrol": model_admin.may(request, Permission.ENROL, course),
            "may_schedule": model_admin.may(request, Permission.SCHEDULE, course),
            "query": urlencode({name: value for name, value in chosen.items() if value}),
        }
    )
    return render(request, "admin/courses/people.html", context)


def _find(request: HttpRequest, course: Course) -> tuple[QuerySet[Enrolment], dict[str, str]]:
    """Return the people whom the form asks for, and what it says."""
    search = request.GET.get("q", "").replace("\0", "").strip()
    status = request.GET.get("status", "")
    status = status if status in FILTERS else "active"
    cohort = request.GET.get("cohort", "")
    found = Enrolment.objects.filter(FILTERS[status][1], course=course)
    if cohort.isdecimal():
        found = found.filter(cohort=int(cohort[:18]))
    elif cohort == "none":
        found = found.filter(cohort=None)
    else:
        cohort = ""
    if search:
        found = found.filter(contains(search, "user"))
    found = found.select_related("user", "cohort", "last_activity").order_by(*access.BY_NAME)
    return found, {"q": search, "status": status, "cohort": cohort}


def _do(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """Do what the button says with the people that are ticked."""
    ids = [int(pk[:18]) for pk in request.POST.getlist("person") if pk.isdecimal()]
    chosen = list(Enrolment.objects.filter(course=course, pk__in=ids).select_related("user", "course"))
    action = ACTIONS.get(request.POST.get("do", ""))
    if not chosen:
        messages.warning(request, _("Tick somebody first."))
    elif request.POST.get("do") == "exception":
        # The page of exceptions is in an app above this one.
        return redirect(f"{reverse('admin:quizzes_quizoverride_many')}?{urlencode({'people': _join(chosen)})}")
    elif action is not None:
        with transaction.atomic(), recording.together():
            messages.success(request, action(request, course, chosen))
    query = request.META.get("QUERY_STRING", "")
    return redirect(reverse("admin:courses_course_people", args=[course.pk]) + (f"?{query}" if query else ""))


def _join(chosen: Sequence[Enrolment]) -> str:
    return ",".join(str(row.pk) for row in chosen)


def _withdraw(request: HttpRequest, course: Course, chosen: Sequence[Enrolment]) -> str:
    active = [row for row in chosen if row.status == Status.ACTIVE]
    for row in active:
        enrolment.withdraw(enrolment=row)
    return ngettext(
        "%(n)d student was withdrawn. Their work is kept.",
        "%(n)d students were withdrawn. Their work is kept.",
        len(active),
    ) % {"n": len(active)}


def _take_back(request: HttpRequest, course: Course, chosen: Sequence[Enrolment]) -> str:
    withdrawn = [row for row in chosen if row.status == Status.WITHDRAWN]
    for row in withdrawn:
        enrolment.enrol(user=row.user, course=course, source=Enrolment.Source.ROSTER)
    n = len(withdrawn)
    return ngettext("%(n)d student is in the course again.", "%(n)d students are in the course again.", n) % {"n": n}


def _invite(request: HttpRequest, course: Course, chosen: Sequence[Enrolment]) -> str:
    active = [row for row in chosen if row.status == Status.ACTIVE]
    for row in active:
        enrolment.invite(enrolment=row, now=timezone.now())
    return ngettext(
        "%(n)d person gets an invitation, at most one a day.",
        "%(n)d people get an invitation, at most one a day.",
        len(active),
    ) % {"n": len(active)}


def _move(request: HttpRequest, course: Course, chosen: Sequence[Enrolment]) -> str:
    pk = request.POST.get("into", "")
    cohort = Cohort.objects.filter(course=course, pk=int(pk[:18])).first() if pk.isdecimal() else None
    moved = [row for row in chosen if row.cohort_id != (cohort.pk if cohort else None)]
    for row in moved:
        row.cohort = cohort
        row.save(update_fields=["cohort"])
    if cohort is None:
        text = ngettext("%(n)d student has no cohort now.", "%(n)d students have no cohort now.", len(moved))
        return text % {"n": len(moved)}
    text = ngettext("%(n)d student is in “%(name)s” now.", "%(n)d students are in “%(name)s” now.", len(moved))
    return text % {"n": len(moved), "name": cohort.name}


ACTIONS: dict[str, Callable[[HttpRequest, Course, Sequence[Enrolment]], str]] = {
    "move": _move,
    "invite": _invite,
    "withdraw": _withdraw,
    "return": _take_back,
}
