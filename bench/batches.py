"""Measure how much faster a hundred operations are in one batch than as a hundred requests."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from bench import flows, load
from bench.load import BenchError, Request

OPERATIONS = 100


@dataclass(frozen=True, slots=True)
class Batches:
    """The best times for `operations` one after the other on one connection, and in one batch. `ratio`: how many times faster."""

    operations: int
    requests_ms: float
    batch_ms: float
    ratio: float


def measure(port: int, reader: dict[str, Any], lessons: Sequence[str], *, rounds: int) -> Batches:
    """Measure answers, positions and notes of one student, in requests and in batches in turn."""
    ticket = flows.Ticket(reader["session"], "")
    (attempt,) = load.ask_each(port, [ticket.request("GET", f"attempts/{reader['attempt']}")])
    questions = json.loads(attempt.body)["questions"]
    single, together = [], []
    for _ in range(rounds + 1):
        requests = [one for one, _ in _work(ticket, reader["attempt"], questions, lessons)]
        single.append(_timed(port, requests))
        operations = [each for _, each in _work(ticket, reader["attempt"], questions, lessons)]
        batch = ticket.request("POST", "sync", {"operations": operations})
        together.append(_timed(port, [batch]))
        (again,) = load.ask_each(port, [batch])
        if {each["first"] for each in json.loads(again.body)["results"]} != {"applied"}:
            raise BenchError(f"Not every operation was applied: {again.body[:500]!r}")
    # The first round fills caches.
    best, batched = min(single[1:]) * 1000, min(together[1:]) * 1000
    return Batches(OPERATIONS, best, batched, best / batched)


def _timed(port: int, requests: Sequence[Request]) -> float:
    before = time.perf_counter()
    load.ask_each(port, requests)
    return time.perf_counter() - before


def _work(
    ticket: flows.Ticket, attempt: str, questions: Sequence[dict[str, Any]], lessons: Sequence[str]
) -> Iterator[tuple[Request, dict[str, Any]]]:
    """Yield the same things as a request and as an operation: half of them answers, a tenth notes, the others positions."""
    for number in range(OPERATIONS):
        lesson, anchor = lessons[number % len(lessons)], f"bench.{number}"
        of_each = {"id": str(uuid4()), "at": datetime.now(UTC).isoformat()}
        if number % 2:
            question = questions[number // 2 % len(questions)]
            body = {"response": flows.response(question), "sequence": time.time_ns() // 1_000_000}
            request = ticket.request("PUT", f"attempts/{attempt}/answers/{question['uuid']}", body)
            yield request, {**of_each, "kind": "answer", "attempt": attempt, "question": question["uuid"], **body}
        elif number % 10 == 0:
            note = {"lesson": lesson, "anchor": anchor, "body": f"Note {number}"}
            yield ticket.request("POST", "notes", note, expect=201), {**of_each, "kind": "note_write", **note}
        else:
            request = ticket.request("PUT", f"lessons/{lesson}/position", {"anchor": anchor})
            yield request, {**of_each, "kind": "position", "lesson": lesson, "anchor": anchor}
