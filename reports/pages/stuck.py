"""Show who may need help, and lead to a message to them."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from courses.models import Course, Enrolment
from courses.roles import rules
from courses.roles.rules import Permission
from reports import students
from reports.pages.gradebook import PAGE_SIZE
from reports.stuck import Rules, find_stuck
from workspace.drafts import records
from workspace.pages.base import reading_page, render_page


@reading_page
def stuck(request: AuthenticatedRequest, course: Course) -> HttpResponse:
    """List the students to whom a rule applies. The rules are in the address, so that a bookmark keeps them."""
    chosen = Rules.read(request.GET)
    page = Paginator(find_stuck(course, chosen, now=timezone.now()), PAGE_SIZE).get_page(request.GET.get("page"))
    ids = [one.enrolment for one in page.object_list]
    enrolments = students.get_students(course).select_related(None).select_related("user", "cohort").in_bulk(ids)
    recording.record_rows(Enrolment, list(enrolments.values()))
    return render_page(
        request,
        "reports/stuck.html",
        records.read(course),
        _("Who is stuck"),
        tab="gradebook",
        rules=chosen,
        page=page,
        rows=[(enrolments[one.enrolment], one.reasons) for one in page.object_list if one.enrolment in enrolments],
        query=f"away={chosen.away}&behind={chosen.behind}&failed={chosen.failed}",
        may_write=rules.can(request.user, Permission.EDIT, course),
    )
