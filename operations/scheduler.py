"""Enqueue the periodic tasks by name: in a process (`python -m operations.scheduler`) or in a thread of the worker.

Imports neither Django nor the apps, which takes a third of the memory. `operations.processes` passes the schedule and Celery's
settings in the variable BAEUM_SCHEDULE, as JSON.

Only one scheduler enqueues: it holds a file lock in the state folder. A second one waits until the first has ended. Enqueueing
twice would do no harm, because every task finds its work in the database.
"""

import fcntl
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from celery import Celery, beat

from operations import heartbeat

VARIABLE = "BAEUM_SCHEDULE"
# Seconds without a turn after which the thread counts as hanging.
THREAD_LIMIT = 10.0


class Scheduler(beat.Scheduler):
    """Celery's scheduler, with its state in memory. It calls `on_turn` at least every `heartbeat.INTERVAL` seconds."""

    def __init__(self, *args: Any, on_turn: Callable[[], None], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._on_turn = on_turn

    def tick(self, *args: Any, **kwargs: Any) -> float:
        self._on_turn()
        try:
            wait: float = super().tick(*args, **kwargs)
        except OSError as error:
            print(f"scheduler: the broker cannot be reached: {error}", file=sys.stderr, flush=True)
            return heartbeat.INTERVAL
        return min(wait, heartbeat.INTERVAL)


def main() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, frame: sys.exit(0))
    run(heartbeat.beat)


def start_thread() -> None:
    """Enqueue from a thread. If it dies or hangs, this process sends no more heartbeats, so that it is replaced."""
    turns = [time.monotonic()]

    def note_turn() -> None:
        turns[0] = time.monotonic()

    thread = threading.Thread(target=run, args=(note_turn,), name="beat", daemon=True)
    thread.start()
    heartbeat.conditions.append(lambda: thread.is_alive() and time.monotonic() - turns[0] < THREAD_LIMIT)


def run(on_turn: Callable[[], None]) -> None:
    """Enqueue the tasks of the plan in the environment until the process ends."""
    plan = json.loads(os.environ[VARIABLE])
    # Kept open, and so locked, until the process ends.
    lock = Path(plan["lock"]).open("a")  # noqa: SIM115
    _wait_for_lock(lock.fileno(), on_turn)
    app = Celery("baeum", set_as_current=False)
    app.conf.update(plan["celery"])
    beat.Service(app, scheduler_cls=partial(Scheduler, on_turn=on_turn)).start()


def _wait_for_lock(file: int, on_turn: Callable[[], None]) -> None:
    is_said = False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not is_said:
                print("scheduler: another one is running on this state folder; waiting", file=sys.stderr, flush=True)
                is_said = True
            on_turn()
            time.sleep(heartbeat.INTERVAL)
        else:
            return


if __name__ == "__main__":
    main()
