"""Bring the database of an older release up to this code: with a backup, a check, and the old state back on any failure.

1. Preflight: nothing serves or grades, the database is not newer than the code, and there is space.
2. Backup. Its database is unpacked at once, so that bringing it back needs no space: on SQLite it is one rename.
3. Migrate, then check: Django's checks, and every stored grade computed again.

Between the backup and the end nothing else may write, or bringing the old state back would lose it. Therefore the site is
stopped during an upgrade; the lock of the state folder and, on PostgreSQL, the list of connections tell whether it is.

A journal says that an upgrade has begun. If the process was killed, `repair` brings the old state back.
"""

import hashlib
import itertools
import platform
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connections
from django.db.transaction import TransactionManagementError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from operations.backup import databases, journal, making, places
from operations.backup.archive import UPLOADS, Archive
from operations.backup.databases import Database
from operations.backup.errors import BackupError
from operations.backup.journal import Journal
from operations.verify import grades
from quizzes.attempts.models import Attempt

Report = Callable[[str], object]

# Backups of upgrades are kept here, the newest ones.
FOLDER, KEEP = "upgrades", 3
_STAGING = ".upgrading"


def upgrade(report: Report, *, verify: bool = True) -> None:
    """Migrate the database, or leave it as it is. Raises BackupError. `verify`: compute the grades again at the end."""
    home = places.prepare_home()
    database = databases.current()
    with places.locked(home):
        _repair(home, database, report)
        pending = _preflight(home, database, report)
        if not pending:
            _check(verify=verify)
            report(_("Nothing to migrate: the database fits this code."))
            return
        journal.write(home, _begin())
        try:
            backup = _back_up(home, database)
        except BaseException:
            journal.remove(home)
            raise
        report(_("Backup: %(file)s") % {"file": backup})
        _migrate(home, database, backup, verify=verify)
        _tidy(home)
    report(
        ngettext("Upgraded: %(n)d migration applied.", "Upgraded: %(n)d migrations applied.", len(pending))
        % {"n": len(pending)}
    )


def repair(report: Report) -> None:
    """Bring the old state back if an upgrade was killed. Does nothing otherwise. Raises BackupError."""
    home = places.prepare_home()
    if journal.read(home) is None:
        return
    with places.locked(home):
        _repair(home, databases.current(), report)


def _repair(home: Path, database: Database, report: Report) -> None:
    known = journal.read(home)
    if known is None:
        return
    if known.backup:
        _bring_back(home, database, Path(known.backup))
        report(
            _("The upgrade of %(moment)s was interrupted. The state before it is back, from %(file)s.")
            % {"moment": known.started_at, "file": known.backup}
        )
    else:
        places.remove_leftovers(home / FOLDER)
        shutil.rmtree(home / _STAGING, ignore_errors=True)
        journal.remove(home)
        report(
            _("The upgrade of %(moment)s was interrupted before it changed anything.") % {"moment": known.started_at}
        )


def back_up_before_migrating(home: Path, report: Report) -> None:
    """Back up a database to which migrations are about to be applied. Does nothing if there are none, or no database yet.

    The caller holds the lock of the state folder. Raises BackupError.
    """
    database = databases.current()
    applied = database.applied()
    if applied and databases.pending(applied):
        backup = new_backup_path(home)
        making.make(backup)
        report(_("Backup: %(file)s") % {"file": backup})
        _tidy(home)


def new_backup_path(home: Path) -> Path:
    """Return a path in the folder of upgrades that no backup has yet. Raises BackupError if there can be no such folder."""
    folder = home / FOLDER
    try:
        folder.mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        raise BackupError(
            _("The backup %(file)s cannot be written: %(why)s") % {"file": folder, "why": error}
        ) from error
    name = f"before-{settings.VERSION}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    # Two upgrades can begin within one second: the first one failed at once.
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(path for name in names if not (path := folder / f"{name}.zip").exists())


def _preflight(home: Path, database: Database, report: Report) -> list[tuple[str, str]]:
    """Return the migrations to apply. Raises BackupError if the upgrade must not begin."""
    database.check_unused()
    applied = database.applied()
    if not applied:
        raise BackupError(_("There is no database to upgrade. ./run creates one."))
    databases.check_not_newer(applied)
    pending = databases.pending(applied)
    report(
        _("Baeum %(version)s, Python %(python)s, %(applied)d migrations applied, %(pending)d to apply.")
        % {
            "version": settings.VERSION,
            "python": platform.python_version(),
            "applied": len(applied),
            "pending": len(pending),
        }
    )
    for app, name in pending:
        report(f"  {app}.{name}")
    _check_drained()
    # The copy that a backup is made of and later the unpacked one, the backup itself, and what migrations write.
    places.check_space(home, 3 * database.size() + places.folder_size(settings.MEDIA_ROOT))
    return pending


