"""The pages of a mailing: naming students, the dry run with its reasons and names, the button, the progress, and who may."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as django_mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.audit.models import AuditEntry
from accounts.models import User
from courses.models import Course, Enrolment, SummaryDelivery
from mails.models import Mailing
from mails.sending_now import jobs, naming
from tests.factories import CourseFactory, EnrolmentFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/mails/statistics/send/"
ENGLISH = {"Accept-Language": "en"}
NOW = datetime(2026, 11, 26, 10, 0, tzinfo=ZoneInfo("Asia/Seoul")).astimezone(UTC)


@pytest.fixture
def haneul(course: Course) -> Enrolment:
    return EnrolmentFactory(course=course, user__name="김하늘", user__email="haneul@example.com")


@pytest.fixture
def _others(course: Course) -> None:
    EnrolmentFactory(course=course, user__name="Off", user__wants_weekly_summary=False)
    EnrolmentFactory(
        course=course, user__name="Gone", user__email="g@example.com", user__bounced_address="g@example.com"
    )


def ask(client: Client, **data: str) -> Any:
    return client.post(ADDRESS, {"whom": "all", **data}, headers=ENGLISH)


def worked(address: str) -> str:
    """Let the worker do what waits; return the address."""
    jobs.run(mailing_id=Mailing.objects.latest("pk").pk, now=NOW)
    return address


def read(client: Client, address: str) -> str:
    answer = client.get(address, headers=ENGLISH)
    assert answer.status_code == 200
    return answer.content.decode()


def test_at_night_no_mail_is_promised_for_now(haneul: Enrolment, course: Course, ines_client: Client) -> None:
    address = ask(ines_client)["Location"]
    night = NOW + timedelta(hours=13)
    jobs.run(mailing_id=Mailing.objects.latest("pk").pk, now=night)
    html = " ".join(read(ines_client, address).split())
    assert "0 students would get the mail now. 1 more gets it in the morning: it is night there." in html
    assert "Send when it is morning there" in html
    assert "mail now </button>" not in html
    ines_client.post(address, {"send": "1"})
    jobs.run(mailing_id=Mailing.objects.latest("pk").pk, now=night)
    assert django_mail.outbox == []
    row = SummaryDelivery.objects.get(user=haneul.user)
    assert (row.status, row.due_at) == ("queued", NOW + timedelta(hours=22))


@pytest.mark.usefixtures("_others")
def test_the_way_from_the_wish_to_the_mails(haneul: Enrolment, ines_client: Client, ines: User) -> None:
    assert "To all 3 students" in read(ines_client, ADDRESS)
    address = ask(ines_client)["Location"]
    assert 'hx-trigger="every' in read(ines_client, address)
    html = read(ines_client, worked(address))
    for text in ("1 student would get the mail now.", "Send 1 mail now", "김하늘", "Off", "Gone"):
        assert text in html
    for text in ("The person has switched the summary off. (1)", "Earlier mails to the address came back. (1)"):
        assert text in " ".join(html.split())
    entry = AuditEntry.objects.filter(event__address=address, subject=haneul.user).latest("pk")
    assert (entry.event.actor_id, entry.event.action) == (ines.pk, "view")
    assert django_mail.outbox == []
    for said in ("", "That is not possible any more."):
        answer = ines_client.post(address, {"send": "1"}, follow=True, headers=ENGLISH)
        assert said in answer.content.decode()
    assert "is being sent" in read(ines_client, address)
    html = read(ines_client, worked(address))
    assert "1 mail was sent." in html
    assert "Sent now" in html
    assert [message.to for message in django_mail.outbox] == [["haneul@example.com"]]
    again = ines_client.post(address, {"again": "1"})["Location"]
    html = read(ines_client, worked(again))
    assert "This week&#x27;s mail has been sent." in html
    assert 'name="send"' not in html


def test_the_page_asks_again_until_the_worker_is_through(haneul: Enrolment, ines_client: Client) -> None:
    address = ask(ines_client)["Location"]
    for is_through in (False, True):
        answer = ines_client.get(address, headers={"HX-Request": "true"})
        assert "<html" not in answer.content.decode()
        assert ("HX-Refresh" in answer.headers) is is_through
        worked(address)


def test_it_can_be_cancelled(haneul: Enrolment, ines_client: Client) -> None:
    address = worked(ask(ines_client)["Location"])
    ines_client.post(address, {"cancel": "1"})
    assert "cancelled" in read(ines_client, address)
    ines_client.post(address, {"send": "1"})
    worked(address)
    assert django_mail.outbox == []


def test_from_the_preview_of_one_student(haneul: Enrolment, ines_client: Client, ada_client: Client) -> None:
    preview = f"/admin/mails/statistics/students/{haneul.uuid}/"
    assert 'value="haneul@example.com"' in read(ines_client, preview)
    # An assistant may look, and not send.
    assert f'action="{ADDRESS}"' not in read(ada_client, preview)
    EnrolmentFactory(course=haneul.course)
    ask(ines_client, whom="named", people="haneul@example.com")
    assert Mailing.objects.get().enrolments == [haneul.pk]


@pytest.mark.parametrize("name", ["김하늘", "하늘", "HANEUL@example.com", " haneul \n\n haneul"])
def test_students_are_named_by_a_part_of_their_name_or_address(course: Course, haneul: Enrolment, name: str) -> None:
    EnrolmentFactory(course=course, user__name="Other", user__email="other@example.com")
    found = naming.read(name, course)
    assert (found.enrolments, found.problems) == ([haneul.pk], [])


def test_an_address_is_not_a_part_of_another_one(course: Course, haneul: Enrolment) -> None:
    EnrolmentFactory(course=course, user__email="1haneul@example.com")
    assert naming.read("haneul@example.com", course).enrolments == [haneul.pk]


@pytest.mark.parametrize(
    ("people", "said"),
    [
        ("", "Name at least one student."),
        ("nobody", "No student of this course is “nobody”."),
        ("\0", "No student of this course is"),
        ("x" * 5000, "No student of this course is"),
        ('"', "No student of this course is"),
        ("<b>", "&lt;b&gt;"),
        ("example.com", "may be several students: "),
        ("elsewhere@example.com", "No student of this course is"),
        ("left@example.com", "No student of this course is"),
        ("\n".join(f"a{n}" for n in range(naming.MOST_LINES + 1)), "Name at most 100 students."),
    ],
)
def test_who_cannot_be_found_is_said_and_the_form_keeps_the_names(
    course: Course, haneul: Enrolment, ines_client: Client, people: str, said: str
) -> None:
    EnrolmentFactory(course=course, user__email="b@example.com")
    EnrolmentFactory(course=CourseFactory(), user__email="elsewhere@example.com")
    EnrolmentFactory(course=course, user__email="left@example.com", status="withdrawn")
    answer = ask(ines_client, whom="named", people=people)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert "<textarea" in answer.content.decode()
    assert not Mailing.objects.exists()


def test_names_beside_everybody_are_a_question_and_no_mail_to_everybody(haneul: Enrolment, ines_client: Client) -> None:
    answer = ask(ines_client, whom="all", people="haneul")
    assert answer.status_code == 400
    assert "You have named students, and chosen all of them." in answer.content.decode()
    assert not Mailing.objects.exists()


def test_a_mailing_of_another_course_is_not_found(haneul: Enrolment, ines_client: Client) -> None:
    address = ask(ines_client)["Location"]
    other = CourseFactory(slug="other")
    other.roles.create(user=User.objects.get(email="ines@example.com"), role="instructor")
    for found in (ines_client.get, ines_client.post):
        assert found(address.replace("statistics", "other")).status_code == 404


def test_the_pages_take_as_many_queries_for_200_as_for_2(course: Course, ines_client: Client, ines: User) -> None:
    def count(address: str) -> int:
        read(ines_client, address)
        with CaptureQueriesContext(connection) as captured:
            read(ines_client, address)
        return len(captured)

    def make() -> list[int]:
        return [count(ADDRESS), count(worked(ask(ines_client)["Location"]))]

    for _ in range(2):
        EnrolmentFactory(course=course)
    few = make()
    for number in range(198):
        EnrolmentFactory(course=course, user__wants_weekly_summary=number % 2 == 0)
    assert make() == few
