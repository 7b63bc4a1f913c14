"""Certificates through the API."""

import pytest

from certificates import documents, issuing
from certificates.models import Certificate
from courses.models import Enrolment
from tests.api import Api
from tests.certificates.conftest import NOW

pytestmark = pytest.mark.django_db


def test_a_certificate_is_asked_for_and_read(alice_api: Api, bob_api: Api, completed: Enrolment) -> None:
    made = alice_api.post("certificates", {"course": "statistics", "name": " 김하늘 "}, expect=201)
    assert (made["name"], made["title"], made["languages"], made["revoked_at"]) == ("김하늘", "Statistics", [], None)
    assert alice_api.post("certificates", {"course": "statistics", "name": "김하늘"}, expect=201) == made
    path = f"certificates/{made['uuid']}"
    alice_api.get(f"{path}/files/ko", expect=404)
    documents.make(Certificate.objects.get(), now=NOW)
    assert alice_api.get(path)["languages"] == ["en", "ko"]
    answer = alice_api.client.get(f"/api/v1/{path}/files/ko", headers=alice_api.headers)
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"].startswith("private")
    assert alice_api.client.get(made["path"]).status_code == 200
    for asked in (path, f"{path}/files/ko"):
        bob_api.get(asked, expect=404)
    assert bob_api.get("certificates")["results"] == []


def test_a_withdrawn_certificate_says_so(alice_api: Api, certificate: Certificate) -> None:
    documents.make(certificate, now=NOW)
    issuing.revoke(certificate=certificate, note="A mistake", now=NOW)
    [found] = alice_api.get("certificates")["results"]
    assert (found["status"], found["note"], found["revoked_at"]) == ("withdrawn", "A mistake", "2026-11-02T03:00:00Z")
    alice_api.get(f"certificates/{found['uuid']}/files/ko", expect=404)


def test_a_name_or_a_course_that_does_not_fit_is_refused(alice_api: Api, completed: Enrolment) -> None:
    refused = alice_api.post("certificates", {"course": "statistics", "name": "😀"}, expect=400)
    assert refused["type"] == "/problems/certificate-name"
    alice_api.post("certificates", {"course": "statistics", "name": "a\0b"}, expect=400)
    alice_api.post("certificates", {"course": "nowhere", "name": "김하늘"}, expect=404)
    Enrolment.objects.update(progress_percent=10)
    refused = alice_api.post("certificates", {"course": "statistics", "name": "김하늘"}, expect=409)
    assert refused["type"] == "/problems/course-not-completed"


@pytest.mark.parametrize("count", [2, 200])
def test_the_list_takes_the_same_queries(
    alice_api: Api, completed: Enrolment, count: int, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    Certificate.objects.bulk_create(
        Certificate(
            enrolment=completed, name="김하늘", titles={"en": "Statistics"}, rule={}, issued_at=NOW,
            revoked_at=NOW, reason="replaced",
        )
        for _number in range(count)
    )  # fmt: skip
    alice_api.get("certificates?limit=100")
    with django_assert_num_queries(3):  # type: ignore[operator]
        assert len(alice_api.get("certificates?limit=100")["results"]) == min(count, 100)
