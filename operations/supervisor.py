"""Start the processes of `./run`, restart those that die or hang, and leave none behind.

Runs as a program of its own that imports nothing of the project, no package and no large module, so that it stays small.
`launch` writes the plan and replaces the current process by it.

Each child leads its own process group. The whole group is killed before the child is restarted, because granian's workers
survive a killed parent and keep the port. If the supervisor itself is killed, `operations/guardian.sh` kills the groups.

A process that hangs does not die. So each process of a child writes its id into a pipe every few seconds
(`operations.heartbeat`), and is killed when it has not written for too long.
"""

import contextlib
import ctypes
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import NamedTuple

PR_SET_PDEATHSIG = 1
# Loaded at import, because nothing may be loaded between fork and exec.
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
# Seconds: the first and the longest pause before a restart, and the uptime after which the pause is the first again.
BACKOFF_FIRST, BACKOFF_LAST, HEALTHY_AFTER = 0.5, 10.0, 30.0
# Seconds that the children have to stop by themselves. Grading may be interrupted: the sweep finds the attempt again.
STOP_TIMEOUT = 4.0
# glibc keeps free memory in up to eight arenas for each processor; Python's threads need no more than two.
CHILD_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}
# Seconds after which a process without a heartbeat counts as hanging. A child that starts has START_FACTOR times as long for its
# first one, because it imports the application on a machine that may be busy.
HANG_LIMIT, START_FACTOR = 30.0, 4


class Child(NamedTuple):
    """One process to keep running. `environment` is added to the supervisor's own."""

    name: str
    command: list[str]
    environment: Mapping[str, str]


class Plan(NamedTuple):
    """What the supervisor runs. `welcome` is printed when `port` answers. `is_json` selects the format of the log."""

    children: list[Child]
    port: int = 0
    welcome: str = ""
    is_json: bool = False
    hang_limit: float = HANG_LIMIT


def launch(plan: Plan, file: Path) -> None:
    """Replace this process by the supervisor. File descriptors that are inheritable stay open. Does not return."""
    file.touch(mode=0o600)
    file.write_text(json.dumps({**plan._asdict(), "children": [child._asdict() for child in plan.children]}))
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-I", "-S", str(Path(__file__).resolve()), str(file)])


