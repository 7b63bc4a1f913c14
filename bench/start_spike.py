"""Measure an exam's start: many students press Start within a second, then work with pauses between their requests."""

import asyncio
import json
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bench.flows import Ticket, response
from bench.load import Answer, BenchError, Connection, Request

STUDENTS = 1000
Headers = Callable[[str], Mapping[str, str]]
# Seconds in which all of them press Start, and the shortest and longest pause between two requests afterwards.
START_SECONDS, PAUSES = 1.0, (30.0, 90.0)


@dataclass(frozen=True, slots=True)
class StartSpike:
    """The 99th percentiles in milliseconds. An error is a wrong answer or none."""

    students: int
    errors: int
    start_p99_ms: float
    with_page_p99_ms: float
    afterwards_p99_ms: float


@dataclass
class _Times:
    start: list[float] = field(default_factory=list)
    with_page: list[float] = field(default_factory=list)
    afterwards: list[float] = field(default_factory=list)
    errors: int = 0


def measure(
    port: int, tokens: Sequence[str], course: str, slug: str, headers: Headers, pauses: tuple[float, float] = PAUSES
) -> StartSpike:
    """Let one student for each token take the quiz `slug`. `headers` turns a token into the headers of a page's form.

    Times of the start count from the scheduled moment, so that a wait for the connection counts.
    """
    times = _Times()
    asyncio.run(_all(port, tokens, f"/courses/{course}/quizzes/{slug}/start/", headers, pauses, times))
    return StartSpike(len(tokens), times.errors, _p99(times.start), _p99(times.with_page), _p99(times.afterwards))


def _p99(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=100, method="inclusive")[98] * 1000 if len(seconds) > 1 else 0.0


async def _all(
    port: int, tokens: Sequence[str], path: str, headers: Headers, pauses: tuple[float, float], times: _Times
) -> None:
    begin = time.perf_counter() + 1
    await asyncio.gather(
        *(
            _one(port, token, path, headers, pauses, begin + number * START_SECONDS / len(tokens), times)
            for number, token in enumerate(tokens)
        )
    )


async def _one(
    port: int, token: str, path: str, headers: Headers, pauses: tuple[float, float], at: float, times: _Times
) -> None:
    connection = Connection(port)
    try:
        await asyncio.sleep(at - time.perf_counter())
        started = await connection.ask(Request(path, headers(token), "POST"))
        times.start.append(time.perf_counter() - at)
        if started.status != 302:
            raise BenchError(f"Start answered {started.status}.")
        page = await connection.ask(Request(started.location, headers(token)))
        times.with_page.append(time.perf_counter() - at)
        _expect(page, 200)
        await _work(connection, Ticket(token, ""), started.location.strip("/").split("/")[-1], pauses, times)
    except (BenchError, OSError, asyncio.IncompleteReadError):
        times.errors += 1
    finally:
        connection.close()


async def _work(
    connection: Connection, ticket: Ticket, attempt: str, pauses: tuple[float, float], times: _Times
) -> None:
    async def later(request: Request) -> Answer:
        # The server closes connections that are idle for so long, and a browser opens new ones.
        connection.close()
        await asyncio.sleep(random.uniform(*pauses))
        before = time.perf_counter()
        answer = await connection.send(request)
        times.afterwards.append(time.perf_counter() - before)
        return answer

    found = json.loads((await later(ticket.request("GET", f"attempts/{attempt}"))).body)
    question = found["questions"][0]
    save = ticket.request("PUT", f"attempts/{attempt}/answers/{question['uuid']}", {"response": response(question)})
    await later(save)
    await later(ticket.request("POST", f"attempts/{attempt}/submit", expect=202))


def _expect(answer: Answer, status: int) -> None:
    if answer.status != status:
        raise BenchError(f"The page answered {answer.status}.")