def _check_drained() -> None:
    """Raises BackupError while a worker may be grading. A lease that has run out belongs to a worker that was killed."""
    try:
        leases = Attempt.objects.filter(status=Attempt.Status.GRADING, lease_until__gt=timezone.now())
        count = leases.count()
    except DatabaseError as error:
        raise BackupError(_one_line(_("The database cannot be read: %(why)s"), error)) from error
    finally:
        connections.close_all()
    if count:
        raise BackupError(
            ngettext(
                "%(n)d attempt is being graded. Wait until it is, or at most %(seconds)d seconds after its worker stopped.",
                "%(n)d attempts are being graded. Wait until they are, or at most %(seconds)d seconds after their workers "
                "stopped.",
                count,
            )
            % {"n": count, "seconds": settings.GRADING_LEASE}
        )


def _begin() -> Journal:
    return Journal(settings.VERSION, datetime.now(UTC).isoformat(timespec="seconds"))


def _back_up(home: Path, database: Database) -> Path:
    """Make a backup and unpack its database. From here on the journal says that the old state must be brought back."""
    begun = _begin()
    backup = new_backup_path(home)
    making.make(backup)
    try:
        _unpack(Archive(backup), home, database)
    except OSError as error:
        raise BackupError(_one_line(_("The backup cannot be unpacked: %(why)s"), error)) from error
    journal.write(home, Journal(begun.version, begun.started_at, str(backup)))
    return backup


def _unpack(archive: Archive, home: Path, database: Database) -> Path:
    """Return the unpacked database of the backup, which is unpacked if it is not there yet."""
    staging = home / _STAGING
    staging.mkdir(exist_ok=True, mode=0o700)
    file = database.staging(staging)
    if not file.exists() or _hash(file) != archive.manifest.files[database.entry].sha256:
        file.unlink(missing_ok=True)
        archive.extract(database.entry, file)
    return file


def _migrate(home: Path, database: Database, backup: Path, *, verify: bool) -> None:
    try:
        call_command("migrate", interactive=False, verbosity=0)
        _check(verify=verify)
    # Whatever went wrong, the old state is brought back.
    except BaseException as error:
        why = _describe(error)
        try:
            _bring_back(home, database, backup)
        except (BackupError, OSError) as second:
            raise BackupError(
                _(
                    "The upgrade failed (%(why)s), and the old state is not back yet (%(second)s). Mend that and run "
                    "./run upgrade again; the backup is %(file)s."
                )
                % {"why": why, "second": second, "file": backup}
            ) from error
        raise BackupError(
            _("The upgrade failed and the old state is back: %(why)s. Start the previous release again.") % {"why": why}
        ) from error
    finally:
        connections.close_all()
    journal.remove(home)


def _check(*, verify: bool) -> None:
    """Raises BackupError if the site does not work with its database."""
    try:
        call_command("check", verbosity=0)
    except SystemCheckError as error:
        raise BackupError(_one_line("%(why)s", error)) from error
    found = list(itertools.islice(grades.find_differences(), 100)) if verify else []
    if found:
        first = found[0]
        raise BackupError(
            ngettext(
                "%(n)d stored grade differs from the computed one: %(what)s of %(of)s, %(stored)s instead of %(computed)s",
                "%(n)d stored grades differ from the computed ones, first %(what)s of %(of)s, %(stored)s instead of "
                "%(computed)s",
                len(found),
            )
            % {
                "n": len(found),
                "what": first.what,
                "of": first.of,
                "stored": first.stored,
                "computed": first.computed,
            }
        )


def _bring_back(home: Path, database: Database, backup: Path) -> None:
    """Load the database of the backup, put back uploads that changed, and remove the journal. Idempotent."""
    connections.close_all()
    database.check_unused()
    archive = Archive(backup)
    file = _unpack(archive, home, database)
    _bring_back_uploads(archive, home)
    # `./run` must not take it for a database that it has migrated.
    (home / "prepared").unlink(missing_ok=True)
    database.load(file, archive.manifest.rows)
    shutil.rmtree(home / _STAGING, ignore_errors=True)
    journal.remove(home)


def _bring_back_uploads(archive: Archive, home: Path) -> None:
    for name in archive.uploads():
        path: Path = settings.MEDIA_ROOT / name.removeprefix(UPLOADS)
        if path.exists() and _hash(path) == archive.manifest.files[name].sha256:
            continue
        fresh = home / _STAGING / "upload"
        fresh.unlink(missing_ok=True)
        archive.extract(name, fresh)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.replace(path)


def _tidy(home: Path) -> None:
    """Remove the unpacked database and all but the newest backups."""
    databases.current().staging(home / _STAGING).unlink(missing_ok=True)
    shutil.rmtree(home / _STAGING, ignore_errors=True)
    for old in sorted((home / FOLDER).glob("before-*.zip"), key=lambda path: path.stat().st_mtime)[:-KEEP]:
        old.unlink()


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _describe(error: BaseException) -> str:
    """Return what went wrong in one line."""
    # It only says that there was an error before.
    while isinstance(error, TransactionManagementError) and error.__context__ is not None:
        error = error.__context__
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__


def _one_line(text: str, error: Exception) -> str:
    return text % {"why": " ".join(str(error).split())}
