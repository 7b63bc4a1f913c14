"""Owns whose turn it is to write: Django's SQLite backend, with a turnstile before the one place for writers.

SQLite lets one connection write at a time. Who finds the place taken sleeps, looks again and sleeps longer, up to a tenth of a
second, while the place may have been free for most of that: with four writers a quarter of their time went by so. A lock
on a file beside the database lets the next one in within half a millisecond.

It is no lock of the data. SQLite's own keeps those right, also against a program that knows no turnstile.
"""

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

# Seconds between two looks: less than a short transaction takes, and a look costs a hundredth of it.
PAUSE = 0.0003


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
    def create_cursor(self, name: str | None = None) -> CursorWrapper:
        return self.connection.cursor(factory=CursorWrapper)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._turnstile: int | None = None
        self._has_turn = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """For a statement that writes by itself; a transaction waits for its turn without being told."""
        if self._has_turn or self.in_atomic_block:
            yield
            return
        self._take_turn()
        try:
            yield
        finally:
            self._leave()

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()
        finally:
            self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            if self._turnstile is not None:
                os.close(self._turnstile)
                self._turnstile, self._has_turn = None, False

    def _take_turn(self) -> None:
        """Raises OperationalError after the timeout of the connection, as SQLite does."""
        if self.is_in_memory_db():
            return
        if self._turnstile is None:
            name = f"{self.settings_dict['NAME']}-turn"
            self._turnstile = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        patience = self.settings_dict["OPTIONS"].get("timeout", 5)
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(self._turnstile, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise OperationalError(f"The database has been busy with another write for {patience} s.") from None
                time.sleep(PAUSE)
            else:
                self._has_turn = True
                return

    def _leave(self) -> None:
        if self._has_turn and self._turnstile is not None:
            fcntl.flock(self._turnstile, fcntl.LOCK_UN)
            self._has_turn = False
