"""Doorbells: rung after the commit, gathered by a process that answers requests, and never in its way."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from celery import current_app
from django.db import transaction

from common.queue import publishing

TASK = "quizzes.tasks.grade_attempts"


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    rung: list[Any] = []
    monkeypatch.setattr(current_app, "send_task", lambda task, kwargs: rung.append((task, kwargs)))
    monkeypatch.setattr(publishing, "_paused_until", 0.0)
    return rung


class _Stepped(publishing._Batcher):
    """Its thread waits for the test instead of the clock, each time that it has rung; at the end it waits for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.has_rung = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)

    def pause(self, seconds: float) -> None:
        assert seconds == publishing.BATCH_INTERVAL
        self.has_rung.release()
        self.go_on.acquire()


@pytest.fixture
def gatherer(monkeypatch: pytest.MonkeyPatch) -> _Stepped:
    stepped = _Stepped()
    monkeypatch.setattr("common.queue.publishing.time.sleep", stepped.pause)
    return stepped


def test_without_a_thread_each_rings_at_once(rung: list[Any]) -> None:
    publishing._Batcher().add((TASK, "attempt_ids"), 1)
    assert rung == [(TASK, {"attempt_ids": [1]})]


@pytest.mark.django_db
def test_nothing_rings_for_what_is_rolled_back(
    rung: list[Any], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    def fail() -> None:
        publishing.enqueue_batched_on_commit(TASK, "attempt_ids", 1)
        raise ZeroDivisionError

    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            fail()
        publishing.enqueue_batched_on_commit(TASK, "attempt_ids", 2)
    assert rung == [(TASK, {"attempt_ids": [2]})]


def test_the_first_rings_at_once_and_what_comes_after_it_together(rung: list[Any], gatherer: _Stepped) -> None:
    gatherer.start()
    gatherer.add((TASK, "attempt_ids"), 1)
    assert gatherer.has_rung.acquire(timeout=10)
    assert rung == [(TASK, {"attempt_ids": [1]})]
    for value in range(2, 30):
        gatherer.add((TASK, "attempt_ids"), value)
    assert len(rung) == 1
    gatherer.go_on.release()
    assert gatherer.has_rung.acquire(timeout=10)
    # So many that two workers have something to do.
    assert rung[1:] == [(TASK, {"attempt_ids": list(range(2, 27))}), (TASK, {"attempt_ids": [27, 28, 29]})]


def test_a_broker_that_fails_is_left_alone_for_a_while(rung: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refuse(task: str, kwargs: dict[str, Any]) -> None:
        asked.append(task)
        raise OSError("There is no broker.")

    clock = [100.0]
    monkeypatch.setattr(current_app, "send_task", refuse)
    monkeypatch.setattr("common.queue.publishing.time.monotonic", lambda: clock[0])
    gatherer = publishing._Batcher()
    for _ in range(3):
        gatherer.add((TASK, "attempt_ids"), 1)
    assert asked == [TASK]
    clock[0] += publishing.BROKER_PAUSE
    gatherer.add((TASK, "attempt_ids"), 1)
    assert asked == [TASK, TASK]
