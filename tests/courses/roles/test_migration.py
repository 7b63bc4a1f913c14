"""A database of the last release migrates: whoever taught a course is its instructor, and the last release still works."""

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from courses.models import CourseRole
from tests.factories import CourseFactory, CourseRoleFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _latest_afterwards() -> Iterator[None]:
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.usefixtures("_latest_afterwards")
def test_instructors_keep_their_courses() -> None:
    course = CourseFactory()
    first, second, later = (UserFactory(is_staff=True) for _n in range(3))
    executor = MigrationExecutor(connection)
    executor.migrate([("courses", "0004_plain_names")])
    old = executor.loader.project_state([("courses", "0004_plain_names")]).apps.get_model("courses", "Course")
    old.objects.get(pk=course.pk).instructors.add(first.pk, second.pk)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
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


@pytest.mark.usefixtures("_latest_afterwards")
def test_undone_nobody_becomes_an_instructor() -> None:
    kept = CourseRoleFactory()
    CourseRoleFactory(course=kept.course, role=CourseRole.Role.ASSISTANT)
    executor = MigrationExecutor(connection)
    executor.migrate([("courses", "0004_plain_names")])
    old = executor.loader.project_state([("courses", "0004_plain_names")]).apps.get_model("courses", "Course")
    assert list(old.objects.values_list("instructors", flat=True)) == [kept.user.pk]
