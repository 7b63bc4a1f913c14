"""Extend Django's SQLite backend with a faster write lock, and flush to disk after the lock is released.

SQLite allows one writer at a time. A waiting writer sleeps up to 100 ms before it tries again; with four writers that wasted
about 25 % of their time. Here writers take a lock (flock) on a file beside the database first. The next writer gets it within
half a millisecond. This lock only orders the writers: SQLite's own locks still protect the data, also from programs that do not
use the lock file.

With `synchronous=FULL`, SQLite holds its write lock until the commit is flushed to disk. Here a commit writes the log (WAL),
releases the lock, and then flushes the log before it returns. The guarantee is the same, because the log is flushed in the
order in which it was written: a commit that returned survives a power cut.
"""

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

from common.database.sqlite3 import flushing

# Seconds between two attempts to take the lock. A short transaction takes longer; an attempt takes about 1 % of this time.
PAUSE = 0.0003


class CursorWrapper(base.SQLiteCursorWrapper):
    """Cache the conversion of placeholders (%s → ?), which Django repeats for each execution."""

    def convert_query(self, query: str, *, param_names: Iterable[str] | None = None) -> str:
        converted: str = (
            super().convert_query(query, param_names=param_names) if param_names else convert_placeholders(query)
        )
        return converted


@lru_cache(maxsize=500)
def convert_placeholders(query: str) -> str:
    converted: str = base.SQLiteCursorWrapper.convert_query(None, query)  # type: ignore[arg-type]  # it reads no self
    return converted


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lock_file: int | None = None
        # The WAL file beside the database. It stays the same file as long as a connection is open.
        self._log: int | None = None
        self._holds_lock = False
        self._changes = 0
        self._schema = 0
        # Inside `one_flush`: whether a commit waits for the flush at its end. None outside.
        self._unflushed: bool | None = None
        # Inside `flush_later`: the log, open once more, if a commit has written to it. None outside.
        self._later: list[int] | None = None

    def create_cursor(self, name: str | None = None) -> CursorWrapper:
        return self.connection.cursor(factory=CursorWrapper)  # type: ignore[no-any-return]

    @contextmanager
    def write_lock(self, *, durable: bool = True) -> Iterator[None]:
        """Take the write lock around a statement in autocommit mode. Transactions take the lock by themselves.

        Without `durable` the statement does not wait for the disk, so a power cut may lose it.
        """
        if self._holds_lock or self.in_atomic_block:
            yield
            return
        self._acquire_lock()
        try:
            yield
        finally:
            written = self._release_lock()
        if written and durable:
            self._wait_for_disk()

    @contextmanager
    def one_flush(self) -> Iterator[None]:
        """Let all commits inside wait for the disk together, at the end. Other processes see each of them at once."""
        if self._unflushed is not None:
            yield
            return
        self._unflushed = False
        try:
            yield
        finally:
            unflushed, self._unflushed = self._unflushed, None
            if unflushed:
                self._wait_for_disk()

    @contextmanager
    def flush_later(self, files: list[int]) -> Iterator[None]:
        """Let the commits inside return before they are on the disk. See `common.database.durability.flush_later`."""
        self._later = files
        try:
            yield
        finally:
            self._later = None

    def _start_transaction_under_autocommit(self) -> None:
        self._acquire_lock()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs leave it out
        except BaseException:
            self._release_lock()
            raise

    def _commit(self) -> None:
        # If this raises, the transaction is still open and keeps the lock; Django rolls it back next.
        super()._commit()  # type: ignore[misc]  # the stubs leave it out
        if not self._release_lock():
            return
        if self._unflushed is None:
            self._wait_for_disk()
        else:
            self._unflushed = True

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._release_lock()

    def _close(self) -> None:
        if self._unflushed and self._log is not None:
            self._wait_for_disk()
            self._unflushed = False
        if self._later:
            # The next connection may have another log.
            flushing.flush_files(self._later)
            self._later.clear()
        try:
            super()._close()  # type: ignore[misc]  # the stubs leave it out
        finally:
            for file in (self._lock_file, self._log):
                if file is not None:
                    os.close(file)
            self._lock_file, self._log, self._holds_lock = None, None, False

    def _acquire_lock(self) -> None:
        """Take the lock. Raises OperationalError after the timeout of the connection, as SQLite does."""
        self.ensure_connection()
        if self._lock_file is None and not self._open_files():
            return
        deadline = time.monotonic() + self.settings_dict["OPTIONS"].get("timeout", 5)
        while True:
            try:
                fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]  # it is open
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise OperationalError("database is locked: others have been writing all the time") from None
                time.sleep(PAUSE)
            else:
                break
        self._holds_lock = True
        self._changes = self.connection.total_changes
        self.connection.execute("PRAGMA synchronous = NORMAL")

    def _release_lock(self) -> bool:
        """Release the lock. Return whether anything was written that is not flushed to disk yet."""
        if not self._holds_lock:
            return False
        self._holds_lock = False
        try:
            self.connection.execute("PRAGMA synchronous = FULL")
            return self._has_written()
        finally:
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)  # type: ignore[arg-type]  # it is open

    def _has_written(self) -> bool:
        if self.connection.total_changes != self._changes:
            return True
        # Creating a table changes no row.
        [before, (self._schema,)] = self._schema, self.connection.execute("PRAGMA schema_version").fetchone()
        return bool(before != self._schema)

    def _open_files(self) -> bool:
        """Open the lock file and the log. Return False for a database in memory or without a WAL: it needs neither file."""
        if self.is_in_memory_db() or self.connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            return False
        # Reading the database makes SQLite create the log.
        (self._schema,) = self.connection.execute("PRAGMA schema_version").fetchone()
        path = Path(self.settings_dict["NAME"])
        self._lock_file = os.open(f"{path}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._log = os.open(f"{path}-wal", os.O_RDWR | os.O_CLOEXEC)
        # Flush the directory entry of the log.
        folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return True

    def _wait_for_disk(self) -> None:
        assert self._log is not None
        if self._later is None:
            flushing.flush(self._log)
        elif not self._later:
            # The connection may close its own before.
            self._later.append(os.dup(self._log))
