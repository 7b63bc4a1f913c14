"""Start PostgreSQL and Redis servers that may be killed, each on a free port with its data in a folder."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.load import HOST, BenchError
from bench.sides import free_port

# Seconds for a server to come up, or to recover after a kill.
START_TIMEOUT = 60.0


@dataclass
class Server:
    """A server process that can be killed with -9, together with its children, and started again."""

    command: Sequence[str]
    port: int
    home: Path
    user: str | None = None
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def start(self) -> None:
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.home, stdout=log, stderr=log, start_new_session=True, user=self.user
            )
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            try:
                socket.create_connection((HOST, self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise BenchError(f"{self.command[0]} does not answer:\n{(self.home / 'server.log').read_text()[-1000:]}")

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def redis_server(home: Path) -> Server:
    """Return a Redis with the options of docker-compose.yml: its append-only file is flushed every second."""
    home.mkdir()
    port = free_port()
    return Server([_program("redis-server"), "--port", str(port), "--appendonly", "yes", "--save", ""], port, home)


def postgres_server(home: Path) -> Server:
    """Return a PostgreSQL with a new cluster and no passwords. Root may not run it, so for root it runs as `postgres`."""
    home.mkdir()
    user = None
    if os.geteuid() == 0:
        user = "postgres"
        owner = pwd.getpwnam(user)
        os.chown(home, owner.pw_uid, owner.pw_gid)
        for folder in home.parents:
            if folder.stat().st_uid == 0 and folder != Path("/tmp"):
                folder.chmod(folder.stat().st_mode | 0o011)
            if folder == Path("/tmp"):
                break
    data = home / "data"
    made = subprocess.run(
        [_program("initdb"), "-D", str(data), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"],
        user=user, cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        raise BenchError(f"initdb failed: {made.stderr[-500:]}")
    port = free_port()
    options = [
        "-D",
        str(data),
        "-p",
        str(port),
        "-c",
        f"unix_socket_directories={home}",
        "-c",
        f"listen_addresses={HOST}",
    ]
    return Server([_program("postgres"), *options], port, home, user)


def _program(name: str) -> str:
    """Return the path of a server program. Debian does not put the programs of PostgreSQL on the PATH.

    Raises BenchError if the program is not installed.
    """
    found = shutil.which(name) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None
    )
    if found is None:
        raise BenchError(f"There is no {name} on this machine: on Debian, apt install postgresql redis-server.")
    return found
