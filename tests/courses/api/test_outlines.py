"""The answer with an outline, which is joined from encoded parts, says what the outline of the pages says."""

from datetime import UTC, datetime

import pytest

from courses import progress
from courses.models import Activity, Course, Enrolment
from courses.outline.queries import get_outline
from tests.api import Api

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize("done", [(), (0,), (2,), (0, 1), (1, 2), (0, 1, 2)])
@pytest.mark.parametrize("last", [None, 0, 2])
def test_it_says_what_the_outline_of_the_pages_says(
    alice_api: Api, course: Course, enrolment: Enrolment, done: tuple[int, ...], last: int | None
) -> None:
    activities = list(Activity.objects.filter(course=course).visible())
    for place in done:
        progress.mark_done(enrolment=enrolment, activity=activities[place], now=NOW)
    Enrolment.objects.filter(pk=enrolment.pk).update(last_activity=None if last is None else activities[last])
    # Not required: it counts for nothing, and is still the next thing to do.
    activities[1].is_required = False
    activities[1].save()

    answer = alice_api.get("courses/statistics/outline")

    enrolment = Enrolment.objects.select_related("course").get(pk=enrolment.pk)
    outline = get_outline(enrolment)
    following = outline.next_to_do(enrolment.last_activity_id)
    assert answer["next"] == (following and str(following.uuid))
    assert answer["done_count"] == outline.done_count
    assert answer["required_count"] == outline.required_count == 2
    assert answer["progress_percent"] == enrolment.progress_percent
    assert [(entry["uuid"], entry["done"], entry["done_at"]) for entry in answer["entries"]] == [
        (str(entry.activity.uuid), entry.is_done, "2026-11-29T12:00:00Z" if entry.is_done else None)
        for entry in outline.entries
    ]


def test_a_course_without_activities_has_an_empty_outline(alice_api: Api, course: Course) -> None:
    for activity in Activity.objects.filter(course=course):
        activity.archived_at = NOW
        activity.save()

    answer = alice_api.get("courses/statistics/outline")

    assert answer["entries"] == answer["modules"] == []
    assert answer["next"] is None
