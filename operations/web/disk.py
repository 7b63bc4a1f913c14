"""Flush what requests have stored to the disk, in a thread, while the event loop serves other requests.

On SQLite a commit that waits for the disk takes as long as the rest of a short request, and a process that waits answers nobody.
One flush serves all requests whose commits were written before it began.
"""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from common.database.sqlite3.flushing import flush_files

# In the WSGI environment: an empty list, to which the application adds open files that must be flushed before the answer is sent.
UNFLUSHED = "baeum.unflushed"


class Disk:
    """Flushes files and closes them, one flush after the other."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "disk")
        # The files of the flush that comes after the running one, and what its requests wait for.
        self._files: list[int] = []
        self._next: asyncio.Future[None] | None = None
        self._is_flushing = False

    @property
    def is_busy(self) -> bool:
        return self._is_flushing

    async def flush(self, files: Iterable[int]) -> None:
        """Wait for a flush that begins after this call. Raises OSError if the disk fails; the files are closed all the same."""
        self._files += files
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        waiting = self._next
        if not self._is_flushing:
            self._begin()
        # A request whose client is gone is cancelled. The others wait for the same future.
        await asyncio.shield(waiting)

    def _begin(self) -> None:
        assert self._next is not None
        waiting, self._next = self._next, None
        files, self._files = self._files, []
        self._is_flushing = True
        flushed = asyncio.get_running_loop().run_in_executor(self._thread, flush_files, files)
        flushed.add_done_callback(partial(self._end, waiting))

    def _end(self, waiting: asyncio.Future[None], flushed: asyncio.Future[None]) -> None:
        self._is_flushing = False
        if error := flushed.exception():
            waiting.set_exception(error)
        else:
            waiting.set_result(None)
        if self._next is not None:
            self._begin()
