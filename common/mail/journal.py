"""Note on this machine's disk how far a batch of mails is, so that a killed sender leaves one uncertain mail, not a hundred.

The claim of a batch is one commit. Which of its mails the sender has begun is in a file that only this sender holds (flock). A
line of it takes some microseconds, and survives the sender. Who finds a file that nobody holds knows how each mail ended, and
which ones were not begun.

A power cut may lose lines. So the file names the boot of the machine: after another one it says nothing, and its mails become
uncertain. The same is true of a machine that does not come back.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_SUFFIX = ".jsonl"


class Journal:
    """The file of one batch, which this process holds until `close`."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def start(cls, table: str) -> "Journal":
        """Make the journal of a batch of rows of `table`."""
        home: Path = settings.MAIL_JOURNALS
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = home / f"{table}-{uuid4().hex}{_SUFFIX}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        journal = cls(path, descriptor)
        # Who looks for abandoned ones may hold it for a moment, and may even remove it, empty as it is. Then its mails become
        # uncertain if this process is killed.
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        journal._write("boot", _boot())
        return journal

    def claimed(self, attempts: dict[int, int], queued: Sequence[int], at: datetime) -> None:
        """Note the rows that were claimed: {id: number of the attempt}, which of them were queued, and the moment of the claim.

        After the commit: before it, another sender may still claim them.
        """
        self._write("claimed", at.isoformat(), list(attempts.items()), queued)

    def begun(self, pk: int) -> None:
        """Note that the mail server is told of a mail now. Raises OSError: without this line the mail must not be sent."""
        self._write("begun", pk)

    def ended(self, pk: int, status: str, error: str) -> None:
        self._write("ended", pk, status, error)

    def remove(self) -> None:
        """Remove the file. From then on nobody else releases rows of the batch."""
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def read(self) -> "Found":
        """Return what the file says. It says nothing if it is of another boot, or damaged."""
        found = Found()
        with contextlib.suppress(ValueError, TypeError, KeyError):
            lines = [json.loads(line) for line in self.path.read_text().splitlines()]
            if lines and lines[0] == ["boot", _boot()] and _boot():
                for name, *values in lines[1:]:
                    _READERS[name](found, *values)
                found.is_complete = True
        return found if found.is_complete else Found()

    def _write(self, *values: Any) -> None:
        line = (json.dumps(values) + "\n").encode()
        if os.write(self._descriptor, line) < len(line):
            raise OSError("The disk took a part of a line only.")


@dataclass
class Found:
    """What a journal says: the attempt of each claimed row, those that were begun, and how those ended that did."""

    at: datetime | None = None
    attempts: dict[int, int] = field(default_factory=dict)
    queued: set[int] = field(default_factory=set)
    begun: set[int] = field(default_factory=set)
    ended: dict[int, tuple[str, str]] = field(default_factory=dict)
    is_complete: bool = False

    @property
    def untouched(self) -> dict[int, int]:
        """Return the attempts of the rows that were queued and of whose mails no server was told. They may be queued again."""
        return {pk: self.attempts[pk] for pk in self.queued - self.begun - self.ended.keys()}

    def claim(self, at: str, attempts: Iterable[tuple[int, int]], queued: Iterable[int]) -> None:
        self.at, self.attempts, self.queued = datetime.fromisoformat(at), dict(attempts), set(queued)

    def end(self, pk: int, status: str, error: str) -> None:
        self.ended[pk] = (status, error)


_READERS: dict[str, Any] = {
    "claimed": Found.claim,
    "begun": lambda found, pk: found.begun.add(pk),
    "ended": Found.end,
}


def abandoned(table: str) -> Iterator[tuple[Journal, Found]]:
    """Take each journal of rows of `table` whose sender is gone, and what it says. The caller removes it."""
    home: Path = settings.MAIL_JOURNALS
    for path in sorted(home.glob(f"{table}-*{_SUFFIX}")):
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        journal = Journal(path, descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found = journal.read()
            log.warning(
                "mails_of_a_dead_sender", journal=path.name, untouched=len(found.untouched), ended=len(found.ended)
            )
            yield journal, found
        except (BlockingIOError, FileNotFoundError):
            # Its sender lives, or somebody else has done this.
            continue
        finally:
            journal.close()


def _boot() -> str:
    """Return a name of the time since the machine was started; "" if it has none."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""
