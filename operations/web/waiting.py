"""Wait for the worker processes of the web server: `python -I -S waiting.py WORKERS COMMAND…`. Imports nothing of the product.

The process that has loaded the application and forked the workers becomes this one (execv). Otherwise it would keep a copy of
all memory that the workers have written to since, a quarter of what the site needs. When a worker dies, this process becomes
the loading one again, which starts a new worker in its place and knows the others by their numbers.

WORKERS is `number@second,number@second …`: process ids, and when each was started (`time.monotonic`).
"""

import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

# A worker that dies younger than this, in seconds, would probably do so again. The supervisor then starts everything anew.
CRASH_LOOP = 5.5
# Blocked here and while one process becomes the other, so that none is missed: `sigwait` returns those that wait.
SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}


def become(workers: Mapping[int, float], command: Sequence[str]) -> None:
    """Replace this process by one that waits for `workers`. `command` starts the loading process. Does not return."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    os.execv(sys.executable, [sys.executable, "-I", "-S", str(Path(__file__).resolve()), write(workers), *command])


def write(workers: Mapping[int, float]) -> str:
    return ",".join(f"{pid}@{started:.3f}" for pid, started in workers.items())


def read(written: str) -> dict[int, float]:
    pairs = (worker.split("@") for worker in written.split(",") if worker)
    return {int(pid): float(started) for pid, started in pairs}


def stop(workers: Mapping[int, float]) -> None:
    """Let the workers finish their requests, and wait until they have ended."""
    for pid in workers:
        os.kill(pid, signal.SIGTERM)
    for pid in workers:
        os.waitpid(pid, 0)


def _reap(workers: dict[int, float]) -> list[float]:
    """Remove the workers that have ended. Return their ages in seconds."""
    ages = []
    for pid, started in list(workers.items()):
        if os.waitpid(pid, os.WNOHANG)[0]:
            del workers[pid]
            ages.append(time.monotonic() - started)
    return ages


def main(workers: dict[int, float], command: Sequence[str]) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    while True:
        ages = _reap(workers)
        if ages:
            print(f"web: {len(ages)} of the worker processes ended unexpectedly", file=sys.stderr, flush=True)
            if min(ages) < CRASH_LOOP:
                stop(workers)
                sys.exit(1)
            os.execv(command[0], [*command, "--beside", write(workers)])
        if signal.sigwait(SIGNALS) != signal.SIGCHLD:
            stop(workers)
            return


if __name__ == "__main__":
    main(read(sys.argv[1]), sys.argv[2:])
