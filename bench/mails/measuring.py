"""Let the summaries of all filled students become due, and measure until a local mail server has the last one."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import memory
from bench.load import BenchError, Timing
from bench.mails.server import Sink

# Seconds in which all must be handed over, whatever the target is.
TIMEOUT = 3600.0
WORKER = "mail-worker"


@dataclass(frozen=True, slots=True)
class Mails:
    """The summaries of `students` students: `seconds` from when they were due until the mail server had the last one.

    `cpu_ms` and the memory are those of the mail worker. Of its memory, that after a tenth of the mails, and the peak.
    `queries` finds what a batch says: one of the usual size, and one of ten times as many. `graded` is how long a submitted
    attempt took until it was graded, without mails and beside them.
    """

    students: int
    mails: int
    duplicates: int
    with_picture: int
    connections: int
    seconds: float
    mails_per_s: float
    cpu_ms_per_mail: float
    kb_per_mail: float
    queries: int
    queries_of_ten: int
    pss_early_mb: float
    pss_peak_mb: float
    graded_p95_ms: float
    graded_beside_p95_ms: float


def measure(server: Sink, home: Path, students: int, filled: dict[str, Any], graded: Callable[[], Timing]) -> Mails:
    """Wait for the moment at which the summaries are due, and until all are there. Raises BenchError if they do not come.

    `filled` is the output of `bench.mails.filling`. `graded()` measures how long grading takes.
    """
    quiet = graded()
    while time.time() < filled["due"]:
        time.sleep(0.2)
    if server.count()["mails"]:
        raise BenchError("Mails came before they were due.")
    cpu, peak, early, beside = memory.cpu_seconds(home)[WORKER], 0.0, 0.0, None
    deadline = time.monotonic() + TIMEOUT
    while (done := server.count()["mails"]) < students:
        if time.monotonic() > deadline:
            raise BenchError(f"Only {done} of {students} mails came.")
        peak = max(peak, memory.by_process(home).get(WORKER, 0.0))
        if done >= students / 10:
            early = early or peak
            beside = beside or graded()
        time.sleep(0.5)
    found, cpu = server.count(), memory.cpu_seconds(home)[WORKER] - cpu
    return Mails(
        students=students,
        mails=found["mails"],
        duplicates=found["duplicates"],
        with_picture=found["pictures"],
        connections=found["connections"],
        seconds=found["last"] - filled["due"],
        mails_per_s=found["mails"] / (found["last"] - found["first"]),
        cpu_ms_per_mail=cpu * 1000 / found["mails"],
        kb_per_mail=found["size"] / found["mails"] / 1024,
        queries=filled["queries"][0],
        queries_of_ten=filled["queries"][1],
        pss_early_mb=early,
        pss_peak_mb=peak,
        graded_p95_ms=quiet.p95_ms,
        graded_beside_p95_ms=beside.p95_ms if beside else 0.0,
    )
