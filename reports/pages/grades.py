"""Pages: the grades of one student with "what if", for the student and for staff."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from courses import access, gradebook
from courses.lessons.results import get_outline_with_grades
from courses.models import Course, Enrolment
from courses.pages.joining import offers_to_join
from courses.roles import rules
from courses.roles.rules import Permission
from reports import students
from reports.one_student import what_if
from workspace.drafts import records
from workspace.pages.base import reading_page, render_page


@login_required
@require_safe
@offers_to_join
def own(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Show the student's own grades, and the course grade with what the student assumes."""
    enrolment = access.enrolment_or_404(request.user, slug)
    _outline, grades = get_outline_with_grades(enrolment)
    found = what_if.compute(grades, request.GET, students.get_rule(enrolment.course).grade)
    return render(request, "reports/own_grades.html", {"course": enrolment.course, "found": found})


@reading_page
def of_student(request: AuthenticatedRequest, course: Course, enrolment_uuid: UUID) -> HttpResponse:
    """Show the grades of a student to staff, and the course grade with what they assume."""
    rows = Enrolment.objects.select_related("user", "cohort")
    enrolment: Enrolment = get_object_or_404(rows, course=course, uuid=enrolment_uuid)
    recording.record_rows(Enrolment, [enrolment])
    grades = gradebook.get_item_grades(enrolment, gradebook.get_items(course.pk), with_held=True)
    return render_page(
        request,
        "reports/student.html",
        records.read(course),
        _("Grades of one student"),
        tab="gradebook",
        enrolment=enrolment,
        may_audit=rules.can(request.user, Permission.MANAGE_ROLES, course),
        found=what_if.compute(grades, request.GET, students.get_rule(course).grade),
    )
