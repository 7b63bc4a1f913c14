"""Notifications to apps by Apple's push service: the token of the site, the message, the connection, and the answers."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from common.messages.kinds import Urgency
from courses.models import Enrolment
from push.deliveries import sending
from push.models import Subscription
from push.transports import registry
from push.transports.apns import ApplePush
from push.transports.base import Notification, Result
from tests.accounts.messages.kinds import CourseNews
from tests.api import Api, api_for
from tests.push import apple
from tests.push.apple import Apple, reason
from tests.push.telling import DUE, tell, tell_more

TOKEN = "ab" * 32
DEVICE = Subscription(transport="apns", endpoint=TOKEN)
NEWS = Notification(
    title="소식",
    body="Text",
    url="https://learn.example/notifications/",
    language="ko",
    topic="topic",
    urgency=Urgency.HIGH,
    lifetime=timedelta(hours=1),
)


def pem(key: Any) -> bytes:
    made: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made


@pytest.fixture
def key(settings: Any, tmp_path: Path) -> ec.EllipticCurvePrivateKey:
    """The key of a developer account, whose file the site has."""
    made = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "key.p8").write_bytes(pem(made))
    settings.APNS_KEY, settings.APNS_KEY_ID = str(tmp_path / "key.p8"), "KEY1234567"
    settings.APNS_TEAM_ID, settings.APNS_TOPIC = "TEAM123456", "com.example.baeum"
    return made


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The certificate of the service, which the site trusts."""
    made = apple.certify(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    return made


@pytest.fixture
def service(certificate: Path, key: ec.EllipticCurvePrivateKey, settings: Any) -> Iterator[Apple]:
    with apple.running(certificate, ["h2"]) as found:
        settings.APNS_URL, settings.PUSH_ORIGINS = found.origin, [found.origin]
        yield found


@pytest.fixture
def transport() -> Iterator[ApplePush]:
    made = ApplePush()
    yield made
    made.close()


def test_a_notification_is_sent_with_a_token_of_the_site(
    key: ec.EllipticCurvePrivateKey, service: Apple, transport: ApplePush
) -> None:
    assert registry.is_configured("apns")
    outcome = transport.send(DEVICE, NEWS)
    assert (outcome.result, outcome.answer, outcome.error) == (Result.SENT, 200, "")
    (asked,) = service.asked
    assert (asked.headers[":method"], asked.headers[":path"]) == ("POST", f"/3/device/{TOKEN}")
    assert (asked.headers["apns-topic"], asked.headers["apns-push-type"]) == ("com.example.baeum", "alert")
    assert (asked.headers["apns-priority"], asked.headers["apns-collapse-id"]) == ("10", "topic")
    assert json.loads(asked.body) == {
        "aps": {"alert": {"title": "소식", "body": "Text"}}, "url": NEWS.url, "language": "ko",
    }  # fmt: skip
    scheme, _space, token = asked.headers["authorization"].partition(" ")
    jws = JWS()
    jws.deserialize(token, JWK.from_pyca(key.public_key()), alg="ES256")
    claims = json.loads(jws.payload)
    assert (scheme, jws.jose_header["kid"], claims["iss"]) == ("bearer", "KEY1234567", "TEAM123456")
    assert int(asked.headers["apns-expiration"]) == claims["iat"] + 60 * 60


def test_all_notifications_take_one_connection_and_one_token(service: Apple, transport: ApplePush) -> None:
    assert [transport.send(DEVICE, NEWS).result for _time in range(20)] == [Result.SENT] * 20
    assert (len(service.asked), service.connections) == (20, 1)
    assert len({asked.headers["authorization"] for asked in service.asked}) == 1


def test_a_service_that_ends_its_connections_gets_new_ones(service: Apple, transport: ApplePush) -> None:
    service.ends_after = 2
    assert [transport.send(DEVICE, NEWS).result for _time in range(5)] == [Result.SENT] * 5
    assert (len(service.asked), service.connections) == (5, 3)


@pytest.mark.parametrize(
    ("status", "why", "result"),
    [
        (410, "Unregistered", Result.GONE), (400, "BadDeviceToken", Result.REFUSED), (413, "PayloadTooLarge", Result.REFUSED),
        (403, "ExpiredProviderToken", Result.LATER), (429, "TooManyRequests", Result.LATER),
        (500, "InternalServerError", Result.LATER), (503, "ServiceUnavailable", Result.LATER),
    ],
)  # fmt: skip
def test_an_answer_decides(status: int, why: str, result: Result, service: Apple, transport: ApplePush) -> None:
    service.answers = [(status, {"retry-after": "60"}, reason(why))]
    outcome = transport.send(DEVICE, NEWS)
    assert (outcome.result, outcome.answer, outcome.wait) == (result, status, timedelta(minutes=1))
    assert why in outcome.error
    assert transport.send(DEVICE, NEWS).result == Result.SENT


def test_a_token_that_is_refused_is_made_anew(service: Apple, transport: ApplePush) -> None:
    service.answers = [(403, {}, reason("InvalidProviderToken"))]
    transport.send(DEVICE, NEWS)
    transport.send(DEVICE, NEWS)
    first, second = (asked.headers["authorization"] for asked in service.asked)
    assert first != second


def test_a_request_without_an_answer_is_not_sent_again(service: Apple, transport: ApplePush) -> None:
    service.answers = [None]
    assert transport.send(DEVICE, NEWS).result == Result.UNCERTAIN
    assert transport.send(DEVICE, NEWS).result == Result.SENT
    assert service.connections == 2


def test_a_service_without_http2_is_asked_later(
    certificate: Path, key: ec.EllipticCurvePrivateKey, settings: Any, transport: ApplePush
) -> None:
    with apple.running(certificate, ["http/1.1"]) as found:
        settings.APNS_URL, settings.PUSH_ORIGINS = found.origin, [found.origin]
        assert transport.send(DEVICE, NEWS).result == Result.LATER
        assert found.asked == []


def test_a_service_with_a_certificate_of_somebody_else_gets_nothing(
    service: Apple, transport: ApplePush, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(apple.certify(tmp_path / "other")))
    assert transport.send(DEVICE, NEWS).result == Result.LATER
    assert service.asked == []


@pytest.mark.parametrize(
    "content", [None, b"text", pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))]
)
def test_without_its_key_it_is_tried_later(
    content: bytes | None, service: Apple, transport: ApplePush, settings: Any, tmp_path: Path
) -> None:
    settings.APNS_KEY = str(tmp_path / "other.p8")
    if content is not None:
        (tmp_path / "other.p8").write_bytes(content)
    assert transport.send(DEVICE, NEWS).result == Result.LATER
    assert service.asked == []


@pytest.mark.django_db
def test_an_app_subscribes_until_its_device_is_gone(
    news: CourseNews, enrolment: Enrolment, service: Apple, transport: ApplePush, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.TRANSPORTS, "apns", transport)
    api = api_for(enrolment.user)
    for token in ("x" * 64, "ab" * 8, f"{TOKEN}/.."):
        body = {"transport": "apns", "endpoint": token}
        assert api.post("push-subscriptions", body, expect=400)["type"] == "/problems/push-subscription-refused"
    api.post("push-subscriptions", {"transport": "apns", "endpoint": TOKEN}, expect=201)
    tell(enrolment)
    assert sending.send_waiting(now=DUE) == 1
    assert len(service.asked) == 1
    service.answers = [(410, {}, reason("Unregistered"))]
    tell_more(enrolment.user, 1, now=DUE)
    assert sending.send_waiting(now=DUE + timedelta(minutes=10)) == 0
    assert not Subscription.objects.exists()


@pytest.mark.django_db
def test_an_app_learns_that_the_site_has_no_key(alice_api: Api) -> None:
    body = {"transport": "apns", "endpoint": TOKEN}
    assert alice_api.post("push-subscriptions", body, expect=409)["type"] == "/problems/push-transport-missing"
