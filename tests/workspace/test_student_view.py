"""Looking at a course as one of its students: what they see, nothing is changed, every page is recorded."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.models import User
from courses.models import Course, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import start
from tests.factories import EnrolmentFactory
from tests.lms.admin_world import everything
from tests.quizzes.graded import graded

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}
BANNER = "You look at “Statistics” as Alice. You can read only, and this is recorded."


def view_of(enrolment: Enrolment, path: str) -> str:
    return reverse("workspace:student-page", args=[enrolment.course.slug, enrolment.uuid, path.removeprefix("/")])


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    return graded(quiz, enrolment, now=timezone.now())


@pytest.fixture
def pages(course: Course, quiz: Quiz, attempt: Attempt) -> list[str]:
    slug = course.slug
    return [
        reverse("courses:course-detail", args=[slug]),
        reverse("courses:lesson-detail", args=[slug, "lesson-1"]),
        reverse("courses:glossary", args=[slug]),
        reverse("courses:course-print", args=[slug]),
        reverse("grades:grades", args=[slug]),
        reverse("announcements:list", args=[slug]),
        reverse("quizzes:quiz-detail", args=[slug, quiz.activity.slug]),
        reverse("quizzes:attempt-result", args=[attempt.uuid]),
    ]


@pytest.fixture
def unchanged() -> Iterator[None]:
    before = everything()
    yield
    assert everything() == before


def test_the_entry_leads_to_the_course(enrolment: Enrolment, ines_client: Client) -> None:
    entry = reverse("workspace:student-view", args=[enrolment.course.slug, enrolment.uuid])
    page = ines_client.get(entry, headers=EN, follow=True)
    assert page.status_code == 200
    assert BANNER in page.text
    assert page.redirect_chain == [(view_of(enrolment, "courses/statistics/"), 302)]


def test_every_page_is_the_students_with_a_banner_and_a_way_back(
    pages: list[str], enrolment: Enrolment, ines_client: Client, unchanged: None
) -> None:
    here = reverse("workspace:student-view", args=[enrolment.course.slug, enrolment.uuid])
    for path in pages:
        shown = ines_client.get(view_of(enrolment, path), headers=EN)
        assert shown.status_code == 200, path
        assert BANNER in shown.text, path
        assert reverse("admin:courses_course_people", args=[enrolment.course_id]) in shown.text
        # No link leads to a page where whoever looks would be somebody else.
        assert 'href="/courses/' not in shown.text, path
        # Keeping the student's pages on this device is not for whoever looks.
        assert "/offline/" not in re.sub(r"(?s)<head>.*</head>", "", shown.text), path
        actions = set(re.findall(r'action="([^"]*)"', shown.text)) - {reverse("accounts:theme-set")}
        assert all(action.startswith(here) for action in actions), path


def test_the_pages_are_those_of_the_student(
    pages: list[str], enrolment: Enrolment, ines_client: Client, alice_client: Client
) -> None:
    here = view_of(enrolment, "x").removesuffix("x")

    def content(text: str) -> str:
        main = re.search(r'(?s)<main id="content">(.*)</main>', text)
        assert main
        own = re.sub(r'(?s)<div\s+class="course-download".*?</div>', "", main[1])
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", own.replace(here, "/"))

    for path in pages:
        shown = ines_client.get(view_of(enrolment, path), headers=EN).text
        assert content(shown) == content(alice_client.get(path, headers=EN).text), path


def test_links_of_a_page_lead_on(enrolment: Enrolment, pages: list[str], ines_client: Client) -> None:
    course = ines_client.get(view_of(enrolment, pages[0])).text
    assert f'href="{view_of(enrolment, pages[1])}"' in course


def test_each_page_is_recorded_with_who_looked(
    pages: list[str], enrolment: Enrolment, ines_client: Client, ines: User
) -> None:
    for path in pages:
        ines_client.get(view_of(enrolment, path))
    events = AuditEvent.objects.filter(action="view", address__contains=f"/as/{enrolment.uuid}/")
    assert {event.address for event in events} == {view_of(enrolment, path) for path in pages}
    assert {event.actor for event in events} == {ines}
    assert {entry.subject for event in events for entry in event.entries.all()} == {enrolment.user}


def test_an_open_attempt_can_be_looked_at_and_does_not_save(
    quiz: Quiz, enrolment: Enrolment, ines_client: Client
) -> None:
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    before = everything()
    page = ines_client.get(view_of(enrolment, reverse("quizzes:attempt-detail", args=[attempt.uuid])), headers=EN)
    assert page.status_code == 200
    assert "baeum/attempt/main" not in page.text
    assert everything() == before


WRITES = [
    "courses/statistics/lessons/lesson-1/done/",
    "courses/statistics/quizzes/quiz/start/",
    "attempts/{attempt}/submit/",
    "review/",
]


@pytest.mark.parametrize("path", WRITES)
def test_every_write_is_refused_in_words(
    path: str, attempt: Attempt, enrolment: Enrolment, ines_client: Client, unchanged: None
) -> None:
    sent = ines_client.post(view_of(enrolment, path.format(attempt=attempt.uuid)), {}, headers=EN)
    assert sent.status_code == 403
    assert "Nothing was changed. Only the student can do this." in sent.text
    assert BANNER in sent.text


def test_what_is_not_of_this_course_is_not_shown(
    enrolment: Enrolment, quiz: Quiz, bob: User, ines_client: Client, unchanged: None
) -> None:
    other = start.start(quiz=quiz, enrolment=EnrolmentFactory(course=enrolment.course, user=bob), now=timezone.now())
    for path in (
        "", "courses/", "review/", "accounts/settings/", "notifications/", "admin/", "nowhere", "courses/elsewhere/",
        reverse("quizzes:attempt-detail", args=[other.uuid]), "courses/statistics/enrol/",
    ):  # fmt: skip
        page: Any = ines_client.get(view_of(enrolment, path or "x"), headers=EN)
        assert page.status_code == 404, path
        assert BANNER in page.text, path
    Attempt.objects.filter(pk=other.pk).delete()
    Enrolment.objects.filter(user=bob).delete()


def test_what_the_student_does_not_find_is_said(enrolment: Enrolment, ines_client: Client) -> None:
    Course.objects.filter(pk=enrolment.course_id).update(is_published=False)
    page = ines_client.get(view_of(enrolment, "courses/statistics/"), headers=EN)
    assert page.status_code == 404
    assert "The student does not find this page." in page.text


def test_only_staff_of_the_course_look(
    enrolment: Enrolment, otto_client: Client, alice_client: Client, oscar_client: Client
) -> None:
    path = view_of(enrolment, "courses/statistics/")
    assert otto_client.get(path).status_code == 404
    assert alice_client.get(path).status_code == 302
    assert oscar_client.get(path).status_code == 200
