"""What staff see of a student's weekly mail: who may, in which language, only of their own courses, a test to themselves."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from accounts.audit.models import AuditEntry
from accounts.models import User
from courses.models import Course, Enrolment, SummaryDelivery
from courses.summaries import trials, unsubscribing
from courses.summaries.unsubscribing import unsubscribe_token
from quizzes.authoring.models import Quiz
from tests.factories import CourseFactory, EnrolmentFactory

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def address(enrolment: Enrolment, quiz: Quiz) -> str:
    quiz.due_at = timezone.now() + timedelta(days=2)
    quiz.save()
    return f"/admin/mails/statistics/students/{enrolment.uuid}/"


def read(client: Client, address: str, expect: int = 200) -> str:
    answer = client.get(address, headers=ENGLISH)
    assert answer.status_code == expect
    return answer.content.decode()


@pytest.mark.parametrize(("language", "said"), [("ko", "7일 안에 마감돼요"), ("en", "Due in the next seven days")])
def test_the_mail_is_shown_in_each_language_and_theme(
    address: str, ines_client: Client, language: str, said: str
) -> None:
    assert said in read(ines_client, f"{address}?language={language}")
    for theme in ("", "&dark"):
        html = read(ines_client, f"{address}html/?language={language}{theme}")
        assert said in html
        assert "data:image/png;base64" in html
        assert ("@media all" in html) is (theme != "")
        assert ("@media not all" in html) is (theme == "")


@pytest.mark.parametrize("language", ["", "xx", "%00", "x" * 10_000])
def test_a_language_that_the_site_does_not_have_is_that_of_the_page(
    address: str, ines_client: Client, language: str
) -> None:
    assert "Due in the next seven days" in read(ines_client, f"{address}?language={language}")


def test_the_audit_log_says_who_has_looked(address: str, enrolment: Enrolment, ines: User, ines_client: Client) -> None:
    for page in (address, f"{address}html/"):
        read(ines_client, page)
        entry = AuditEntry.objects.get(event__address=page, subject=enrolment.user)
        assert (entry.event.actor_id, entry.event.action) == (ines.pk, "view")


def test_strangers_find_nothing(
    address: str, otto_client: Client, ines_client: Client, course: Course, enrolment: Enrolment
) -> None:
    assert read(otto_client, address, 404)
    assert read(otto_client, f"{address}html/", 404)
    other = EnrolmentFactory(user=enrolment.user)
    assert read(ines_client, f"/admin/mails/statistics/students/{other.uuid}/", 404)
    assert read(ines_client, f"/admin/mails/{other.course.slug}/students/{other.uuid}/", 404)


def test_courses_of_others_are_not_in_it(address: str, enrolment: Enrolment, ines_client: Client) -> None:
    elsewhere = CourseFactory(title_ko="비밀 과목", title_en="Secret course")
    EnrolmentFactory(user=enrolment.user, course=elsewhere, last_seen_at=timezone.now())
    assert "Secret course" not in read(ines_client, address) + read(ines_client, f"{address}html/")


def test_it_says_why_the_student_gets_none(address: str, enrolment: Enrolment, ines_client: Client) -> None:
    assert "The student gets no mail now" not in read(ines_client, address)
    User.objects.filter(pk=enrolment.user_id).update(wants_weekly_summary=False)
    assert "The person has switched the summary off." in read(ines_client, address)


def test_who_left_has_no_mail(address: str, ines_client: Client) -> None:
    Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)
    assert "Send a test" not in read(ines_client, address)
    assert read(ines_client, f"{address}html/", 404)
    ines_client.post(address)
    assert mail.outbox == []


def test_a_test_goes_to_the_one_who_asks(address: str, enrolment: Enrolment, ines: User, ines_client: Client) -> None:
    answer = ines_client.post(address, {"language": "en"}, follow=True, headers=ENGLISH)
    assert f"on its way to {ines.email}" in answer.content.decode()
    [message] = mail.outbox
    assert message.to == [ines.email]
    assert "Due in the next seven days" in str(message.body)
    assert not SummaryDelivery.objects.exists()
    assert AuditEntry.objects.get(event__address=address, event__action="export").subject == enrolment.user


def test_neither_the_page_nor_the_test_can_switch_off_the_summaries_of_the_student(
    address: str, enrolment: Enrolment, ines_client: Client
) -> None:
    ines_client.post(address)
    [message] = mail.outbox
    assert isinstance(message, EmailMultiAlternatives)
    mailed = f"{message.extra_headers}{message.body}{message.alternatives}"
    shown = mailed + read(ines_client, address) + read(ines_client, f"{address}html/")
    assert unsubscribe_token(enrolment.user) not in shown
    assert set(re.findall(r"weekly-summary/([^/]*)/", shown)) == {"test"}
    assert "weekly-summary/test/" in mailed
    assert "List-Unsubscribe" not in message.message()


def test_the_link_of_a_test_explains_itself_and_changes_nothing(enrolment: Enrolment, client: Client) -> None:
    path = "/weekly-summary/test/off/"
    assert path in unsubscribing.test_url()
    for answer in (client.get(path, headers=ENGLISH), client.post(path, headers=ENGLISH)):
        assert "This link was in a test mail" in answer.content.decode()
    assert User.objects.get(pk=enrolment.user_id).wants_weekly_summary


def test_tests_are_limited_for_each_person(address: str, ines_client: Client, ada_client: Client) -> None:
    for _ in range(trials.MOST):
        ines_client.post(address)
    answer = ines_client.post(address, {"language": "en"}, follow=True, headers=ENGLISH)
    assert "20 test mails went to you within an hour. Try again in 1 hour." in answer.content.decode()
    assert len(mail.outbox) == trials.MOST
    ada_client.post(address)
    assert len(mail.outbox) == trials.MOST + 1
