"""Measure the memory of a running product, the proportional set size (PSS) of each of its processes, and their time."""

import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bench.load import BenchError

# How a process is found by its command line, and its name in the result.
NAMES = {
    "supervisor.py": "supervisor",
    "guardian.sh": "guardian",
    "operations.web": "web",
    "granian": "web",
    "mail-worker@": "mail-worker",
    "worker@": "worker",
    "operations.scheduler": "beat",
}


def by_process(home: Path) -> dict[str, float]:
    """Return the PSS in MB by the name of the process, for all processes with the state folder `home`.

    Pages that several processes share count in equal parts for each. Raises BenchError if no process was found.
    """
    kilobytes = _of_each(home, _pss)
    return {name: round(found / 1024, 1) for name, found in kilobytes.most_common()}


def cpu_seconds(home: Path) -> Counter[str]:
    """Return the processor time in seconds by the name of the process. Raises like `by_process`."""
    ticks = os.sysconf("SC_CLK_TCK")
    return Counter({name: found / ticks for name, found in _of_each(home, _ticks).items()})


def _of_each(home: Path, measure: Callable[[Path], int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if f"BAEUM_HOME={home}\0".encode() in (entry / "environ").read_bytes():
                    command = (entry / "cmdline").read_bytes().decode(errors="replace")
                    found[_name(command)] += measure(entry)
            except (OSError, AttributeError):
                # The process has ended meanwhile.
                continue
    if not found:
        raise BenchError(f"No process has the state folder {home}.")
    return found


def _name(command: str) -> str:
    return next((name for part, name in NAMES.items() if part in command), "other")


def _pss(entry: Path) -> int:
    found = re.search(r"^Pss:\s+(\d+) kB", (entry / "smaps_rollup").read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


def _ticks(entry: Path) -> int:
    """Return the time of a process and of its children that have ended."""
    fields = (entry / "stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15]))
