"""The cached course matches the database after every kind of change."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from courses.models import Activity, Course, CourseAsset, Enrolment, GlossaryTerm, GradeItem, LessonEdition, Module
from courses.outline import published, revisions
from courses.outline.published import CACHED_COURSES, get_published
from tests.factories import ActivityFactory, CourseFactory, LessonFactory, QuizFactory

pytestmark = pytest.mark.django_db


def outline_of(course: Course) -> list[str]:
    course.refresh_from_db()
    held = get_published(course.pk, course.revision)
    return [activity.slug for _module, activities in held.modules for activity in activities]


@pytest.mark.parametrize(
    "change",
    [
        lambda lesson: lesson.course.save(),
        lambda lesson: lesson.module.save(),
        lambda lesson: lesson.save(),
        lambda lesson: lesson.lesson.save(),
        lambda lesson: lesson.lesson.editions.first().save(),
        lambda lesson: lesson.lesson.editions.first().delete(),
        lambda lesson: GlossaryTerm.objects.create(course=lesson.course, key="a", term_ko="가", definition_ko="나"),
        lambda lesson: CourseAsset.objects.create(course=lesson.course, name="a.csv", content=b"a"),
        lambda lesson: QuizFactory(activity=lesson),
        lambda lesson: GradeItem.objects.create(activity=lesson),
        lambda lesson: lesson.delete(),
        lambda lesson: revisions.touch(lesson.course_id),
    ],
)
def test_every_change_gives_a_new_revision(course: Course, lesson: Activity, change: Callable[[Activity], Any]) -> None:
    others = CourseFactory()
    course.refresh_from_db()
    others.refresh_from_db()
    before, untouched = course.revision, others.revision
    change(lesson)
    course.refresh_from_db()
    others.refresh_from_db()
    assert course.revision != before
    assert others.revision == untouched


def test_saving_a_course_read_earlier_does_not_restore_its_old_revision(course: Course, lesson: Activity) -> None:
    course.refresh_from_db()
    form = Course.objects.get(pk=course.pk)
    earlier = outline_of(course)
    ActivityFactory(module=lesson.module, slug="new")
    assert outline_of(course) == [*earlier, "new"]
    form.save()
    assert outline_of(course) == [*earlier, "new"]
    Activity.objects.get(slug="new").delete()
    assert outline_of(course) == earlier


def test_a_course_is_read_once_for_each_revision(
    course: Course, lesson: Activity, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    course.refresh_from_db()
    with django_assert_num_queries(1):
        first = get_published(course.pk, course.revision)
        assert get_published(course.pk, course.revision) is first
    lesson.save()
    course.refresh_from_db()
    assert get_published(course.pk, course.revision) is not first


def test_the_number_of_cached_courses_is_limited(course: Course) -> None:
    course.refresh_from_db()
    first = get_published(course.pk, course.revision)
    for _ in range(CACHED_COURSES):
        other = CourseFactory()
        get_published(other.pk, other.revision)
    assert get_published(course.pk, course.revision) is not first


def test_the_bytes_of_rendered_parts_are_limited(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "CACHED_BYTES", 100_000)
    published._cache.clear()
    courses = [CourseFactory() for _ in range(4)]
    found = [get_published(each.pk, each.revision) for each in courses]

    # Courses that were not asked for the longest are dropped while others are rendered.
    for each in found[:3]:
        each.cached("page", lambda: "x" * 40_000)
    assert [*published._cache] == [each.pk for each in courses[1:]]
    # The course that is rendered is kept, however large it is.
    assert found[3].cached("page", lambda: "y" * 200_000) == "y" * 200_000
    assert [*published._cache] == [courses[3].pk]


def test_a_lesson_page_shows_a_change_at_the_next_request(
    alice_client: Client, lesson: Activity, enrolment: Enrolment
) -> None:
    address = lesson.get_absolute_url()
    assert "A new sentence" not in alice_client.get(address).text
    edition = LessonEdition.objects.get(lesson=lesson.lesson, language="en")
    edition.html = "<p>A new sentence.</p>"
    edition.save()
    assert "A new sentence" in alice_client.get(address).text
    lesson.title_en = "Another title"
    lesson.save()
    assert re.search(r"<h1\s*>Another title</h1>", alice_client.get(address).text)


def test_a_lesson_page_is_cached_for_each_language_and_state(
    alice_client: Client, lesson: Activity, enrolment: Enrolment
) -> None:
    english = alice_client.get(lesson.get_absolute_url(), headers={"Accept-Language": "en"}).text
    korean = alice_client.get(lesson.get_absolute_url(), headers={"Accept-Language": "ko"}).text
    assert 'lang="ko"' in korean
    assert english != korean
    assert "Not done yet" in english
    alice_client.post(f"{lesson.get_absolute_url()}done/", {"done": "1"})
    assert 'class="is-done"' in alice_client.get(lesson.get_absolute_url()).text


def test_a_new_module_without_activities_is_not_shown(course: Course, lesson: Activity) -> None:
    before = outline_of(course)
    Module.objects.create(course=course, slug="empty", number=9, title_ko="빈 모듈")
    assert outline_of(course) == before


def test_a_lesson_without_an_edition_is_not_found(alice_client: Client, module: Module, enrolment: Enrolment) -> None:
    empty = LessonFactory(activity=ActivityFactory(module=module, slug="empty"), editions=[])
    address = empty.activity.get_absolute_url()
    assert [alice_client.get(address).status_code for _ in range(2)] == [404, 404]
