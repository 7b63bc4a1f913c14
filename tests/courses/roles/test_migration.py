"""A database of the last release migrates: whoever taught a course is its instructor, and the last release still works."""

import pytest
from django.db import IntegrityError, transaction

from courses.models import CourseRole
from tests.factories import CourseFactory, CourseRoleFactory, UserFactory
from tests.migrating import Migrate

BEFORE = ("courses", "0004_plain_names")


def test_instructors_keep_their_courses(migrate: Migrate) -> None:
    course = CourseFactory()
    first, second, later = (UserFactory(is_staff=True) for _n in range(3))
    old = migrate(BEFORE).get_model("courses", "Course")
    old.objects.get(pk=course.pk).instructors.add(first.pk, second.pk)
    migrate()
    # The last release adds somebody to the new table, twice.
    for _n in range(2):
        old.objects.get(pk=course.pk).instructors.add(later.pk)
    assert sorted(CourseRole.objects.values_list("user", "role")) == [
        (user.pk, "instructor") for user in (first, second, later)
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        CourseRole.objects.create(course=course, user=first, role="observer")
    old.objects.get(pk=course.pk).instructors.remove(later.pk)
    assert CourseRole.objects.count() == 2


def test_undone_nobody_becomes_an_instructor(migrate: Migrate) -> None:
    kept = CourseRoleFactory()
    CourseRoleFactory(course=kept.course, role=CourseRole.Role.ASSISTANT)
    old = migrate(BEFORE).get_model("courses", "Course")
    assert list(old.objects.values_list("instructors", flat=True)) == [kept.user.pk]
