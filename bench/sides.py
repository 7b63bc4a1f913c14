"""Start the two sites that are compared: the product as `./run` starts it, and the yardstick with the same web server."""

import contextlib
import json
import os
import shutil
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
from bench.mails.server import Sink

ROOT = Path(__file__).resolve().parent.parent
# Variables of a developer's own Baeum, which the bench must not inherit.
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
# Timeout in seconds for migrating, importing and starting on a busy machine.
START_TIMEOUT = 90.0


@dataclass(frozen=True, slots=True)
class Services:
    """The PostgreSQL and Redis of the `services` mode. The bench creates its own databases there and drops them at the end."""

    database_url: str
    redis_url: str

    @property
    def names(self) -> tuple[str, str]:
        """Return the name of the product's database and the name of the yardstick's."""
        base = urlsplit(self.database_url).path.strip("/") or "baeum"
        return f"{base}_bench", f"{base}_bench_yardstick"

    def url(self, name: str) -> str:
        return urlsplit(self.database_url)._replace(path=f"/{name}").geturl()


@dataclass(frozen=True, slots=True)
class Sides:
    """The running product and yardstick. `product` and `yardstick` are their ports, `home` is the product's state folder.

    `cast` is the output of `bench.students`; `guest` is the output of `bench.yardstick.seed`. `environment`: of the product.
    `mail_server` takes its mails, if that was asked for.
    """

    home: Path
    product: int
    yardstick: int
    cast: dict[str, Any]
    guest: dict[str, Any]
    environment: dict[str, str]
    mail_server: Sink | None = None


@contextmanager
def serving(
    home: Path, services: Services | None = None, state: Path | None = None, mail_server: Sink | None = None
) -> Iterator[Sides]:
    """Start both sites with their state below `home`. At the end stop them and drop their databases.

    `state` is a state folder from an earlier start of the product; a copy of it saves preparing the database.
    """
    if state:
        shutil.copytree(state, home / "product")
    # A limit that no load reaches: each request is counted, none is refused.
    product = environment(BAEUM_HOME=str(home / "product"), BAEUM_API_RATE=str(10**9))
    if mail_server:
        product |= {"EMAIL_URL": f"smtp://{HOST}:{mail_server.port}"}
    yardstick = environment(YARDSTICK_HOME=str(home), DJANGO_SETTINGS_MODULE="bench.yardstick.settings")
    with ExitStack() as stack:
        if services:
            stack.enter_context(_databases(services))
            product |= {"DATABASE_URL": services.url(services.names[0]), "REDIS_URL": services.redis_url}
            yardstick |= {"DATABASE_URL": services.url(services.names[1])}
        seed_log = home / "seed.log"
        seeding = start(["-m", "django", *shell("bench.yardstick.seed")], yardstick, seed_log)
        port = free_port()
        product_log = home / "product.log"
        stack.enter_context(running([sys.executable, "manage.py", "up", "--port", str(port)], product, product_log))
        wait(port, "/healthz", product_log)
        # Without the variable Django's own shell would look for one.
        students_log = home / "students.log"
        with explained_by(product_log):
            cast = result_of(start(["manage.py", *shell("bench.students")], product, students_log), students_log)
        guest = result_of(seeding, seed_log)
        other = free_port()
        yardstick_log = home / "yardstick.log"
        stack.enter_context(running(_alike(cast["web"], other), yardstick, yardstick_log))
        wait(other, "/hello", yardstick_log)
        yield Sides(home / "product", port, other, cast, guest, product, mail_server)


def _alike(web: Sequence[str], port: int) -> list[str]:
    """Return a command that serves the yardstick with the product's web server, mode and number of workers."""
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
    """Return the `manage.py shell` arguments that run `module.main()`, so that the module may import models."""
    return ["shell", "--no-imports", "-c", f"from {module} import main; main()"]


def start(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> "subprocess.Popen[str]":
    with log.open("w") as errors:
        return subprocess.Popen(
            [sys.executable, *arguments], env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True
        )


def result_of(process: "subprocess.Popen[str]", log: Path, *, timeout: float = START_TIMEOUT) -> dict[str, Any]:
    """Return the last line that the process printed, parsed as JSON. Raises BenchError if the process failed."""
    out, _ = process.communicate(timeout=timeout)
    if process.returncode:
        raise BenchError(f"{process.args!r} ended with {process.returncode}:\n{log.read_text()[-2000:]}")
    result: dict[str, Any] = json.loads(out.rstrip().splitlines()[-1])
    return result


@contextmanager
def explained_by(log: Path) -> Iterator[None]:
    """Add the beginning of the product's log to a BenchError: it says why a course was not imported."""
    try:
        yield
    except BenchError as error:
        raise BenchError(f"{error}\nThe product said:\n{log.read_text()[:3000]}") from error


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], log_file: Path) -> Iterator[None]:
    """Run `command` with its output in `log_file`. Stop it with all its children at the end."""
    with log_file.open("w") as log:
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
        # granian's workers survive if their parent is killed.
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
    """Create two empty databases on the given server and drop them at the end. First drop those that a killed bench left."""
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
