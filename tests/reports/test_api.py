"""The gradebook in the API: the same rows as the page, in pages, for staff of the course only."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.audit.models import AuditEntry
from accounts.models import User
from courses.models import Cohort, Course, Enrolment, GradeCategory, GradeItem
from quizzes.authoring.models import Quiz
from reports.one_student import by_hand
from tests.api import Api, api_for
from tests.contract import check
from tests.copied_rows import make_many
from tests.factories import EnrolmentFactory, UserFactory
from tests.quizzes.graded import choosing, graded

pytestmark = pytest.mark.django_db
PATH = "courses/statistics/gradebook"


@pytest.fixture
def ines_api(ines: User) -> Api:
    return api_for(ines)


def names(found: dict[str, Any]) -> list[str]:
    return [row["student"]["name"] for row in found["results"]]


def test_the_gradebook_says_what_the_page_says(
    ines_api: Api, ines_client: Client, quiz: Quiz, enrolment: Enrolment, course: Course
) -> None:
    graded(quiz, enrolment, choosing(quiz, 1))
    item = GradeItem.objects.get(activity=quiz.activity)
    category = GradeCategory.objects.create(course=course, name="Quizzes", weight=2)
    GradeItem.objects.filter(pk=item.pk).update(category=category, weight="1.5", is_held=True)
    EnrolmentFactory(course=course, user=UserFactory(name="Zoe"))
    EnrolmentFactory(course=course, user=UserFactory(name="Gone"), status=Enrolment.Status.WITHDRAWN)
    found = ines_api.get(PATH)
    check("Gradebook", found)
    [column] = found["columns"]
    assert (column["category"], column["weight"], column["is_held"], column["counts"]) == (
        "Quizzes", "1.50", True, "highest",
    )  # fmt: skip
    page = ines_client.get("/admin/reports/statistics/gradebook/")
    shown = [(report.enrolment.user.name, report.grade) for report, _url, _cells in page.context["rows"]]
    assert [(row["student"]["name"], row["grade_percent"]) for row in found["results"]] == shown
    alice = found["results"][0]
    assert (alice["grade_percent"], alice["grades"][0]["percent"], alice["completed"]) == (66, 66, False)


def test_students_are_found_by_name_and_cohort(ines_api: Api, enrolment: Enrolment, course: Course) -> None:
    spring = Cohort.objects.create(course=course, name="봄 1기")
    EnrolmentFactory(course=course, user=UserFactory(name="Zoe"), cohort=spring)
    assert names(ines_api.get(f"{PATH}?q=ali")) == ["Alice"]
    assert names(ines_api.get(f"{PATH}?cohort=봄 1기")) == ["Zoe"]
    ines_api.get(f"{PATH}?cohort=autumn", expect=404)
    assert len(names(ines_api.get(f"{PATH}?q=%00&cohort=%00"))) == 2
    ines_api.get(f"{PATH}?limit=0", expect=400)


def test_it_comes_in_pages_and_with_an_etag(ines_api: Api, enrolment: Enrolment, course: Course) -> None:
    for name in ("Ben", "Cho", "Ben"):
        EnrolmentFactory(course=course, user=UserFactory(name=name))
    first = ines_api.get(f"{PATH}?limit=2")
    tag = {"If-None-Match": ines_api.response.headers["ETag"]}
    second = ines_api.get(first["next"])
    assert names(first) + names(second) == ["Alice", "Ben", "Ben", "Cho"]
    assert second["next"] is None
    assert ines_api.client.get(f"/api/v1/{PATH}?limit=2", headers={**ines_api.headers, **tag}).status_code == 304
    Enrolment.objects.filter(pk=enrolment.pk).update(progress_percent=99)
    ines_api.get(f"{PATH}?limit=2", headers=tag)


def test_one_student_and_one_grade_with_its_history(
    ines_api: Api, ines: User, quiz: Quiz, enrolment: Enrolment
) -> None:
    attempt = graded(quiz, enrolment, choosing(quiz, 1))
    item = GradeItem.objects.select_related("activity").get(activity=quiz.activity)
    by_hand.set_grade(
        item=item, enrolment=enrolment, points=Decimal("1.5"), max_points=Decimal(3), note="Oral exam.", seen=0,
        actor=ines, now=timezone.now(),
    )  # fmt: skip
    row = ines_api.get(f"{PATH}/{enrolment.uuid}")
    check("GradebookRow", row)
    assert (row["grade_percent"], row["grades"][0]["is_by_hand"]) == (50, True)
    found = ines_api.get(f"{PATH}/{enrolment.uuid}/{quiz.activity.uuid}")
    check("StudentGrade", found)
    assert (found["grade"]["percent"], found["percent_by_attempts"]) == (50, 66)
    assert [each["uuid"] for each in found["attempts"]] == [str(attempt.uuid)]
    assert [(each["reason"], each["attempt"], each["why"], each["by"]) for each in found["history"]] == [
        ("set", 0, "Oral exam.", "Ines"),
        ("graded", 1, "", None),
    ]


def test_what_is_of_another_course_is_not_found(
    ines_api: Api, quiz: Quiz, enrolment: Enrolment, course: Course, otto: User
) -> None:
    elsewhere = EnrolmentFactory()
    ines_api.get(f"{PATH}/{elsewhere.uuid}", expect=404)
    ines_api.get(f"{PATH}/{elsewhere.uuid}/{quiz.activity.uuid}", expect=404)
    ines_api.get(f"{PATH}/{enrolment.uuid}/{course.activities.get(slug='lesson-1').uuid}", expect=404)
    api_for(otto).get(f"{PATH}/{enrolment.uuid}", expect=404)


def test_the_audit_log_says_who_has_read_it(ines_api: Api, alice: User, enrolment: Enrolment) -> None:
    ines_api.get(PATH)
    ines_api.get(f"{PATH}/{enrolment.uuid}")
    entries = AuditEntry.objects.filter(subject=alice, model="courses.enrolment", event__channel="api")
    assert entries.count() == 2


@pytest.mark.parametrize("count", [2, 200])
def test_as_many_queries_for_many_students(
    ines_api: Api, course: Course, quiz: Quiz, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_many(lambda: graded(quiz, EnrolmentFactory(course=course)), count)
    ines_api.get(f"{PATH}?limit=1")
    with django_assert_num_queries(13):
        assert len(ines_api.get(f"{PATH}?limit=100")["results"]) == min(count, 100)
