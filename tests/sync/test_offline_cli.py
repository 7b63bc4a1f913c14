"""The small client, run as a program against the product: without a network, and with one that breaks in the middle."""

import http.client
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.product import ROOT, Product

CLI = ROOT / "clients/offline-cli/baeum_offline.py"
NOT_PASSED_ON = {"connection", "host", "accept-encoding", "transfer-encoding", "content-length"}


class Tunnel(ThreadingHTTPServer):
    """The network between the app and the product. It is up, down, or loses answers."""

    daemon_threads = True

    def __init__(self, product: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.product = urlsplit(product).netloc
        self.is_up, self.loses_answers = True, False
        # How many answers arrive before the network ends. None: all.
        self.answers_left: int | None = None


class _Passing(BaseHTTPRequestHandler):
    server: Tunnel

    def do_GET(self) -> None:
        if not self.server.is_up:
            self.connection.close()
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in NOT_PASSED_ON}
        connection = http.client.HTTPConnection(self.server.product, timeout=60)
        connection.request(self.command, self.path, body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if self.server.answers_left is not None:
            self.server.answers_left -= 1
        if self.server.loses_answers or (self.server.answers_left or 0) < 0:
            self.connection.close()
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_PATCH = do_GET  # noqa: N815 (the name that the base class looks up)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def tunnel(product: Product) -> Iterator[Tunnel]:
    server = Tunnel(product.address)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.processes
@pytest.mark.usefixtures("prepared")
def test_what_is_done_without_a_network_arrives_once(product: Product, tmp_path: Path) -> None:
    product.start().wait_until_ready()
    store = tmp_path / "store.sqlite3"
    with tunnel(product) as network:
        environment = {
            "PATH": os.environ["PATH"],
            "BAEUM_SITE": f"http://127.0.0.1:{network.server_port}",
            "BAEUM_STORE": str(store),
            "BAEUM_PASSWORD": "week2-demo",
            "PYTHONIOENCODING": "utf-8",
        }

        def run(*arguments: str, expect: int = 0, into: dict[str, str] = environment) -> str:
            command = [sys.executable, str(CLI), *arguments]
            done = subprocess.run(
                command, env=into, capture_output=True, text=True, timeout=120, check=False, encoding="utf-8"
            )
            assert done.returncode == expect, done.stdout + done.stderr
            return done.stdout + done.stderr

        run("sign-in", "student@example.com")
        assert "files downloaded" in run("download", "data-analytics-week-2")
        assert run("download", "data-analytics-week-2").startswith("0 of ")
        bundle = _state(store, "bundle")
        quiz = next(each for each in bundle["quizzes"] if each["can_start"] and each["question_count"] > 1)
        run("start", quiz["uuid"])
        lesson = next(file["activity"]["uuid"] for file in bundle["files"] if file["kind"] == "lesson")

        network.is_up = False
        assert len(run("read", lesson)) > 1000
        run("note", lesson, "life-cycle.2", "thought of in a tunnel")
        run("done", lesson)
        question = next(each for each in _state(store, "attempt")["questions"] if each["kind"] == "single_choice")
        run("answer", question["uuid"], json.dumps({"choice": question["choices"][0]["uuid"]}))
        run("answer", question["uuid"], json.dumps({"pages": 3}))
        assert "Nothing is lost: 4 operations and 0 files wait." in run("sync", expect=2)
        network.is_up, network.loses_answers = True, True
        assert "Nothing is lost: 4 operations and 0 files wait." in run("sync", expect=2)
        network.loses_answers = False
        sent = run("sync")
        assert [line.partition(": ")[2].partition(",")[0] for line in sent.splitlines()[:4]] == [
            "duplicate", "duplicate", "duplicate", "rejected",
        ]  # fmt: skip
        assert run("notes") == "thought of in a tunnel\n"
        other = {**environment, "BAEUM_STORE": str(tmp_path / "other.sqlite3")}
        change_on_two_devices(network, run, partial(run, into=other))
        (waiting,) = run("waiting").splitlines()
        assert waiting.startswith("answer ")
        course = next(each for each in _state(store, "courses") if each["course"] == "data-analytics-week-2")
        assert [each["activity"] for each in course["done"]] == [lesson]
        (stored,) = course["attempts"][0]["answers"]
        assert stored["response"] == {"choice": question["choices"][0]["uuid"]}

        project = next(each for each in bundle["quizzes"] if each["can_start"] and each["question_count"] == 1)
        run("start", project["uuid"])
        (question,) = _state(store, "attempt")["questions"]
        work = tmp_path / f"work.{question['body']['files']['types'][0]}"
        work.write_bytes(b"0123456789" * 70_000)
        run("hand-in", question["uuid"], str(work))
        work.unlink()
        run("submit")
        # Two pieces arrive, and the answer to the second one is lost.
        network.answers_left = 4
        assert "2 operations and 1 files wait." in run("sync", expect=2)
        network.answers_left = None
        assert run("sync").splitlines()[:2] == [f"{work.name}: handed_in", "attempt_submit: applied"]
        assert run("waiting").startswith("answer ")


def change_on_two_devices(network: Tunnel, run: Callable[..., str], run_on_other: Callable[..., str]) -> None:
    """Change the only note on both devices, one of which has no network: both texts are kept, and both devices have them."""
    network.is_up = False
    run("change", "1", "changed in the tunnel")
    network.is_up = True
    for command in (["sign-in", "student@example.com"], ["sync"], ["change", "1", "changed on the tablet"], ["sync"]):
        run_on_other(*command)
    assert "note_change: conflict, and both texts are kept" in run("sync")
    run_on_other("sync")
    for notes in (run("notes"), run_on_other("notes")):
        assert sorted(notes.splitlines()) == ["changed in the tunnel", "changed on the tablet"]


def _state(store: Path, name: str) -> Any:
    with sqlite3.connect(store) as database:
        (value,) = database.execute("select value from state where name = ?", [name]).fetchone()
    database.close()
    return json.loads(value)
