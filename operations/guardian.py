"""Owns that nothing outlives a killed supervisor. Run as a file, before anything is imported: it must start at once.

The supervisor writes "+<process group>" and "-<process group>" lines into this process's standard input and holds the
pipe open. When the pipe closes, however that came about, every group that is left is killed.
"""

import contextlib
import os
import signal
import sys


def main() -> None:
    # Ctrl-C and a polite TERM are for the supervisor; this process ends when the pipe does.
    for polite in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(polite, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line[0] == "+":
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
