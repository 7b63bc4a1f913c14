"""The PDF says what was put in, and the badge verifies in other code than what made it."""

import io
import json
import re
from typing import Any

import pypdf
import pytest
from django.conf import settings
from django.test import Client, override_settings
from fontTools.ttLib import TTFont
from jwcrypto import jwk, jws
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier, status

from certificates import badges, documents, issuing, letters
from certificates.drawing import FONT
from certificates.models import Certificate, SigningKey
from tests.certificates.conftest import NOW

pytestmark = pytest.mark.django_db
SITE = "https://baeum.example"


def text_of(content: bytes) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


@pytest.mark.parametrize(("language", "heading"), [("ko", "수료증"), ("en", "Certificate of completion")])
def test_the_text_of_the_pdf_is_what_was_put_in(certificate: Certificate, language: str, heading: str) -> None:
    certificate.name = "뷁해님 Ünal Łoś 1"
    content = documents.draw(certificate, language)
    found = text_of(content)
    for expected in (heading, certificate.name, certificate.spaced_code, documents.address_of(certificate)):
        assert expected in found
    assert pypdf.PdfReader(io.BytesIO(content)).metadata.title == f"{heading}: {certificate.name}"  # type: ignore[union-attr]


def test_a_long_title_is_whole_on_the_page(certificate: Certificate) -> None:
    title = "데이터로 일하는 사람을 위한 머신러닝과 생성형 인공지능, 그리고 데이터 거버넌스 입문 " * 2
    certificate.titles = {"ko": title.strip()}
    found = text_of(documents.draw(certificate, "ko"))
    assert "".join(title.split()) in "".join(found.split())


def test_the_worker_makes_a_file_in_each_language_once(certificate: Certificate) -> None:
    documents.make(certificate, now=NOW)
    documents.make(certificate, now=NOW)
    assert sorted(certificate.files.values_list("language", flat=True)) == ["en", "ko"]


def test_the_font_has_the_characters_that_names_may_have() -> None:
    has = set(TTFont(FONT).getBestCmap())
    assert has == {point for start, end in letters.RANGES for point in range(start, end)}


def verified(token: str) -> dict[str, Any]:
    """Verify with jwcrypto, by the key in the site's public document, and return the payload."""
    found = jws.JWS()
    found.deserialize(token)
    key = badges.did_document()["verificationMethod"][0]["publicKeyJwk"]
    found.verify(jwk.JWK(**key))
    payload: dict[str, Any] = json.loads(found.payload)
    return payload


@pytest.mark.parametrize("site", [SITE, "http://127.0.0.1:8000"])
def test_the_badge_verifies_in_a_second_library(certificate: Certificate, site: str) -> None:
    with override_settings(BAEUM_URL=site):
        token = badges.sign(certificate)
        payload = verified(token)
        assert payload["issuer"]["id"] == badges.issuer_id()
        assert payload["evidence"][0]["id"] == f"{site}/certificates/{certificate.code}/"
    assert payload["id"] == f"urn:uuid:{certificate.uuid}"
    names = {each["identityType"]: each["identityHash"] for each in payload["credentialSubject"]["identifier"]}
    assert names["name"] == "김하늘"
    # The address itself is nowhere in it.
    assert certificate.enrolment.user.email not in json.dumps(payload)
    assert OB3Verifier(SigningKey.objects.get().public).verify(token).id == payload["id"]


def test_a_changed_badge_does_not_verify(certificate: Certificate) -> None:
    head, payload, signature = badges.sign(certificate).split(".")
    other = payload[:-2] + ("AA" if payload[-2:] != "AA" else "BB")
    with pytest.raises(jws.InvalidJWSSignature):
        verified(f"{head}.{other}.{signature}")


def test_the_picture_contains_the_credential(certificate: Certificate) -> None:
    with override_settings(BAEUM_URL=SITE):
        picture = badges.draw(certificate).decode()
    token = re.search(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", picture)
    assert token
    assert verified(token[0])["id"] == f"urn:uuid:{certificate.uuid}"


def test_the_public_list_says_that_a_certificate_was_withdrawn(client: Client, certificate: Certificate) -> None:
    credential = OB3Verifier(badges.get_key().public).verify(badges.sign(certificate))

    def check() -> None:
        """Check as a wallet does, with the proof of the list."""
        status.check_credential_status(credential, fetch, verify_list=True, list_pubkey_pem=badges.get_key().public)

    def fetch(address: str) -> bytes:
        answer = client.get(address.removeprefix(settings.BAEUM_URL))
        assert answer.status_code == 200
        return answer.content

    check()
    issuing.revoke(certificate=certificate, note="", now=NOW)
    with pytest.raises(OB3VerificationError, match="revoked"):
        check()


def test_a_new_secret_key_still_reads_the_key_of_the_badges(certificate: Certificate) -> None:
    before = badges.issuer_id()
    with override_settings(SECRET_KEY_FALLBACKS=[settings.SECRET_KEY], SECRET_KEY="another" * 10):
        assert verified(badges.sign(certificate))
        assert badges.issuer_id() == before
