"""The list of attempts finds a student's attempts by a part of the name, and one attempt by its uuid."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.models import Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import start
from tests.factories import EnrolmentFactory, UserFactory


@pytest.fixture
def attempts(quiz: Quiz, enrolment: Enrolment) -> list[Attempt]:
    other = EnrolmentFactory(course=enrolment.course, user=UserFactory(name="Someone Else"))
    return [start.start(quiz=quiz, enrolment=one, now=timezone.now()) for one in (enrolment, other)]


def test_attempts_are_found_by_name_and_by_uuid(client: Client, ines: User, attempts: list[Attempt]) -> None:
    client.force_login(ines)
    first, other = attempts

    def found(query: str) -> list[Attempt]:
        return list(client.get(reverse("admin:quizzes_attempt_changelist"), {"q": query}).context["cl"].result_list)

    assert found("one els") == [other]
    assert found(str(first.uuid)) == [first]
    assert found(f" {str(first.uuid).upper()} ") == [first]
    assert found("nobody") == []
