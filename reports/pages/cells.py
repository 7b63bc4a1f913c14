"""Page: a cell of the gradebook, with its attempts, its history, and the form that sets the grade by hand."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from common.errors import DomainError
from courses import gradebook
from courses.models import Course, Enrolment, GradeItem
from courses.roles import rules
from courses.roles.rules import Permission
from reports.one_student import by_hand, cells
from reports.one_student.cells import Cell
from workspace.drafts import records
from workspace.pages.base import kept_form, reading_page, render_page


@reading_page
def cell(request: AuthenticatedRequest, course: Course, enrolment_uuid: UUID, activity_slug: str) -> HttpResponse:
    """Show a student's grade of one activity. A POST sets it by hand, or takes back what was set."""
    rows = Enrolment.objects.select_related("user", "cohort")
    enrolment: Enrolment = get_object_or_404(rows, course=course, uuid=enrolment_uuid)
    item = next((each for each in gradebook.get_items(course.pk) if each.activity.slug == activity_slug), None)
    if item is None:
        raise Http404
    may_set = rules.can(request.user, Permission.GRADE, course)
    shown = cells.get_cell(item, enrolment)
    error, status = "", 200
    if request.method == "POST":
        if not may_set:
            raise PermissionDenied
        try:
            _act(request, item, enrolment, shown)
        except ValueError as refused:
            error, status = str(refused), 400
        except DomainError as refused:
            error, status = refused.message, refused.status
            shown = cells.get_cell(item, enrolment)
        else:
            return redirect(request.path)
    recording.record_rows(Enrolment, [enrolment])
    sent = (request.POST if request.method == "POST" else kept_form(request)) or QueryDict()
    return render_page(
        request,
        "reports/cell.html",
        records.read(course),
        _("Grade of one student"),
        status=status,
        tab="gradebook",
        enrolment=enrolment,
        item=item,
        cell=shown,
        may_set=may_set,
        error=error,
        points=sent.get("points", ""),
        note=sent.get("note", ""),
        longest=cells.LONGEST_NOTE,
    )


def _act(request: AuthenticatedRequest, item: GradeItem, enrolment: Enrolment, shown: Cell) -> None:
    """Do what the button says. Raises ValueError or DomainError with a sentence."""
    seen = int(text) if (text := request.POST.get("seen", "")).isdecimal() and len(text) < 9 else -1
    if "take_back" in request.POST:
        note = cells.read_note(request.POST.get("note", ""))
        by_hand.take_back(item=item, enrolment=enrolment, note=note, seen=seen, actor=request.user, now=timezone.now())
        messages.success(request, _("The grade is computed from the attempts again. The student is told."))
    elif "set" in request.POST:
        points = cells.read_points(request.POST.get("points", ""), shown.max_points)
        note = cells.read_note(request.POST.get("note", ""))
        by_hand.set_grade(
            item=item, enrolment=enrolment, points=points, max_points=shown.max_points, note=note, seen=seen,
            actor=request.user, now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("The grade is set. The student is told, with your reason."))
