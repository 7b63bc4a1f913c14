"""The page of the people of a course: who is shown, and what is done with several at a time."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.audit.models import AuditEvent
from accounts.messages.models import Message
from accounts.models import User
from courses import enrolment as enrolling
from courses.models import Cohort, Course, Enrolment
from quizzes.authoring.models import Quiz
from tests.copied_rows import make_many
from tests.factories import EnrolmentFactory, UserFactory
from tests.rosters.test_pages import text_of

pytestmark = pytest.mark.django_db
EN = {"Accept-Language": "en"}


@pytest.fixture
def page(course: Course) -> str:
    return reverse("admin:courses_course_people", args=[course.pk])


@pytest.fixture
def gone(course: Course) -> Enrolment:
    row = EnrolmentFactory(course=course, user=UserFactory(name="Gone", email="gone@example.com"))
    enrolling.withdraw(enrolment=row)
    return row


def do(client: Client, page: str, what: str, *people: Enrolment, **more: Any) -> str:
    sent = client.post(page, {"do": what, "person": [row.pk for row in people], **more}, headers=EN, follow=True)
    assert sent.status_code == 200
    return text_of(sent)


def test_people_are_found_by_name_cohort_and_state(
    page: str, course: Course, enrolment: Enrolment, gone: Enrolment, ines_client: Client
) -> None:
    cohort = Cohort.objects.create(course=course, name="2기", starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 18))
    cho = EnrolmentFactory(course=course, user=UserFactory(name="Cho", last_login=timezone.now()), cohort=cohort)

    def shown(**query: Any) -> set[str]:
        text = ines_client.get(page, query, headers=EN).text
        return {name for name in ("Alice", "Cho", "Gone") if f"<strong>{name}</strong>" in text}

    assert shown() == {"Alice", "Cho"}
    assert shown(q="cho") == {"Cho"}
    assert shown(cohort=cohort.pk) == {"Cho"}
    assert shown(cohort="none") == {"Alice"}
    assert shown(status="waiting") == {"Alice"}
    assert shown(status="withdrawn") == {"Gone"}
    assert shown(status="\0", cohort="9" * 40, q="\0", page="x") == set()
    everything = text_of(ines_client.get(page, headers=EN))
    assert "2기 1 September 2026 – 18 December 2026 1 student" in everything
    assert str(cho.user.email) in everything


def test_students_are_put_into_a_cohort_and_out_of_it(
    page: str, course: Course, enrolment: Enrolment, ines_client: Client
) -> None:
    cohort = Cohort.objects.create(course=course, name="2기")
    assert "1 student is in “2기” now." in do(ines_client, page, "move", enrolment, into=cohort.pk)
    enrolment.refresh_from_db()
    assert enrolment.cohort == cohort
    assert "1 student has no cohort now." in do(ines_client, page, "move", enrolment, into="")
    elsewhere = Cohort.objects.create(course=Course.objects.create(slug="other"), name="X")
    do(ines_client, page, "move", enrolment, into=elsewhere.pk)
    enrolment.refresh_from_db()
    assert enrolment.cohort is None


def test_students_are_withdrawn_and_taken_back(
    page: str, enrolment: Enrolment, ines_client: Client, ines: User
) -> None:
    assert "1 student was withdrawn. Their work is kept." in do(ines_client, page, "withdraw", enrolment)
    enrolment.refresh_from_db()
    assert enrolment.status == "withdrawn"
    assert "1 student is in the course again." in do(ines_client, page, "return", enrolment)
    enrolment.refresh_from_db()
    assert enrolment.status == "active"
    changes = AuditEvent.objects.filter(address=page, action="change")
    assert [event.actor for event in changes] == [ines, ines]


def test_students_are_invited_once_a_day(page: str, enrolment: Enrolment, gone: Enrolment, ines_client: Client) -> None:
    for _ in range(2):
        do(ines_client, page, "invite", enrolment, gone)
    assert [message.user for message in Message.objects.filter(kind="course-invitation")] == [enrolment.user]


def test_exceptions_begin_with_those_who_are_ticked(
    page: str, enrolment: Enrolment, quiz: Quiz, ines_client: Client
) -> None:
    assert "Exception for several students" in do(ines_client, page, "exception", enrolment)


def test_nobody_ticked_and_nonsense_change_nothing(
    page: str, enrolment: Enrolment, ines_client: Client, otto: User
) -> None:
    other = EnrolmentFactory(course=Course.objects.get(slug="elsewhere"), user=otto)
    assert "Tick somebody first." in do(ines_client, page, "withdraw")
    assert "Tick somebody first." in do(ines_client, page, "withdraw", other)
    do(ines_client, page, "nonsense", enrolment)
    ines_client.post(page, {"do": "withdraw", "person": ["x", "9" * 50]})
    assert set(Enrolment.objects.values_list("status", flat=True)) == {"active"}


def test_who_only_reads_changes_nobody(page: str, enrolment: Enrolment, ada_client: Client) -> None:
    text = ada_client.get(page, headers=EN).text
    assert 'name="person"' not in text
    assert "View as this student" in text
    assert ada_client.post(page, {"do": "withdraw", "person": enrolment.pk}).status_code == 403


def test_a_cohort_cannot_end_before_it_starts(course: Course, ines_client: Client) -> None:
    add = reverse("admin:courses_cohort_add")
    data = {"course": course.pk, "name": "2", "starts_on": "2026-09-02", "ends_on": "2026-09-01"}
    refused = ines_client.post(add, data, headers=EN)
    assert "The last day must not be before the first day." in refused.text
    assert ines_client.post(add, {**data, "ends_on": "2026-09-02"}).status_code == 302


def test_the_number_of_queries_does_not_grow(page: str, course: Course, ines_client: Client) -> None:
    def make() -> None:
        cohort = Cohort.objects.create(course=course, name=f"c{Cohort.objects.count()}")
        EnrolmentFactory(course=course, user=UserFactory(password=None), cohort=cohort)

    def queries() -> int:
        ines_client.get(page)
        with CaptureQueriesContext(connection) as captured:
            assert ines_client.get(page).status_code == 200
        return len(captured)

    make_many(make, 2)
    few = queries()
    make_many(make, 198)
    assert Enrolment.objects.filter(course=course).count() == 200
    assert queries() == few


def test_every_link_of_the_page_leads_somewhere(
    page: str, enrolment: Enrolment, ines_client: Client, course: Course
) -> None:
    Cohort.objects.create(course=course, name="2기")
    text = ines_client.get(page).text
    main = text[text.index('class="desk"') :]
    links = {link for link in re.findall(r'href="(/admin/[^"]*)"', main) if "/as/" in link or "course" in link}
    assert len(links) >= 7
    for link in links:
        assert ines_client.get(link.replace("&amp;", "&"), follow=True).status_code == 200, link
