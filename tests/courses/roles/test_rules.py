"""Who may do what in a course, by role."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from courses.models import Course, CourseRole, Enrolment
from courses.roles import rules
from courses.roles.rules import Permission, Role
from tests.factories import CourseFactory, CourseRoleFactory, EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db

EXPECTED = {
    Role.INSTRUCTOR: set(Permission),
    Role.ASSISTANT: {Permission.READ, Permission.GRADE, Permission.ANSWER},
    Role.OBSERVER: {Permission.READ},
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_a_role_permits_what_the_table_says_and_only_in_its_course(role: Role, permission: Permission) -> None:
    given = CourseRoleFactory(role=role)
    other = CourseFactory()
    enrolments = [EnrolmentFactory(course=course) for course in (given.course, other)]
    is_permitted = permission in EXPECTED[role]
    assert rules.can(given.user, permission, given.course) == is_permitted
    assert rules.can(given.user, permission, given.course.pk) == is_permitted
    assert not rules.can(given.user, permission, other)
    assert list(rules.courses_where(given.user, permission)) == [given.course] * is_permitted
    found = Enrolment.objects.filter(rules.may(given.user, permission))
    assert list(found) == enrolments[:1] * is_permitted
    assert list(Course.objects.filter(rules.may(given.user, permission, "pk"))) == [given.course] * is_permitted
    assert (permission in rules.get_permissions(given.user).anywhere()) == is_permitted


@pytest.mark.parametrize("fields", [{"is_staff": False}, {"is_active": False}])
def test_a_role_permits_nothing_to_an_account_that_is_not_of_the_staff(fields: dict[str, bool]) -> None:
    given = CourseRoleFactory()
    User.objects.filter(pk=given.user.pk).update(is_superuser=True, **fields)
    user = User.objects.get(pk=given.user.pk)
    for permission in Permission:
        assert not rules.can(user, permission, given.course)
        assert not rules.courses_where(user, permission).exists()
        assert not Course.objects.filter(rules.may(user, permission, "pk")).exists()
    assert not rules.can_create_course(user)


def test_a_visitor_may_do_nothing(course: Course) -> None:
    assert not rules.can(AnonymousUser(), Permission.READ, course)
    assert not rules.courses_where(AnonymousUser(), Permission.READ).exists()


def test_an_administrator_may_do_everything_in_every_course(course: Course) -> None:
    root = User.objects.create_superuser("root@example.com", "x")
    assert all(rules.can(root, permission, course) for permission in Permission)
    assert list(rules.courses_where(root, Permission.MANAGE_ROLES)) == [course]


def test_administrators_and_instructors_create_courses() -> None:
    assert rules.can_create_course(User.objects.create_superuser("root@example.com", "x"))
    assert rules.can_create_course(CourseRoleFactory(role=Role.INSTRUCTOR).user)
    assert not rules.can_create_course(CourseRoleFactory(role=Role.ASSISTANT).user)
    assert not rules.can_create_course(UserFactory(is_staff=True))


def test_a_role_that_is_not_named_permits_least(course: Course) -> None:
    assert CourseRole.objects.create(course=course, user=UserFactory(is_staff=True)).role == Role.OBSERVER
