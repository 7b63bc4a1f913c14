"""What a request has stored is on the disk before its answer is sent. The server's side and the disk are stand-ins here."""

import asyncio
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from common.database.sqlite3 import flushing
from operations.web import adapter
from operations.web.disk import UNFLUSHED


class SlowDisk:
    """Flushes only when it is told to. `flushes` counts those that have begun."""

    def __init__(self) -> None:
        self.flushes = 0
        self.fails = False
        self.begun = threading.Semaphore(0)
        self.may_end = threading.Semaphore(0)

    def flush(self, file: int) -> None:
        os.fstat(file)  # It is open.
        self.flushes += 1
        self.begun.release()
        assert self.may_end.acquire(timeout=30)
        if self.fails:
            raise OSError("the disk is broken")


class Site:
    """An application that stores something at /store and at no other address, behind an adapter."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._adapter = adapter.Adapter(self._application, lambda loop: None)
        # (path, status) in the order in which the answers were sent.
        self.answered: list[tuple[str, int]] = []

    def _application(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/store" and adapter.BODY_REFUSED not in environ:
            environ[UNFLUSHED].append(os.open(self._file, os.O_RDWR | os.O_CREAT))
        start_response(f"{environ.get(adapter.BODY_REFUSED, 200)} …", [])
        return [b""]

    def send(self, method: str, path: str) -> asyncio.Task[None]:
        scope = SimpleNamespace(
            server="127.0.0.1:80", client="127.0.0.1:4000", scheme="http", http_version="1.1",
            method=method, path=path, query_string="", headers={},
        )  # fmt: skip
        sent: Any = SimpleNamespace(response_bytes=lambda status, headers, body: self.answered.append((path, status)))
        return asyncio.create_task(self._adapter.__rsgi__(scope, sent))


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowDisk]:
    disk = SlowDisk()
    monkeypatch.setattr(flushing, "flush", disk.flush)
    yield disk
    # A test that failed leaves no thread behind that waits.
    disk.may_end.release(10)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "log")


async def begun(disk: SlowDisk) -> None:
    assert await asyncio.to_thread(disk.begun.acquire, timeout=30)


def test_an_answer_waits_for_the_disk_and_others_do_not(site: Site, disk: SlowDisk) -> None:
    async def send() -> None:
        stored = site.send("POST", "/store")
        await begun(disk)
        await site.send("GET", "/read")
        assert site.answered == [("/read", 200)]
        disk.may_end.release()
        await stored

    asyncio.run(send())
    assert site.answered == [("/read", 200), ("/store", 200)]


def test_one_flush_serves_all_that_were_stored_before_it(site: Site, disk: SlowDisk) -> None:
    async def send() -> None:
        first = site.send("POST", "/store")
        await begun(disk)
        others = [site.send("POST", "/store") for _ in range(5)]
        await site.send("GET", "/read")
        disk.may_end.release(2)
        await asyncio.gather(first, *others)

    asyncio.run(send())
    assert disk.flushes == 2
    assert site.answered.count(("/store", 200)) == 6


def test_a_repeated_request_that_stores_nothing_waits_for_the_first_one(site: Site, disk: SlowDisk) -> None:
    async def send() -> None:
        first = site.send("POST", "/store")
        await begun(disk)
        again = site.send("POST", "/stored-already")
        await site.send("GET", "/read")
        assert site.answered == [("/read", 200)]
        disk.may_end.release(2)
        await asyncio.gather(first, again)

    asyncio.run(send())
    assert sorted(site.answered) == [("/read", 200), ("/store", 200), ("/stored-already", 200)]


def test_a_disk_that_fails_is_answered_503_and_is_tried_again(site: Site, disk: SlowDisk) -> None:
    disk.may_end.release(2)
    disk.fails = True

    async def send() -> None:
        await site.send("POST", "/store")
        disk.fails = False
        await site.send("POST", "/store")

    asyncio.run(send())
    assert site.answered == [("/store", 503), ("/store", 200)]


def test_a_request_that_is_given_up_takes_nobody_s_flush_away(site: Site, disk: SlowDisk) -> None:
    async def send() -> None:
        given_up, kept = site.send("POST", "/store"), site.send("POST", "/store")
        await begun(disk)
        given_up.cancel()
        disk.may_end.release(2)
        await asyncio.gather(given_up, kept, return_exceptions=True)

    asyncio.run(send())
    assert site.answered == [("/store", 200)]
