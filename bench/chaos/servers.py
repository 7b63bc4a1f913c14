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
from typing import Any

import psycopg

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
    # Not in `home`, because the disk of `home` may be full.
    log: Path
    user: str | None = None
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        with self.log.open("ab") as log:
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
        raise BenchError(f"{self.command[0]} does not answer:\n{self.log.read_text()[-1000:]}")

    def kill(self) -> None:
        if self.process is not None and self.is_running:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Postgres(Server):
    """A PostgreSQL. Its only user may connect without a password."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Run the query and return its rows. Raises psycopg.OperationalError while the server does not serve."""
        address = f"postgresql://postgres@{HOST}:{self.port}/postgres"
        with psycopg.connect(address, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(query)
            return list(cursor.fetchall()) if cursor.description else []

    def rows_if_up(self, query: str) -> list[tuple[Any, ...]]:
        """Run the query and return its rows, or [] while the server does not serve."""
        try:
            return self.rows(query)
        except psycopg.OperationalError:
            return []

    def wait_for(self, query: str) -> None:
        """Wait until the query has rows."""
        deadline = time.monotonic() + START_TIMEOUT
        while not self.rows_if_up(query):
            if time.monotonic() > deadline:
                raise BenchError(f"PostgreSQL does not answer {query}:\n{self.log.read_text()[-1000:]}")
            time.sleep(0.05)

    def recover(self) -> None:
        """Wait until the server accepts writes. Start it if it has ended: PostgreSQL ends if it cannot write to its disk."""
        deadline = time.monotonic() + START_TIMEOUT
        while not self.rows_if_up("SELECT 1 WHERE NOT pg_is_in_recovery()"):
            if time.monotonic() > deadline:
                raise BenchError(f"PostgreSQL does not recover:\n{self.log.read_text()[-1000:]}")
            if not self.is_running:
                self.start()
            time.sleep(0.05)


def redis_server(home: Path) -> Server:
    """Return a Redis with the options of docker-compose.yml: its append-only file is flushed every second."""
    home.mkdir()
    port = free_port()
    command = [_program("redis-server"), "--port", str(port), "--appendonly", "yes", "--save", ""]
    return Server(command, port, home, home.with_name("redis.log"))


def postgres_server(home: Path, port: int) -> Postgres:
    """Return a PostgreSQL with a new cluster. Root may not run it, so for root it runs as the user `postgres`."""
    return _postgres(home, port, "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8")


def standby_server(primary: Postgres, home: Path, port: int) -> Postgres:
    """Return a standby of `primary`, made from a copy of its cluster."""
    options = ["--write-recovery-conf", "--checkpoint=fast", "-h", HOST, "-p", str(primary.port), "-U", "postgres"]
    return _postgres(home, port, "pg_basebackup", *options)


def synchronise(primary: Postgres) -> None:
    """Let each commit of `primary` wait for its standby, which must be running. Return when they do."""
    primary.wait_for("SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'")
    # The copy does not have this setting, so after its promotion the standby does not wait for another one.
    primary.rows("ALTER SYSTEM SET synchronous_standby_names = '*'")
    primary.rows("SELECT pg_reload_conf()")
    primary.wait_for("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'")


def _postgres(home: Path, port: int, maker: str, *options: str) -> Postgres:
    """Let the program `maker` make a cluster, and return a server for it."""
    home.mkdir()
    user = "postgres" if os.geteuid() == 0 else None
    if user is not None:
        _let_in(home, user)
    data = home / "data"
    made = subprocess.run(
        [_program(maker), "-D", str(data), *options],
        user=user, cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        raise BenchError(f"{maker} failed: {made.stderr[-500:]}")
    settings = {
        "unix_socket_directories": str(home),
        "listen_addresses": HOST,
        # Little, because the cluster may be on a small disk.
        "min_wal_size": "32MB",
        "max_wal_size": "64MB",
    }
    given = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [_program("postgres"), "-D", str(data), "-p", str(port), *given]
    return Postgres(command, port, home, home.parent.with_name(f"{home.name}.log"), user)


def _let_in(home: Path, user: str) -> None:
    """Give `home` to `user`, and let others pass the folders above it."""
    owner = pwd.getpwnam(user)
    os.chown(home, owner.pw_uid, owner.pw_gid)
    for folder in home.parents:
        if folder == Path("/tmp"):
            break
        if folder.stat().st_uid == 0:
            folder.chmod(folder.stat().st_mode | 0o011)


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