class _Running:
    """One child's process, and when to start it again if there is none."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.start_again_at = 0.0
        self.backoff = BACKOFF_FIRST
        # The read end of the pipe of heartbeats, and the time of each process's last one.
        self.pipe = -1
        self.beats: dict[int, float] = {}


class Supervisor:
    """Run the children of `plan` until a signal (SIGINT, SIGTERM or SIGHUP) arrives."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.stopping = False
        self._running = [_Running(child) for child in plan.children]
        self._guardian: subprocess.Popen[bytes] | None = None

    def run(self, on_tick: Callable[[], None] = lambda: None) -> None:
        """Start all children and keep them running. `on_tick` is called every 0.1 s. If it raises, all children are stopped."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            while not self.stopping:
                self._keep_guardian()
                for running in self._running:
                    self._keep(running)
                    self._check_heartbeats(running)
                on_tick()
                time.sleep(0.1)
        finally:
            self._stop_all()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _log(self, event: str, **facts: object) -> None:
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        if self.plan.is_json:
            line = json.dumps(
                {"event": event, "level": "warning", "timestamp": moment, "logger": "supervisor", **facts}
            )
        else:
            line = f"{moment} [warning] {event} " + " ".join(f"{name}={value}" for name, value in facts.items())
        print(line, file=sys.stderr, flush=True)

    def _keep_guardian(self) -> None:
        if self._guardian is not None and self._guardian.poll() is None:
            return
        self._guardian = subprocess.Popen(
            ["/bin/sh", str(Path(__file__).with_name("guardian.sh"))],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        for running in self._running:
            if running.process is not None:
                self._notify_guardian("+", running.process.pid)

    def _keep(self, running: _Running) -> None:
        now = time.monotonic()
        if running.process is None:
            if now >= running.start_again_at:
                self._start(running)
            return
        code = running.process.poll()
        if code is None:
            if now - running.started_at > HEALTHY_AFTER:
                running.backoff = BACKOFF_FIRST
            return
        self._log("child_died", child=running.child.name, code=code, again_in=running.backoff)
        self._kill_group(running)
        running.start_again_at = now + running.backoff
        running.backoff = min(running.backoff * 2, BACKOFF_LAST)

    def _start(self, running: _Running) -> None:
        child = running.child
        running.pipe, writing = os.pipe()
        # A process must not wait when nobody reads its heartbeats.
        os.set_blocking(running.pipe, False)
        os.set_blocking(writing, False)
        running.process = subprocess.Popen(
            child.command,
            env={**CHILD_ENVIRONMENT, **os.environ, **child.environment, "BAEUM_HEARTBEAT": str(writing)},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[writing],
            preexec_fn=functools.partial(_die_with_parent, os.getpid()) if LIBC else None,  # noqa: PLW1509 (no threads)
        )
        os.close(writing)
        self._notify_guardian("+", running.process.pid)
        running.started_at = time.monotonic()

    def _check_heartbeats(self, running: _Running) -> None:
        """Kill the processes of a child whose heartbeat stopped. A process that ended is no longer in the child's group."""
        if running.process is None:
            return
        now = time.monotonic()
        with contextlib.suppress(BlockingIOError):
            for line in os.read(running.pipe, 65536).split():
                running.beats[int(line)] = now
        for pid, beat_at in list(running.beats.items()):
            if _group_of(pid) != running.process.pid:
                del running.beats[pid]
            elif now - beat_at > self.plan.hang_limit:
                self._kill_hanging(running, pid)
        if not running.beats and now - running.started_at > self.plan.hang_limit * START_FACTOR:
            self._kill_hanging(running, running.process.pid)

    def _kill_hanging(self, running: _Running, pid: int) -> None:
        self._log("process_hangs", child=running.child.name, pid=pid)
        running.beats.pop(pid, None)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def _notify_guardian(self, sign: str, group: int) -> None:
        assert self._guardian is not None
        assert self._guardian.stdin is not None
        # A dead guardian is replaced in the next round and receives all groups again.
        with contextlib.suppress(BrokenPipeError):
            self._guardian.stdin.write(f"{sign}{group}\n".encode())
            self._guardian.stdin.flush()

    def _kill_group(self, running: _Running) -> None:
        assert running.process is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait()
        self._notify_guardian("-", running.process.pid)
        running.process = None
        running.beats = {}
        os.close(running.pipe)

    def _stop_all(self) -> None:
        # A second Ctrl-C must not interrupt this function.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        alive = [running for running in self._running if running.process is not None]
        for running in alive:
            assert running.process is not None
            with contextlib.suppress(ProcessLookupError):
                running.process.terminate()
        deadline = time.monotonic() + STOP_TIMEOUT
        for running in alive:
            assert running.process is not None
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.process.wait(max(0.0, deadline - time.monotonic()))
            self._kill_group(running)
        if self._guardian is not None and self._guardian.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._guardian.stdin.close()
            self._guardian.wait()


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def _die_with_parent(parent: int) -> None:
    """On Linux, let the kernel kill this child when the supervisor dies."""
    assert LIBC is not None
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        # The supervisor died before prctl took effect.
        os._exit(1)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as probe:
            probe.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return probe.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def main() -> None:
    plan = json.loads(Path(sys.argv[1]).read_text())
    supervisor = Supervisor(Plan(**{**plan, "children": [Child(**child) for child in plan["children"]]}))
    is_welcomed = not supervisor.plan.welcome

    def welcome_when_ready() -> None:
        nonlocal is_welcomed
        if not is_welcomed and _answers(supervisor.plan.port):
            is_welcomed = True
            print(supervisor.plan.welcome, flush=True)

    supervisor.run(welcome_when_ready)


if __name__ == "__main__":
    main()
