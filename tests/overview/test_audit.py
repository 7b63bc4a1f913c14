"""The log of one course: who may read it, what it finds by student, address and time, what it leaves out, its pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit import inserting, search
from accounts.audit.models import AuditEntry
from accounts.models import User
from courses.models import Course, Enrolment
from quizzes.authoring.models import Quiz
from tests.factories import CourseFactory, EnrolmentFactory, UserFactory
from tests.quizzes.graded import graded

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/overview/audit/statistics/"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def hana(course: Course) -> Enrolment:
    return EnrolmentFactory(course=course, user=UserFactory(name="Hana", email="hana@example.com"))


def note(address: str, row: Any, person: User, *, actor: User | None = None, days: int = 0) -> None:
    """Write an event that somebody has seen this row of this person."""
    at = timezone.now() - timedelta(days=days)
    event = inserting.insert_event((at, actor.pk if actor else None, "view", "page", address, None))
    inserting.insert_entries(event, [(type(row)._meta.label_lower, person.pk, row.pk)])


def page(client: Client, query: str = "", expect: int = 200) -> str:
    answer = client.get(ADDRESS + query, headers=ENGLISH)
    assert answer.status_code == expect
    return answer.content.decode()


def test_who_opens_a_page_of_the_course_stands_in_its_log(hana: Enrolment, ines: User, ines_client: Client) -> None:
    ines_client.get("/admin/reports/statistics/gradebook/")
    html = page(ines_client)
    assert "/admin/reports/statistics/gradebook/" in html
    assert "Hana" in html
    assert AuditEntry.objects.filter(event__address=ADDRESS, subject=hana.user).exists()


def test_a_student_reads_the_same_on_a_page_of_their_own(hana: Enrolment, ines_client: Client, client: Client) -> None:
    page(ines_client, "?person=hana")
    ines_client.get("/admin/reports/statistics/gradebook/")
    client.force_login(hana.user)
    answer = client.get("/accounts/audit/", headers=ENGLISH)
    assert "Ines" in answer.content.decode()


def test_with_a_student_attempts_are_found_whatever_the_address(
    hana: Enrolment, quiz: Quiz, ada: User, ines_client: Client
) -> None:
    attempt = graded(quiz, hana)
    note(f"/admin/quizzes/attempt/{attempt.pk}/review/", attempt, hana.user, actor=ada)
    assert "/review/" not in page(ines_client)
    for query in ("?person=Han", "?person=hana@example", "?person=hana&address=/admin/quizzes/"):
        assert f"/admin/quizzes/attempt/{attempt.pk}/review/" in page(ines_client, query)
    assert "Nothing matches." in page(ines_client, "?person=hana&address=/admin/reports/")
    assert "Nothing matches." in page(ines_client, "?person=nobody")


def test_what_concerns_another_course_is_left_out(hana: Enrolment, quiz: Quiz, ines_client: Client) -> None:
    other = EnrolmentFactory(course=CourseFactory(slug="other"), user=hana.user)
    note("/admin/courses/enrolment/", other, hana.user)
    note("/admin/accounts/user/5/change/", hana.user, hana.user)
    note("/admin/reports/other/gradebook/", other, hana.user)
    note("/admin/reports/statistics-2/gradebook/", other, hana.user)
    for query in ("", "?person=hana", "?address=/admin/reports/"):
        assert "Nothing matches." in page(ines_client, query), query


def test_time_and_address_narrow_the_search(hana: Enrolment, ines_client: Client) -> None:
    note("/admin/reports/statistics/stuck/", hana, hana.user, days=20)
    note("/admin/reports/statistics/gradebook/", hana, hana.user)
    today = timezone.localdate()
    before = today - timedelta(days=5)
    assert "/stuck/" not in page(ines_client, f"?since={before}")
    assert "/gradebook/" not in page(ines_client, f"?until={before}")
    assert "/stuck/" in page(ines_client, f"?until={before}&person=hana")
    assert "/gradebook/" not in page(ines_client, "?address=/admin/reports/statistics/stuck")
    assert "Nothing matches." in page(ines_client, "?action=delete")
    page(ines_client, "?since=x", expect=400)
    page(ines_client, "?before=-1", expect=400)


def test_pages_follow_one_another_by_a_cursor_with_as_many_queries(hana: Enrolment, ines_client: Client) -> None:
    def count(query: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            page(ines_client, query)
        return len(captured)

    for number in range(2):
        note(f"/admin/reports/statistics/few{number}/", hana, hana.user, days=1)
    page(ines_client)
    few = [count("?until=2900-01-01"), count("?person=hana")]
    for number in range(search.PAGE):
        note(f"/admin/reports/statistics/many{number}/", hana, hana.user)
    assert [count("?until=2900-01-01"), count("?person=hana")] == few
    html = page(ines_client, "?address=/admin/reports/")
    assert "few0" not in html
    older = html.split("before=")[1].split('"')[0]
    second = page(ines_client, f"?address=/admin/reports/&before={older}")
    assert "few0" in second
    assert "many49" not in second


@pytest.mark.parametrize("who", ["otto_client", "oscar_client", "ada_client"])
def test_others_find_no_such_page(hana: Enrolment, who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    page(client, expect=404)
    html = client.get("/admin/overview/audit/", headers=ENGLISH).content.decode()
    assert "Statistics" not in html


def test_students_are_sent_away(client: Client, alice_client: Client) -> None:
    for one in (client, alice_client):
        for address in (ADDRESS, "/admin/overview/audit/"):
            assert one.get(address).status_code == 302


def test_only_administrators_see_network_addresses(hana: Enrolment, ines_client: Client, client: Client) -> None:
    ines_client.get("/admin/reports/statistics/gradebook/", REMOTE_ADDR="203.0.113.9")
    assert "203.0.113.9" not in page(ines_client)
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert "203.0.113.9" in page(client)
    assert "The log of the whole site" in client.get("/admin/overview/audit/", headers=ENGLISH).content.decode()


def test_the_course_list_names_those_of_the_reader(course: Course, ines_client: Client) -> None:
    html = ines_client.get("/admin/overview/audit/", headers=ENGLISH).content.decode()
    assert f'href="{ADDRESS}"' in html
    assert "The log of the whole site" not in html
