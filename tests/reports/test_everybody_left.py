"""A course whose students have all left: every page of its staff opens and says so, and nothing goes to nobody."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from courses.models import Course, Enrolment
from quizzes.authoring.models import Quiz
from reports import exporting
from tests.factories import EnrolmentFactory
from tests.quizzes import every_kind
from tests.quizzes.graded import graded

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


@pytest.fixture
def left(quiz: Quiz, course: Course) -> Course:
    """Three students took the quiz of every kind, one hand-in waits to be graded, and all of them were withdrawn."""
    every_kind.fill(quiz)
    quiz.refresh_from_db()
    for _number in range(3):
        graded(quiz, EnrolmentFactory(course=course), {})
    course.enrolments.update(status=Enrolment.Status.WITHDRAWN)
    return course


def test_every_page_opens(left: Course, ines_client: Client) -> None:
    slug = left.slug
    for url in (
        reverse("reports:gradebook", args=[slug]),
        reverse("reports:completion", args=[slug]),
        reverse("reports:stuck", args=[slug]),
        reverse("reports:exports", args=[slug]),
        reverse("announcing:list", args=[slug]),
        reverse("announcing:new", args=[slug]),
        reverse("analysis:quiz", args=[slug, "quiz"]),
        reverse("admin:courses_course_people", args=[left.pk]),
        reverse("admin:courses_course_students", args=[left.pk]),
        reverse("admin:courses_course_roster", args=[left.pk]),
        reverse("admin:quizzes_attempt_queue"),
        reverse("admin:quizzes_quizoverride_many"),
        reverse("review:next"),
        reverse("admin:index"),
    ):
        page = ines_client.get(url, follow=True, headers=EN)
        assert page.status_code == 200, url
        assert ">None<" not in page.text, url


@pytest.mark.parametrize("name", ["completion", "gradebook"])
def test_reports_say_that_everybody_has_left(left: Course, ines_client: Client, name: str) -> None:
    address = reverse(f"reports:{name}", args=[left.slug])
    assert "Nobody is in the course now: all 3 students have left." in ines_client.get(address, headers=EN).text
    left.enrolments.all().delete()
    assert "Nobody is enrolled yet." in ines_client.get(address, headers=EN).text


def test_a_release_counts_those_who_are_there(left: Course, ines_client: Client) -> None:
    address = reverse("reports:release", args=[left.slug])
    assert "0 students have a grade" in ines_client.get(address, headers=EN).text
    left.enrolments.filter(pk=left.enrolments.all()[0].pk).update(status=Enrolment.Status.ACTIVE)
    assert "1 student has a grade" in ines_client.get(address, headers=EN).text


@pytest.mark.parametrize("kind", ["gradebook", "completion"])
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_file_has_its_headings_only(left: Course, ines: User, kind: str, file_format: str) -> None:
    now = timezone.now()
    export = exporting.request_export(
        course=left, kind=kind, format=file_format, cohort=None, language="en", actor=ines, now=now
    )
    exporting.run(export_id=export.pk, now=now)
    export.refresh_from_db()
    assert export.status == "made"
    if file_format == "csv":
        assert len(bytes(export.content).decode("utf-8-sig").splitlines()) == 1
