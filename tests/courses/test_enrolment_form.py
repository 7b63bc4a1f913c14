"""The admin's form for a new enrolment asks for the address of the student, and shows nobody."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.models import Course, Enrolment

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


def add(client: Client, course: Course, email: str) -> tuple[int, str]:
    data = {"email": email, "course": course.pk, "cohort": "", "status": "active", "source": "roster"}
    response = client.post(reverse("admin:courses_enrolment_add"), data, headers=EN)
    return response.status_code, response.text


def test_a_student_is_enrolled_by_address(ines_client: Client, course: Course, bob: User) -> None:
    assert add(ines_client, course, " BOB@Example.com ")[0] == 302
    assert Enrolment.objects.get().user == bob


def test_an_address_without_an_account_is_refused_in_words(ines_client: Client, course: Course) -> None:
    status, text = add(ines_client, course, "nobody@example.com")
    assert (status, "There is no account with this address." in text) == (200, True)


@pytest.mark.parametrize("status", ["active", "withdrawn"])
def test_a_student_who_is_in_the_course_is_refused_in_words(
    ines_client: Client, course: Course, enrolment: Enrolment, status: str
) -> None:
    Enrolment.objects.update(status=status)
    answered, text = add(ines_client, course, "alice@example.com")
    assert (answered, "in the course already" in text) == (200, True)
    assert Enrolment.objects.count() == 1


def test_the_form_names_nobody(ines_client: Client, course: Course, bob: User) -> None:
    text = ines_client.get(reverse("admin:courses_enrolment_add"), headers=EN).text
    assert bob.email not in text
    assert "Bob" not in text
