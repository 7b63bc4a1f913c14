"""The order of requests that wait for the same process. The server's side of the connection is a stand-in here."""

import asyncio
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from operations.web import adapter


class Requests:
    """Sends requests to an adapter at the same time. `answered` are their paths in the order of their calls."""

    def __init__(self) -> None:
        self.answered: list[str] = []
        self._adapter = adapter.Adapter(self._application, lambda loop: None)

    def _application(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.answered.append(environ["PATH_INFO"])
        start_response("200 OK", [])
        return [b""]

    async def send(self, method: str, path: str) -> None:
        scope = SimpleNamespace(
            server="127.0.0.1:80", client="127.0.0.1:4000", scheme="http", http_version="1.1",
            method=method, path=path, query_string="", headers={},
        )  # fmt: skip
        exchange: Any = SimpleNamespace(response_bytes=lambda status, headers, body: None)
        await self._adapter.__rsgi__(scope, exchange)

    async def send_all(self, *requests: tuple[str, str]) -> None:
        await asyncio.gather(*(self.send(*request) for request in requests))


def test_a_request_that_stores_something_passes_those_that_read() -> None:
    requests = Requests()
    asyncio.run(requests.send_all(("GET", "/1"), ("HEAD", "/2"), ("POST", "/3"), ("GET", "/4"), ("PUT", "/5")))
    assert requests.answered == ["/3", "/5", "/1", "/2", "/4"]


def test_a_request_that_arrives_while_others_wait_can_pass_them() -> None:
    requests = Requests()

    async def send() -> None:
        reads = [asyncio.create_task(requests.send("GET", f"/{number}")) for number in range(5)]
        while not requests.answered:
            await asyncio.sleep(0)
        await requests.send("POST", "/late")
        assert len(requests.answered) < len(reads)
        await asyncio.gather(*reads)

    asyncio.run(send())
    assert sorted(requests.answered) == ["/0", "/1", "/2", "/3", "/4", "/late"]


def test_a_request_that_has_read_for_long_is_not_passed_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "READS_WAIT", 0.0)
    requests = Requests()
    asyncio.run(requests.send_all(("GET", "/1"), ("POST", "/2"), ("GET", "/3")))
    assert requests.answered == ["/1", "/2", "/3"]


def test_the_next_request_has_its_turn_when_one_is_given_up() -> None:
    requests = Requests()

    async def send() -> None:
        given_up = asyncio.create_task(requests.send("POST", "/given-up"))
        kept = asyncio.create_task(requests.send("GET", "/kept"))
        await asyncio.sleep(0)
        given_up.cancel()
        await kept

    asyncio.run(send())
    assert requests.answered == ["/kept"]
