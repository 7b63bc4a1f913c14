"""The web server with a small application: complete bodies, limits, slow clients."""

import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from operations.web.adapter import NOT_ASCII
from tests.operations.web.echo import LARGE
from tests.product import ROOT, free_port, wait_for

pytestmark = pytest.mark.processes

HEAD = b"POST /x HTTP/1.1\r\nHost: a\r\nCookie: a=b\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """The port of a server with one worker, which gives a body one second."""
    port = free_port()
    command = [sys.executable, "-m", "operations.web", "tests.operations.web.echo:application", "--port", str(port)]
    process = subprocess.Popen([*command, "--workers", "1", "--body-grace", "1"], cwd=ROOT)
    wait_for(lambda: _accepts(port))
    yield port
    process.terminate()
    process.wait(10)


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=60)


def ask(port: int, method: str = "GET", path: str = "/", body: bytes = b"", **headers: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body or None, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    content = json.loads(answer.read())
    connection.close()
    return answer.status, content


def read_answer(client: socket.socket) -> tuple[int, dict[str, str]]:
    """Return status and headers of the next answer on a raw connection."""
    answer = http.client.HTTPResponse(client)
    answer.begin()
    answer.read()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}


def test_other_requests_are_answered_while_bodies_stall(server: int) -> None:
    stalled = [connect(server) for _ in range(20)]
    for client in stalled:
        client.sendall(HEAD + b"Content-Length: 1000\r\n\r\nx")
    assert ask(server)[0] == 200
    for client in stalled:
        client.close()


def test_a_body_that_arrives_in_pieces_is_complete(server: int) -> None:
    with connect(server) as client:
        client.sendall(HEAD + b"Content-Length: 10\r\n\r\n01234")
        ask(server)
        client.sendall(b"56789")
        assert read_answer(client)[0] == 200
    assert ask(server)[1]["bodies"][-1] == 10


def test_a_body_that_makes_no_progress_is_refused_and_the_connection_closed(server: int) -> None:
    with connect(server) as client:
        client.sendall(HEAD + b"Content-Length: 1000\r\n\r\nx")
        status, headers = read_answer(client)
        assert status == 408
        assert headers["connection"] == "close"
        assert client.recv(1) == b""


def test_the_application_does_not_see_a_body_that_was_cut_off(server: int) -> None:
    before = ask(server)[1]["bodies"]
    with connect(server) as client:
        client.sendall(HEAD + b"Content-Length: 7\r\n\r\ncut")
    # The server handles the end of the connection before the next request on another one, or within moments.
    ask(server)
    assert ask(server)[1]["bodies"] == before


PIECE = (
    HEAD.replace(b"POST", b"PATCH") + b"Content-Type: application/offset+octet-stream\r\nContent-Length: 1000\r\n\r\n"
)


def test_of_the_piece_of_an_upload_the_application_sees_what_has_arrived(server: int) -> None:
    with connect(server) as client:
        client.sendall(PIECE + b"cut")
    wait_for(lambda: ask(server)[1]["bodies"][-1:] == [3])


def test_of_a_piece_that_makes_no_progress_too_and_its_connection_is_closed(server: int) -> None:
    with connect(server) as client:
        client.sendall(PIECE + b"stalled")
        assert read_answer(client)[1]["connection"] == "close"
        assert client.recv(1) == b""
    assert ask(server)[1]["bodies"][-1] == 7


def test_a_stranger_may_not_send_a_large_body(server: int) -> None:
    with connect(server) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n")
        assert read_answer(client)[0] == 413


@pytest.mark.parametrize("header", ["Cookie", "X_Session_Token"])
def test_somebody_with_a_session_may_send_a_large_body(server: int, header: str) -> None:
    status, seen = ask(server, "POST", body=b"x" * 2_000_000, **{header: "a=b"})
    assert status == 200
    assert seen["bodies"][-1] == 2_000_000


@pytest.mark.parametrize(("length", "status"), [(65_534, 200), (65_535, 414)])
def test_an_address_is_read_up_to_its_limit(server: int, length: int, status: int) -> None:
    with connect(server) as client:
        client.sendall(b"GET /?" + b"q" * (length - 2) + b" HTTP/1.1\r\nHost: a\r\n\r\n")
        assert read_answer(client)[0] == status


def test_nobody_may_send_a_huge_body(server: int) -> None:
    with connect(server) as client:
        client.sendall(HEAD + b"Content-Length: 200000000\r\n\r\n")
        assert read_answer(client)[0] == 413


def test_a_body_without_length_is_refused(server: int) -> None:
    with connect(server) as client:
        client.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
        assert read_answer(client)[0] == 411


def test_a_header_with_an_underscore_does_not_pose_as_another(server: int) -> None:
    with connect(server) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX_Forwarded_For: 1.2.3.4\r\nConnection: close\r\n\r\n")
        content = b"".join(iter(lambda: client.recv(65536), b""))
    assert b"HTTP_HOST" in content
    assert b"HTTP_X_FORWARDED_FOR" not in content


def test_path_and_query_are_passed_on_as_wsgi_asks(server: int) -> None:
    seen = ask(server, path="/%ED%95%9C?q=%20b")[1]["environ"]
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/한"
    assert seen["QUERY_STRING"] == "q=%20b"
    assert seen["REMOTE_ADDR"] == "127.0.0.1"


def test_a_slow_reader_of_a_file_delays_nobody_and_receives_all_of_it(server: int) -> None:
    with connect(server) as client:
        client.sendall(b"GET /file HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        first = client.recv(1000)
        assert ask(server)[0] == 200
        rest = sum(len(block) for block in iter(lambda: client.recv(65536), b""))
    head = first.index(b"\r\n\r\n") + 4
    assert len(first) - head + rest == LARGE


def test_a_header_that_is_not_ascii_was_sent_all_the_same(server: int) -> None:
    """Without its If-Match, a write would happen whatever has changed."""
    with connect(server) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nIf-Match: \xd7\xf8\r\nIdempotency-Key: key\xc3\xa9\r\n\r\n")
        answer = http.client.HTTPResponse(client)
        answer.begin()
        environ = json.loads(answer.read())["environ"]

    assert environ["HTTP_IF_MATCH"] == environ["HTTP_IDEMPOTENCY_KEY"] == NOT_ASCII
    assert environ["HTTP_HOST"] == "a"
