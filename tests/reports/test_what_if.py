"""What if: the course grade with assumed grades, and what is needed, for students and for staff."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from courses import gradebook
from courses.gradebook import ItemGrade
from courses.models import Course, Enrolment, GradeCategory, GradeChange, GradeItem, Module
from quizzes.authoring.models import Quiz
from tests.api import Api
from tests.factories import ActivityFactory, QuizFactory
from tests.quizzes.graded import choosing, graded

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en"}
OWN = "/courses/statistics/grades/"


def text(client: Client, address: str) -> str:
    answer = client.get(address, headers=ENGLISH)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.fixture
def second(module: Module) -> Quiz:
    activity = ActivityFactory(module=module, slug="second", kind="quiz", code="", position=4)
    made: Quiz = QuizFactory(activity=activity)
    return made


def grade(percent: int | None, pk: int, weight: int = 1, category: GradeCategory | None = None) -> ItemGrade:
    return ItemGrade(GradeItem(pk=pk, weight=Decimal(weight), category=category), None, None, percent, 1)


def test_what_is_needed_is_the_least_that_suffices() -> None:
    grades = [grade(50, 1), grade(None, 2), grade(None, 3, 2)]
    for target in range(101):
        needed = gradebook.percent_needed(grades, target)
        found = [
            p for p in range(101) if (gradebook.course_percent(gradebook.assume(grades, {2: p, 3: p})) or 0) >= target
        ]
        assert needed == (found[0] if found else None)


def test_a_category_that_drops_its_lowest_is_counted() -> None:
    quizzes = GradeCategory(pk=1, weight=Decimal(1), drop_lowest=1)
    assert gradebook.percent_needed([grade(10, 1, 1, quizzes), grade(None, 2, 1, quizzes)], 60) == 60
    assert gradebook.percent_needed([grade(60, 1), grade(60, 2)], 60) == 0
    assert gradebook.percent_needed([grade(50, 1), grade(60, 2)], 60) is None


def test_a_student_tries_grades_and_nothing_is_stored(
    quiz: Quiz, second: Quiz, enrolment: Enrolment, alice_client: Client
) -> None:
    graded(quiz, enrolment, choosing(quiz, 1))
    entries = GradeChange.objects.count()
    assert f'href="{OWN}"' in text(alice_client, "/courses/statistics/")
    shown = text(alice_client, OWN)
    assert "The course grade so far is 66%." in shown
    assert "For 60%, everything that is open needs 54% each." in shown
    shown = text(alice_client, f"{OWN}?if-second=100&target=90")
    assert "With these grades the course grade is 83%." in shown
    assert "90% is not reached." in shown
    assert "cannot be reached" in text(alice_client, f"{OWN}?if-quiz=0&target=90")
    assert "is reached whatever comes" in text(alice_client, f"{OWN}?target=10")
    assert GradeChange.objects.count() == entries


@pytest.mark.parametrize("wrong", ["101", "-1", "x", "1e1", "٥", "1" * 50])
def test_what_is_no_percent_is_said_and_left_out(
    quiz: Quiz, enrolment: Enrolment, alice_client: Client, wrong: str
) -> None:
    shown = text(alice_client, f"{OWN}?if-quiz={wrong}&target={wrong}")
    assert "Write a whole number from 0 to 100." in shown
    assert "Nothing is graded yet." in shown


def test_staff_try_it_for_a_student(
    quiz: Quiz, second: Quiz, enrolment: Enrolment, ines_client: Client, oscar_client: Client, otto_client: Client
) -> None:
    graded(quiz, enrolment)
    address = f"/admin/reports/statistics/gradebook/{enrolment.uuid}/"
    assert f'href="{address}"' in text(ines_client, "/admin/reports/statistics/gradebook/")
    assert "With these grades the course grade is 50%." in text(ines_client, f"{address}?if-second=0")
    assert oscar_client.get(address).status_code == 200
    assert otto_client.get(address).status_code == 404


@pytest.mark.parametrize("n", [1, 20])
def test_the_page_takes_as_many_queries_for_many_activities(
    course: Course, module: Module, enrolment: Enrolment, alice_client: Client, n: int
) -> None:
    category = GradeCategory.objects.create(course=course, name="Quizzes")
    for number in range(n):
        QuizFactory(activity=ActivityFactory(module=module, slug=f"more-{number}", kind="quiz", code=""))
    GradeItem.objects.update(category=category)
    alice_client.get(OWN)
    with CaptureQueriesContext(connection) as captured:
        assert alice_client.get(OWN).status_code == 200
    assert len(captured) == 5


def test_the_page_of_a_student_leads_to_who_has_seen_it(
    enrolment: Enrolment, ines_client: Client, oscar_client: Client
) -> None:
    page = f"/admin/reports/statistics/gradebook/{enrolment.uuid}/"
    assert oscar_client.get(page).status_code == 200
    link = "/admin/overview/audit/statistics/?person=alice%40example.com"
    assert link not in oscar_client.get(page).text
    assert link in ines_client.get(page).text
    found = text(ines_client, link)
    assert page in found
    assert "Oscar" in found


def test_an_app_computes_what_the_page_computes(
    quiz: Quiz, second: Quiz, enrolment: Enrolment, alice_api: Api, bob_api: Api
) -> None:
    graded(quiz, enrolment, choosing(quiz, 1))
    path, entries = "courses/statistics/grades/what-if", GradeChange.objects.count()
    bare = alice_api.post(path, {})
    assert (bare["now"], bare["then"], bare["left"]) == (bare["now"], bare["now"], 1)
    body = {"assumed": [{"activity": str(second.activity.uuid), "percent": 100}], "target": 90}
    found = alice_api.post(path, body)
    assert found["now"] == bare["now"]
    assert found["then"] > found["now"]
    assert (found["target"], found["left"], found["needed"]) == (90, 0, None)
    assert [each["assumed"] for each in found["grades"]] == [None, 100]
    assert GradeChange.objects.count() == entries
    bob_api.post(path, body, expect=404)


@pytest.mark.parametrize(
    "body",
    [{"target": 101}, {"target": "80"}, {"assumed": [{"activity": "x", "percent": 1}]}, {"assumed": 1}, {"more": 1}],
)
def test_what_is_no_assumption_is_refused(alice_api: Api, enrolment: Enrolment, body: dict[str, object]) -> None:
    alice_api.post("courses/statistics/grades/what-if", body, expect=400)
