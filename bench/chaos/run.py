"""One run: students take attempts, and harms happen in between. Then every row is counted."""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from bench import flows
from bench.chaos.harms import Harms
from bench.chaos.site import Site
from bench.chaos.tally import Tally
from bench.load import BenchError, Connection

STUDENTS = 16
# The number of harms in a run of 1,000 attempts. A shorter run has fewer, but at least one of each kind.
EVERYWHERE = {"worker_kills": 20, "worker_stops": 3, "broker_kills": 5, "server_clock_jumps": 3}
WITH_SERVICES = {"database_kills": 3, "failovers": 3}
WITH_DISK = {"full_disks": 3}
# One attempt in so many is taken on two devices, of which one has a clock that is a long time ahead.
CLOCK_EVERY = 8
AHEAD_MS = 400 * 24 * 3600 * 1000


class Run:
    """Let students take `attempts` attempts, STUDENTS at a time, and do harm in between.

    `patience` is the number of seconds in which a request must succeed, and in which everything must be graded at the end.
    """

    def __init__(self, site: Site, cast: dict[str, Any], attempts: int, patience: float) -> None:
        self.site = site
        self.attempts = attempts
        self.patience = patience
        self.tickets = flows.Tickets(cast["takers"], cast["attempts_allowed"])
        self.tally = Tally()
        self.acknowledged: list[str] = []
        # The last answer of the right clock, of the attempts with two clocks: {(attempt, question): response}.
        self.latest: dict[tuple[str, str], Any] = {}
        self.submit_ms: list[float] = []
        self.begun = 0
        plan = EVERYWHERE | (WITH_SERVICES if site.database else {}) | (WITH_DISK if site.disk else {})
        share = min(1.0, attempts / 1000)
        self.harms = _interleave([(name, max(1, round(count * share))) for name, count in plan.items()])
        # The number of attempts that may be started. Each harm adds the next share.
        self.share = max(1, attempts // (len(self.harms) + 1))
        self.allowed = asyncio.Semaphore(self.share)

    async def all(self) -> Tally:
        students = [asyncio.create_task(self._student()) for _ in range(STUDENTS)]
        try:
            await self._harm_all()
            await asyncio.gather(*students)
        finally:
            for student in students:
                student.cancel()
        await self._settle()
        self.tally.count_grades(self.site.rows, self.acknowledged)
        self.tally.count_answers(self.site.rows, self.latest)
        self.tally.measure(self.site.rows, self.submit_ms)
        return self.tally

    async def _harm_all(self) -> None:
        loop = asyncio.get_running_loop()

        def start_attempts(count: int) -> None:
            loop.call_soon_threadsafe(self._start_attempts, count)

        harms = Harms(self.site, self.tally, start_attempts, self.patience)
        for name in self.harms:
            await asyncio.to_thread(getattr(harms, name))
            setattr(self.tally, name, getattr(self.tally, name) + 1)
            acknowledged = len(self.acknowledged)
            print(f"{name}: {acknowledged} acknowledged", file=sys.stderr)
            self._start_attempts(self.share)
            await self._until_acknowledged(acknowledged + 1, name)
        # Let all remaining attempts start. There are more permits than attempts left, because a student needs a permit
        # even to stop: the student takes it, sees that no attempt is left, gives it back and ends.
        self._start_attempts(self.attempts)

    async def _until_acknowledged(self, count: int, name: str) -> None:
        """Wait until that many submits are acknowledged, so that each harm finds a product that works again."""
        deadline = time.monotonic() + self.patience
        while len(self.acknowledged) < min(count, self.attempts):
            if time.monotonic() > deadline:
                raise BenchError(f"After {name} no submit was acknowledged for {self.patience:.0f} s.")
            await asyncio.sleep(0.02)

    def _start_attempts(self, count: int) -> None:
        for _ in range(count):
            self.allowed.release()

    # --- students ----------------------------------------------------------------------------------------------

    async def _student(self) -> None:
        while True:
            await self.allowed.acquire()
            if self.begun >= self.attempts:
                self.allowed.release()
                return
            self.begun += 1
            await self._attempt(self.tickets.take(), has_two_clocks=self.begun % CLOCK_EVERY == 0)

    async def _attempt(self, ticket: flows.Ticket, *, has_two_clocks: bool) -> None:
        """Take one attempt, repeating each request until the site acknowledges it."""
        path = f"quizzes/{ticket.quiz}/attempts"
        attempt = json.loads(await self._until_answered(ticket, "POST", path, None, {200, 201}))
        answers = {question["uuid"]: flows.response(question) for question in attempt["questions"]}
        if has_two_clocks:
            question = next(each for each in attempt["questions"] if each["kind"] == "single_choice")
            del answers[question["uuid"]]
            await self._answer_with_two_clocks(ticket, attempt["uuid"], question)
        path = f"attempts/{attempt['uuid']}/submit"
        await self._until_answered(ticket, "POST", path, {"answers": answers}, {202}, timed=True)
        self.acknowledged.append(attempt["uuid"])

    async def _answer_with_two_clocks(self, ticket: flows.Ticket, attempt: str, question: dict[str, Any]) -> None:
        """Save an answer by a device whose clock is ahead, then another one by a device whose clock is right."""
        path = f"attempts/{attempt}/answers/{question['uuid']}"
        for choice, ahead in ((0, AHEAD_MS), (1, 0)):
            response = {"choice": question["choices"][choice]["uuid"]}
            body = {"response": response, "sequence": time.time_ns() // 1_000_000 + ahead}
            await self._until_answered(ticket, "PUT", path, body, {200})
            self.latest[attempt, question["uuid"]] = response
            # The numbers are milliseconds, so the next answer must be later by more than one.
            await asyncio.sleep(0.005)

    async def _until_answered(
        self, ticket: flows.Ticket, method: str, path: str, body: Any, expect: set[int], *, timed: bool = False
    ) -> bytes:
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            connection = Connection(self.site.port)
            begun = time.monotonic()
            try:
                answer = await connection.ask(ticket.request(method, path, body))
            except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
                self.tally.failed += 1
                print(f"{path}: {error!r} after {time.monotonic() - begun:.1f} s", file=sys.stderr)
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
            if answer.status == 503 and answer.retry_after:
                self.tally.refused += 1
            else:
                self.tally.failed += 1
                print(f"{path} answered {answer.status}: {answer.body[:300]!r}", file=sys.stderr)
            # Much earlier than Retry-After asks for: students are impatient, and a run must be short.
            await asyncio.sleep(0.2)
        raise BenchError(f"{path} was not answered in {self.patience:.0f} s.")

    async def _settle(self) -> None:
        """Wait until nothing is left to grade, or the patience is over."""
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            waiting = self.site.rows_if_up(
                "SELECT count(*) FROM quizzes_attempt WHERE status IN ('submitted', 'grading')"
            )
            if waiting and not waiting[0][0]:
                return
            await asyncio.sleep(0.5)


def _interleave(harms: Sequence[tuple[str, int]]) -> list[str]:
    """Return the names of all harms, each kind spread evenly over the run."""
    places = [((at + 0.5) / count, name) for name, count in harms for at in range(count)]
    return [name for _place, name in sorted(places)]
