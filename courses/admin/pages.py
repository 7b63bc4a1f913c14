"""Show the students of a course with progress and grades."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.audit import recording
from common.admin.classes import page_context
from courses import access, gradebook
from courses.admin.classes import CourseScopedAdmin
from courses.models import Course, Enrolment
from courses.roles.rules import Permission

# Students on one page. Each has a cell for every graded activity.
PAGE_SIZE = 50


def _context(request: HttpRequest, model_admin: CourseScopedAdmin, course: Course, title: str) -> dict[str, Any]:
    return {**page_context(request, model_admin, title), "course": course}


@require_safe
def student_list(request: HttpRequest, course_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """List the students of a course with progress and grades. The number of queries is constant."""
    course = model_admin.get_row_or_404(request, course_id, Permission.READ)
    search = request.GET.get("q", "").strip()
    enrolments = access.students(course, search)
    page = Paginator(enrolments, PAGE_SIZE).get_page(request.GET.get("page"))
    recording.record_rows(Enrolment, page.object_list)
    items = gradebook.get_items(course.pk)
    rows = [
        (enrolment, item_grades, gradebook.course_percent(item_grades))
        for enrolment, item_grades in zip(
            page.object_list, gradebook.get_grades_of(items, list(page.object_list)), strict=True
        )
    ]
    context = _context(request, model_admin, course, _("Students, progress, grades"))
    return render(
        request,
        "admin/courses/students.html",
        {
            **context,
            "rows": rows,
            "items": items,
            "page": page,
            "search": search,
            "may_enrol": model_admin.may(request, Permission.ENROL, course),
        },
    )
