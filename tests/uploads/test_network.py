"""Uploads to the product over real connections that are cut off, and through a kill of the web processes."""

import http.client
import json
import os
import signal
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.product import Product, wait_for
from tests.uploads.tus import PIECE, encoded

CONTENT = b"0123456789" * 50_000
SIGN_IN = {"email": "student@example.com", "password": "week2-demo"}


class App:
    def __init__(self, product: Product) -> None:
        self.host = urlsplit(product.address).netloc
        self.headers = {"Content-Type": "application/json"}
        answer = self.ask("POST", "/_allauth/app/v1/auth/login", json.dumps(SIGN_IN).encode())[2]
        self.headers = {"X-Session-Token": json.loads(answer)["meta"]["session_token"], "Tus-Resumable": "1.0.0"}

    def ask(self, method: str, path: str, body: bytes = b"", **headers: Any) -> tuple[int, Any, bytes]:
        connection = http.client.HTTPConnection(self.host, timeout=60)
        given = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        connection.request(method, path, body, {**self.headers, **given})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, content

    def read(self, path: str) -> Any:
        return json.loads(self.ask("GET", path)[2])

    def begin(self) -> str:
        """Start an attempt at a quiz that takes files, and announce the file. Return where its pieces go."""
        course = self.read("/api/v1/courses")["results"][0]["slug"]
        for entry in self.read(f"/api/v1/courses/{course}/outline")["entries"]:
            if entry["kind"] != "quiz":
                continue
            status, _headers, content = self.ask(
                "POST", f"/api/v1/quizzes/{entry['uuid']}/attempts", b"{}", Content_Type="application/json"
            )
            if status >= 400:
                continue
            attempt = json.loads(content)
            question = next(
                (each for each in attempt["questions"] if each["kind"] == "hand_in" and each["body"]["files"]["max"]),
                None,
            )
            if question:
                self.files = f"/api/v1/attempts/{attempt['uuid']}/answers/{question['uuid']}/files"
                _status, headers, _content = self.ask(
                    "POST",
                    self.files.replace("/files", "/uploads"),
                    Upload_Length=len(CONTENT),
                    Upload_Metadata=f"filename {encoded('work.' + question['body']['files']['types'][0])}",
                )
                return str(headers["Location"])
        raise AssertionError("The demo has no question that takes files.")

    def send(self, url: str, offset: int, content: bytes) -> int:
        return self.ask("PATCH", url, content, Upload_Offset=offset, Content_Type=PIECE)[0]

    def offset(self, url: str) -> int:
        return int(self.ask("HEAD", url)[1]["Upload-Offset"])

    def open_piece(self, url: str, offset: int, sent: bytes) -> socket.socket:
        """Announce the rest of the file, and send only `sent` of it."""
        host, _, port = self.host.partition(":")
        connection = socket.create_connection((host, int(port)), timeout=60)
        headers = {**self.headers, "Host": self.host, "Content-Type": PIECE, "Upload-Offset": offset}
        headers["Content-Length"] = len(CONTENT) - offset
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection.sendall(f"PATCH {url} HTTP/1.1\r\n{lines}\r\n".encode() + sent)
        return connection


@pytest.mark.processes
@pytest.mark.usefixtures("prepared")
def test_a_file_arrives_once_over_a_network_that_is_cut_in_the_middle(product: Product) -> None:
    product.start().wait_until_ready()
    app = App(product)
    url = app.begin()

    # The connection ends in the middle of the body.
    app.open_piece(url, 0, CONTENT[:123_456]).close()
    wait_for(lambda: app.offset(url) == 123_456)
    # A web process is killed while it receives. What was counted before stays.
    piece = app.open_piece(url, 123_456, CONTENT[123_456:200_000])
    for process in product.pids_in_role("web"):
        os.kill(process, signal.SIGKILL)
    piece.close()
    wait_for(lambda: _answers(app, url))
    assert app.offset(url) in (123_456, 200_000)
    # Two devices send the rest at once: one of them is told to ask.
    at = app.offset(url)
    other = app.open_piece(url, at, CONTENT[at:])
    status = app.send(url, at, CONTENT[at:])
    first = http.client.HTTPResponse(other)
    first.begin()
    other.close()
    assert sorted((status, first.status))[0] == 204
    assert {status, first.status} <= {204, 409, 423}

    assert app.offset(url) == len(CONTENT)
    [file] = app.read(app.files)["results"]
    assert file["size"] == len(CONTENT)
    path = f"{app.files.partition('/answers/')[0]}/files/{file['uuid']}"
    assert app.ask("GET", path)[2] == CONTENT


def _answers(app: App, url: str) -> bool:
    try:
        return app.ask("HEAD", url)[0] == 200
    except OSError:
        return False
