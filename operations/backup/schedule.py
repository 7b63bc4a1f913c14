"""Make the backup of the day, once. A failure is logged, shown by `/readyz` and repeated."""

import fcntl
from dataclasses import replace
from datetime import datetime

import structlog
from django.conf import settings

from operations.backup import places, state, stores
from operations.backup.errors import BackupError
from operations.backup.state import State

log = structlog.get_logger(__name__)


def make_if_due(*, now: datetime) -> None:
    """Make a backup if one is due. Idempotent: a second call on the same day, or beside a running one, does nothing."""
    if not settings.BACKUP_TO or not state.read().is_due(now):
        return
    with (places.prepare_home() / "backups.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        # Another process may have made it before this one got the lock.
        known = state.read()
        if known.is_due(now):
            _make(known, now)


def _make(known: State, now: datetime) -> None:
    try:
        kept = stores.add_backup(stores.open_store(settings.BACKUP_TO), keep=settings.BACKUP_KEEP, now=now)
    except BackupError as error:
        log.error("backup_failed", to=settings.BACKUP_TO, error=str(error))
        state.write(replace(known, failed_at=now.isoformat(), error=str(error)))
        return
    except Exception as error:
        state.write(replace(known, failed_at=now.isoformat(), error=repr(error)))
        raise
    state.write(State(succeeded_at=now.isoformat(), backup=kept.name))
    log.info("backup_made", to=settings.BACKUP_TO, name=kept.name, deleted=kept.deleted)
    if kept.damaged:
        log.error("backup_damaged", to=settings.BACKUP_TO, names=kept.damaged)
