"""Start the processes of `./run`, restart those that die, and stop them all at the end.

Each child leads its own process group. The whole group is killed before the child is restarted, because granian's workers
survive a killed parent and keep the port. If the supervisor itself is killed, `operations.guardian` kills the groups.
"""

import contextlib
import ctypes
import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import structlog

log = structlog.get_logger(__name__)

PR_SET_PDEATHSIG = 1
# Loaded at import, because nothing may be loaded between fork and exec.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
# Seconds: the first and the longest pause before a restart, and the uptime after which the pause is the first again.
BACKOFF_FIRST, BACKOFF_LAST, HEALTHY_AFTER = 0.5, 10.0, 30.0
# Seconds that the children have to stop by themselves. Grading may be interrupted: the sweep finds the attempt again.
STOP_TIMEOUT = 4.0


@dataclass
class Child:
    """One process to keep running. `environment` is added to the supervisor's own."""

    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    backoff: float = BACKOFF_FIRST


class Supervisor:
    """Run `children` until a signal (SIGINT, SIGTERM or SIGHUP) arrives."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self.stopping = False
        self._guardian: subprocess.Popen[bytes] | None = None

    def run(self, on_tick: Callable[[], None] = lambda: None) -> None:
        """Start all children and keep them running. `on_tick` is called every 0.1 s. If it raises, all children are stopped."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            while not self.stopping:
                self._keep_guardian()
                for child in self.children:
                    self._keep(child)
                on_tick()
                time.sleep(0.1)
        finally:
            self._stop_all()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _keep_guardian(self) -> None:
        if self._guardian is not None and self._guardian.poll() is None:
            return
        self._guardian = subprocess.Popen(
            [sys.executable, "-S", "-E", str(Path(__file__).with_name("guardian.py"))],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        for child in self.children:
            if child.process is not None:
                self._notify_guardian("+", child.process.pid)

    def _keep(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_again_at:
                self._start(child)
            return
        code = child.process.poll()
        if code is None:
            if now - child.started_at > HEALTHY_AFTER:
                child.backoff = BACKOFF_FIRST
            return
        log.warning("child_died", child=child.name, code=code, again_in=child.backoff)
        self._kill_group(child)
        child.start_again_at = now + child.backoff
        child.backoff = min(child.backoff * 2, BACKOFF_LAST)

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(
            child.command,
            env={**os.environ, **child.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=functools.partial(_die_with_parent, os.getpid()) if LIBC else None,  # noqa: PLW1509 (no threads)
        )
        self._notify_guardian("+", child.process.pid)
        child.started_at = time.monotonic()

    def _notify_guardian(self, sign: str, group: int) -> None:
        assert self._guardian is not None
        assert self._guardian.stdin is not None
        # A dead guardian is replaced in the next round and receives all groups again.
        with contextlib.suppress(BrokenPipeError):
            self._guardian.stdin.write(f"{sign}{group}\n".encode())
            self._guardian.stdin.flush()

    def _kill_group(self, child: Child) -> None:
        assert child.process is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self._notify_guardian("-", child.process.pid)
        child.process = None

    def _stop_all(self) -> None:
        # A second Ctrl-C must not interrupt this function.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        running = [child for child in self.children if child.process is not None]
        for child in running:
            assert child.process is not None
            with contextlib.suppress(ProcessLookupError):
                child.process.terminate()
        deadline = time.monotonic() + STOP_TIMEOUT
        for child in running:
            assert child.process is not None
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
            self._kill_group(child)
        if self._guardian is not None and self._guardian.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._guardian.stdin.close()
            self._guardian.wait()


def _die_with_parent(parent: int) -> None:
    """On Linux, let the kernel kill this child when the supervisor dies."""
    assert LIBC is not None
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # The supervisor died before prctl took effect.
        os._exit(1)
