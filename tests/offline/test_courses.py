"""What a browser downloads of a course."""

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from courses.models import Activity, CourseAsset, Enrolment, LessonEdition, ProgressEvent
from courses.outline.published import get_published
from courses.outline.revisions import touch
from offline.sizes import download_size
from tests.factories import ActivityFactory, LessonFactory

pytestmark = pytest.mark.django_db

LIST = "/offline/courses/{}/pages.json"


def test_the_lessons_of_the_course_are_listed_in_their_order(alice_client: Client, enrolment: Enrolment) -> None:
    lessons = [
        each for each in enrolment.course.activities.order_by("module__position", "position") if each.kind == "lesson"
    ]
    found = alice_client.get(LIST.format(enrolment.course.slug)).json()["pages"]
    assert found == [lesson.get_absolute_url() for lesson in lessons]
    assert found


def test_loading_a_lesson_to_keep_it_is_no_visit(alice_client: Client, enrolment: Enrolment) -> None:
    lesson = enrolment.course.activities.get(slug="lesson-1")
    assert alice_client.get(lesson.get_absolute_url(), headers={"X-Purpose": "offline"}).status_code == 200
    enrolment.refresh_from_db()
    assert enrolment.last_activity is None
    assert not ProgressEvent.objects.exists()
    alice_client.get(lesson.get_absolute_url())
    enrolment.refresh_from_db()
    assert enrolment.last_activity == lesson


def size_of(enrolment: Enrolment, language: str = "en") -> int:
    touch(enrolment.course_id)
    enrolment.course.refresh_from_db()
    with translation.override(language):
        return download_size(get_published(enrolment.course_id, enrolment.course.revision))


def test_the_size_has_texts_and_pictures(enrolment: Enrolment) -> None:
    before = size_of(enrolment)
    CourseAsset.objects.create(course=enrolment.course, name="photo.png", content=b"x" * 5000)
    CourseAsset.objects.create(course=enrolment.course, name="data.csv", content=b"x" * 90_000)
    assert size_of(enrolment) == before + 5000


def test_the_size_is_that_of_one_language(enrolment: Enrolment) -> None:
    lesson = enrolment.course.activities.get(slug="lesson-1").lesson
    LessonEdition.objects.filter(lesson=lesson).delete()
    for language, length in (("ko", 700), ("en", 40)):
        LessonEdition.objects.create(lesson=lesson, language=language, body="x" * length, html="x" * length)
    assert size_of(enrolment, "ko") == size_of(enrolment, "en") + 660


@pytest.mark.parametrize("lessons", [2, 200])
def test_the_size_takes_one_query_once(
    enrolment: Enrolment, lesson: Activity, lessons: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(lessons):
        LessonFactory(activity=ActivityFactory(module=lesson.module, slug=f"more-{number}"))
    touch(enrolment.course_id)
    enrolment.course.refresh_from_db()
    course = get_published(enrolment.course_id, enrolment.course.revision)
    with django_assert_num_queries(1):
        download_size(course)
        download_size(course)


@pytest.mark.parametrize("page", ["", "pages.json"])
def test_who_is_not_in_the_course_downloads_nothing(bob_client: Client, enrolment: Enrolment, page: str) -> None:
    enrolment.course.enrolment_mode = "roster"
    enrolment.course.save()
    assert bob_client.get(f"/offline/courses/{enrolment.course.slug}/{page}").status_code == 404


def test_a_browser_that_cannot_download_is_told_what_else_there_is(alice_client: Client, enrolment: Enrolment) -> None:
    slug = enrolment.course.slug
    assert f'href="/offline/courses/{slug}/"' in alice_client.get(enrolment.course.get_absolute_url()).content.decode()
    assert f'href="/courses/{slug}/print/"' in alice_client.get(f"/offline/courses/{slug}/").content.decode()
