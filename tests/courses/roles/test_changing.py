"""Giving, changing and taking roles."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import User
from courses.models import Course, CourseRole
from courses.roles import changing, rules
from courses.roles.changing import RoleRefused
from courses.roles.rules import Permission, Role
from tests.factories import CourseRoleFactory, UserFactory

pytestmark = pytest.mark.django_db


def role_of(user: User) -> CourseRole:
    return CourseRole.objects.get(user=user)


def test_staff_get_a_role_by_their_address(course: Course, ines: User) -> None:
    new = UserFactory(email="new@example.com", is_staff=True)
    changing.give_role(course=course, email=" NEW@example.com ", role=Role.ASSISTANT, actor=ines)
    assert rules.can(new, Permission.GRADE, course)


@pytest.mark.parametrize("email", ["alice@example.com", "nobody@example.com", "gone@example.com", "", "x" * 500])
def test_students_and_unknown_addresses_get_the_same_answer(
    course: Course, ines: User, alice: User, email: str
) -> None:
    UserFactory(email="gone@example.com", is_staff=True, is_active=False)
    with pytest.raises(RoleRefused, match=r"There is no staff account with this address\."):
        changing.give_role(course=course, email=email, role=Role.OBSERVER, actor=ines)


def test_nobody_has_two_roles_in_a_course(course: Course, ines: User, ada: User) -> None:
    with pytest.raises(RoleRefused, match="already"):
        changing.give_role(course=course, email=ada.email, role=Role.INSTRUCTOR, actor=ines)
    with pytest.raises(IntegrityError), transaction.atomic():
        CourseRole.objects.create(course=course, user=ada, role=Role.OBSERVER)


def test_the_database_knows_the_roles(course: Course, ada: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        CourseRole.objects.filter(user=ada).update(role="king")


@pytest.mark.parametrize("who", ["ada", "oscar", "otto", "alice"])
def test_others_neither_give_nor_take_roles(
    course: Course, ines: User, who: str, request: pytest.FixtureRequest
) -> None:
    actor = request.getfixturevalue(who)
    UserFactory(email="new@example.com", is_staff=True)
    before = set(CourseRole.objects.values_list("course", "user", "role"))
    with pytest.raises(PermissionDenied):
        changing.give_role(course=course, email="new@example.com", role=Role.OBSERVER, actor=actor)
    with pytest.raises(PermissionDenied):
        changing.change_role(given=role_of(ines), role=Role.OBSERVER, actor=actor)
    with pytest.raises(PermissionDenied):
        changing.take_role(given=role_of(ines), actor=actor)
    assert set(CourseRole.objects.values_list("course", "user", "role")) == before


def test_an_instructor_does_not_remove_the_last_instructor(course: Course, ines: User, ada: User) -> None:
    # An instructor who cannot sign in is none.
    CourseRoleFactory(course=course, user=UserFactory(is_staff=False))
    for role in (Role.ASSISTANT, Role.OBSERVER):
        with pytest.raises(RoleRefused, match="last instructor"):
            changing.change_role(given=role_of(ines), role=role, actor=ines)
    with pytest.raises(RoleRefused, match="last instructor"):
        changing.take_role(given=role_of(ines), actor=ines)
    changing.change_role(given=role_of(ines), role=Role.INSTRUCTOR, actor=ines)
    changing.change_role(given=role_of(ada), role=Role.INSTRUCTOR, actor=ines)
    changing.take_role(given=role_of(ines), actor=ines)
    assert not rules.can(ines, Permission.READ, course)
    assert rules.can(ada, Permission.MANAGE_ROLES, course)


def test_an_administrator_removes_the_last_instructor(course: Course, ines: User) -> None:
    changing.take_role(given=role_of(ines), actor=User.objects.create_superuser("root@example.com", "x"))
    assert not CourseRole.objects.exists()


def test_of_two_instructors_who_remove_each_other_one_stays(course: Course, ines: User, ada: User) -> None:
    CourseRole.objects.update(role=Role.INSTRUCTOR)
    hers, other = role_of(ines), role_of(ada)
    changing.take_role(given=other, actor=ines)
    # Ada's page was open already.
    with pytest.raises(PermissionDenied):
        changing.take_role(given=hers, actor=ada)
    with pytest.raises(RoleRefused, match="meanwhile"):
        changing.change_role(given=other, role=Role.OBSERVER, actor=ines)
