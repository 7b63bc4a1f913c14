"""Show the pages for staff: the students of a course with progress and grades, and the import of a roster."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.audit import recording
from common.admin.classes import page_context
from courses import access, gradebook, roster
from courses.admin.classes import CourseScopedAdmin
from courses.models import Course, Enrolment
from courses.roles.rules import Permission

# Students on one page.
PAGE_SIZE = 100


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


def roster_import(request: HttpRequest, course_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """Import a roster in two steps: upload it and see the plan, then confirm.

    The form of the second step contains the text of the file, so that exactly the text that was shown is imported.
    """
    course = model_admin.get_row_or_404(request, course_id, Permission.ENROL)
    context = _context(request, model_admin, course, _("Import a roster"))
    text, error, rows = "", "", []
    if request.method == "POST":
        try:
            text = _roster_text(request)
            if "confirm" in request.POST:
                imported = roster.execute(course, text)
                new = sum(row.action != "unchanged" for row in imported)
                messages.success(
                    request, ngettext("%(n)d student was enrolled.", "%(n)d students were enrolled.", new) % {"n": new}
                )
                return redirect("admin:courses_course_students", course.pk)
            rows = roster.plan(course, text)
        except roster.RosterError as refused:
            error = refused.message
    context |= {
        "rows": rows,
        "text": text,
        "error": error,
        "has_invalid": any(row.action == "invalid" for row in rows),
        "has_work": any(row.action not in ("unchanged", "invalid") for row in rows),
    }
    return render(request, "admin/courses/roster.html", context, status=400 if error else 200)


def _roster_text(request: HttpRequest) -> str:
    upload = request.FILES.get("file")
    if isinstance(upload, UploadedFile):
        return roster.decode(upload.read(roster.SIZE_LIMIT + 1))
    return roster.decode(request.POST.get("text", "").encode())
