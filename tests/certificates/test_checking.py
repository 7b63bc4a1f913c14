"""A certificate that the grades no longer reach says so everywhere, and its owner is told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier, status

from accounts.messages import sending
from accounts.models import Message
from certificates import badges, checking, issuing
from certificates.models import Certificate
from courses import gradebook
from courses.models import Course, GradeChange, GradeItem
from tests.api import Api
from tests.certificates.conftest import NOW
from tests.copied_rows import make_many
from tests.factories import EnrolmentFactory

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)
Grade = Callable[[int], None]


@pytest.fixture
def grade(certificate: Certificate) -> Grade:
    """Change the only grade of the owner of the certificate to so many percent."""

    def change(percent: int) -> None:
        last = GradeChange.objects.filter(enrolment=certificate.enrolment).latest("pk")
        gradebook.record_change(
            activity=last.item.activity, enrolment=last.enrolment, source=last.source, source_number=last.source_number,
            points=last.max_points * percent / 100, max_points=last.max_points, reason=GradeChange.Reason.REGRADED, now=LATER,
            revision=last.revision + 1,
        )  # fmt: skip

    return change


def told(client: Client) -> str:
    return client.get("/notifications/", headers={"Accept-Language": "en"}).text


def test_nobody_is_told_of_a_certificate_that_stays_valid(certificate: Certificate, grade: Grade) -> None:
    assert checking.sweep(now=LATER) == 0
    grade(100)
    assert checking.sweep(now=LATER) == 0
    assert not Message.objects.filter(kind="certificate-changed").exists()


def test_who_is_regraded_below_it_is_told_once_and_again_when_it_is_valid(
    certificate: Certificate, grade: Grade, alice_client: Client, alice_api: Api
) -> None:
    grade(0)
    assert (checking.sweep(now=LATER), checking.sweep(now=LATER)) == (1, 0)
    assert "your grades were changed and no longer reach your certificate" in told(alice_client)
    sending.send_waiting(now=LATER + timedelta(minutes=10))
    [sent] = mail.outbox
    assert "/courses/statistics/certificate/" in sent.body
    assert [each["status"] for each in alice_api.get("certificates")["results"]] == ["changed"]
    public = alice_client.get(certificate.get_absolute_url(), headers={"Accept-Language": "en"}).text
    assert "Grades were changed since, and they no longer reach what it says." in public

    grade(100)
    assert checking.sweep(now=LATER + timedelta(days=1)) == 1
    assert "your certificate is valid again" in told(alice_client)
    assert [each["status"] for each in alice_api.get("certificates")["results"]] == ["valid"]


def test_its_badge_says_so(certificate: Certificate, grade: Grade) -> None:
    """As a wallet checks it, of a badge that was given out before."""
    key = badges.get_key().public
    credential = OB3Verifier(key).verify(badges.sign(certificate))

    def check() -> None:
        status.check_credential_status(
            credential, lambda _address: badges.sign_list(0, LATER).encode(), verify_list=True, list_pubkey_pem=key
        )

    grade(0)
    checking.sweep(now=LATER)
    with pytest.raises(OB3VerificationError, match="revoked"):
        check()
    grade(100)
    checking.sweep(now=LATER)
    check()


def test_the_list_of_staff_says_so(certificate: Certificate, grade: Grade, ines_client: Client) -> None:
    grade(0)
    checking.sweep(now=LATER)
    page = ines_client.get("/admin/certificates/statistics/", headers={"Accept-Language": "en"})
    assert "no longer supported by the grades" in page.text


def test_nothing_is_said_while_grades_are_held_back(certificate: Certificate, grade: Grade) -> None:
    checking.sweep(now=LATER)
    GradeItem.objects.update(is_held=True)
    grade(0)
    assert checking.sweep(now=LATER) == 0
    GradeItem.objects.update(is_held=False)
    assert checking.sweep(now=LATER) == 1


def test_a_withdrawn_certificate_is_not_looked_at(certificate: Certificate, grade: Grade) -> None:
    issuing.revoke(certificate=certificate, note="", now=NOW)
    grade(0)
    assert checking.sweep(now=LATER) == 0


@pytest.mark.parametrize("number", [2, 200])
def test_what_has_not_changed_costs_one_query(certificate: Certificate, course: Course, number: int) -> None:
    def make() -> None:
        Certificate.objects.create(
            enrolment=EnrolmentFactory(course=course), name="Bob", titles={"en": "Statistics"}, rule=certificate.rule,
            issued_at=NOW,
        )  # fmt: skip

    make_many(make, number)
    while Certificate.objects.filter(looked_at="").exists():
        checking.sweep(now=LATER)
    with CaptureQueriesContext(connection) as captured:
        checking.sweep(now=LATER)
    assert len(captured) == 1
