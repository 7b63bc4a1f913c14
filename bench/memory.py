"""Measure the memory of a running product: the proportional set size (PSS) of each of its processes."""

import re
from collections import Counter
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
    found: Counter[str] = Counter()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if f"BAEUM_HOME={home}\0".encode() in (entry / "environ").read_bytes():
                    command = (entry / "cmdline").read_bytes().decode(errors="replace")
                    found[_name(command)] += _pss(entry)
            except (OSError, AttributeError):
                # The process has ended meanwhile.
                continue
    if not found:
        raise BenchError(f"No process has the state folder {home}.")
    return {name: round(kilobytes / 1024, 1) for name, kilobytes in found.most_common()}


def _name(command: str) -> str:
    return next((name for part, name in NAMES.items() if part in command), "other")


def _pss(entry: Path) -> int:
    found = re.search(r"^Pss:\s+(\d+) kB", (entry / "smaps_rollup").read_text(), re.MULTILINE)
    return int(found[1]) if found else 0
