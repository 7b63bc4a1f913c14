"""Tell an outage (a full disk; a database that is away or busy) from a fault of the code.

An outage ends by itself or by an operator's hand, so a client is told to try again: `common.pages.errors.server_error`.
"""

import errno
import sqlite3

from django.db import Error as DatabaseFailure
from django.db import InterfaceError, OperationalError

# Seconds after which a client should try again.
RETRY_AFTER = 30
# What the system answers if a disk is full, over its quota, broken or read-only, or if the process has too many open files.
_DISK_ERRORS = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EIO,
    errno.EROFS,
    errno.EMFILE,
    errno.ENFILE,
}
# PostgreSQL's code for a write to a standby. psycopg raises it as an internal error.
_READ_ONLY = "25006"


def is_outage(error: BaseException | None) -> bool:
    """Whether `error` is an outage, or was raised from one or while one was handled."""
    while error is not None:
        if isinstance(error, DatabaseFailure):
            found = _is_database_outage(error)
        else:
            found = isinstance(error, OSError) and error.errno in _DISK_ERRORS
        if found:
            return True
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return False


def _is_database_outage(error: DatabaseFailure) -> bool:
    """The driver's error is the cause of Django's."""
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) == _READ_ONLY:
        return True
    if isinstance(cause, sqlite3.Error) and _is_fault_of_a_statement(cause):
        return False
    return isinstance(error, OperationalError | InterfaceError)


def _is_fault_of_a_statement(cause: sqlite3.Error) -> bool:
    """SQLite raises OperationalError also for a table that does not exist and for SQL that it cannot read."""
    return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
