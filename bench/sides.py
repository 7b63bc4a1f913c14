"""Owns the two sides of every ratio, as processes: the product as `./run` starts it, and the yardstick served alike."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from bench.load import HOST, BenchError

ROOT = Path(__file__).resolve().parent.parent
# What a developer has set for a Baeum of theirs is none of the bench's business.
NOT_OURS = (
    "BAEUM_",
    "YARDSTICK_",
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "STATIC_ROOT",
    "DEFAULT_FROM_EMAIL",
    "DJANGO_SETTINGS_MODULE",
    "PORT",
)
# Seconds for migrating, importing and starting, on a machine that is busy with something else.
START_TIMEOUT = 90.0


@dataclass(frozen=True, slots=True)
class Services:
    """Whose PostgreSQL and Redis the `services` mode may use. The databases are made for the bench, and dropped."""

    database_url: str
    redis_url: str

    @property
    def names(self) -> tuple[str, str]:
        """Of the product's database and of the yardstick's."""
        base = urlsplit(self.database_url).path.strip("/") or "baeum"
        return f"{base}_bench", f"{base}_bench_yardstick"

    def url(self, name: str) -> str:
        return urlsplit(self.database_url)._replace(path=f"/{name}").geturl()


@dataclass(frozen=True, slots=True)
class Sides:
    """Both of them, serving. `cast` is what `bench.students` told, `guest` what the yardstick's seed told."""

    product: int
    yardstick: int
    cast: dict[str, Any]
    guest: dict[str, Any]


@contextmanager
def serving(home: Path, services: Services | None = None) -> Iterator[Sides]:
    """Start both sides with their state below `home`; stop them and drop what was made at the end."""
    product = environment(BAEUM_HOME=str(home / "product"))
    yardstick = environment(YARDSTICK_HOME=str(home), DJANGO_SETTINGS_MODULE="bench.yardstick.settings")
    with ExitStack() as stack:
        if services:
            stack.enter_context(_databases(services))
            product |= {"DATABASE_URL": services.url(services.names[0]), "REDIS_URL": services.redis_url}
            yardstick |= {"DATABASE_URL": services.url(services.names[1])}
        seed_log = home / "seed.log"
        seeding = start(["-m", "django", *shell("bench.yardstick.seed")], yardstick, seed_log)
        port = free_port()
        stack.enter_context(running([sys.executable, "manage.py", "up", "--port", str(port)], product, home))
        wait(port, "/healthz", home / "manage.py.log")
        # Without the variable Django's own shell would look for one.
        students_log = home / "students.log"
        cast = told(start(["manage.py", *shell("bench.students")], product, students_log), students_log)
        guest = told(seeding, seed_log)
        other = free_port()
        stack.enter_context(running(_alike(cast["web"], other), yardstick, home))
        wait(other, "/hello", home / "granian.log")
        yield Sides(port, other, cast, guest)


def _alike(web: Sequence[str], port: int) -> list[str]:
    """The command of the product's web server, for the yardstick: the same server, mode and number of workers."""
    command = [part.replace("lms.wsgi", "bench.yardstick.wsgi") for part in web]
    command[command.index("--port") + 1] = str(port)
    return command


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def environment(**ours: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)} | ours


def shell(module: str) -> list[str]:
    """Run `module.main()` where Django is set up already: models can be imported at its top."""
    return ["shell", "--no-imports", "-c", f"from {module} import main; main()"]


def start(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> "subprocess.Popen[str]":
    with log.open("w") as errors:
        return subprocess.Popen(
            [sys.executable, *arguments], env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True
        )


def told(process: "subprocess.Popen[str]", log: Path) -> dict[str, Any]:
    """What the process printed as its last line, in JSON. Raises BenchError when it failed."""
    out, _ = process.communicate(timeout=START_TIMEOUT)
    if process.returncode:
        raise BenchError(f"{process.args!r} ended with {process.returncode}:\n{log.read_text()[-2000:]}")
    told: dict[str, Any] = json.loads(out.rstrip().splitlines()[-1])
    return told


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], home: Path) -> Iterator[None]:
    """Keep `command` running with all that it starts; its output goes to a log named after it."""
    name = next(Path(part).name for part in command if "python" not in Path(part).name)
    with (home / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
        # granian's workers outlive a parent that was killed.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def wait(port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        try:
            with socket.create_connection((HOST, port), timeout=2) as probe:
                probe.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
                if probe.recv(64).startswith(b"HTTP/1.1 200"):
                    return
        except OSError:
            pass
        time.sleep(0.05)
    raise BenchError(f"Nothing answers after {START_TIMEOUT:.0f} s:\n{log.read_text()[-2000:]}")


@contextmanager
def _databases(services: Services) -> Iterator[None]:
    """Two empty databases on the server that was named; dropped at the end, and at the start what a killed bench left."""
    try:
        _each(services, "DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}")
        yield
    finally:
        _each(services, "DROP DATABASE IF EXISTS {} WITH (FORCE)")


def _each(services: Services, *statements: str) -> None:
    with psycopg.connect(services.url("postgres"), autocommit=True) as connection:
        for name in services.names:
            for statement in statements:
                connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
