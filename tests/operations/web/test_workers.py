"""The worker processes of the web server: one that dies is replaced, and what waits for them holds nothing of the application."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from operations.web import waiting
from tests.product import ROOT, free_port, wait_for

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform != "linux", reason="granian's own process waits on other systems."),
]

Start = Callable[[int], tuple["subprocess.Popen[bytes]", int]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a server with so many workers. Returns its process and its port."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(workers: int) -> tuple["subprocess.Popen[bytes]", int]:
        port = free_port()
        command = [sys.executable, "-m", "operations.web", "tests.operations.web.echo:application"]
        options = ["--port", str(port), "--workers", str(workers)]
        started.append(subprocess.Popen([*command, *options], cwd=ROOT, start_new_session=True))
        return started[-1], port

    yield begin
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def ask(port: int) -> int:
    """The id of the process that answers; 0 if none does."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/")
        return int(json.loads(connection.getresponse().read())["pid"])
    except OSError:
        return 0
    finally:
        connection.close()


def waited_for(pid: int) -> dict[int, float]:
    """The workers for which the process waits, as its command line says."""
    command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    return waiting.read(command[4]) if waiting.__file__ in command else {}


def wait_for_workers(pid: int, count: int, *, without: int = 0) -> set[int]:
    return wait_for(lambda: {*found} if len(found := waited_for(pid)) == count and without not in found else set())


def is_alive(pid: int) -> bool:
    # A zombie has no memory.
    return "VmRSS" in Path(f"/proc/{pid}/status").read_text() if Path(f"/proc/{pid}").exists() else False


def test_what_waits_has_given_up_what_it_loaded(start: Start) -> None:
    process, port = start(2)
    workers = wait_for_workers(process.pid, 2)

    assert wait_for(lambda: ask(port)) in workers
    for pid in workers:
        assert "_granian" in Path(f"/proc/{pid}/maps").read_text()
    assert "_granian" not in Path(f"/proc/{process.pid}/maps").read_text()


def test_a_worker_that_dies_is_replaced_and_the_other_one_stays(start: Start) -> None:
    process, port = start(2)
    first, second = wait_for_workers(process.pid, 2)
    wait_for(lambda: ask(port))
    age = wait_for(lambda: grown_up(process.pid))
    assert age >= waiting.CRASH_LOOP

    os.kill(second, signal.SIGKILL)

    after = wait_for_workers(process.pid, 2, without=second)
    assert first in after
    assert wait_for(lambda: ask(port)) in after
    process.terminate()
    assert process.wait(20) == 0
    assert not any(map(is_alive, after))


def grown_up(pid: int) -> float:
    """The age of the youngest worker if it is old enough to be replaced, else 0."""
    age = time.monotonic() - max(waited_for(pid).values())
    return age if age >= waiting.CRASH_LOOP else 0


def test_workers_that_die_at_once_end_the_server(start: Start) -> None:
    process, _port = start(2)
    first, second = wait_for_workers(process.pid, 2)

    os.kill(first, signal.SIGKILL)

    assert process.wait(20) == 1
    assert not is_alive(second)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_all_of_them(start: Start, number: int) -> None:
    process, port = start(2)
    workers = wait_for_workers(process.pid, 2)
    wait_for(lambda: ask(port))

    process.send_signal(number)

    assert process.wait(20) == 0
    assert not any(map(is_alive, workers))


def test_workers_are_written_into_a_command_line() -> None:
    assert waiting.read(waiting.write({})) == {}
    assert waiting.read(waiting.write({12: 3.25, 7: 1000.0})) == {12: 3.25, 7: 1000.0}
