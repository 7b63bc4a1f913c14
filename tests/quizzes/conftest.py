from typing import Any

import pytest
from celery import current_app


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The tasks that were sent to the broker, as (name, keyword arguments)."""
    sent: list[Any] = []
    monkeypatch.setattr(current_app, "send_task", lambda task, kwargs: sent.append((task, kwargs)))
    return sent
