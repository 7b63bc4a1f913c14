"""Write this process's id into a pipe every few seconds, by which `operations.supervisor` knows that it does not hang."""

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # The scheduler needs no event loop; asyncio would add a fifth to its memory.
    import asyncio
    from collections.abc import Callable

# Seconds between two heartbeats.
INTERVAL = 2.0
# While one of these returns False, no heartbeat is sent. For threads that the process cannot do without.
conditions: "list[Callable[[], bool]]" = []


def beat() -> None:
    """Send one heartbeat. Does nothing if no supervisor asked for heartbeats, or does not read them."""
    pipe = os.environ.get("BAEUM_HEARTBEAT")
    if pipe and all(condition() for condition in conditions):
        with contextlib.suppress(OSError):
            os.write(int(pipe), f"{os.getpid()}\n".encode())


def beat_in_loop(loop: "asyncio.AbstractEventLoop") -> None:
    """Send heartbeats from an event loop, so that a process with a blocked loop counts as hanging."""
    beat()
    loop.call_later(INTERVAL, beat_in_loop, loop)
