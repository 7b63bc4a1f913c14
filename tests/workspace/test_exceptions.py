"""One exception for several students."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.models import Cohort, Course, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz, QuizOverride
from quizzes.taking import start
from tests.copied_rows import make_many
from tests.factories import ActivityFactory, EnrolmentFactory, QuizFactory, UserFactory

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}
PAGE = "/admin/quizzes/quizoverride/many/"


def form(quiz: Quiz, *people: Enrolment, **fields: Any) -> dict[str, Any]:
    addresses = "\r\n".join(person.user.email for person in people)
    filled = {"quiz": quiz.pk, "people": addresses, "extra_minutes": 10, "extra_attempts": 0, "reason": "A power cut."}
    return {**filled, **fields}


@pytest.fixture
def second(course: Course, bob: User) -> Enrolment:
    return EnrolmentFactory(course=course, user=bob)


def test_those_who_were_ticked_stand_in_the_form(
    enrolment: Enrolment, second: Enrolment, quiz: Quiz, ines_client: Client
) -> None:
    page = ines_client.get(PAGE, {"people": f"{enrolment.pk},{second.pk},x,{'9' * 40}"}, headers=EN)
    assert "alice@example.com\nbob@example.com</textarea>" in page.text


def test_several_students_get_the_exception(
    enrolment: Enrolment, second: Enrolment, quiz: Quiz, ines_client: Client, ines: User
) -> None:
    third = EnrolmentFactory(course=quiz.activity.course, cohort=Cohort.objects.create(course=quiz.activity.course))
    sent = ines_client.post(PAGE, form(quiz, enrolment, second, cohort=third.cohort_id), headers=EN, follow=True)
    assert "3 students have the exception." in sent.text
    rows = QuizOverride.objects.filter(quiz=quiz)
    assert {row.enrolment for row in rows} == {enrolment, second, third}
    assert {(row.extra_minutes, row.reason, row.granted_by) for row in rows} == {(10, "A power cut.", ines)}


def test_an_exception_that_is_there_is_kept_unless_asked(
    enrolment: Enrolment, second: Enrolment, quiz: Quiz, ines_client: Client
) -> None:
    QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, reason="ill", extra_minutes=60)
    sent = ines_client.post(PAGE, form(quiz, enrolment, second), headers=EN, follow=True)
    assert "These had one for this quiz already, which was kept: Alice" in sent.text
    assert QuizOverride.objects.get(enrolment=enrolment).extra_minutes == 60
    ines_client.post(PAGE, form(quiz, enrolment, second, replaces="on"))
    assert set(QuizOverride.objects.values_list("extra_minutes", flat=True)) == {10}


def test_running_attempts_get_the_new_time(quiz: Quiz, enrolment: Enrolment, ines_client: Client) -> None:
    Quiz.objects.filter(pk=quiz.pk).update(time_limit=30)
    quiz.refresh_from_db()
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    ines_client.post(PAGE, form(quiz, enrolment))
    after = Attempt.objects.get(pk=attempt.pk)
    assert after.deadline is not None
    assert attempt.deadline is not None
    assert after.deadline - attempt.deadline == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"people": "nobody@example.com"}, "Nobody in the course of the quiz has this address: nobody@example.com"),
        ({"people": " \r\n,"}, "Name at least one student"),
        ({"reason": ""}, "This field is required."),
        ({"extra_minutes": "-1"}, "greater than or equal to 0"),
        (
            {"due_at": "2026-03-02T10:00", "closes_at": "2026-03-01T10:00"},
            "The closing must not be before the due date.",
        ),
        ({"quiz": "0"}, "That choice is not one of the available choices."),
        ({"people": "x" * 50_001}, "at most 50000 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_saved(
    enrolment: Enrolment, quiz: Quiz, ines_client: Client, fields: dict[str, Any], why: str
) -> None:
    answer = ines_client.post(PAGE, {**form(quiz, enrolment), **fields}, headers=EN)
    assert answer.status_code == 400
    assert why in answer.text
    assert QuizOverride.objects.count() == 0


def test_quizzes_students_and_cohorts_of_other_courses_are_refused(
    enrolment: Enrolment, quiz: Quiz, otto_client: Client, ada_client: Client
) -> None:
    assert otto_client.post(PAGE, form(quiz, enrolment)).status_code == 400
    page = otto_client.get(PAGE, {"people": str(enrolment.pk)})
    assert "alice@example.com" not in page.text
    assert ada_client.get(PAGE).status_code == 403
    assert ada_client.post(PAGE, form(quiz, enrolment)).status_code == 403
    assert QuizOverride.objects.count() == 0


def test_the_number_of_queries_does_not_grow(course: Course, quiz: Quiz, ines_client: Client) -> None:
    people: list[int] = []

    def make() -> None:
        module = course.modules.get()
        number = Quiz.objects.count()
        QuizFactory(activity=ActivityFactory(module=module, slug=f"more-{number}", kind="quiz"), questions=0)
        cohort = Cohort.objects.create(course=course, name=f"c{number}")
        people.append(EnrolmentFactory(course=course, user=UserFactory(password=None), cohort=cohort).pk)

    def queries() -> int:
        chosen = ",".join(str(pk) for pk in Enrolment.objects.values_list("pk", flat=True)[:200])
        url = f"{reverse('admin:quizzes_quizoverride_many')}?people={chosen}"
        ines_client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert ines_client.get(url).status_code == 200
        return len(captured)

    make_many(make, 2)
    few = queries()
    make_many(make, 198)
    assert Enrolment.objects.count() == 200
    assert queries() == few
