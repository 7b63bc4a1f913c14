"""Remember when each device was used last, in a thread, so that no request waits for it.

A request only puts its session into a set, once an hour. A thread of each web process writes what has come together.
"""

import threading
import time
from datetime import datetime

import structlog
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from accounts.models import DeviceSession
from common.database.durability import dispensable_write

log = structlog.get_logger(__name__)

# Seconds between two writes of one process.
INTERVAL = 60.0
_HOUR = 3600


class Usage:
    """Collect the sessions that are used, until they are written."""

    def __init__(self) -> None:
        self._hour = 0
        self._seen: set[str] = set()
        self._waiting: set[str] = set()
        self._changed = threading.Condition()

    def note(self, session_key: str | None) -> None:
        """Note that somebody uses this session. It writes nothing."""
        hour = int(time.time()) // _HOUR
        if not session_key or (self._hour == hour and session_key in self._seen):
            return
        with self._changed:
            if self._hour != hour:
                self._hour, self._seen = hour, set()
            self._seen.add(session_key)
            self._waiting.add(session_key)
            self._changed.notify()

    def write(self, now: datetime) -> int:
        """Store the noted uses, and return how many devices got a new time. One statement.

        A row changes at most once in an hour of the clock, and not in the hour of the sign-in. If a write fails, the next hour's
        makes up for it.
        """
        with self._changed:
            keys, self._waiting = self._waiting, set()
        if not keys:
            return 0
        begun = now.replace(minute=0, second=0, microsecond=0)
        is_news = Q(last_used_at=None) | Q(last_used_at__lt=begun)
        news = DeviceSession.objects.filter(is_news, session_key__in=keys, signed_in_at__lt=begun)
        with dispensable_write("use_of_devices_not_stored"):
            return news.update(last_used_at=now)
        return 0

    def start(self) -> None:
        """Write from a thread from now on, at most once in INTERVAL. A process that answers requests calls this once."""
        threading.Thread(target=self._write_forever, name="usage", daemon=True).start()

    def _write_forever(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
            time.sleep(INTERVAL)
            try:
                self.write(timezone.now())
            except Exception:
                log.exception("use_of_devices_not_written")
            finally:
                # A connection that is used once a minute is not worth its memory.
                connection.close()


usage = Usage()
