"""Submit attempts while workers, broker and database are killed or stopped, then count every row (`./run chaos`).

Everything runs on servers and folders of its own. Grading is slowed down inside the database, and each worker is killed while a
row has the status `grading`, so that kills interrupt it. An attempt whose submit was answered with 202 must be graded once.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from bench import flows, sides
from bench.load import HOST, BenchError, Connection
from bench.servers import Server, postgres_server, redis_server

T = TypeVar("T")

GRADING = "SELECT 1 FROM quizzes_attempt WHERE status = 'grading' LIMIT 1"
STUDENTS = 16
# The number of kills in a run of 1,000 attempts. A shorter run has fewer, but at least one of each kind.
WORKER_KILLS, WORKER_STOPS, BROKER_KILLS, DATABASE_KILLS = 20, 3, 5, 3
# Seconds without a heartbeat after which the supervisor replaces a stopped worker.
HANG_LIMIT = 6
# Seconds after the last kill in which every acknowledged attempt must be graded.
SETTLE_TIMEOUT = 120.0
# Triggers that make writing a grade some milliseconds slower: PostgreSQL sleeps, SQLite counts. SQLite keeps its only write lock
# during the trigger, so with a longer delay the run would measure the trigger.
SLOW_POSTGRES = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE INSERT ON quizzes_attemptgrade FOR EACH ROW EXECUTE FUNCTION slow();
"""
SLOW_SQLITE = """
CREATE TRIGGER slow BEFORE INSERT ON quizzes_attemptgrade BEGIN
    SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 30000) SELECT i FROM n);
END
"""


@dataclass
class Tally:
    """The result of a run: the kills, the lost and the duplicate grades, and the times."""

    attempts: int = 0
    worker_kills: int = 0
    worker_stops: int = 0
    broker_kills: int = 0
    database_kills: int = 0
    lost: int = 0
    twice: int = 0
    max_delay_s: float = 0.0
    submit_p99_ms: float = 0.0

    def line(self, mode: str) -> str:
        return json.dumps({"mode": mode, **{name: getattr(self, name) for name in self.__dataclass_fields__}})


@dataclass
class Site:
    """A product whose processes may be killed. `database` is None with SQLite; `broker` is None with the filesystem broker."""

    home: Path
    port: int
    database: Server | None
    broker: Server | None
    environment: dict[str, str] = field(default_factory=dict)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        if self.database is None:
            with closing(sqlite3.connect(self.home / "baeum.sqlite3", timeout=30, isolation_level=None)) as connection:
                return list(connection.execute(query).fetchall())
        with psycopg.connect(self.url("postgresql"), autocommit=True) as connection:
            cursor = connection.execute(query)
            return list(cursor.fetchall()) if cursor.description else []

    def url(self, scheme: str) -> str:
        assert self.database is not None
        return f"{scheme}://postgres@{HOST}:{self.database.port}/postgres"

    def workers(self) -> list[int]:
        """Return the ids of the worker processes, found by the state folder in their environment and their command line."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                is_ours = f"BAEUM_HOME={self.home}\0".encode() in (entry / "environ").read_bytes()
                if is_ours and b"worker@" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
        return found

    def kill_broker(self) -> None:
        """Kill Redis, or remove the message folder of the filesystem broker with all its messages."""
        if self.broker is not None:
            self.broker.kill()
            return
        messages = self.home / "broker" / "messages"
        messages.rename(messages.with_name(f"gone-{time.monotonic_ns()}"))

    def restart_broker(self) -> None:
        if self.broker is not None:
            self.broker.start()
        else:
            (self.home / "broker" / "messages").mkdir(mode=0o700, exist_ok=True)


@contextlib.contextmanager
def serving(folder: Path, mode: str, lease: int) -> Iterator[tuple[Site, dict[str, Any]]]:
    """Serve a product on servers of its own, with the bench's students. Stop everything at the end."""
    with ExitStack() as stack:
        site = Site(folder / "home", sides.free_port(), None, None)
        own = {"BAEUM_HOME": str(site.home), "BAEUM_GRADING_LEASE": str(lease), "BAEUM_HANG_LIMIT": str(HANG_LIMIT)}
        if mode == "services":
            site.database, site.broker = postgres_server(folder / "postgres"), redis_server(folder / "redis")
            for server in (site.database, site.broker):
                server.start()
                stack.callback(server.kill)
            own |= {"DATABASE_URL": site.url("postgres"), "REDIS_URL": f"redis://{HOST}:{site.broker.port}/0"}
        site.environment = sides.environment(**own)
        up = [sys.executable, "manage.py", "up", "--port", str(site.port)]
        stack.enter_context(sides.running(up, site.environment, folder / "product.log"))
        sides.wait(site.port, "/healthz", folder / "product.log")
        log = folder / "students.log"
        cast = sides.result_of(sides.start(["manage.py", *sides.shell("bench.students")], site.environment, log), log)
        site.rows(SLOW_SQLITE if site.database is None else SLOW_POSTGRES)
        yield site, cast


