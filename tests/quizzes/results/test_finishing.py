"""The result of the quiz that completes a module or the course says so."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from courses import progress
from courses.models import Activity, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from tests.factories import ActivityFactory, ModuleFactory
from tests.quizzes.graded import NOW, graded
from tests.quizzes.taking.pages.forms import EN

MODULE, COURSE = "You have completed the module", "You have finished this course"


def page(client: Client, attempt: Attempt) -> str:
    return client.get(f"/attempts/{attempt.uuid}/result/", headers=EN).text


@pytest.fixture
def read(quiz: Quiz, enrolment: Enrolment) -> None:
    """The student has done everything but the quiz."""
    for activity in Activity.objects.filter(course=enrolment.course).exclude(pk=quiz.activity_id):
        progress.mark_done(enrolment=enrolment, activity=activity, now=NOW - timedelta(days=1))


@pytest.mark.usefixtures("read")
def test_the_last_quiz_of_the_course_leads_to_the_certificate(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment
) -> None:
    shown = page(alice_client, graded(quiz, enrolment))
    assert COURSE in shown
    assert 'href="/courses/statistics/certificate/"' in shown
    assert "Your grade is 100%" in shown
    assert MODULE not in shown


@pytest.mark.usefixtures("read")
def test_the_last_quiz_of_a_module_says_which(alice_client: Client, quiz: Quiz, enrolment: Enrolment) -> None:
    ActivityFactory(module=ModuleFactory(course=enrolment.course, position=99), slug="later")
    shown = page(alice_client, graded(quiz, enrolment))
    assert f"{MODULE} “{quiz.activity.module.title}”" in shown
    assert COURSE not in shown


def test_a_quiz_before_other_things_of_its_module_says_nothing(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment
) -> None:
    ActivityFactory(module=quiz.activity.module, slug="after", position=99)
    shown = page(alice_client, graded(quiz, enrolment))
    assert MODULE not in shown
    assert COURSE not in shown


@pytest.mark.usefixtures("read")
def test_a_quiz_that_is_not_passed_says_nothing(alice_client: Client, quiz: Quiz, enrolment: Enrolment) -> None:
    shown = page(alice_client, graded(quiz, enrolment, {}))
    assert MODULE not in shown
    assert COURSE not in shown


@pytest.mark.usefixtures("read")
def test_what_was_done_after_the_quiz_finished_it_instead(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment
) -> None:
    attempt = graded(quiz, enrolment)
    later = ActivityFactory(module=quiz.activity.module, slug="after", position=99)
    progress.mark_done(enrolment=enrolment, activity=later, now=NOW + timedelta(days=1))
    shown = page(alice_client, attempt)
    assert COURSE not in shown
    assert MODULE not in shown


@pytest.mark.usefixtures("read")
def test_a_module_that_was_finished_before_the_course_stays_said(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment
) -> None:
    attempt = graded(quiz, enrolment)
    later = ActivityFactory(module=ModuleFactory(course=enrolment.course, position=99), slug="later")
    progress.mark_done(enrolment=enrolment, activity=later, now=NOW + timedelta(days=1))
    shown = page(alice_client, attempt)
    assert MODULE in shown
    assert COURSE not in shown


@pytest.mark.parametrize("number", [2, 200])
@pytest.mark.usefixtures("read")
def test_a_long_course_costs_no_more_queries(
    alice_client: Client, quiz: Quiz, enrolment: Enrolment, number: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for place in range(number):
        lesson = ActivityFactory(module=quiz.activity.module, slug=f"more-{place}", position=100 + place)
        progress.mark_done(enrolment=enrolment, activity=lesson, now=NOW - timedelta(days=1))
    attempt = graded(quiz, enrolment)
    page(alice_client, attempt)
    with django_assert_max_num_queries(8):
        assert COURSE in page(alice_client, attempt)
