"""Run the README's first command as a newcomer does: a fresh clone, an empty home folder, an empty cache, no services.

Starts it twice and prints the seconds until the site answered. Fails if the site does not start, does not print the logins, or
leaves a process behind.
"""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT = 180.0


def command_of_the_readme() -> str:
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## Run it", 1)[1]
    return next(line.strip() for line in section.splitlines() if line.startswith("    "))


def free_port() -> int:
    """Return a port below those of outgoing connections (32768 and more on Linux)."""
    while True:
        port = secrets.choice(range(20000, 32000))
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port


def leftover_processes(home: Path) -> list[int]:
    """Return the ids of processes whose environment contains this home folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"HOME={home}\0".encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def start(clone: Path, home: Path) -> float:
    """Start, wait until a page answers, and stop. Return the seconds until the answer."""
    port = free_port()
    # A newcomer has a PATH and a home folder. The variables of the package registry are kept for machines that need them.
    registry = {
        name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_INDEX", "UV_DEFAULT_INDEX"))
    }
    environment = {**registry, "PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "PORT": str(port)}
    log = clone.parent / "log"
    with log.open("w") as out:
        began = time.monotonic()
        process = subprocess.Popen(
            ["sh", "-c", f"exec {command_of_the_readme()}"], cwd=clone, env=environment, stdout=out, stderr=out
        )
    try:
        while not answers(port):
            if process.poll() is not None or time.monotonic() - began > TIMEOUT:
                sys.exit(f"It did not start:\n{log.read_text()}")
            threading.Event().wait(0.05)
        took = time.monotonic() - began
        while "Ctrl-C" not in log.read_text():
            threading.Event().wait(0.05)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    output = log.read_text()
    for word in (f"http://127.0.0.1:{port}", "student@example.com", "instructor@example.com", "week2-demo"):
        if word not in output:
            sys.exit(f"It did not print {word}:\n{output}")
    # The kernel needs a moment to end a process that was killed.
    ends = time.monotonic() + 10
    while left := leftover_processes(home):
        if time.monotonic() > ends:
            sys.exit(f"Processes are left: {left}")
        threading.Event().wait(0.05)
    return took


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
            return bool(page.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="baeum-newcomer-") as folder:
        clone, home = Path(folder) / "clone", Path(folder) / "home"
        home.mkdir()
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        print(f"{command_of_the_readme()} in a fresh clone: {start(clone, home):.1f} s", flush=True)
        print(f"{command_of_the_readme()} again: {start(clone, home):.1f} s", flush=True)


if __name__ == "__main__":
    main()
