"""The README's first command as a newcomer runs it: a fresh clone, an empty home folder, an empty cache, no service.

Starts it twice, prints how long each took until the site answered, and fails where it does not come up, does not print
the logins, or leaves a process behind.
"""

import os
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
PATIENCE = 180.0


def command_of_the_readme() -> str:
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## Run it", 1)[1]
    return next(line.strip() for line in section.splitlines() if line.startswith("    "))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def left_over(home: Path) -> list[int]:
    """Processes whose environment names this home folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"HOME={home}\0".encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def start(clone: Path, home: Path) -> float:
    """Start, wait until a page answers, stop; returns the seconds between the first two."""
    port = free_port()
    # What a newcomer has: a PATH and a home folder; and how this machine reaches its registry, if that is special.
    kept = {
        name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_INDEX", "UV_DEFAULT_INDEX"))
    }
    environment = {**kept, "PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "PORT": str(port)}
    log = clone.parent / "log"
    with log.open("w") as out:
        began = time.monotonic()
        process = subprocess.Popen(
            ["sh", "-c", f"exec {command_of_the_readme()}"], cwd=clone, env=environment, stdout=out, stderr=out
        )
    try:
        while not answers(port):
            if process.poll() is not None or time.monotonic() - began > PATIENCE:
                sys.exit(f"It did not come up:\n{log.read_text()}")
            threading.Event().wait(0.05)
        took = time.monotonic() - began
        while "Ctrl-C" not in log.read_text():
            threading.Event().wait(0.05)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
    told = log.read_text()
    for word in (f"http://127.0.0.1:{port}", "student@example.com", "instructor@example.com", "week2-demo"):
        if word not in told:
            sys.exit(f"It did not print {word}:\n{told}")
    if left := left_over(home):
        sys.exit(f"Processes are left: {left}")
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
