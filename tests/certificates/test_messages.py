"""What students are told about their certificates."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from accounts.messages import sending
from accounts.models import Message, User
from certificates import documents, issuing
from certificates.models import Certificate
from courses.models import Enrolment
from tests.certificates.conftest import NOW

pytestmark = pytest.mark.django_db
OWN = "/courses/statistics/certificate/"


def bell(client: Client) -> str:
    return client.get("/notifications/", headers={"Accept-Language": "en"}).text


def test_the_student_is_told_once_that_the_certificate_is_ready(alice_client: Client, certificate: Certificate) -> None:
    assert "your certificate is ready" not in bell(alice_client)
    documents.make(certificate, now=NOW)
    documents.make(certificate, now=NOW)
    assert "“Statistics”: your certificate is ready." in bell(alice_client)
    message = Message.objects.get(kind="certificate-ready")
    assert alice_client.get(f"/notifications/{message.uuid}/").headers["Location"] == OWN
    sending.send_waiting(now=NOW + timedelta(minutes=10))
    [sent] = mail.outbox
    assert sent.to == [certificate.enrolment.user.email]
    assert OWN in sent.body


def test_each_withdrawal_is_told_and_that_it_was_taken_back(alice_client: Client, certificate: Certificate) -> None:
    def told() -> list[str]:
        return [line for line in bell(alice_client).splitlines() if "your certificate" in line]

    issuing.revoke(certificate=certificate, note="A mistake", now=NOW)
    assert not issuing.revoke(certificate=certificate, note="A mistake", now=NOW)
    assert Message.objects.filter(kind="certificate-changed").count() == 1
    assert "“Statistics”: your certificate was withdrawn." in bell(alice_client)
    sending.send_waiting(now=NOW + timedelta(minutes=10))
    assert "A mistake" in mail.outbox[0].body
    assert "No such mails" not in mail.outbox[0].body
    issuing.restore(certificate=certificate, now=NOW + timedelta(hours=1))
    assert len(told()) == 2
    assert all("valid again" in line for line in told())
    issuing.revoke(certificate=certificate, note="", now=NOW + timedelta(hours=2))
    assert len(told()) == 3
    assert all("withdrawn" in line for line in told())


def test_who_has_left_the_course_is_not_told(certificate: Certificate, alice: User, alice_client: Client) -> None:
    documents.make(certificate, now=NOW)
    Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)
    assert "your certificate" not in bell(alice_client)
    certificate = Certificate.objects.get()
    issuing.revoke(certificate=certificate, note="", now=NOW)
    assert not alice.messages.filter(kind="certificate-changed").exists()


def test_a_replaced_certificate_is_no_news(
    completed: Enrolment, alice_client: Client, certificate: Certificate
) -> None:
    documents.make(certificate, now=NOW)
    documents.make(issuing.issue(enrolment=completed, name="김바다", now=NOW), now=NOW)
    assert bell(alice_client).count("your certificate is ready") == 1
