"""Answer health checks: `/healthz` (the process is alive) and `/readyz` (database, broker and grading also work)."""

import os
from collections.abc import Callable
from datetime import datetime
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import Error as DatabaseFailure
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from operations import disk
from operations.backup import state as backup_state
from quizzes.attempts.models import Attempt

# Seconds that an attempt may wait for its grade before the site is reported as not ready.
WAIT_LIMIT = 60
# Timeouts in seconds for connecting, and for the answer of the database. libpq uses 2 for lower values.
DATABASE_TIMEOUT, BROKER_TIMEOUT = 2, 1


class ReadOnly(DatabaseFailure):
    """Raised if the database accepts no writes: after a failover, for example, if the site reaches the standby."""


class HealthMiddleware:
    """Answer `/healthz` and `/readyz` before any other middleware.

    Other middleware would read the session from the database if the request has a cookie. It would also refuse a load balancer
    that uses an IP address instead of the site's host name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._answers = {"/healthz": healthz, "/readyz": readyz}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self._answers.get(request.path)
        return answer(request) if answer else self.get_response(request)


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200. Nothing is checked, so that an outage of the database does not cause restarts of all web processes."""
    return HttpResponse("ok\n", content_type="text/plain", headers={"Cache-Control": "no-store"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Report database, broker, cache, disk, the seconds since the oldest ungraded attempt was submitted, and backups.

    The status is 200 if all four are "ok" and these seconds are at most WAIT_LIMIT, else 503.
    """
    body: dict[str, Any] = {
        "database": "ok",
        "broker": "ok",
        "cache": "ok",
        "disk": disk.state(),
        "oldest_ungraded_seconds": None,
    }
    try:
        oldest = _oldest_ungraded()
    except ReadOnly:
        body["database"] = "read-only"
    except DatabaseFailure:
        body["database"] = "unreachable"
    else:
        if oldest is not None:
            body["oldest_ungraded_seconds"] = int((timezone.now() - oldest).total_seconds())
        if settings.BOUNCE_MAILBOX_URL:
            # Shown only, too: see below.
            body["bounce_mailbox"] = _describe_mailbox()
    if not _broker_answers():
        body["broker"] = "unreachable"
    if settings.BACKUP_TO:
        # Shown only: a site without a backup still serves.
        body["backup"] = backup_state.describe(timezone.now())
    if not cache.is_reachable():  # type: ignore[attr-defined]  # `common.caching.fail_open`
        body["cache"] = "unreachable"
    waits_too_long = (body["oldest_ungraded_seconds"] or 0) > WAIT_LIMIT
    ready = all(body[name] == "ok" for name in ("database", "broker", "cache", "disk")) and not waits_too_long
    return JsonResponse(body, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


def _describe_mailbox() -> dict[str, Any] | None:
    # Imported here, because it reads mail, which no other request needs.
    from mails.bounces import mailbox

    return mailbox.describe()


def _oldest_ungraded() -> datetime | None:
    oldest_first = Attempt.objects.waiting().order_by("submitted_at").values_list("submitted_at", flat=True)
    if connection.vendor != "postgresql":
        return oldest_first.first()
    # Use a new connection with a timeout: on the persistent connection, a suspended database would block this request forever.
    sql, parameters = oldest_first[:1].query.sql_with_params()
    probe = connection.copy()
    probe.settings_dict["OPTIONS"] = {**probe.settings_dict["OPTIONS"], "connect_timeout": DATABASE_TIMEOUT}
    try:
        with probe.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [f"{DATABASE_TIMEOUT}s"])
            cursor.execute(sql, parameters)
            row: tuple[datetime] | None = cursor.fetchone()
            cursor.execute("SHOW transaction_read_only")
            if cursor.fetchone() != ("off",):
                raise ReadOnly
    finally:
        probe.close()
    return row[0] if row else None


def _broker_answers() -> bool:
    if not settings.REDIS_URL:
        return os.access(settings.BROKER_HOME / "messages", os.W_OK | os.X_OK)
    try:
        with current_app.connection_for_write(connect_timeout=BROKER_TIMEOUT) as broker:
            broker.ensure_connection(max_retries=0, timeout=BROKER_TIMEOUT)
    except Exception:  # noqa: BLE001 (each kombu transport raises its own errors)
        return False
    return True
