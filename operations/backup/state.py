"""What is known about backups by the schedule: a small file in the state folder.

Not a row: a restored database would bring the row of the day of its backup.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

# After a failure it is tried again.
RETRY = timedelta(minutes=15)
# How long after its time a backup counts as late.
PATIENCE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class State:
    """The last success and the last failure since then, as ISO times, or "" if there was none."""

    succeeded_at: str = ""
    backup: str = ""
    failed_at: str = ""
    error: str = ""

    def is_due(self, now: datetime) -> bool:
        if self.failed_at and now < datetime.fromisoformat(self.failed_at) + RETRY:
            return False
        return not self.succeeded_at or datetime.fromisoformat(self.succeeded_at) < last_due(now)


def last_due(now: datetime) -> datetime:
    """Return the last moment at which a backup was due, in the site's time zone."""
    zone = timezone.get_default_timezone()
    local = now.astimezone(zone)
    moment = datetime.combine(local.date(), settings.BACKUP_AT, tzinfo=zone)
    if moment > local:
        moment = datetime.combine(local.date() - timedelta(days=1), settings.BACKUP_AT, tzinfo=zone)
    return moment


def describe(now: datetime) -> str:
    """Return "ok", "waiting" (none was made yet, or today's is being made), "late" or "failed", for `/readyz`."""
    state = read()
    if state.failed_at:
        return "failed"
    if state.succeeded_at and datetime.fromisoformat(state.succeeded_at) >= last_due(now):
        return "ok"
    return "late" if state.succeeded_at and now > last_due(now) + PATIENCE else "waiting"


def read() -> State:
    try:
        return State(**json.loads(_path().read_text()))
    except (OSError, ValueError, TypeError):
        # No backup yet, or a file that was not written by this code: make one.
        return State()


def write(state: State) -> None:
    fresh = _path().with_name(".backups.json")
    fresh.write_text(json.dumps(asdict(state)))
    fresh.replace(_path())


def _path() -> Path:
    home: Path = settings.BAEUM_HOME
    return home / "backups.json"
