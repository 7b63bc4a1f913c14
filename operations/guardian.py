"""Kill all child process groups when the supervisor dies.

The supervisor runs this file directly. The file imports nothing of the project, so that it starts at once.

The supervisor writes "+<process group>" and "-<process group>" lines into this process's standard input and keeps the
pipe open. When the pipe closes for any reason, all remaining groups are killed.
"""

import contextlib
import os
import signal
import sys


def main() -> None:
    # The supervisor handles Ctrl-C and SIGTERM; this process ends when the pipe closes.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
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
