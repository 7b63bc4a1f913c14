"""Call operations of the API by their name, hold what comes back against the document, and keep it as an example."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from common.cut_bodies import PIECE
from lms.openapi.examples import ANSWER, REQUEST
from tests.contract import check_content, operations
from tests.quizzes.every_kind import CANARY

# Examples are from this moment on, whenever they are recorded.
_START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_NAMES = UUID("6f1f6a0a-3c1b-4b0e-9a52-2f7c5d1f8e10")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_CODE = re.compile(r"\d{6,8}")
_LONGEST_TEXT, _LONGEST_LIST = 240, 3
# Values that are secret or random, and what stands for them.
_STAND_INS = {
    "session_token": "3r8x0q5v7c1m9k2w4t6y8u0i2o4p6a8s",
    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "totp_url": "otpauth://totp/student%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Baeum",
    "token": "WyJjMWE0Il0:1wNkQz:3uJ7sG0pXo2k9hVd",
    "challenge": "vQ0Zk1cLr8mBv1x7e2o9Jr5cY3tN6wHs0aDfGhJkLzX",
    "server_key": "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}
_SECONDS = {"at", "created_at", "last_used_at"}


class Recorder:
    """`examples` is {operation: {"path": {part: value}, "requests": {name: value}, "answers": {status: {name: value}}}}."""

    def __init__(self) -> None:
        self.examples: dict[str, Any] = {}
        self.answered: dict[str, set[str]] = {}
        self.known = operations()
        self.began = timezone.now()
        self.uuids: dict[str, str] = {}

    def call(
        self,
        name: str,
        *,
        expect: int,
        body: Any = None,
        token: str = "",
        headers: dict[str, str] | None = None,
        upload: bytes = b"",
        piece: bytes = b"",
        query: str = "",
        keep: bool = True,
        example: str = "",
        **path: Any,
    ) -> Any:
        """Return the JSON of the answer, or its bytes. Asserts the status, and that the document describes the answer."""
        method, address, spec = self.known[name]
        extra: dict[str, Any] = {"data": b"" if body is None else json.dumps(body).encode()}
        if piece:
            extra["data"] = piece
        if upload:
            extra = {"data": {"file": SimpleUploadedFile("notes.txt", upload)}}
        sent = {"Accept-Language": "en", **({"X-Session-Token": token} if token else {}), **(headers or {})}
        # An app keeps no cookies.
        client = Client()
        url = address.format(**path) + query
        answer: Any = (
            client.post(url, headers=sent, **extra)
            if upload
            else client.generic(method, url, content_type=PIECE if piece else "application/json", headers=sent, **extra)
        )
        assert answer.status_code == expect, f"{name}: {answer.status_code} {answer.content[:600]!r}"
        self.headers = answer.headers
        value = self._check(spec, answer)
        if body is not None and expect < 400:
            check_content(spec["requestBody"]["content"]["application/json"], body)
        self.answered.setdefault(name, set()).add(str(expect))
        if keep:
            sent_body = {"file": upload.decode()} if upload else piece.decode() if piece else body
            self._keep(name, expect, value, sent_body, example)
            if expect < 400 and path:
                self.examples[name].setdefault("path", self._shown(path))
        return value

    def _check(self, spec: dict[str, Any], answer: Any) -> Any:
        documented = spec["responses"].get(str(answer.status_code))
        assert documented is not None, f"{spec['operationId']} does not document {answer.status_code}"
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if not content:
            assert "content" not in documented
            return None
        kind = answer.headers["Content-Type"].partition(";")[0]
        assert kind in documented["content"], f"{spec['operationId']}: {kind}"
        if not kind.endswith("json"):
            return content
        value = answer.json()
        check_content(documented["content"][kind], value)
        return value

    def _keep(self, name: str, status: int, value: Any, body: Any, example: str) -> None:
        known = self.examples.setdefault(name, {"answers": {}})
        if body is not None and status < 400:
            known.setdefault("requests", {}).setdefault(example or REQUEST, self._shown(body))
        if isinstance(value, bytes) or value is None:
            return
        slug = value["type"].rsplit("/", 1)[-1] if status >= 400 else example or ANSWER
        known["answers"].setdefault(str(status), {}).setdefault(slug, self._shown(value))

    def _shown(self, value: Any, name: str = "") -> Any:
        """Return the value in the form in which it is an example: short, and the same whenever it is recorded."""
        if isinstance(value, dict):
            return {self._text(key): self._shown(part, key) for key, part in value.items()}
        if isinstance(value, list):
            return [self._shown(part, name) for part in value[:_LONGEST_LIST]]
        if isinstance(value, str):
            return _STAND_INS[name] if name in _STAND_INS and value else self._text(value)
        if name in _SECONDS and isinstance(value, float):
            return float(round((_START + (datetime.fromtimestamp(value, UTC) - self.began)).timestamp()))
        if name == "sequence" and value:
            return round(_START.timestamp()) * 1000
        return value

    def _text(self, text: str) -> str:
        text = _UUID.sub(lambda found: self._uuid(found[0]), text)
        if _MOMENT.fullmatch(text):
            shifted = _START + (datetime.fromisoformat(text) - self.began)
            return shifted.replace(second=0, microsecond=0).isoformat().replace("+00:00", "Z")
        if _DAY.fullmatch(text):
            shift: timedelta = _START.date() - self.began.date()
            return (date.fromisoformat(text) + shift).isoformat()
        if _CODE.fullmatch(text):
            return "739105"
        # The quiz of every kind marks its key with a word and a number for another test.
        text = text.replace(CANARY, "median").replace("7391.25", "250")
        return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"

    def _uuid(self, found: str) -> str:
        return self.uuids.setdefault(found, str(uuid5(_NAMES, str(len(self.uuids)))))
