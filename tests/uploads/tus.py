"""Speak tus as an app does, without a network: each call asserts its status."""

import base64
import hashlib
from typing import Any
from uuid import UUID

from quizzes.attempts.models import Attempt
from tests.api import Api
from tests.contract import check

PIECE = "application/offset+octet-stream"
VERSION = {"Tus-Resumable": "1.0.0"}


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def checksum(content: bytes, algorithm: str = "sha1") -> str:
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


class Tus:
    """An app that hands in one file. `answer` is the last response."""

    def __init__(self, api: Api, attempt: Attempt, question: UUID) -> None:
        self.api = api
        self.address = f"/api/v1/attempts/{attempt.uuid}/answers/{question}/uploads"
        self.url = ""

    def ask(
        self, method: str, url: str, content: bytes = b"", *, expect: int, kind: str = PIECE, **headers: Any
    ) -> Any:
        meta = headers.pop("meta", {})
        given = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        self.answer: Any = self.api.client.generic(
            method, url, content, kind, headers={"Content-Type": kind, **self.api.headers, **VERSION, **given}, **meta
        )
        assert self.answer.status_code == expect, (self.answer.status_code, self.answer.content[:400])
        assert self.answer.headers["Tus-Resumable"] == "1.0.0"
        if expect >= 400:
            assert self.answer.headers["Content-Type"] == "application/problem+json"
            return self.answer.json()["type"].removeprefix("/problems/")
        return self.answer.headers

    def begin(
        self, size: int, name: str = "work.txt", content: bytes = b"", *, expect: int = 201, **headers: Any
    ) -> Any:
        given = {"Upload_Length": size, "Upload_Metadata": f"filename {encoded(name)}", **headers}
        result = self.ask("POST", self.address, content, expect=expect, **given)
        if expect == 201:
            self.url = self.answer.headers["Location"]
            check("Upload", self.answer.json())
        return result

    def send(self, offset: int, content: bytes, *, expect: int = 204, **headers: Any) -> Any:
        return self.ask("PATCH", self.url, content, expect=expect, **{"Upload_Offset": offset, **headers})

    def offset(self) -> int:
        """What HEAD says."""
        return int(self.ask("HEAD", self.url, expect=200)["Upload-Offset"])

    def read(self) -> Any:
        self.ask("GET", self.url, expect=200)
        check("Upload", self.answer.json())
        return self.answer.json()
