"""Enqueueing: after the commit, in batches where batching was started, and without waiting for a broker that fails."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from celery import current_app
from django.db import transaction

from common.queue import publishing

TASK = "quizzes.tasks.grade_attempts"


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    messages: list[Any] = []
    monkeypatch.setattr(current_app, "send_task", lambda task, kwargs: messages.append((task, kwargs)))
    monkeypatch.setattr(publishing, "_paused_until", 0.0)
    return messages


class _Stepped(publishing.Batcher):
    """A batcher whose thread waits for the test instead of the clock after each message."""

    def __init__(self) -> None:
        super().__init__()
        self.has_published = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)

    def pause(self, seconds: float) -> None:
        assert seconds == publishing.BATCH_INTERVAL
        self.has_published.release()
        self.go_on.acquire()


@pytest.fixture
def batcher(monkeypatch: pytest.MonkeyPatch) -> _Stepped:
    stepped = _Stepped()
    monkeypatch.setattr("common.queue.publishing.time.sleep", stepped.pause)
    return stepped


def test_without_a_thread_each_id_is_published_at_once(messages: list[Any]) -> None:
    publishing.Batcher().add((TASK, "attempt_ids"), 1)
    assert messages == [(TASK, {"attempt_ids": [1]})]


@pytest.mark.django_db
def test_nothing_is_published_after_a_rollback(
    messages: list[Any], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    def fail() -> None:
        publishing.enqueue_batched_on_commit(TASK, "attempt_ids", 1)
        raise ZeroDivisionError

    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            fail()
        publishing.enqueue_batched_on_commit(TASK, "attempt_ids", 2)
    assert messages == [(TASK, {"attempt_ids": [2]})]


def test_the_first_id_is_published_at_once_and_later_ones_in_batches(messages: list[Any], batcher: _Stepped) -> None:
    batcher.start()
    batcher.add((TASK, "attempt_ids"), 1)
    assert batcher.has_published.acquire(timeout=60)
    assert messages == [(TASK, {"attempt_ids": [1]})]
    for value in range(2, 30):
        batcher.add((TASK, "attempt_ids"), value)
    assert len(messages) == 1
    batcher.go_on.release()
    assert batcher.has_published.acquire(timeout=60)
    # Two messages, so that two workers share them.
    assert messages[1:] == [(TASK, {"attempt_ids": list(range(2, 27))}), (TASK, {"attempt_ids": [27, 28, 29]})]


def test_a_broker_that_fails_is_not_used_until_the_pause_is_over(
    messages: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def refuse(task: str, kwargs: dict[str, Any]) -> None:
        asked.append(task)
        raise OSError("There is no broker.")

    clock = [100.0]
    monkeypatch.setattr(current_app, "send_task", refuse)
    monkeypatch.setattr("common.queue.publishing.time.monotonic", lambda: clock[0])
    batcher = publishing.Batcher()
    for _ in range(3):
        batcher.add((TASK, "attempt_ids"), 1)
    assert asked == [TASK]
    clock[0] += publishing.BROKER_PAUSE
    batcher.add((TASK, "attempt_ids"), 1)
    assert asked == [TASK, TASK]
