"""Measure the pages of the staff one after another, as an instructor of a large course opens them."""

import http.client
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.load import HOST, PATIENCE, BenchError, Request, timing

# Requests of each page: two for the two web processes to warm up, then those that are measured.
WARM_UP, MEASURED = 4, 20
# The slowest pages are named.
NAMED = 12


@dataclass(frozen=True, slots=True)
class Admin:
    """`pages` were answered with 200. `p95_ms` is that of the slowest page, `slowest` names the slowest ones."""

    answers: int
    pages: int
    p95_ms: float
    slowest: dict[str, float]


def measure(port: int, requests: Sequence[Request], answers: int) -> Admin:
    """Send each request several times. Addresses that need a POST, or that redirect, are left out.

    Raises BenchError if a page answers with a server error, or if few are left.
    """
    found = _all(port, requests)
    if len(found) < len(requests) // 2:
        raise BenchError(f"Only {len(found)} of {len(requests)} pages of the staff open.")
    slowest = sorted(found, key=lambda path: found[path], reverse=True)
    return Admin(
        answers, len(found), round(found[slowest[0]], 1), {path: round(found[path], 1) for path in slowest[:NAMED]}
    )


def _all(port: int, requests: Sequence[Request]) -> dict[str, float]:
    found: dict[str, float] = {}
    connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    try:
        for request in requests:
            if (seconds := _one(connection, request)) is not None:
                found[request.path] = timing(seconds, 1.0).p95_ms
    finally:
        connection.close()
    return found


def _one(connection: http.client.HTTPConnection, request: Request) -> list[float] | None:
    seconds = []
    for turn in range(WARM_UP + MEASURED):
        before = time.perf_counter()
        connection.request("GET", request.path, headers=dict(request.headers))
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 500:
            raise BenchError(f"{request.path} answered {answer.status}.")
        if answer.status != 200:
            return None
        if turn >= WARM_UP:
            seconds.append(time.perf_counter() - before)
    return seconds
