"""The front page and the public first lesson, which need no account."""

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from courses.models import Activity, Course, CourseAsset, Enrolment, LessonEdition, Module
from courses.outline import published
from tests.factories import ActivityFactory, CourseFactory, LessonFactory

pytestmark = pytest.mark.django_db
FIRST = "/courses/statistics/first-lesson/"


@pytest.fixture
def presented(course: Course) -> Course:
    course.is_presented = True
    course.save()
    return course


def test_the_front_page_names_a_presented_course_and_its_first_lesson(client: Client, presented: Course) -> None:
    page = client.get("/", headers={"Accept-Language": "en"}).text
    assert f'<h1 id="hero">{presented!s}</h1>' in page
    assert f'href="{FIRST}"' in page
    assert 'href="/accounts/signup/"' in page


def test_a_course_that_is_not_presented_or_not_published_is_named_nowhere(client: Client, presented: Course) -> None:
    for fields in ({"is_presented": False}, {"is_presented": True, "is_published": False}):
        Course.objects.filter(pk=presented.pk).update(**fields)
        page = client.get("/", headers={"Accept-Language": "en"})
        assert page.status_code == 200
        assert str(presented) not in page.text
        assert client.get(FIRST).status_code == 404


def test_people_who_are_signed_in_come_to_their_own_page(alice_client: Client, presented: Course) -> None:
    assert alice_client.get("/").headers["Location"] == "/courses/"


def test_somebody_without_an_account_reads_the_first_lesson_and_no_other(
    client: Client, presented: Course, lesson: Activity
) -> None:
    LessonEdition.objects.update(html="<p>What a mean is</p>")
    published._cache.clear()
    assert "<p>What a mean is</p>" in client.get(FIRST).text
    assert client.get(lesson.get_absolute_url()).status_code == 302


def test_a_student_gets_the_lesson_itself(alice_client: Client, presented: Course, enrolment: Enrolment) -> None:
    answer = alice_client.get(FIRST)
    assert answer.headers["Location"] == "/courses/statistics/lessons/lesson-1/"


def test_a_course_without_lessons_offers_none(client: Client) -> None:
    CourseFactory(slug="empty", is_presented=True)
    assert "first-lesson" not in client.get("/").text
    assert client.get("/courses/empty/first-lesson/").status_code == 404


def test_only_the_files_that_the_first_lesson_shows_are_public(client: Client, presented: Course) -> None:
    for name in ("shown.png", "other.png"):
        CourseAsset.objects.create(course=presented, name=name, content=b"not really")
    LessonEdition.objects.update(html='<img src="/courses/statistics/files/shown.png?v=1" alt="">')
    published._cache.clear()
    assert client.get("/courses/statistics/files/shown.png").status_code == 200
    assert client.get("/courses/statistics/files/other.png").headers["Location"].startswith("/accounts/login/")
    Course.objects.update(is_presented=False)
    assert client.get("/courses/statistics/files/shown.png").headers["Location"].startswith("/accounts/login/")


def test_where_nobody_may_sign_up_the_pages_do_not_offer_it(
    client: Client, presented: Course, settings: Settings
) -> None:
    settings.SIGNUP = "closed"
    for path in ("/", FIRST):
        page = client.get(path).text
        assert "/accounts/signup/" not in page
        assert "/accounts/login/" in page


def test_the_site_without_a_presented_course_says_what_it_is(client: Client) -> None:
    page = client.get("/", headers={"Accept-Language": "en"}).text
    assert "Learning, one step at a time" in page


def test_the_demo_presents_its_course_once(settings: Settings) -> None:
    settings.DEMO = True
    course = CourseFactory(slug="data-analytics-week-2")
    call_command("seed_demo")
    course.refresh_from_db()
    assert course.is_presented
    Course.objects.update(is_presented=False)
    call_command("seed_demo")
    course.refresh_from_db()
    assert not course.is_presented
    assert User.objects.filter(email="student@example.com").exists()


@pytest.mark.parametrize("size", [2, 200])
def test_query_counts_do_not_grow(client: Client, django_assert_num_queries: DjangoAssertNumQueries, size: int) -> None:
    course = CourseFactory(slug="big", is_presented=True)
    module = Module.objects.create(course=course, slug="m", number=1, title_ko="모듈", title_en="Module")
    LessonFactory(activity=ActivityFactory(module=module, slug="first", position=0))
    for number in range(size):
        ActivityFactory(module=module, slug=f"more-{number}", position=number + 1)
    client.get("/")
    with django_assert_num_queries(1):
        assert client.get("/").status_code == 200
    client.get("/courses/big/first-lesson/")
    with django_assert_num_queries(1):
        assert client.get("/courses/big/first-lesson/").status_code == 200
