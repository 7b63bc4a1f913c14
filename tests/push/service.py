"""A push service, and a browser that is subscribed to it. They check what the site sends, by code of their own."""

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS


def encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hkdf(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869, for at most 32 bytes."""
    key = hmac.digest(salt, material, hashlib.sha256)
    return hmac.digest(key, info + b"\x01", hashlib.sha256)[:length]


class Browser:
    """The keys of one subscription. It reads what was encrypted for it, as RFC 8291 says."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.auth = hashlib.sha256(endpoint.encode()).digest()[:16]

    @property
    def body(self) -> dict[str, Any]:
        """What `PushSubscription.toJSON()` returns."""
        return {"endpoint": self.endpoint, "keys": {"p256dh": encoded(self.point), "auth": encoded(self.auth)}}

    def read(self, body: bytes) -> dict[str, Any]:
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, record = body[21 : 21 + length], body[21 + length :]
        assert size == 4096
        assert len(record) <= size
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        material = _hkdf(self.auth, shared, b"WebPush: info\x00" + self.point + sender, 32)
        key = _hkdf(salt, material, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _hkdf(salt, material, b"Content-Encoding: nonce\x00", 12)
        text, mark, padding = AESGCM(key).decrypt(nonce, record, None).rpartition(b"\x02")
        assert mark
        assert not padding.strip(b"\x00")
        found: dict[str, Any] = json.loads(text)
        return found


@dataclass
class Received:
    """One request, with the claims of the site's token."""

    path: str
    headers: dict[str, str]
    body: bytes
    claims: dict[str, Any]
    server_key: str


@dataclass
class PushService:
    """What it has received, and with what it answers: (status, headers, body), the first of `answers` or 201."""

    origin: str
    received: list[Received] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    # Every request: (path, headers, body).
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return len(self.requests)

    def browser(self, name: str = "one") -> Browser:
        return Browser(f"{self.origin}/push/{name}")

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        self.requests.append((path, headers, body))
        if self.answers:
            return self.answers.pop(0)
        scheme, _space, given = headers["Authorization"].partition(" ")
        token = dict(part.strip().split("=", 1) for part in given.split(","))
        claims = self._verify(token["t"], token["k"])
        problems = [
            scheme != "vapid",
            claims["aud"] != self.origin,
            not time.time() < claims["exp"] <= time.time() + 24 * 60 * 60,
            not claims["sub"].startswith("mailto:"),
            headers.get("Content-Encoding") != "aes128gcm",
            not headers.get("TTL", "").isdecimal(),
            len(body) > 4096,
        ]
        if any(problems):
            return 400, {}, json.dumps(problems).encode()
        self.received.append(Received(path, headers, body, claims, token["k"]))
        return 201, {"Location": f"{self.origin}/message/{len(self.received)}"}, b""

    @staticmethod
    def _verify(token: str, key: str) -> dict[str, Any]:
        point = decoded(key)
        jwk = JWK(kty="EC", crv="P-256", x=encoded(point[1:33]), y=encoded(point[33:]))
        jws = JWS()
        jws.deserialize(token, jwk, alg="ES256")
        found: dict[str, Any] = json.loads(jws.payload)
        return found


@contextmanager
def running() -> Iterator[PushService]:
    """Run a push service on a port of the loopback interface."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, answer = service.take(self.path, dict(self.headers.items()), body)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service = PushService(f"http://127.0.0.1:{server.server_address[1]}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
