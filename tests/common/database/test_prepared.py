"""Prepared statements return and store the same as the ORM's own."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from common.database.prepared import Prepared, PreparedUpdate
from courses.models import Course, Enrolment
from tests.factories import CourseFactory, EnrolmentFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, 0, 1, 250, tzinfo=UTC)
THEN = datetime(2001, 1, 1, tzinfo=UTC)


def test_objects_have_their_selected_relations_and_annotations() -> None:
    enrolment, other = EnrolmentFactory(), EnrolmentFactory()
    prepared = Prepared(
        lambda pk: Enrolment.objects.filter(pk=pk).select_related("course").annotate(slug=F("course__slug")),
        samples=(-1,),
    )
    for asked in (enrolment, other):
        with CaptureQueriesContext(connection) as captured:
            found = prepared.first(asked.pk)
            assert found == asked
            assert found.course == asked.course
            assert found.slug == asked.course.slug  # type: ignore[attr-defined]  # the annotation
        assert len(captured) == 1
    assert prepared.instances(0) == []
    assert prepared.first(0) is None


def test_values_and_deferred_columns() -> None:
    course = CourseFactory(slug="statistics")
    assert Prepared(lambda pk: Course.objects.filter(pk=pk).values("slug"), samples=(-1,)).values(course.pk) == [
        {"slug": "statistics"}
    ]
    found = Prepared(lambda pk: Course.objects.filter(pk=pk).only("slug"), samples=(-1,)).first(course.pk)
    assert found is not None
    assert "is_published" in found.get_deferred_fields()


def test_a_sample_that_is_no_parameter_is_refused() -> None:
    with pytest.raises(ValueError, match="take"):
        Prepared(lambda pk: Course.objects.filter(slug="x"), samples=(-1,)).first(1)
    # True equals 1 in Python, but is another parameter.
    with pytest.raises(ValueError, match="take"):
        Prepared(lambda yes: Course.objects.filter(pk=1), samples=(True,)).first(True)


def test_each_sample_needs_an_argument() -> None:
    prepared = Prepared(lambda pk: Course.objects.filter(pk=pk), samples=(-1,))
    for arguments in ((), (1, 2)):
        with pytest.raises(ValueError, match="zip"):
            prepared.first(*arguments)


def test_an_update_changes_its_rows_and_returns_their_new_values() -> None:
    enrolments = [EnrolmentFactory(progress_percent=percent) for percent in (10, 20, 30)]
    update = PreparedUpdate(
        lambda least, percent, seen: (
            Enrolment.objects.filter(progress_percent__gte=least),
            {"progress_percent": F("progress_percent") + percent, "last_seen_at": seen},
        ),
        samples=(101, 102, THEN),
        returning="progress_percent",
    )
    assert sorted(update.apply(20, 5, NOW)) == [25, 35]
    assert update.apply(99, 5, NOW) == []
    assert update.apply(35, 1, None) == [36]
    rows = [(row.progress_percent, row.last_seen_at) for row in Enrolment.objects.order_by("pk")]
    assert rows == [(10, enrolments[0].last_seen_at), (25, NOW), (36, None)]
