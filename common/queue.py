"""Owns how work is announced to workers: after the commit, by the task's name, and never in a request's way.

The broker is a doorbell. What must not be lost is a row in the database, and a sweep finds it: so a broker that
refuses, or accepts and says nothing, costs a request nothing but the first half second, and is left alone for a while.
"""

import functools
import time
from typing import Any

import structlog
from celery import current_app
from django.db import transaction

log = structlog.get_logger(__name__)

# Seconds for which a broker that failed is not asked again by this process.
SILENCE = 5.0
_silent_until = 0.0


def publish_on_commit(task: str, **kwargs: Any) -> None:
    """Ring for `task` (its full name) with keyword arguments, once the running transaction has been committed.

    Never raises: what could not be announced is found by the sweep.
    """
    transaction.on_commit(functools.partial(_publish, task, kwargs), robust=True)


def _publish(task: str, kwargs: dict[str, Any]) -> None:
    global _silent_until  # noqa: PLW0603 (one broker a process, one memory of its silence)
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task(task, kwargs=kwargs)
    except Exception as error:  # noqa: BLE001 (kombu raises its transports' own errors; the row is safe, the sweep will ring)
        _silent_until = time.monotonic() + SILENCE
        log.warning("broker_unreachable", task=task, error=str(error))
