"""The student's page, the public page that verifies, and the list of the staff."""

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.audit.models import AuditEntry
from certificates import documents, issuing
from certificates.models import Certificate
from courses.models import Course, Enrolment
from tests.certificates.conftest import NOW
from tests.factories import EnrolmentFactory

pytestmark = pytest.mark.django_db
OWN = "/courses/statistics/certificate/"
STAFF = "/admin/certificates/statistics/"


def body(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address, headers={"Accept-Language": "en"})
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def test_a_student_sees_what_is_missing(alice_client: Client) -> None:
    page = body(alice_client, OWN)
    assert "Progress: 80%" in page
    assert "Make my certificate" not in page


def test_a_student_makes_the_certificate_and_downloads_it(alice_client: Client, completed: Enrolment) -> None:
    assert "Make my certificate" in body(alice_client, OWN)
    assert alice_client.post(OWN, {"name": "김하늘"}).status_code == 302
    assert "The PDF is being made" in body(alice_client, OWN)
    documents.make(Certificate.objects.get(), now=NOW)
    page = body(alice_client, OWN)
    assert "The PDF is being made" not in page
    assert f"{OWN}ko.pdf" in page
    answer = alice_client.get(f"{OWN}ko.pdf")
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_refused_name_comes_back_with_the_reason(alice_client: Client, completed: Enrolment) -> None:
    answer = alice_client.post(OWN, {"name": "😀"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    assert 'value="😀"' in answer.content.decode()
    assert "but not 😀" in answer.content.decode()


def test_who_has_not_completed_the_course_gets_none_by_a_request(alice_client: Client, enrolment: Enrolment) -> None:
    assert alice_client.post(OWN, {"name": "김하늘"}).status_code == 302
    assert not Certificate.objects.exists()


def test_nobody_downloads_the_certificate_of_somebody_else(
    bob_client: Client, course: Course, bob: object, certificate: Certificate
) -> None:
    documents.make(certificate, now=NOW)
    EnrolmentFactory(course=course, user=bob)
    assert bob_client.get(f"{OWN}ko.pdf").status_code == 404


def test_everybody_with_the_address_can_verify(client: Client, certificate: Certificate) -> None:
    answer = client.get(certificate.get_absolute_url(), headers={"Accept-Language": "en"})
    page = answer.content.decode()
    assert "This certificate is valid." in page
    assert "김하늘" in page
    # Neither the grade nor the address of the person.
    assert certificate.enrolment.user.email not in page
    assert "%" not in page.split("<dl")[1].split("</dl>")[0]
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_a_withdrawn_certificate_says_so_and_why(
    client: Client, ines_client: Client, alice_client: Client, certificate: Certificate
) -> None:
    ines_client.post(f"{STAFF}{certificate.uuid}/", {"note": "Handed in by somebody else"})
    page = body(client, certificate.get_absolute_url())
    assert "This certificate is no longer valid. The instructor has withdrawn it." in page
    assert "Handed in by somebody else" in page
    assert "This certificate is valid." not in page
    assert "Your certificate was withdrawn." in body(alice_client, OWN)
    ines_client.post(f"{STAFF}{certificate.uuid}/", {"restore": "1"})
    assert "This certificate is valid." in body(client, certificate.get_absolute_url())


def test_a_code_leads_to_the_certificate_however_it_is_typed(client: Client, certificate: Certificate) -> None:
    answer = client.get("/certificates/", {"code": f" {certificate.spaced_code.lower()} "})
    assert answer["Location"] == certificate.get_absolute_url()
    assert "There is no certificate with this code." in body(client, "/certificates/?code=WRONG", 404)


def test_an_unknown_code_is_not_found(client: Client, certificate: Certificate) -> None:
    for ending in ("", "badge.jwt", "badge.svg"):
        assert client.get(f"/certificates/{'A' * 20}/{ending}").status_code == 404
    assert client.get("/certificates/revoked/7").status_code == 404


def test_the_key_of_the_site_is_public(client: Client, certificate: Certificate) -> None:
    with override_settings(BAEUM_URL="https://baeum.example"):
        document = client.get("/certificates/issuer/did.json").json()
    assert document["id"] == "did:web:baeum.example:certificates:issuer"
    assert "d" not in document["verificationMethod"][0]["publicKeyJwk"]


def test_the_list_needs_the_same_queries_however_long_it_is(ines_client: Client, course: Course) -> None:
    def count(rows: int) -> int:
        rule = {"progress": 80, "grade": 60, "hand_ins": 90}
        enrolments = [EnrolmentFactory(course=course) for _number in range(rows - Certificate.objects.count())]
        Certificate.objects.bulk_create(
            Certificate(enrolment=each, name="A", titles={"ko": "통계"}, rule=rule, issued_at=timezone.now())
            for each in enrolments
        )
        with CaptureQueriesContext(connection) as queries:
            page = body(ines_client, STAFF)
        assert page.count("Withdraw this certificate") == min(rows, 50)
        return len(queries)

    count(2)  # What is cached is there now.
    assert count(3) == count(200)


def test_looking_and_withdrawing_are_recorded(ines_client: Client, certificate: Certificate) -> None:
    body(ines_client, STAFF)
    ines_client.post(f"{STAFF}{certificate.uuid}/", {"note": "Why"})
    actions = set(
        AuditEntry.objects.filter(subject=certificate.enrolment.user, model="certificates.certificate").values_list(
            "event__action", flat=True
        )
    )
    assert {"view", "change"} <= actions


@pytest.mark.parametrize("who", ["otto_client", "ada_client", "oscar_client", "alice_client"])
def test_only_who_writes_the_course_sees_the_list(
    request: pytest.FixtureRequest, certificate: Certificate, who: str
) -> None:
    visitor = request.getfixturevalue(who)
    assert visitor.get(STAFF).status_code in (302, 403, 404)
    assert visitor.post(f"{STAFF}{certificate.uuid}/").status_code in (302, 403, 404)
    assert issuing.find_certificate(certificate.enrolment) == certificate


def test_a_nul_is_no_server_error(
    client: Client, ines_client: Client, alice_client: Client, certificate: Certificate
) -> None:
    """PostgreSQL stores no NUL and compares none."""
    assert client.get("/certificates/", {"code": "A\0B"}).status_code == 404
    assert ines_client.get(STAFF, {"q": "A\0B"}).status_code == 200
    assert ines_client.post(f"{STAFF}{certificate.uuid}/", {"note": "Why\0not"}).status_code == 302
    certificate.refresh_from_db()
    assert certificate.note == "Whynot"
    assert alice_client.post(OWN, {"name": "A\0B"}).status_code == 400