class Run:
    """Let students take `attempts` attempts, STUDENTS at a time, and kill processes in between."""

    def __init__(self, site: Site, cast: dict[str, Any], attempts: int) -> None:
        self.site = site
        self.attempts = attempts
        self.tickets = flows.Tickets(cast["takers"], cast["attempts_allowed"])
        self.tally = Tally()
        self.acknowledged: list[str] = []
        self.submit_ms: list[float] = []
        self.begun = 0
        share = min(1.0, attempts / 1000)
        plan = [("worker_kills", WORKER_KILLS), ("worker_stops", WORKER_STOPS), ("broker_kills", BROKER_KILLS)]
        plan += [("database_kills", DATABASE_KILLS)] if site.database else []
        self.kills = _interleave([(name, max(1, round(count * share))) for name, count in plan])
        # The number of attempts that may be started. Each kill adds the next share.
        self.allowed = asyncio.Semaphore(max(1, attempts // (len(self.kills) + 1)))

    async def all(self) -> Tally:
        students = [asyncio.create_task(self._student()) for _ in range(STUDENTS)]
        await self._kill_all()
        await asyncio.gather(*students)
        await self._settle()
        self._count()
        return self.tally

    async def _student(self) -> None:
        while True:
            await self.allowed.acquire()
            if self.begun >= self.attempts:
                self.allowed.release()
                return
            self.begun += 1
            await self._attempt(self.tickets.take())

    async def _attempt(self, ticket: flows.Ticket) -> None:
        """Take one attempt, repeating each request until the site acknowledges it."""
        attempt = json.loads(
            await self._until_answered(ticket, "POST", f"quizzes/{ticket.quiz}/attempts", None, {200, 201})
        )
        answers = {question["uuid"]: flows.response(question) for question in attempt["questions"]}
        path = f"attempts/{attempt['uuid']}/submit"
        await self._until_answered(ticket, "POST", path, {"answers": answers}, {202}, timed=True)
        self.acknowledged.append(attempt["uuid"])

    async def _until_answered(
        self, ticket: flows.Ticket, method: str, path: str, body: Any, expect: set[int], *, timed: bool = False
    ) -> bytes:
        deadline = time.monotonic() + SETTLE_TIMEOUT
        while time.monotonic() < deadline:
            connection = Connection(self.site.port)
            begun = time.monotonic()
            try:
                answer = await connection.ask(ticket.request(method, path, body))
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                await asyncio.sleep(0.2)
                continue
            finally:
                connection.close()
            if answer.status in expect:
                if timed:
                    self.submit_ms.append((time.monotonic() - begun) * 1000)
                return answer.body
            if answer.status < 500:
                raise BenchError(f"{path} answered {answer.status}: {answer.body[:300]!r}")
            await asyncio.sleep(0.2)
        raise BenchError(f"{path} was not answered in {SETTLE_TIMEOUT:.0f} s.")

    # --- kills -------------------------------------------------------------------------------------------------

    async def _kill_all(self) -> None:
        share = max(1, self.attempts // (len(self.kills) + 1))
        for name in self.kills:
            victim, _, how = name.rpartition("_")
            await asyncio.to_thread(getattr(self, f"_{how.removesuffix('s')}_{victim}"))
            setattr(self.tally, name, getattr(self.tally, name) + 1)
            print(f"{victim}: {how}, {len(self.acknowledged)} acknowledged", file=sys.stderr)
            for _ in range(share):
                self.allowed.release()
        # Let all remaining attempts start. There are more permits than attempts left, because a student needs a permit
        # even to stop: the student takes it, sees that no attempt is left, gives it back and ends.
        for _ in range(self.attempts):
            self.allowed.release()

    def _kill_worker(self) -> None:
        """Kill the workers while one of them grades: it has committed its claim, but not its grade."""
        self._signal_workers(signal.SIGKILL)

    def _stop_worker(self) -> None:
        """Stop the workers while one of them grades, as if they hung. The supervisor replaces them."""
        stopped = self._signal_workers(signal.SIGSTOP)
        self._until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in stopped))

    def _signal_workers(self, number: signal.Signals) -> list[int]:
        # Find the processes first, because finding them takes as long as grading: milliseconds. A worker that lost its broker
        # stops by itself and is restarted, so find the processes again if they have ended in the meantime.
        workers: list[int] = []
        while not any(Path(f"/proc/{worker}").exists() for worker in workers):
            workers = self._until(self.site.workers)
            self._until(lambda: self._rows(GRADING))
        for worker in workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, number)
        left = self._rows("SELECT count(*) FROM quizzes_attempt WHERE status = 'grading'")
        print(f"{left[0][0] if left else '?'} in the middle of grading", file=sys.stderr)
        return workers

    def _kill_broker(self) -> None:
        self.site.kill_broker()
        time.sleep(1)
        self.site.restart_broker()

    def _kill_database(self) -> None:
        self._until(lambda: self._rows(GRADING))
        assert self.site.database is not None
        self.site.database.kill()
        time.sleep(1)
        self.site.database.start()

    def _until(self, condition: Callable[[], T]) -> T:
        deadline = time.monotonic() + SETTLE_TIMEOUT
        while not (found := condition()):
            if time.monotonic() > deadline:
                raise BenchError(
                    "In vain: nothing is graded that could be interrupted, or a stopped worker was not replaced."
                )
            time.sleep(0.002)
        return found

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of the query, or [] while the database recovers."""
        try:
            return self.site.rows(query)
        except (psycopg.OperationalError, sqlite3.OperationalError):
            return []

    # --- counting the rows -------------------------------------------------------------------------------------

    async def _settle(self) -> None:
        deadline = time.monotonic() + SETTLE_TIMEOUT
        while time.monotonic() < deadline:
            waiting = self._rows("SELECT count(*) FROM quizzes_attempt WHERE status IN ('submitted', 'grading')")
            if waiting and not waiting[0][0]:
                return
            await asyncio.sleep(0.5)

    def _count(self) -> None:
        tally, rows = self.tally, self.site.rows
        tally.attempts = len(self.acknowledged)
        graded = (
            "SELECT a.uuid FROM quizzes_attempt a JOIN quizzes_attemptgrade g ON g.attempt_id = a.id"
            " WHERE a.status = 'graded'"
        )
        found = {str(uuid).replace("-", "") for (uuid,) in rows(graded)}
        tally.lost = sum(uuid.replace("-", "") not in found for uuid in self.acknowledged)
        tally.twice = sum(
            rows(f"SELECT count(*) FROM (SELECT {of} FROM {table} GROUP BY {of} HAVING count(*) > 1) duplicates")[0][0]
            for table, of in (("quizzes_attemptgrade", "attempt_id"), ("courses_gradechange", "source"))
        )
        delays = rows("SELECT submitted_at, graded_at FROM quizzes_attempt WHERE graded_at IS NOT NULL")
        tally.max_delay_s = round(max((_seconds(end) - _seconds(start) for start, end in delays), default=0.0), 2)
        tally.submit_p99_ms = round(statistics.quantiles(self.submit_ms, n=100, method="inclusive")[98], 1)


def _interleave(kills: Sequence[tuple[str, int]]) -> list[str]:
    """Return the names of all kills, each kind spread evenly over the run."""
    places = [((at + 0.5) / count, name) for name, count in kills for at in range(count)]
    return [name for _place, name in sorted(places)]


def _seconds(moment: Any) -> float:
    """Return a time from the database as seconds since the epoch. SQLite returns times as text."""
    return (datetime.fromisoformat(moment) if isinstance(moment, str) else moment).timestamp()


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run chaos", description=__doc__.splitlines()[0])
    parser.add_argument("--attempts", type=int, default=1000, help="attempts to submit (1000)")
    parser.add_argument("--mode", choices=("embedded", "services"), default="embedded")
    parser.add_argument(
        "--without-lease", action="store_true", help="inject a fault: the lease of a killed worker does not expire"
    )
    options = parser.parse_args(argv)
    if not 2 <= options.attempts <= 4000:
        parser.error("--attempts is between 2 and 4000")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.without_lease:
        global SETTLE_TIMEOUT  # noqa: PLW0603 (with the injected fault a long wait is useless)
        SETTLE_TIMEOUT = 30.0
    lease = 86_400 if options.without_lease else 3
    try:
        with (
            tempfile.TemporaryDirectory(prefix="baeum-chaos-", ignore_cleanup_errors=True) as folder,
            serving(Path(folder), options.mode, lease) as (site, cast),
        ):
            tally = asyncio.run(_run(site, cast, options.attempts))
            verified = subprocess.run(
                [sys.executable, "manage.py", "verify_grades"], env=site.environment, capture_output=True, text=True,
                check=False,
            )  # fmt: skip
            print(verified.stdout.strip().splitlines()[-1], file=sys.stderr)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    print(tally.line(options.mode), flush=True)
    return 1 if tally.lost or tally.twice or verified.returncode else 0


async def _run(site: Site, cast: dict[str, Any], attempts: int) -> Tally:
    return await Run(site, cast, attempts).all()


if __name__ == "__main__":
    sys.exit(main())
