"""Start the product as `./run` does: real web server, worker and beat, on a free port and its own state folder."""

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from tests import nursery

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
# Below the ports of outgoing connections (32768 and more on Linux).
PORTS = range(20000, 32000)


def wait_for(condition: Callable[[], T], *, seconds: float = 90, every: float = 0.05) -> T:
    """Return the first true value of `condition`. Fail the test if there is none within `seconds`."""
    deadline = time.monotonic() + seconds
    tick = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            pytest.fail(f"Waited {seconds} s in vain.")
        tick.wait(every)


def free_port() -> int:
    """Return a port that nothing listens at. The kernel gives none of these to a connection until it is used."""
    while True:
        port = secrets.choice(PORTS)
        if port_is_free(port):
            return port


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@dataclass
class Product:
    """One running Baeum."""

    home: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    # A command that runs the product's, with a smaller disk for example.
    wrapper: tuple[str, ...] = ()
    process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.home.parent / f"{self.home.name}.log").read_text()

    def full_environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("BAEUM_", "DATABASE_URL", "REDIS_URL"))}
        return {**clean, "BAEUM_HOME": str(self.home), "PORT": str(self.port), **self.environment}

    def start(self) -> "Product":
        with (self.home.parent / f"{self.home.name}.log").open("a") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, sys.executable, str(ROOT / "manage.py"), "up"],
                env=self.full_environment(), stdout=log, stderr=subprocess.STDOUT, text=True, cwd=ROOT,
            )  # fmt: skip
        return self

    def wait_until_ready(self) -> "Product":
        # The first start of an empty home migrates and reads the course: on a busy machine that takes more than a minute.
        wait_for(lambda: self._answers() or self._died(), seconds=240)
        return self

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _died(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            pytest.fail(f"It ended with {self.process.returncode}:\n{self.log}")
        return False

    def manage(self, *arguments: str) -> str:
        done = nursery.run([nursery.MANAGE, *arguments], self.full_environment())
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def pids(self) -> set[int]:
        """Return the ids of processes whose environment contains this state folder."""
        found = set()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    environ = (entry / "environ").read_bytes()
                    state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
                except OSError:
                    continue
                if f"BAEUM_HOME={self.home}\0".encode() in environ and state != "Z":
                    found.add(int(entry.name))
        return found

    def pids_of(self, word: str) -> list[int]:
        """Return those of `pids` whose command line contains `word`."""
        return [pid for pid in self.pids() if word.encode() in _command_line(pid)]

    def pids_in_role(self, role: str) -> list[int]:
        """Return those of `pids` that serve as `role`: web, worker or beat."""
        return [pid for pid in self.pids() if f"BAEUM_ROLE={role}\0".encode() in _environment(pid)]

    def kill(self) -> None:
        """End all processes at once. To stop them as Ctrl-C does takes 4 s; `tests/operations/test_up.py` tests it."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        wait_for(self._are_killed)

    def _are_killed(self) -> bool:
        """Kill what runs. Return whether nothing ran: a process may just have started another one."""
        pids = self.pids()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return not pids


def _environment(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


# Run by `manage.py shell`: what `manage.py up` does before it starts the processes.
PREPARE = "from operations.management.commands.up import prepare; prepare(lambda line: None)"


def shared_folder(folders: pytest.TempPathFactory) -> Path:
    """Return a temporary folder that the processes of pytest-xdist share."""
    base = folders.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def made_once(shared: Path, name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder `name` in `shared`, filled by `make`. The first process that needs it makes it."""
    folder = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = shared / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(mode=0o700)
            make(unfinished)
            unfinished.rename(folder)
    return folder


def migrate_once(shared: Path) -> Path:
    def make(home: Path) -> None:
        Product(home, 0).manage("migrate", "--verbosity", "0")
        # Everything is in the one file afterwards, also if the command did not close its connection.
        with contextlib.closing(sqlite3.connect(home / "baeum.sqlite3")) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    return made_once(shared, "migrated", make)


@pytest.fixture(scope="session")
def migrated_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder whose database is migrated and empty. Copy it: to migrate takes 5 s of processor time."""
    return migrate_once(shared_folder(tmp_path_factory))


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory: pytest.TempPathFactory, migrated_home: Path) -> Path:
    """A state folder as the first start leaves it: with the course and the demo's accounts. Copy it."""

    def make(home: Path) -> None:
        shutil.copytree(migrated_home, home, dirs_exist_ok=True)
        Product(home, 0).manage("shell", "--no-imports", "-c", PREPARE)

    return made_once(shared_folder(tmp_path_factory), "prepared", make)


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """A Baeum that was never started. All its processes are killed after the test."""
    it = Product(tmp_path / "home", free_port())
    yield it
    it.kill()


@pytest.fixture
def prepared(product: Product, prepared_home: Path) -> None:
    """Give `product` the state folder of an earlier start, so that it starts without preparing the database."""
    shutil.copytree(prepared_home, product.home)


@pytest.fixture(scope="session")
def running_product(tmp_path_factory: pytest.TempPathFactory, prepared_home: Path) -> Iterator[Product]:
    """One running Baeum shared by tests that only use it, with the week-2 course and the demo's accounts."""
    it = Product(tmp_path_factory.mktemp("product") / "home", free_port())
    shutil.copytree(prepared_home, it.home)
    it.start().wait_until_ready()
    yield it
    it.kill()
