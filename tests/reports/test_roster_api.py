"""The API for staff: their courses, and the students of a course with progress and grades."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.audit.models import AuditEntry
from accounts.models import User
from courses.models import Cohort, Course, Enrolment
from quizzes.authoring.models import Quiz
from tests.api import Api, api_for
from tests.contract import check
from tests.copied_rows import make_many
from tests.factories import EnrolmentFactory, UserFactory
from tests.quizzes.graded import graded

PATH = "courses/statistics/roster"


@pytest.fixture
def ines_api(ines: User) -> Api:
    return api_for(ines)


def names(found: dict[str, Any]) -> list[str]:
    return [entry["student"]["name"] for entry in found["results"]]


def test_the_courses_in_which_one_has_a_role_are_listed_with_what_it_permits(
    ines_api: Api, ada: User, otto: User, bob_api: Api
) -> None:
    found = ines_api.get("teaching")

    check("TaughtCourseList", found)
    assert [course["slug"] for course in found["results"]] == ["statistics"]
    assert "enrol" in found["results"][0]["permissions"]
    assert api_for(ada).get("teaching")["results"][0]["permissions"] == ["read", "grade", "answer"]
    assert [course["slug"] for course in api_for(otto).get("teaching")["results"]] == ["elsewhere"]
    assert bob_api.get("teaching")["results"] == []


def test_an_administrator_is_offered_every_course(course: Course, otto: User) -> None:
    root = api_for(User.objects.create_superuser("root@example.com", "x"))

    assert [each["slug"] for each in root.get("teaching")["results"]] == ["elsewhere", "statistics"]


def test_the_students_of_a_course_come_with_progress_and_grades(
    ines_api: Api, ines_client: Client, enrolment: Enrolment, quiz: Quiz, course: Course
) -> None:
    graded(quiz, enrolment)
    Enrolment.objects.filter(pk=enrolment.pk).update(cohort=Cohort.objects.create(course=course, name="Spring"))
    EnrolmentFactory(course=course, user=UserFactory(name="Zoe"))
    EnrolmentFactory(course=course, user=UserFactory(name="Gone"), status=Enrolment.Status.WITHDRAWN)

    found = ines_api.get(PATH)

    check("Roster", found)
    assert names(found) == ["Alice", "Zoe"]
    alice, zoe = found["results"]
    assert (alice["grade_percent"], alice["progress_percent"], alice["cohort"]) == (100, 33, "Spring")
    assert (alice["grades"][0]["points"], alice["grades"][0]["passed"]) == ("3.00", True)
    assert (zoe["grade_percent"], zoe["grades"][0]["percent"], zoe["last_activity"]) == (None, None, None)
    page = ines_client.get(reverse("admin:courses_course_students", args=[course.pk]))
    assert [(row[0].user.name, row[2]) for row in page.context["rows"]] == [("Alice", 100), ("Zoe", None)]


def test_students_are_found_by_name_or_address(ines_api: Api, enrolment: Enrolment, course: Course) -> None:
    EnrolmentFactory(course=course, user=UserFactory(name="Zoe", email="zoe@school.example"))

    assert names(ines_api.get(f"{PATH}?q=ali")) == ["Alice"]
    assert names(ines_api.get(f"{PATH}?q=SCHOOL.example")) == ["Zoe"]
    assert names(ines_api.get(f"{PATH}?q=%00")) == ["Alice", "Zoe"]
    assert names(ines_api.get(f"{PATH}?q=nobody")) == []


def test_everybody_with_a_role_in_the_course_reads_its_roster(
    enrolment: Enrolment, ines: User, ada: User, oscar: User
) -> None:
    for person in (ines, ada, oscar):
        assert names(api_for(person).get(PATH)) == ["Alice"]


def test_the_roster_of_another_course_is_not_found(
    enrolment: Enrolment, alice_api: Api, bob_api: Api, otto: User
) -> None:
    for api in (alice_api, bob_api, api_for(otto)):
        api.get(PATH, expect=404)


def test_a_role_of_somebody_who_left_the_staff_permits_nothing(ines: User, ines_api: Api) -> None:
    User.objects.filter(pk=ines.pk).update(is_staff=False)

    ines_api.get(PATH, expect=404)
    assert ines_api.get("teaching")["results"] == []


def test_the_audit_log_says_who_has_read_the_roster(
    ines_api: Api, ines: User, alice: User, enrolment: Enrolment
) -> None:
    ines_api.get(PATH)

    entry = AuditEntry.objects.select_related("event").get(subject=alice)
    assert (entry.event.actor_id, entry.event.channel, entry.model) == (ines.pk, "api", "courses.enrolment")


def test_staff_need_a_second_step_where_the_administration_needs_it(
    ines_api: Api, alice_api: Api, settings: Settings
) -> None:
    settings.STAFF_MFA = True

    assert ines_api.get(PATH, expect=403)["type"] == "/problems/authenticator-required"
    assert ines_api.get("teaching", expect=403)["type"] == "/problems/authenticator-required"
    alice_api.get(PATH, expect=404)


def test_a_long_roster_comes_in_pages(ines_api: Api, enrolment: Enrolment, course: Course) -> None:
    for name in ("Ben", "Cho", "Ben"):
        EnrolmentFactory(course=course, user=UserFactory(name=name))

    first = ines_api.get(f"{PATH}?limit=2")
    second = ines_api.get(first["next"])

    assert names(first) + names(second) == ["Alice", "Ben", "Ben", "Cho"]
    assert second["next"] is None


@pytest.mark.parametrize("count", [2, 200])
def test_the_number_of_queries_does_not_grow_with_the_students(
    ines_api: Api, course: Course, quiz: Quiz, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_many(lambda: graded(quiz, EnrolmentFactory(course=course)), count)
    ines_api.get(f"{PATH}?limit=1")
    with django_assert_num_queries(11):
        assert len(ines_api.get(f"{PATH}?limit=100")["results"]) == min(count, 100)
