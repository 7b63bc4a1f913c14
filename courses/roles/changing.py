"""Give, change and take roles in a course. Who may do so is checked here, because two people may do it at once."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.identity import normalise_address
from accounts.models import User
from common.errors import DomainError
from courses.models import Course, CourseRole
from courses.roles import rules
from courses.roles.rules import Permission, Role


class RoleRefused(DomainError):
    slug = "role-refused"
    status = 409
    help = gettext_lazy("The role was not changed. The message says why.")


@transaction.atomic
def give_role(*, course: Course, email: str, role: Role, actor: User) -> CourseRole:
    """Give the role to the account of staff with this address. Raises RoleRefused.

    Students and unknown addresses get the same answer, so that it says nothing about who has an account.
    """
    _lock(course, actor)
    user = User.objects.filter(email=normalise_address(email), is_staff=True, is_active=True).first()
    if user is None:
        raise RoleRefused(_("There is no staff account with this address."))
    if CourseRole.objects.filter(course=course, user=user).exists():
        raise RoleRefused(_("This person has a role in the course already."))
    return CourseRole.objects.create(course=course, user=user, role=role)


@transaction.atomic
def change_role(*, given: CourseRole, role: Role, actor: User) -> CourseRole:
    """Replace the role by another one. Raises RoleRefused. Idempotent."""
    _lock(given.course, actor)
    current = _current(given)
    if role != Role.INSTRUCTOR:
        _check_not_last(current, actor)
    current.role = role
    current.save(update_fields=["role"])
    return current


@transaction.atomic
def take_role(*, given: CourseRole, actor: User) -> None:
    """Take the role away. What the person has decided stays. Raises RoleRefused."""
    _lock(given.course, actor)
    current = _current(given)
    _check_not_last(current, actor)
    current.delete()


def _lock(course: Course, actor: User) -> None:
    """Lock the course, so that two instructors cannot remove each other, and check that `actor` is still an instructor."""
    Course.objects.select_for_update().get(pk=course.pk)
    if not rules.can(actor, Permission.MANAGE_ROLES, course):
        raise PermissionDenied


def _current(given: CourseRole) -> CourseRole:
    """Return the row as it is now. Somebody may have changed or deleted it since the page was shown."""
    current = CourseRole.objects.filter(pk=given.pk).select_related("user").first()
    if current is None:
        raise RoleRefused(_("Somebody else has taken this role away meanwhile."))
    return current


def _check_not_last(given: CourseRole, actor: User) -> None:
    """Raise RoleRefused if the course would be without an instructor who can sign in. Administrators may do that."""
    if given.role != Role.INSTRUCTOR or actor.is_superuser:
        return
    others = CourseRole.objects.filter(
        course=given.course_id, role=Role.INSTRUCTOR, user__is_active=True, user__is_staff=True
    ).exclude(pk=given.pk)
    if not others.exists():
        raise RoleRefused(
            _(
                "This is the last instructor of the course. Make somebody else an instructor first, or ask an administrator."
            )
        )
