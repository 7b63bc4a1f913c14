"""Measure flows of several API requests: a whole attempt, and the time from the submit to the grade."""

import asyncio
import itertools
import json
import statistics
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bench.load import BenchError, Connection, Request, Timing, timing

# Seconds before each poll for a result; the last value is repeated. A test checks that they equal `POLL_DELAYS` in
# quizzes.taking.pages.attempts.
LOOKS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
# Seconds in which an attempt must be graded. A longer wait is an error, not a measurement.
GRADE_TIMEOUT = 60.0
SPIKE_CONNECTIONS = 200


@dataclass(frozen=True, slots=True)
class Ticket:
    """One attempt that a student may take: the token of the student, and the quiz."""

    token: str
    quiz: str

    def request(self, method: str, path: str, body: Any = None, expect: int = 200) -> Request:
        headers = {"X-Session-Token": self.token, "Accept-Language": "ko", "Content-Type": "application/json"}
        return Request(f"/api/v1/{path}", headers, method, "" if body is None else json.dumps(body), expect)


class Tickets:
    """All attempts that the course allows. In their order, two attempts of one student are as far apart as possible."""

    def __init__(self, tokens: Iterable[str], attempts_allowed: dict[str, int]) -> None:
        tokens = list(tokens)
        turns = range(max(attempts_allowed.values()))
        rounds = [quiz for turn in turns for quiz, allowed in attempts_allowed.items() if turn < allowed]
        self._left = deque(Ticket(token, quiz) for quiz in rounds for token in tokens)

    def take(self) -> Ticket:
        if not self._left:
            raise BenchError("Every student has used every attempt: measure for a shorter time.")
        return self._left.popleft()


def whole_attempts(port: int, tickets: Tickets, *, students: int, seconds: float) -> Timing:
    """Let `students` concurrent students take attempts: start, save each answer, submit, next attempt.

    Returns after everything is graded, so that no grading runs during the next measurement.
    """
    return asyncio.run(_whole_attempts(port, tickets, students, seconds))


async def _whole_attempts(port: int, tickets: Tickets, students: int, seconds: float) -> Timing:
    connections = [Connection(port) for _ in range(students)]
    start = time.perf_counter()
    try:
        done = await asyncio.gather(*(_one_after_another(c, tickets, start + seconds) for c in connections))
        took = time.perf_counter() - start
        for connection, (_, last) in zip(connections, done, strict=True):
            await _until_graded(connection, *last)
    finally:
        for connection in connections:
            connection.close()
    return timing([each for durations, _ in done for each in durations], took)


async def _one_after_another(
    connection: Connection, tickets: Tickets, until: float
) -> tuple[list[float], tuple[Ticket, str]]:
    durations = []
    while True:
        ticket = tickets.take()
        before = time.perf_counter()
        attempt = await _begin(connection, ticket)
        for question in attempt["questions"]:
            path = f"attempts/{attempt['uuid']}/answers/{question['uuid']}"
            await connection.send(ticket.request("PUT", path, {"response": response(question)}))
        await connection.send(ticket.request("POST", f"attempts/{attempt['uuid']}/submit", expect=202))
        durations.append(time.perf_counter() - before)
        if time.perf_counter() >= until:
            return durations, (ticket, attempt["uuid"])


def submit_to_graded(port: int, tickets: Tickets, *, students: int, seconds: float) -> Timing:
    """Let `students` students submit at the same moment, with all their answers, and poll until they are graded.

    Repeats this until it has taken `seconds`. Starting the attempts is not measured.
    """
    return asyncio.run(_submit_to_graded(port, tickets, students, seconds))


async def _submit_to_graded(port: int, tickets: Tickets, students: int, seconds: float) -> Timing:
    connections = [Connection(port) for _ in range(students)]
    durations: list[float] = []
    took = 0.0
    try:
        # The first submit warms up the worker and is not measured.
        await _hand_in(connections[0], *await _ready(connections[0], tickets.take()))
        while took < seconds:
            ready = await asyncio.gather(*(_ready(connection, tickets.take()) for connection in connections))
            start = time.perf_counter()
            durations += await asyncio.gather(
                *(_hand_in(connection, *each) for connection, each in zip(connections, ready, strict=True))
            )
            took += time.perf_counter() - start
    finally:
        for connection in connections:
            connection.close()
    return timing(durations, took)


@dataclass(frozen=True, slots=True)
class Spike:
    """The result of a number of submits in a number of seconds.

    An error is an answer other than 202, or no answer. A time starts at the scheduled moment of a submit, so it includes the wait
    for a free connection.
    """

    submits: int
    seconds: float
    errors: int
    p50_ms: float
    p99_ms: float
    # Seconds from the answer to the last submit until every attempt was graded.
    graded_after_s: float


