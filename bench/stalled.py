"""Measure how much clients with stalled request bodies and clients that read slowly take from everybody else."""

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bench import load
from bench.load import HOST, BenchError, Request

STALLED_BODIES, SLOW_READERS = 200, 50
# The request of the first fault of this kind: no account is needed for it.
STALLED = (
    f"POST /_allauth/app/v1/auth/login HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
    "Content-Length: 1000\r\n\r\n{"
).encode()
# A slow reader asks for the largest static file so often at once that the answers fill the buffers of its socket. Nothing else
# is as large, and it takes the server little time.
LARGE_FILE, PIPELINED = Request("/static/vendor/pretendard/pretendard.css"), 20
HEALTH_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Stalled:
    """The lesson page's rate without and with the slow clients, and the longest answer of /healthz meanwhile."""

    stalled: int
    slow_readers: int
    quiet_rps: float
    rps: float
    share: float
    healthz_max_ms: float


def measure(port: int, requests: Sequence[Request], *, students: int, seconds: int, rounds: int) -> Stalled:
    """Measure rounds without and with slow clients in turn. The best of each counts, and the worst of /healthz."""
    quiet, busy, slowest = 0.0, 0.0, 0.0
    for _ in range(rounds):
        quiet = max(quiet, load.run(port, requests, connections=students, seconds=seconds).rps)
        with _slow_clients(port), _health_probe(port) as answers:
            busy = max(busy, load.run(port, requests, connections=students, seconds=seconds).rps)
        if not answers:
            raise BenchError("/healthz did not answer.")
        slowest = max(slowest, *answers)
    return Stalled(STALLED_BODIES, SLOW_READERS, quiet, busy, busy / quiet, slowest * 1000)


@contextmanager
def _slow_clients(port: int) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for _ in range(STALLED_BODIES):
            stack.enter_context(_connect(port)).sendall(STALLED)
        readers = []
        for _ in range(SLOW_READERS):
            reader = stack.enter_context(_connect(port, receive_buffer=2048))
            reader.sendall(LARGE_FILE.to_bytes(port) * PIPELINED)
            readers.append(reader)
        stack.enter_context(_repeated(lambda: _read_a_little(readers), every=0.1))
        # The server has read the requests of the slow readers when it answers another one.
        load.check(port, [LARGE_FILE] * 48)
        yield


def _connect(port: int, receive_buffer: int = 0) -> socket.socket:
    client = socket.socket()
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.settimeout(5)
    client.connect((HOST, port))
    return client


def _read_a_little(readers: Sequence[socket.socket]) -> None:
    for reader in readers:
        with contextlib.suppress(BlockingIOError):
            reader.recv(100, socket.MSG_DONTWAIT)


@contextmanager
def _health_probe(port: int) -> Iterator[list[float]]:
    """Ask /healthz on new connections. The list receives the seconds of each answer."""
    answers: list[float] = []

    def ask() -> None:
        before = time.perf_counter()
        connection = http.client.HTTPConnection(HOST, port, timeout=HEALTH_TIMEOUT)
        with contextlib.suppress(OSError):
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        answers.append(time.perf_counter() - before)
        connection.close()

    with _repeated(ask, every=0.1):
        yield answers


@contextmanager
def _repeated(action: Callable[[], None], *, every: float) -> Iterator[None]:
    is_over = threading.Event()

    def repeat() -> None:
        while not is_over.wait(every):
            action()

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
