"""Owns the two answers for whoever watches the process: alive, and ready."""

import os
from collections.abc import Callable
from datetime import datetime
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import Error as DatabaseFailure
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from quizzes.attempts.models import Attempt

# Seconds an attempt may wait for its grade before somebody should look.
WAIT_LIMIT = 60
# Seconds for connecting to each, and for the database's answer. libpq takes less than two for two.
DATABASE_PATIENCE, BROKER_PATIENCE = 2, 1


class HealthMiddleware:
    """Answers `/healthz` and `/readyz` before any other middleware.

    Those would look up the session of a visitor who sends a cookie, and refuse a load balancer that asks by an address
    instead of the site's name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._answers = {"/healthz": healthz, "/readyz": readyz}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self._answers.get(request.path)
        return answer(request) if answer else self.get_response(request)


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing else, so that a database that is down does not get every web process restarted."""
    return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Database, broker and the oldest attempt without a grade: 200 when all is well, else 503."""
    body: dict[str, Any] = {"database": "ok", "broker": "ok", "oldest_ungraded_seconds": None}
    try:
        oldest = _oldest_ungraded()
    except DatabaseFailure:
        body["database"] = "unreachable"
    else:
        if oldest is not None:
            body["oldest_ungraded_seconds"] = int((timezone.now() - oldest).total_seconds())
    if not _broker_answers():
        body["broker"] = "unreachable"
    ready = body["database"] == body["broker"] == "ok" and (body["oldest_ungraded_seconds"] or 0) <= WAIT_LIMIT
    return JsonResponse(body, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


def _oldest_ungraded() -> datetime | None:
    oldest_first = Attempt.objects.waiting().order_by("submitted_at").values_list("submitted_at", flat=True)
    if connection.vendor != "postgresql":
        return oldest_first.first()
    # A connection of its own, made now: on the persistent one a database that was suspended would not answer for ever.
    sql, parameters = oldest_first[:1].query.sql_with_params()
    probe = connection.copy()
    probe.settings_dict["OPTIONS"] = {**probe.settings_dict["OPTIONS"], "connect_timeout": DATABASE_PATIENCE}
    try:
        with probe.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [f"{DATABASE_PATIENCE}s"])
            cursor.execute(sql, parameters)
            row: tuple[datetime] | None = cursor.fetchone()
    finally:
        probe.close()
    return row[0] if row else None


def _broker_answers() -> bool:
    if not settings.REDIS_URL:
        return os.access(settings.BROKER_HOME / "messages", os.W_OK | os.X_OK)
    try:
        with current_app.connection_for_write(connect_timeout=BROKER_PATIENCE) as broker:
            broker.ensure_connection(max_retries=0, timeout=BROKER_PATIENCE)
    except Exception:  # noqa: BLE001 (every transport raises its own; any of them means "no")
        return False
    return True
