"""Owns how SQLite is written to: Django's backend, its writers in turn, the wait for the disk outside of that turn.

SQLite lets one connection write at a time. Who finds the place taken sleeps, looks again and sleeps longer, up to a tenth of a
second, while the place may have been free for most of that: with four writers a quarter of their time went by so. A lock
on a file beside the database lets the next one in within half a millisecond. It is no lock of the data: SQLite's own keeps
those right, also against a program that knows no turnstile.

With `synchronous=FULL`, a commit waits for the disk before it lets the next writer in. Here it writes the log, lets the next
one in, and then waits until the log is on the disk, before anybody is told of the commit: what is promised is the same
(a commit that was answered survives a power cut), as the log is flushed in the order in which it was written.
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

# Seconds between two looks: less than a short transaction takes, and a look costs a hundredth of it.
PAUSE = 0.0003
# macOS has the other one only.
_flush = getattr(os, "fdatasync", os.fsync)


class CursorWrapper(base.SQLiteCursorWrapper):
    """Django's, which reads through a statement for its placeholders each time; what is executed again has been read."""

    def convert_query(self, query: str, *, param_names: Iterable[str] | None = None) -> str:
        converted: str = super().convert_query(query, param_names=param_names) if param_names else _converted(query)
        return converted


@lru_cache(maxsize=500)
def _converted(query: str) -> str:
    converted: str = base.SQLiteCursorWrapper.convert_query(None, query)  # type: ignore[arg-type]  # it reads no self
    return converted


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turnstile: int | None = None
        # The log beside the database, which stays the same file as long as a connection is open.
        self._log: int | None = None
        self._has_turn = False
        self._changes = 0
        self._schema = 0

    def create_cursor(self, name: str | None = None) -> CursorWrapper:
        return self.connection.cursor(factory=CursorWrapper)  # type: ignore[no-any-return]

    @contextmanager
    def turn(self, *, durable: bool = True) -> Iterator[None]:
        """For a statement that writes by itself; a transaction waits for its turn, and for the disk, without being told.

        Not `durable`: a power cut may take it.
        """
        if self._has_turn or self.in_atomic_block:
            yield
            return
        self._take_turn()
        try:
            yield
        finally:
            written = self._leave()
        if written and durable:
            self._wait_for_disk()

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs leave it out
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> None:
        # Where it fails, the transaction goes on, and is rolled back next.
        super()._commit()  # type: ignore[misc]  # the stubs leave it out
        if self._leave():
            self._wait_for_disk()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # the stubs leave it out
        finally:
            for file in (self._turnstile, self._log):
                if file is not None:
                    os.close(file)
            self._turnstile, self._log, self._has_turn = None, None, False

    def _take_turn(self) -> None:
        """Raises OperationalError after the timeout of the connection, as SQLite does."""
        self.ensure_connection()
        if self._turnstile is None and not self._open_files():
            return
        deadline = time.monotonic() + self.settings_dict["OPTIONS"].get("timeout", 5)
        while True:
            try:
                fcntl.flock(self._turnstile, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]  # it is open
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise OperationalError("database is locked: others have been writing all the time") from None
                time.sleep(PAUSE)
            else:
                break
        self._has_turn = True
        self._changes = self.connection.total_changes
        self.connection.execute("PRAGMA synchronous = NORMAL")

    def _leave(self) -> bool:
        """Let the next one in; returns whether anything was written that is not on the disk yet."""
        if not self._has_turn:
            return False
        self._has_turn = False
        try:
            self.connection.execute("PRAGMA synchronous = FULL")
            return self._has_written()
        finally:
            fcntl.flock(self._turnstile, fcntl.LOCK_UN)  # type: ignore[arg-type]  # it is open

    def _has_written(self) -> bool:
        if self.connection.total_changes != self._changes:
            return True
        # A new table changes no row.
        [before, (self._schema,)] = self._schema, self.connection.execute("PRAGMA schema_version").fetchone()
        return bool(before != self._schema)

    def _open_files(self) -> bool:
        """Whether there is something to wait for: a database in memory, or one that keeps no log, is left to SQLite."""
        if self.is_in_memory_db() or self.connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            return False
        # Reading it opens the log as well.
        (self._schema,) = self.connection.execute("PRAGMA schema_version").fetchone()
        path = Path(self.settings_dict["NAME"])
        self._turnstile = os.open(f"{path}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._log = os.open(f"{path}-wal", os.O_RDWR | os.O_CLOEXEC)
        # The log's name is on the disk as well.
        folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return True

    def _wait_for_disk(self) -> None:
        assert self._log is not None
        _flush(self._log)
