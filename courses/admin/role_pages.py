"""Show the page "who may do what" of a course, and give, change and take roles there."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.audit import recording
from accounts.requests import AuthenticatedRequest
from common.admin.classes import page_context
from common.errors import DomainError
from courses.admin.classes import CourseScopedAdmin
from courses.models import Course, CourseRole
from courses.roles import changing
from courses.roles.rules import PERMISSIONS, Permission, Role


def role_list(request: AuthenticatedRequest, course_id: int, model_admin: CourseScopedAdmin) -> HttpResponse:
    """Show what each role permits and who has one. A POST gives somebody a role. The number of queries is constant."""
    course = _get_course(request, model_admin, course_id)
    email, chosen, error = "", Role.ASSISTANT, ""
    if request.method == "POST":
        email, chosen = request.POST.get("email", "").strip(), _chosen_role(request) or chosen
        try:
            given = changing.give_role(course=course, email=email, role=chosen, actor=request.user)
            messages.success(request, _("%(person)s has the role now: %(role)s.") % _words(given))
            return redirect("admin:courses_course_roles", course.pk)
        except DomainError as refused:
            error = refused.message
    people = list(course.roles.select_related("user").order_by("user__name__by_code_point", "user__email"))
    recording.record_rows(CourseRole, people)
    context = _context(request, model_admin, course) | {
        "people": [(role, [given for given in people if given.role == role]) for role in Role],
        "table": [(permission.label, [permission in PERMISSIONS[role] for role in Role]) for permission in Permission],
        "email": email,
        "chosen": chosen,
        "error": error,
    }
    return render(request, "admin/courses/roles.html", context, status=400 if error else 200)


def role_detail(
    request: AuthenticatedRequest, course_id: int, role_id: int, model_admin: CourseScopedAdmin
) -> HttpResponse:
    """Ask before a role is changed or taken away. A POST does it."""
    course = _get_course(request, model_admin, course_id, Permission.MANAGE_ROLES)
    given = get_object_or_404(course.roles.select_related("user", "course"), pk=role_id)
    error = ""
    if request.method == "POST":
        try:
            return _change(request, given)
        except DomainError as refused:
            error = refused.message
    recording.record_rows(CourseRole, [given])
    context = _context(request, model_admin, course) | {
        "given": given,
        "is_own": given.user_id == request.user.pk,
        "others": [
            (role, [permission.label for permission in Permission if permission in PERMISSIONS[role]])
            for role in Role
            if role != given.role
        ],
        "error": error,
    }
    return render(request, "admin/courses/role.html", context, status=400 if error else 200)


def _get_course(
    request: HttpRequest, model_admin: CourseScopedAdmin, course_id: int, permission: Permission = Permission.READ
) -> Course:
    """Return the course. Who sees it sees its roles, too; who sends a form must be permitted to give them."""
    needed = Permission.MANAGE_ROLES if request.method == "POST" else permission
    course: Course = model_admin.get_row_or_404(request, course_id, needed)
    return course


def _context(request: HttpRequest, model_admin: CourseScopedAdmin, course: Course) -> dict[str, Any]:
    return page_context(request, model_admin, _("Who may do what")) | {
        "course": course,
        "roles": list(Role),
        "may_manage": model_admin.may(request, Permission.MANAGE_ROLES, course),
    }


def _chosen_role(request: HttpRequest) -> Role | None:
    """Return the role that was chosen in the form, None if there is no such role."""
    name = request.POST.get("role", "")
    return Role(name) if name in Role.values else None


def _change(request: AuthenticatedRequest, given: CourseRole) -> HttpResponse:
    role = _chosen_role(request)
    if "take" in request.POST:
        changing.take_role(given=given, actor=request.user)
        messages.success(request, _("%(person)s has no role in the course any more.") % _words(given))
        if given.user_id == request.user.pk and not request.user.is_superuser:
            return redirect("admin:courses_course_changelist")
    elif role is not None:
        given = changing.change_role(given=given, role=role, actor=request.user)
        messages.success(request, _("%(person)s has the role now: %(role)s.") % _words(given))
    return redirect("admin:courses_course_roles", given.course_id)


def _words(given: CourseRole) -> dict[str, str]:
    return {"person": str(given.user), "role": given.get_role_display()}
