"""Run the local mail server of `bench.mails.sink` as a process, and ask it what has come."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Sink:
    """The mail server's process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        assert process.stdin
        assert process.stdout
        self._in, self._out = process.stdin, process.stdout
        self.port = int(self._out.readline())

    def count(self) -> dict[str, Any]:
        """Return what has come so far: see `bench.mails.sink.Counted`."""
        self._in.write("\n")
        self._in.flush()
        found: dict[str, Any] = json.loads(self._out.readline())
        return found


@contextlib.contextmanager
def sink() -> Iterator[Sink]:
    """Run a mail server."""
    command = [sys.executable, "-m", "bench.mails.sink"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Sink(process)
        finally:
            process.terminate()
