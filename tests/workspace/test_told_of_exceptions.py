"""Whoever gets dates of their own for a quiz is told of them, and nobody else."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Message, User
from courses.models import Course, Enrolment
from quizzes.authoring.models import Quiz, QuizOverride
from tests.copied_rows import make_many
from tests.factories import EnrolmentFactory, UserFactory
from tests.quizzes.admin.test_forms import send
from tests.workspace.test_exceptions import PAGE, form

pytestmark = pytest.mark.django_db
# On the page of one exception, and on that for several students.
CLOSING = {"closes_at_0": "2099-04-03", "closes_at_1": "23:59", "closes_at": "2099-04-03T23:59"}


def told() -> list[str]:
    names = Message.objects.filter(kind="dates-changed").order_by("pk").values_list("user__name", flat=True)
    return list(names)


@pytest.fixture
def second(course: Course, bob: User) -> Enrolment:
    return EnrolmentFactory(course=course, user=bob)


@pytest.fixture
def exception(quiz: Quiz, enrolment: Enrolment) -> QuizOverride:
    return QuizOverride.objects.create(
        quiz=quiz, enrolment=enrolment, reason="ill", closes_at=datetime(2098, 1, 1, tzinfo=UTC)
    )


@pytest.fixture
def root_client() -> Client:
    """Somebody who may delete exceptions."""
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def change(client: Client, exception: QuizOverride, **typed: Any) -> None:
    page = reverse("admin:quizzes_quizoverride_change", args=[exception.pk])
    assert send(client, page, **typed).status_code == 302


def test_an_exception_with_a_date_is_told(
    quiz: Quiz, enrolment: Enrolment, second: Enrolment, ines_client: Client
) -> None:
    page = reverse("admin:quizzes_quizoverride_add")
    typed: dict[str, Any] = {"quiz": quiz.pk, "email": "alice@example.com", "reason": "ill", **CLOSING}
    assert send(ines_client, page, **typed).status_code == 302
    assert told() == ["Alice"]


def test_an_exception_without_a_date_is_not(quiz: Quiz, enrolment: Enrolment, ines_client: Client) -> None:
    exception = QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, reason="ill")
    change(ines_client, exception, extra_minutes=30)
    assert told() == []
    change(ines_client, exception, **CLOSING)
    assert told() == ["Alice"]


def test_whoever_loses_an_exception_is_told(exception: QuizOverride, root_client: Client) -> None:
    page = reverse("admin:quizzes_quizoverride_delete", args=[exception.pk])
    assert root_client.post(page, {"post": "yes"}).status_code == 302
    assert told() == ["Alice"]


def test_whoever_loses_an_exception_by_the_list_is_told(exception: QuizOverride, root_client: Client) -> None:
    chosen = {"action": "delete_selected", "_selected_action": [exception.pk], "post": "yes"}
    assert root_client.post(reverse("admin:quizzes_quizoverride_changelist"), chosen).status_code == 302
    assert not QuizOverride.objects.exists()
    assert told() == ["Alice"]


def test_of_several_those_are_told_whose_dates_change(
    quiz: Quiz, enrolment: Enrolment, second: Enrolment, exception: QuizOverride, ines_client: Client
) -> None:
    assert ines_client.post(PAGE, form(quiz, enrolment, second, **CLOSING)).status_code == 302
    # Alice has one already, which is kept.
    assert told() == ["Bob"]


def test_telling_takes_the_same_queries_for_any_number(quiz: Quiz, course: Course, ines_client: Client) -> None:
    def queries(dates: dict[str, str]) -> int:
        sent = form(quiz, *Enrolment.objects.select_related("user"), replaces="on", **dates)
        with CaptureQueriesContext(connection) as found:
            assert ines_client.post(PAGE, sent).status_code == 302
        return len([each for each in found if "accounts_message" in each["sql"] and "INSERT" not in each["sql"]])

    make_many(lambda: EnrolmentFactory(course=course), 2)
    few = queries(CLOSING)
    make_many(lambda: EnrolmentFactory(course=course), 20)
    assert queries({**CLOSING, "closes_at": "2099-04-03T22:00"}) == few