def spike(port: int, tickets: Tickets, *, submits: int, seconds: float) -> Spike:
    """Submit attempts with all their answers, evenly spread over `seconds`, independent of the server's speed."""
    return asyncio.run(_spike(port, tickets, submits, seconds))


async def _spike(port: int, tickets: Tickets, submits: int, seconds: float) -> Spike:
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for _ in range(SPIKE_CONNECTIONS):
        free.put_nowait(Connection(port))
    durations: list[float] = []
    errors = 0

    async def ready(ticket: Ticket) -> tuple[Ticket, dict[str, Any]]:
        connection = await free.get()
        try:
            return await _ready(connection, ticket)
        finally:
            free.put_nowait(connection)

    async def submit(at: float, ticket: Ticket, attempt: dict[str, Any]) -> None:
        nonlocal errors
        await asyncio.sleep(at - time.perf_counter())
        answers = {question["uuid"]: response(question) for question in attempt["questions"]}
        request = ticket.request("POST", f"attempts/{attempt['uuid']}/submit", {"answers": answers}, expect=202)
        connection = await free.get()
        try:
            await connection.send(request)
        except (BenchError, OSError, asyncio.IncompleteReadError):
            errors += 1
        finally:
            free.put_nowait(connection)
        durations.append(time.perf_counter() - at)

    begun = await asyncio.gather(*(ready(tickets.take()) for _ in range(submits)))
    start = time.perf_counter() + 0.5
    await asyncio.gather(*(submit(start + number * seconds / submits, *each) for number, each in enumerate(begun)))
    end = time.perf_counter()
    if not errors:
        for ticket, attempt in begun:
            connection = await free.get()
            await _until_graded(connection, ticket, attempt["uuid"], first=0)
            free.put_nowait(connection)
    graded = time.perf_counter() - end
    while not free.empty():
        free.get_nowait().close()
    cuts = statistics.quantiles(durations, n=100, method="inclusive")
    return Spike(submits, seconds, errors, cuts[49] * 1000, cuts[98] * 1000, graded)


async def _ready(connection: Connection, ticket: Ticket) -> tuple[Ticket, dict[str, Any]]:
    return ticket, await _begin(connection, ticket)


async def _begin(connection: Connection, ticket: Ticket) -> dict[str, Any]:
    answer = await connection.send(ticket.request("POST", f"quizzes/{ticket.quiz}/attempts", expect=201))
    attempt: dict[str, Any] = json.loads(answer.body)
    return attempt


async def _hand_in(connection: Connection, ticket: Ticket, attempt: dict[str, Any]) -> float:
    """Submit with all answers. Return the seconds until the grade was visible."""
    answers = {question["uuid"]: response(question) for question in attempt["questions"]}
    before = time.perf_counter()
    await connection.send(
        ticket.request("POST", f"attempts/{attempt['uuid']}/submit", {"answers": answers}, expect=202)
    )
    await _until_graded(connection, ticket, attempt["uuid"])
    return time.perf_counter() - before


async def _until_graded(connection: Connection, ticket: Ticket, attempt: str, first: float = LOOKS[0]) -> None:
    """Poll for the grade after `first` seconds, then at the intervals of the page."""
    deadline = time.perf_counter() + GRADE_TIMEOUT
    looks = itertools.chain((first,), LOOKS[1:], itertools.repeat(LOOKS[-1]))
    while time.perf_counter() < deadline:
        await asyncio.sleep(next(looks))
        answer = await connection.send(ticket.request("GET", f"attempts/{attempt}/result"))
        if json.loads(answer.body)["status"] == "graded":
            return
    raise BenchError(f"An attempt was not graded after {GRADE_TIMEOUT:.0f} s.")


# By kind: a response that its form accepts. What it earns does not matter here.
EMPTY: dict[str, dict[str, Any]] = {
    "numeric": {"text": "7"},
    "ordering": {"positions": {}},
    "matching": {"matches": {}},
    "fill_in": {"blanks": {}},
    "hand_in": {"text": "My report."},
}


def response(question: dict[str, Any]) -> dict[str, Any]:
    if question["kind"] == "short_answer":
        return {"text": "data drift"}
    if question["kind"] in EMPTY:
        return EMPTY[question["kind"]]
    first = question["choices"][0]["uuid"]
    return {"choices": [first]} if question["kind"] == "multiple_choice" else {"choice": first}
