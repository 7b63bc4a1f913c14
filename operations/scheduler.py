"""Enqueue the periodic tasks by name (`python -m operations.scheduler`).

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
from pathlib import Path
from types import FrameType
from typing import Any

from celery import Celery, beat

from operations import heartbeat


class Scheduler(beat.Scheduler):
    """Celery's scheduler, with its state in memory. It wakes often enough to send heartbeats."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        heartbeat.beat()
        try:
            wait: float = super().tick(*args, **kwargs)
        except OSError as error:
            print(f"scheduler: the broker cannot be reached: {error}", file=sys.stderr, flush=True)
            return heartbeat.INTERVAL
        return min(wait, heartbeat.INTERVAL)


def main() -> None:
    plan = json.loads(os.environ["BAEUM_SCHEDULE"])
    # Kept open, and so locked, until the process ends.
    lock = Path(plan["lock"]).open("a")  # noqa: SIM115
    _wait_for_lock(lock.fileno())
    app = Celery("baeum", set_as_current=False)
    app.conf.update(plan["celery"])
    service = beat.Service(app, scheduler_cls=Scheduler)

    def stop(number: int, frame: FrameType | None) -> None:
        service.stop()
        sys.exit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    service.start()


def _wait_for_lock(file: int) -> None:
    is_said = False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not is_said:
                print("scheduler: another one is running on this state folder; waiting", file=sys.stderr, flush=True)
                is_said = True
            heartbeat.beat()
            signal.sigtimedwait([], heartbeat.INTERVAL)
        else:
            return


if __name__ == "__main__":
    main()
