"""Decide who may do what in a course. Every page, form, action and download of staff asks this module.

Administrators may do everything. Everybody else needs a role in the course and an account of staff.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from courses.models import Course, CourseRole

Role = CourseRole.Role


class Permission(models.TextChoices):
    """What somebody may do in a course, in the order of the page "who may do what"."""

    READ = "read", _("see the course with its students, attempts and grades")
    GRADE = "grade", _("grade by hand, decide on late answers, grade again what failed, send notices again")
    ANSWER = "answer", _("answer what students ask at lessons, hide what does not belong there")
    EDIT = "edit", _("write lessons and quizzes, publish, import and archive")
    SCHEDULE = "schedule", _("grant exceptions to students")
    REGRADE = "regrade", _("apply a changed answer key to grades that were given")
    ENROL = "enrol", _("enrol and withdraw students, import a roster, make cohorts")
    MANAGE_ROLES = "manage_roles", _("give and take roles")


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.INSTRUCTOR: frozenset(Permission),
    Role.ASSISTANT: frozenset({Permission.READ, Permission.GRADE, Permission.ANSWER}),
    Role.OBSERVER: frozenset({Permission.READ}),
}

Person = User | AnonymousUser


def courses_where(user: Person, permission: Permission) -> QuerySet[Course]:
    """Return the courses in which `user` may do what `permission` says."""
    if not _is_staff(user):
        return Course.objects.none()
    if user.is_superuser:
        return Course.objects.all()
    return Course.objects.filter(pk__in=_course_ids(user, permission))


def may(user: Person, permission: Permission, path: str = "course") -> Q:
    """Return the condition that the course of a row is one in which `user` may do what `permission` says.

    `path` is the lookup from the row to its course ("pk" for courses themselves).
    """
    if _is_staff(user) and user.is_superuser:
        return Q()
    # A subquery, so that no caller gets a row twice and each may combine it with others.
    return Q(**{f"{path}__in": _course_ids(user, permission)})


@dataclass(frozen=True, slots=True)
class Permissions:
    """What one person may do in each course. `by_course` has only the courses in which the person has a role."""

    is_administrator: bool
    by_course: Mapping[int, frozenset[Permission]]

    def in_course(self, course_id: int | None) -> frozenset[Permission]:
        """Return what the person may do in the course."""
        if self.is_administrator:
            return frozenset(Permission)
        return self.by_course.get(course_id, frozenset()) if course_id is not None else frozenset()

    def anywhere(self) -> frozenset[Permission]:
        """Return what the person may do in at least one course. Administrators may do everything even without a course."""
        return frozenset(Permission) if self.is_administrator else frozenset().union(*self.by_course.values())


def get_permissions(user: Person) -> Permissions:
    """Return what `user` may do in which course. At most one query."""
    if not _is_staff(user):
        return Permissions(is_administrator=False, by_course={})
    if user.is_superuser:
        return Permissions(is_administrator=True, by_course={})
    roles = CourseRole.objects.filter(user_id=user.pk).values_list("course_id", "role")
    return Permissions(is_administrator=False, by_course={pk: PERMISSIONS[Role(role)] for pk, role in roles})


def can(user: Person, permission: Permission, course: Course | int) -> bool:
    """Return whether `user` may do what `permission` says in `course` (a row or its id)."""
    return permission in get_permissions(user).in_course(course if isinstance(course, int) else course.pk)


def people_who_may(permission: Permission, course_id: int) -> QuerySet[User]:
    """Return the people with a role in the course that permits it. Administrators may, too, but have no role."""
    roles = CourseRole.objects.filter(course=course_id, role__in=_roles_with(permission))
    return User.objects.filter(pk__in=roles.values("user"), is_active=True, is_staff=True)


def can_create_course(user: Person) -> bool:
    """Return whether `user` may make a course: administrators, and staff who are instructors already.

    An account of staff that only grades or observes was not meant to publish anything on the site.
    """
    return Permission.EDIT in get_permissions(user).anywhere()


def _is_staff(user: Person) -> TypeGuard[User]:
    return user.is_active and user.is_staff


def _course_ids(user: Person, permission: Permission) -> Any:
    """Return a query for the ids of the courses in which a role permits it."""
    roles = _roles_with(permission)
    found = CourseRole.objects.filter(user_id=user.pk, role__in=roles) if _is_staff(user) else CourseRole.objects.none()
    return found.values("course")


def _roles_with(permission: Permission) -> list[Role]:
    return [role for role, permissions in PERMISSIONS.items() if permission in permissions]
