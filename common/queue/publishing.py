"""Enqueue Celery tasks by name after the commit, without delaying or failing the request.

Work that must not be lost is stored as a row in the database. A periodic sweep enqueues it again, so a lost message
only delays the work. If the broker fails or hangs, one request waits up to half a second. The process then does not
use the broker for BROKER_PAUSE seconds.
"""

import atexit
import functools
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any

import structlog
from celery import current_app
from django.db import transaction

log = structlog.get_logger(__name__)

# Seconds for which this process does not use a broker that failed.
BROKER_PAUSE = 5.0
# Seconds between two batches of a web process. Ids that arrive in between are sent together in the next batch, because one
# message costs the broker and the worker as much time as grading a quiz.
BATCH_INTERVAL = 0.05
# The maximum number of ids in one message. The limit lets several workers share a burst.
BATCH_SIZE = 25
_paused_until = 0.0


def enqueue_on_commit(task: str, **kwargs: Any) -> None:
    """Enqueue `task` (its full name) with keyword arguments after the current transaction commits.

    Never raises: if a task could not be published, the sweep enqueues it again.
    """
    transaction.on_commit(functools.partial(_publish, task, kwargs), robust=True)


def enqueue_batched_on_commit(task: str, argument: str, value: int) -> None:
    """Enqueue a task that takes a list of ids as `argument`, for one id, after the commit.

    A process that called `start_batching` collects the ids and publishes them from a thread, at most once in BATCH_INTERVAL.
    If that process is killed in between, the ids are lost, and the sweep enqueues the rows again.
    """
    transaction.on_commit(functools.partial(_batcher.add, (task, argument), value), robust=True)


def enqueue_all_on_commit(task: str, argument: str, values: Iterable[int], *, size: int = BATCH_SIZE) -> None:
    """Enqueue a task that takes a list of ids as `argument`, one message for each `size` ids, after the commit."""
    transaction.on_commit(functools.partial(_publish_all, task, argument, list(values), size), robust=True)


def _publish_all(task: str, argument: str, values: Sequence[int], size: int = BATCH_SIZE) -> None:
    for start in range(0, len(values), size):
        _publish(task, {argument: values[start : start + size]})


def _publish(task: str, kwargs: dict[str, Any]) -> None:
    global _paused_until  # noqa: PLW0603 (the pause is shared by the whole process)
    if time.monotonic() < _paused_until:
        return
    try:
        current_app.send_task(task, kwargs=kwargs)
    except Exception as error:  # noqa: BLE001 (each kombu transport raises its own errors; the sweep enqueues the row again)
        _paused_until = time.monotonic() + BROKER_PAUSE
        log.warning("broker_unreachable", task=task, error=str(error))


class Batcher:
    """Collect ids and publish them: from a thread if `start` was called, otherwise at once."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], list[int]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._publish_forever, name="publisher", daemon=True)
        self._thread.start()
        atexit.register(self.flush)

    def add(self, key: tuple[str, str], value: int) -> None:
        with self._changed:
            self._waiting.setdefault(key, []).append(value)
            self._changed.notify()
        if self._thread is None:
            self.flush()

    def flush(self) -> None:
        """Publish all waiting ids."""
        with self._changed:
            waiting, self._waiting = self._waiting, {}
        for (task, argument), values in waiting.items():
            _publish_all(task, argument, values)

    def _publish_forever(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
            self.flush()
            time.sleep(BATCH_INTERVAL)


_batcher = Batcher()


def start_batching() -> None:
    """Collect single ids into batches from now on. A process that answers requests calls this once."""
    _batcher.start()
