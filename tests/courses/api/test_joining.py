"""Courses API: which courses can be joined, and joining one."""

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from courses import enrolment as enrolling
from courses.models import Course, Enrolment
from tests.api import Api, api_for
from tests.contract import check
from tests.factories import CourseFactory

PATH = "courses/statistics/enrolment"
CODE = "봄-2026"


@pytest.fixture
def with_code(course: Course) -> Course:
    course.enrolment_mode, course.enrolment_code = Course.EnrolmentMode.CODE, CODE
    course.save()
    return course


def test_courses_that_can_be_joined_are_listed_with_how(bob_api: Api, with_code: Course) -> None:
    CourseFactory(slug="open")
    CourseFactory(slug="by-roster", enrolment_mode=Course.EnrolmentMode.ROSTER)
    CourseFactory(slug="unpublished", is_published=False)

    found = bob_api.get("open-courses")

    check("OpenCourseList", found)
    assert [(each["slug"], each["needs_code"]) for each in found["results"]] == [("open", False), ("statistics", True)]
    assert CODE not in bob_api.response.text


def test_a_course_that_was_joined_moves_from_one_list_to_the_other(bob_api: Api, course: Course) -> None:
    joined = bob_api.post(PATH, {}, expect=201)

    check("Course", joined)
    assert joined["slug"] == "statistics"
    assert bob_api.get("open-courses")["results"] == []
    assert bob_api.get("courses")["results"] == [joined]


def test_joining_again_changes_nothing(bob_api: Api, course: Course) -> None:
    assert bob_api.post(PATH, expect=201) == bob_api.post(PATH)
    assert Enrolment.objects.count() == 1


def test_the_code_is_needed_and_compared_as_on_the_page(bob_api: Api, bob: User, with_code: Course) -> None:
    for body in ({}, {"code": ""}, {"code": "summer"}):
        assert bob_api.post(PATH, body, expect=400)["type"] == "/problems/wrong-enrolment-code"

    bob_api.post(PATH, {"code": f" {CODE} "}, expect=201)

    assert Enrolment.objects.get(user=bob).source == Enrolment.Source.CODE


def test_codes_cannot_be_guessed_by_page_and_api_together(bob_api: Api, bob: User, with_code: Course) -> None:
    for guess in range(5):
        bob_api.post(PATH, {"code": f"{guess}"}, expect=400)
    bob_api.client.force_login(bob)
    for guess in range(5):
        assert bob_api.client.post("/courses/statistics/enrol/", {"code": f"{guess}"}).status_code == 400

    assert bob_api.post(PATH, {"code": CODE}, expect=429)["type"] == "/problems/too-many-codes"
    assert int(bob_api.response.headers["Retry-After"]) > 0
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("body", [{"code": 5}, {"code": None}, {"code": "x" * 51}, {"code": "\0"}, {"cod": CODE}, []])
def test_a_body_of_another_shape_is_refused(bob_api: Api, with_code: Course, body: object) -> None:
    assert bob_api.post(PATH, body, expect=400)["type"] == "/problems/invalid"


@pytest.mark.parametrize(
    "fields", [{"enrolment_mode": Course.EnrolmentMode.ROSTER}, {"is_published": False}], ids=["roster", "unpublished"]
)
def test_a_course_that_cannot_be_joined_is_not_found(bob_api: Api, course: Course, fields: dict[str, object]) -> None:
    Course.objects.filter(pk=course.pk).update(**fields)

    bob_api.post(PATH, expect=404)


def test_whoever_comes_back_finds_the_progress_of_before(alice_api: Api, enrolment: Enrolment) -> None:
    Enrolment.objects.filter(pk=enrolment.pk).update(progress_percent=40)
    enrolling.withdraw(enrolment=enrolment)

    assert alice_api.post(PATH, expect=201)["progress_percent"] == 40


@pytest.mark.parametrize("count", [2, 100])
def test_the_number_of_queries_does_not_grow_with_the_courses(
    bob: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(count):
        CourseFactory()
    api = api_for(bob)
    with django_assert_num_queries(3):
        assert len(api.get("open-courses?limit=100")["results"]) == count
