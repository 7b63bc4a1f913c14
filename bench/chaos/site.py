"""A product on servers and folders of its own, whose parts may be harmed."""

import contextlib
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bench import sides
from bench.chaos.disks import Disk, small_disk
from bench.chaos.servers import Postgres, Server, postgres_server, redis_server, standby_server, synchronise
from bench.load import HOST

# Seconds without a heartbeat after which the supervisor replaces a stopped worker.
HANG_LIMIT = 6
# Triggers that make writing a grade some milliseconds slower: PostgreSQL sleeps, SQLite counts. SQLite keeps its only write lock
# during the trigger, so with a longer delay the run would measure the trigger.
SLOW_POSTGRES = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE INSERT ON quizzes_attemptgrade FOR EACH ROW EXECUTE FUNCTION slow();
"""
SLOW_SQLITE = """
CREATE TRIGGER slow BEFORE INSERT ON quizzes_attemptgrade BEGIN
    SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 30000) SELECT i FROM n);
END
"""


@dataclass
class Site:
    """A running product. `database` is None with SQLite; `broker` is None with the filesystem broker.

    `disk` contains the database. It is None if this process may not mount.
    """

    home: Path
    port: int
    disk: Disk | None
    database: Postgres | None = None
    broker: Server | None = None
    # The port of the next standby: the one that the last killed primary had.
    standby_port: int = 0
    standby: Postgres | None = None
    environment: dict[str, str] = field(default_factory=dict)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        if self.database is not None:
            return self.database.rows(query)
        with closing(sqlite3.connect(self.home / "baeum.sqlite3", timeout=30, isolation_level=None)) as connection:
            return list(connection.execute(query).fetchall())

    def rows_if_up(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of the query, or [] while the database cannot answer."""
        try:
            return self.rows(query)
        except (psycopg.OperationalError, sqlite3.OperationalError):
            return []

    def url(self) -> str:
        """Return the address of the database: the hosts of the primary and of the standby that may become it."""
        assert self.database is not None
        return f"postgres://postgres@{HOST}:{self.database.port},{HOST}:{self.standby_port}/postgres"

    def workers(self) -> list[int]:
        """Return the ids of the worker processes, found by the state folder in their environment and their command line."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                is_ours = f"BAEUM_HOME={self.home}\0".encode() in (entry / "environ").read_bytes()
                if is_ours and b"worker@" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
        return found

    def kill_broker(self) -> None:
        """Kill Redis, or remove the message folder of the filesystem broker with all its messages."""
        if self.broker is not None:
            self.broker.kill()
            return
        messages = self.home / "broker" / "messages"
        messages.rename(messages.with_name(f"gone-{time.monotonic_ns()}"))

    def restart_broker(self) -> None:
        if self.broker is not None:
            self.broker.start()
        else:
            (self.home / "broker" / "messages").mkdir(mode=0o700, exist_ok=True)

    def use_up_log(self, fill: Callable[[], None]) -> None:
        """Fill the disk by `fill` so that the next commits need space and find none, in place of those after some minutes.

        SQLite's log is emptied before, because SQLite goes on writing while the log has room. PostgreSQL's log is written until
        PostgreSQL cannot begin the log's next file. It then stops all its connections, and its own start fails, too.
        """
        if self.database is None:
            self.rows("PRAGMA wal_checkpoint(TRUNCATE)")
            fill()
            return
        fill()
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                self.database.rows("SELECT pg_logical_emit_message(true, 'chaos', repeat('x', 1000000))")

    def add_standby(self) -> None:
        """Start a standby. From now on each commit waits until the standby has it on its disk, too."""
        assert self.database is not None
        self.database.recover()
        home = self.database.home.with_name(f"postgres-{time.monotonic_ns()}")
        self.standby = standby_server(self.database, home, self.standby_port)
        self.standby.start()
        synchronise(self.database)

    def promote_standby(self) -> None:
        """Make the standby the primary. The old primary must be dead. Its data are removed."""
        assert self.database is not None
        assert self.standby is not None
        self.standby.rows("SELECT pg_promote()")
        shutil.rmtree(self.database.home)
        self.standby_port = self.database.port
        self.database, self.standby = self.standby, None

    def stop_servers(self) -> None:
        for server in (self.database, self.standby, self.broker):
            if server is not None:
                server.kill()


@contextlib.contextmanager
def serving(folder: Path, mode: str, lease: int) -> Iterator[tuple[Site, dict[str, Any]]]:
    """Serve a product on servers of its own, with the bench's students. Stop everything at the end."""
    home, databases = folder / "home", folder / "databases"
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(databases if mode == "services" else home))
        site = Site(home, sides.free_port(), disk)
        own = {"BAEUM_HOME": str(home), "BAEUM_GRADING_LEASE": str(lease), "BAEUM_HANG_LIMIT": str(HANG_LIMIT)}
        # Processes are found by their environment, which setproctitle (from the dev packages) would overwrite.
        own["SPT_NOENV"] = "1"
        if mode == "services":
            stack.callback(site.stop_servers)
            site.standby_port = sides.free_port()
            site.database = postgres_server(databases / "postgres", sides.free_port())
            site.broker = redis_server(folder / "redis")
            site.database.start()
            site.broker.start()
            own |= {"DATABASE_URL": site.url(), "REDIS_URL": f"redis://{HOST}:{site.broker.port}/0"}
        site.environment = sides.environment(**own)
        up = [sys.executable, "manage.py", "up", "--port", str(site.port)]
        stack.enter_context(sides.running(up, site.environment, folder / "product.log"))
        sides.wait(site.port, "/healthz", folder / "product.log")
        log = folder / "students.log"
        cast = sides.result_of(sides.start(["manage.py", *sides.shell("bench.students")], site.environment, log), log)
        site.rows(SLOW_SQLITE if site.database is None else SLOW_POSTGRES)
        yield site, cast
