"""The gradebook page: filter, order, distribution, weights, queries."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from courses.models import Cohort, Course, Enrolment, GradeCategory, GradeItem
from quizzes.authoring.models import Quiz
from tests.factories import EnrolmentFactory, UserFactory
from tests.quizzes.graded import choosing, graded

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/reports/statistics/gradebook/"


@pytest.fixture
def class_of_three(quiz: Quiz, course: Course) -> list[Enrolment]:
    """Gia has 100 %, Bora 66 %, Yun is not graded. Bora and Yun are in the cohort of autumn."""
    autumn = Cohort.objects.create(course=course, name="Autumn")
    gia, bora, yun = (
        EnrolmentFactory(course=course, user=UserFactory(name=name), cohort=cohort)
        for name, cohort in (("Gia", None), ("Bora", autumn), ("Yun", autumn))
    )
    graded(quiz, gia)
    graded(quiz, bora, choosing(quiz, 1))
    return [gia, bora, yun]


def names(client: Client, query: str = "") -> list[str]:
    text = client.get(f"{ADDRESS}?{query}", headers={"Accept-Language": "en"}).content.decode()
    return re.findall(r"Gia|Bora|Yun", " ".join(re.findall(r'<th scope="row">(.*?)</th>', text, re.DOTALL)))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Bora", "Gia", "Yun"]),
        ("sort=-name", ["Yun", "Gia", "Bora"]),
        ("sort=grade", ["Bora", "Gia", "Yun"]),
        ("sort=-grade", ["Gia", "Bora", "Yun"]),
        ("sort=-{item}", ["Gia", "Bora", "Yun"]),
        ("sort=nothing", ["Bora", "Gia", "Yun"]),
        ("cohort={cohort}", ["Bora", "Yun"]),
        ("cohort=999999", ["Bora", "Gia", "Yun"]),
        ("q=gia", ["Gia"]),
        ("q=%00", ["Bora", "Gia", "Yun"]),
        ("page=nothing", ["Bora", "Gia", "Yun"]),
    ],
)
def test_filter_and_order(
    class_of_three: list[Enrolment], ines_client: Client, query: str, expected: list[str]
) -> None:
    values = {"item": GradeItem.objects.get().pk, "cohort": Cohort.objects.get().pk}
    assert names(ines_client, query.format(**values)) == expected


def test_a_sorted_column_has_its_distribution(class_of_three: list[Enrolment], ines_client: Client) -> None:
    text = " ".join(
        ines_client.get(f"{ADDRESS}?sort=grade", headers={"Accept-Language": "en"}).content.decode().split()
    )
    assert "Grade: 2 graded, mean 83%, median 83%" in text
    assert "60 to 70%: 1" in text
    assert "90 to 100%: 1" in text


def test_weights_change_the_course_grade(class_of_three: list[Enrolment], ines_client: Client) -> None:
    item = GradeItem.objects.get()
    address = f"{ADDRESS}weights/"
    assert ines_client.post(address, {f"weight-{item.pk}": "-1"}).status_code == 400
    assert ines_client.post(address, {f"weight-{item.pk}": "2.5"}).status_code == 302
    item.refresh_from_db()
    assert str(item.weight) == "2.50"


def test_categories_are_made_used_and_deleted(class_of_three: list[Enrolment], ines_client: Client) -> None:
    item = GradeItem.objects.get()
    address = f"{ADDRESS}weights/"
    form = {f"weight-{item.pk}": "1", "name-new": "Quizzes", "share-new": "2", "drop-new": "1"}
    assert ines_client.post(address, form).status_code == 302
    category = GradeCategory.objects.get()
    assert (category.name, category.weight, category.drop_lowest) == ("Quizzes", 2, 1)
    key = category.pk
    form = {f"weight-{item.pk}": "1", f"category-{item.pk}": str(key), f"name-{key}": "Quizzes", f"share-{key}": "3"}
    assert ines_client.post(address, {**form, "name-new": "Quizzes"}).status_code == 400
    assert ines_client.post(address, {**form, f"category-{item.pk}": "99"}).status_code == 400
    assert ines_client.post(address, form).status_code == 302
    item.refresh_from_db()
    assert item.category_id == key
    assert "Quizzes × 3" in ines_client.get(ADDRESS).content.decode()
    assert ines_client.post(address, {**form, f"name-{key}": ""}).status_code == 302
    item.refresh_from_db()
    assert (item.category_id, GradeCategory.objects.count()) == (None, 0)


def test_a_category_changes_what_students_see_at_once(
    class_of_three: list[Enrolment], course: Course, ines_client: Client
) -> None:
    before = Course.objects.get(pk=course.pk).revision
    GradeCategory.objects.create(course=course, name="Quizzes")
    assert Course.objects.get(pk=course.pk).revision != before


def test_queries_do_not_grow(quiz: Quiz, course: Course, ines_client: Client) -> None:
    counts = []
    for number in (2, 60):
        for _ in range(number):
            EnrolmentFactory(course=course)
        for query in ("", "?sort=-grade"):
            ines_client.get(ADDRESS + query)
            with CaptureQueriesContext(connection) as captured:
                assert ines_client.get(ADDRESS + query).status_code == 200
            counts.append(len(captured))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 30
