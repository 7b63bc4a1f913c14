"""The result of a run, counted in the database."""

import json
import statistics
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

Rows = Callable[[str], list[tuple[Any, ...]]]


@dataclass
class Tally:
    """The harms, the requests refused meanwhile, the lost, duplicate and outdated grades, and the times.

    `refused` are answers with 503 and Retry-After; `failed` are other answers of 500 and above, and broken connections.
    `outdated` are attempts of which the last answer of a right clock is not the one that was graded.
    """

    attempts: int = 0
    worker_kills: int = 0
    worker_stops: int = 0
    broker_kills: int = 0
    database_kills: int = 0
    full_disks: int = 0
    failovers: int = 0
    clients_ahead: int = 0
    server_clock_jumps: int = 0
    refused: int = 0
    failed: int = 0
    lost: int = 0
    twice: int = 0
    outdated: int = 0
    max_delay_s: float = 0.0
    submit_p99_ms: float = 0.0

    def line(self, mode: str) -> str:
        return json.dumps({"mode": mode, **asdict(self)})

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.twice or self.outdated)

    def count_grades(self, rows: Rows, acknowledged: Iterable[str]) -> None:
        """Count what was lost of the attempts whose submit was acknowledged, and what was graded twice."""
        graded = (
            "SELECT a.uuid FROM quizzes_attempt a JOIN quizzes_attemptgrade g ON g.attempt_id = a.id"
            " WHERE a.status = 'graded'"
        )
        found = {_uuid(uuid) for (uuid,) in rows(graded)}
        uuids = {UUID(uuid) for uuid in acknowledged}
        self.attempts, self.lost = len(uuids), len(uuids - found)
        self.twice = sum(
            rows(f"SELECT count(*) FROM (SELECT {of} FROM {table} GROUP BY {of} HAVING count(*) > 1) duplicates")[0][0]
            for table, of in (("quizzes_attemptgrade", "attempt_id"), ("courses_gradechange", "source"))
        )

    def count_answers(self, rows: Rows, latest: dict[tuple[str, str], Any]) -> None:
        """Count the answers that are not the latest ones: {(attempt, question): response}."""
        answers = (
            "SELECT t.uuid, a.question, a.response FROM quizzes_answer a JOIN quizzes_attempt t ON t.id = a.attempt_id"
        )
        stored = {(_uuid(attempt), _uuid(question)): _json(response) for attempt, question, response in rows(answers)}
        self.clients_ahead = len(latest)
        self.outdated = sum(stored.get((UUID(a), UUID(q))) != response for (a, q), response in latest.items())

    def measure(self, rows: Rows, submit_ms: list[float]) -> None:
        delays = rows("SELECT submitted_at, graded_at FROM quizzes_attempt WHERE graded_at IS NOT NULL")
        self.max_delay_s = round(max((_seconds(end) - _seconds(start) for start, end in delays), default=0.0), 2)
        self.submit_p99_ms = round(statistics.quantiles(submit_ms, n=100, method="inclusive")[98], 1)


def _uuid(value: Any) -> UUID:
    """SQLite returns UUIDs as text."""
    return value if isinstance(value, UUID) else UUID(value)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _seconds(moment: Any) -> float:
    """Return a time from the database as seconds since the epoch. SQLite returns times as text."""
    return (datetime.fromisoformat(moment) if isinstance(moment, str) else moment).timestamp()
