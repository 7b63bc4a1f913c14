"""Notifications to apps by Firebase: access for an hour, the message, and what becomes of the answers."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from common.messages.kinds import Urgency
from push.models import Subscription
from push.transports import registry
from push.transports.base import Notification, Result
from push.transports.fcm import FirebaseCloudMessaging
from tests.push.service import PushService

NEWS = Notification(
    title="News",
    body="Text",
    url="https://learn.example/notifications/",
    language="en",
    topic="topic",
    urgency=Urgency.HIGH,
    lifetime=timedelta(hours=1),
)
DEVICE = Subscription(transport="fcm", endpoint="a-token-of-a-device")
ACCESS: tuple[int, dict[str, str], bytes] = (200, {}, b'{"access_token": "access", "expires_in": 3600}')


@pytest.fixture
def key(push_service: PushService, settings: Any, tmp_path: Path) -> rsa.RSAPrivateKey:
    """The key of a service account, whose file the site has."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = {
        "project_id": "baeum",
        "client_email": "site@baeum.example",
        "private_key": pem.decode(),
        "token_uri": f"{push_service.origin}/token",
    }
    (tmp_path / "account.json").write_text(json.dumps(account))
    settings.FCM_CREDENTIALS, settings.FCM_URL = str(tmp_path / "account.json"), push_service.origin
    return made


def test_a_message_is_sent_with_access_that_lasts(key: rsa.RSAPrivateKey, push_service: PushService) -> None:
    assert registry.is_configured("fcm")
    fcm = FirebaseCloudMessaging()
    push_service.answers = [ACCESS, (200, {}, b"{}"), (200, {}, b"{}")]

    assert [fcm.send(DEVICE, NEWS).result for _time in range(2)] == [Result.SENT] * 2

    asked, sent, again = push_service.requests
    jws = JWS()
    jws.deserialize(parse_qs(asked[2].decode())["assertion"][0], JWK.from_pyca(key.public_key()), alg="RS256")
    claims = json.loads(jws.payload)
    assert (claims["iss"], claims["aud"]) == ("site@baeum.example", f"{push_service.origin}/token")
    assert (asked[0], sent[0], again[0]) == ("/token", *["/v1/projects/baeum/messages:send"] * 2)
    assert sent[1]["Authorization"] == "Bearer access"
    message = json.loads(sent[2])["message"]
    assert message["token"] == "a-token-of-a-device"
    assert message["notification"] == {"title": "News", "body": "Text"}
    assert message["data"]["url"] == "https://learn.example/notifications/"
    assert (message["android"]["ttl"], message["android"]["priority"]) == ("3600s", "HIGH")


@pytest.mark.parametrize(
    ("status", "result"),
    [(404, Result.GONE), (400, Result.REFUSED), (401, Result.LATER), (429, Result.LATER), (503, Result.LATER)],
)
def test_an_answer_decides(status: int, result: Result, key: rsa.RSAPrivateKey, push_service: PushService) -> None:
    push_service.answers = [ACCESS, (status, {"Retry-After": "60"}, b"why")]
    outcome = FirebaseCloudMessaging().send(DEVICE, NEWS)
    assert (outcome.result, outcome.answer, outcome.wait) == (result, status, timedelta(minutes=1))


@pytest.mark.parametrize("answer", [(403, {}, b"no"), (200, {}, b"{}"), (200, {}, b"text"), (200, {}, b"[]")])
def test_without_access_it_is_tried_later(
    answer: tuple[int, dict[str, str], bytes], key: rsa.RSAPrivateKey, push_service: PushService
) -> None:
    push_service.answers = [answer]
    assert FirebaseCloudMessaging().send(DEVICE, NEWS).result == Result.LATER


def test_without_its_file_it_is_tried_later(settings: Any) -> None:
    settings.FCM_CREDENTIALS = "/nowhere/account.json"
    assert FirebaseCloudMessaging().send(DEVICE, NEWS).result == Result.LATER
