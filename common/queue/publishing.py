"""Owns how work is announced to workers: after the commit, by the task's name, and never in a request's way.

The broker is a doorbell. What must not be lost is a row in the database, and a sweep finds it: so a broker that
refuses, or accepts and says nothing, costs a request nothing but the first half second, and is left alone for a while.
"""

import atexit
import functools
import threading
import time
from collections.abc import Sequence
from typing import Any

import structlog
from celery import current_app
from django.db import transaction

log = structlog.get_logger(__name__)

# Seconds for which a broker that failed is not asked again by this process.
BROKER_PAUSE = 5.0
# Seconds between two rings of a web process for the same task: what comes between them goes with the later one. A message
# costs the broker and the worker as much as grading a quiz does.
BATCH_INTERVAL = 0.1
# Rows that one message names, so that several workers share what came at once.
BATCH_SIZE = 25
_paused_until = 0.0


def enqueue_on_commit(task: str, **kwargs: Any) -> None:
    """Ring for `task` (its full name) with keyword arguments, once the running transaction has been committed.

    Never raises: what could not be announced is found by the sweep.
    """
    transaction.on_commit(functools.partial(_publish, task, kwargs), robust=True)


def enqueue_batched_on_commit(task: str, argument: str, value: int) -> None:
    """The same for one of the ids that a task takes as `argument`. In a process that gathers them: at once when it is
    quiet, else with the others of the next tenth of a second, by a thread that no request waits for.

    A process that is killed meanwhile takes the ring with it, and the sweep finds the rows.
    """
    transaction.on_commit(functools.partial(_batcher.add, (task, argument), value), robust=True)


def enqueue_all_on_commit(task: str, argument: str, values: Sequence[int]) -> None:
    """The same for a task that takes a list of ids as `argument`: a message for every MOST_TOGETHER."""
    transaction.on_commit(functools.partial(_publish_all, task, argument, values), robust=True)


def _publish_all(task: str, argument: str, values: Sequence[int]) -> None:
    for start in range(0, len(values), BATCH_SIZE):
        _publish(task, {argument: values[start : start + BATCH_SIZE]})


def _publish(task: str, kwargs: dict[str, Any]) -> None:
    global _paused_until  # noqa: PLW0603 (one broker a process, one memory of its silence)
    if time.monotonic() < _paused_until:
        return
    try:
        current_app.send_task(task, kwargs=kwargs)
    except Exception as error:  # noqa: BLE001 (kombu raises its transports' own errors; the row is safe, the sweep will ring)
        _paused_until = time.monotonic() + BROKER_PAUSE
        log.warning("broker_unreachable", task=task, error=str(error))


class _Batcher:
    """What waits to be announced, and the thread that announces it where one was started."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], list[int]] = {}
        self._has_come = threading.Condition()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._ring, name="doorbell", daemon=True)
        self._thread.start()
        atexit.register(self.empty)

    def add(self, bell: tuple[str, str], value: int) -> None:
        with self._has_come:
            self._waiting.setdefault(bell, []).append(value)
            self._has_come.notify()
        if self._thread is None:
            self.empty()

    def empty(self) -> None:
        """Announce everything that waits."""
        with self._has_come:
            waiting, self._waiting = self._waiting, {}
        for (task, argument), values in waiting.items():
            _publish_all(task, argument, values)

    def _ring(self) -> None:
        while True:
            with self._has_come:
                self._has_come.wait_for(lambda: self._waiting)
            self.empty()
            time.sleep(BATCH_INTERVAL)


_batcher = _Batcher()


def start_batching() -> None:
    """From now on what is announced one by one is gathered: called once, by a process that answers requests."""
    _batcher.start()
