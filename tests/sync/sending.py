"""Send operations as an app does."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.utils import timezone

from tests.api import Api


def operation(kind: str, at: datetime | None = None, **fields: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "kind": kind, "at": (at or timezone.now()).isoformat(), **fields}


def send(api: Api, *operations: Any, **more: Any) -> list[dict[str, Any]]:
    """Return the answers to the operations."""
    results: list[dict[str, Any]] = api.post("sync", {"operations": list(operations), **more})["results"]
    assert len(results) == len(operations)
    return results


def statuses(api: Api, *operations: Any, **more: Any) -> list[str]:
    return [result["status"] for result in send(api, *operations, **more)]
