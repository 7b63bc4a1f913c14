"""Harm a running product: kill, stop, fill the disk, fail over, move the clock.

Each harm waits until it can interrupt something, and returns when the harmed part works again, or will by itself.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from bench.chaos.site import Site
from bench.chaos.tally import Tally
from bench.load import BenchError

T = TypeVar("T")

# The claims of graders, each by its attempt and its token.
CLAIMS = "SELECT id, grading_attempts FROM quizzes_attempt WHERE status = 'grading'"
WAITING = "SELECT count(*) FROM quizzes_attempt WHERE status = 'submitted'"
# Seconds for which a disk stays full.
FULL_SECONDS = 3.0
# Seconds without an attempt that is being graded or waits for it, after which another attempt is started.
IDLE_SECONDS = 1.0
# What a server leaves whose clock was 400 days ahead until now.
JUMP_SQLITE = """
UPDATE quizzes_attempt SET submitted_at = datetime(submitted_at, '+400 days'), lease_until = datetime(lease_until, '+400 days')
WHERE status IN ('submitted', 'grading')
"""
JUMP_POSTGRES = """
UPDATE quizzes_attempt SET submitted_at = submitted_at + interval '400 days', lease_until = lease_until + interval '400 days'
WHERE status IN ('submitted', 'grading')
"""


class Harms:
    """The harms of a run. The methods have the names that the tally counts them under."""

    def __init__(self, site: Site, tally: Tally, start_attempts: Callable[[int], None], patience: float) -> None:
        """`start_attempts` lets students start that many attempts more. It is called in the thread of the harm."""
        self._site = site
        self._tally = tally
        self._start_attempts = start_attempts
        self._patience = patience
        # Claims of workers that were killed or stopped.
        self._interrupted: set[tuple[Any, ...]] = set()

    def worker_kills(self) -> None:
        """Kill the workers while one of them grades: it has committed its claim, but not its grade."""
        self._signal_workers(signal.SIGKILL)

    def worker_stops(self) -> None:
        """Stop the workers while one of them grades, as if they hung. The supervisor replaces them."""
        stopped = self._signal_workers(signal.SIGSTOP)
        self._until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in stopped))

    def broker_kills(self) -> None:
        self._site.kill_broker()
        time.sleep(1)
        self._site.restart_broker()

    def database_kills(self) -> None:
        assert self._site.database is not None
        self._until_grading()
        self._site.database.kill()
        time.sleep(1)
        self._site.database.start()

    def failovers(self) -> None:
        """Kill the primary while a worker grades, and promote its synchronous standby."""
        assert self._site.database is not None
        self._site.add_standby()
        self._until_grading()
        self._site.database.kill()
        time.sleep(1)
        self._site.promote_standby()

    def full_disks(self) -> None:
        """Fill the disk of the database until a student was refused, and for some seconds more."""
        disk = self._site.disk
        assert disk is not None
        refused = self._tally.refused
        # SQLite writes into its log as long as that has room. PostgreSQL fails when it cannot extend its log.
        self._site.use_up_log(disk.fill)
        begin = time.monotonic()
        self._start_attempts(1)

        def is_over() -> bool:
            disk.fill()
            return self._tally.refused > refused and time.monotonic() - begin > FULL_SECONDS

        self._until(is_over)
        disk.make_room()
        if self._site.database is not None:
            self._site.database.recover()

    def server_clock_jumps(self) -> None:
        """Kill the workers, and leave the rows as if the server's clock had been 400 days ahead until now.

        The kernel has one clock for all processes, so it cannot be moved for a run.
        """
        self._signal_workers(signal.SIGKILL)
        self._site.rows(JUMP_SQLITE if self._site.database is None else JUMP_POSTGRES)

    def _signal_workers(self, number: signal.Signals) -> list[int]:
        """Signal the workers in the middle of grading. Do it again if they had committed before the signal arrived."""
        while True:
            # Find the processes first, because finding them takes as long as grading: milliseconds. A worker that lost its
            # broker stops by itself and is restarted, so find the processes again if they have ended in the meantime.
            workers: list[int] = []
            while not any(Path(f"/proc/{worker}").exists() for worker in workers):
                workers = self._until(self._site.workers)
                claims = self._until_grading()
            for worker in workers:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(worker, number)
            interrupted = claims & self._claims()
            print(f"{len(interrupted)} in the middle of grading", file=sys.stderr)
            if interrupted:
                self._interrupted |= interrupted
                return workers

    def _claims(self) -> set[tuple[Any, ...]]:
        """Return the claims of graders that live."""
        return set(self._site.rows_if_up(CLAIMS)) - self._interrupted

    def _until_grading(self) -> set[tuple[Any, ...]]:
        """Wait until an attempt is being graded. If all attempts that were started are graded, start another one."""
        busy_at = time.monotonic()

        def claims() -> set[tuple[Any, ...]]:
            nonlocal busy_at
            found = self._claims()
            now = time.monotonic()
            if self._site.rows_if_up(WAITING) != [(0,)]:
                busy_at = now
            elif now - busy_at > IDLE_SECONDS:
                self._start_attempts(1)
                busy_at = now
            return found

        return self._until(claims)

    def _until(self, condition: Callable[[], T]) -> T:
        deadline = time.monotonic() + self._patience
        while not (found := condition()):
            if time.monotonic() > deadline:
                status = self._site.rows_if_up("SELECT status, count(*) FROM quizzes_attempt GROUP BY status")
                raise BenchError(
                    "In vain: nothing is graded that could be interrupted, a stopped worker was not replaced, or a full disk "
                    f"disturbed nobody. Attempts: {status}. Workers: {self._site.workers()}"
                )
            time.sleep(0.002)
        return found
