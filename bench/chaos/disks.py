"""A small disk that a run fills up.

It is a tmpfs in a mount namespace of the run. The machine's own disks are never filled, and when the last process of the run
has ended, however it ended, the kernel removes the disk.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# Set in a process that has a mount namespace of its own.
MARK = "CHAOS_MAY_MOUNT"
# A full disk takes this much memory. Two PostgreSQL clusters must fit on it, or the database of 4,000 attempts.
SIZE_MB = 400


def enter_namespace(mode: str, argv: Sequence[str]) -> None:
    """Start this program again in a mount namespace of its own. Return if that is not allowed here, or was done already."""
    command = None if MARK in os.environ else namespace_command(mode)
    if command is not None:
        os.environ[MARK] = "1"
        os.execvp(command[0], [*command, sys.executable, "-m", "bench.chaos", *argv])


def namespace_command(mode: str) -> list[str] | None:
    """Return the command that runs another one where it may mount, or None if that is not allowed here.

    Root keeps root's rights, because PostgreSQL runs as another user. Others become root of a user namespace, which has no other
    user. So they cannot start PostgreSQL in it.
    """
    is_root = os.geteuid() == 0
    if sys.platform != "linux" or not (is_root or mode == "embedded"):
        return None
    command = ["unshare", "--mount", *([] if is_root else ["--user", "--map-root-user"])]
    # It covers /tmp only in the namespace of this trial.
    trial = [*command, "mount", "-t", "tmpfs", "-o", "size=1m", "chaos", "/tmp"]
    try:
        is_allowed = subprocess.run(trial, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        is_allowed = False
    return command if is_allowed else None


@dataclass(frozen=True, slots=True)
class Disk:
    """A small disk, mounted on `folder`."""

    folder: Path

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self) -> None:
        """Take all free space. Call it again to take what the product has freed in the meantime."""
        with contextlib.suppress(OSError), self._ballast.open("ab", buffering=0) as file:
            for size in (1_048_576, 4096):
                with contextlib.suppress(OSError):
                    while file.write(b"\0" * size) == size:
                        pass

    def make_room(self) -> None:
        self._ballast.unlink()


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Disk | None]:
    """Mount a small disk on `folder`, or yield None if this process may not mount."""
    folder.mkdir()
    if MARK not in os.environ:
        yield None
        return
    mounted = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=0755", "chaos", str(folder)]
    subprocess.run(mounted, check=True)
    try:
        yield Disk(folder)
    finally:
        # Lazily, because a killed process may still be ending.
        subprocess.run(["umount", "--lazy", str(folder)], check=False)
