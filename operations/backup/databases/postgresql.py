"""Snapshots of PostgreSQL by pg_dump, which reads from one exported snapshot, as the row counts do."""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import psycopg
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from psycopg import pq, sql

from operations.backup.databases import Snapshot, upload_columns
from operations.backup.errors import BackupError

# Everything that a restore creates and that belongs to no extension, as statements that drop it.
_DROPS = """
SELECT format('DROP %s IF EXISTS %s CASCADE', kind, name) FROM (
    SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
        WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END AS kind, c.oid::regclass::text AS name, 1 AS place,
        c.oid, 'pg_class'::regclass AS class, c.relnamespace AS namespace
    FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'ROUTINE', p.oid::regprocedure::text, 2, p.oid, 'pg_proc'::regclass, p.pronamespace FROM pg_proc p
    UNION ALL
    SELECT 'TYPE', t.oid::regtype::text, 3, t.oid, 'pg_type'::regclass, t.typnamespace FROM pg_type t
    WHERE t.typtype IN ('e', 'd', 'r')
) made
WHERE namespace IN (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')
AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = made.oid AND d.classid = made.class AND d.deptype IN ('e', 'i'))
ORDER BY place, name
"""
# The tables of the product, in the order of their names.
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = ANY(current_schemas(false)) ORDER BY tablename"
# Programs that are connected to this database as the site is, without this one.
_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
# Seconds after which a connection that was closed has left the server's list.
_CLOSING = 2.0
Connection = psycopg.Connection[tuple[Any, ...]]


class PostgreSQL:
    # pg_dump compresses by itself.
    vendor, entry, compress = "postgresql", "database.dump", False

    def size(self) -> int:
        with _connected() as database:
            return int(_one(database, "SELECT pg_database_size(current_database())"))

    def space_for_snapshot(self) -> int:
        return 0

    @contextmanager
    def snapshot(self, folder: Path) -> Iterator[Snapshot]:
        with _connected() as database:
            # The transaction is open until pg_dump has ended: the snapshot exists that long.
            database.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            program = _program("pg_dump", database.info.server_version // 10_000)
            name = _one(database, "SELECT pg_export_snapshot()")

            def write(stream: IO[bytes]) -> None:
                options = ["--format=custom", "--compress=1", f"--snapshot={name}", *_target()]
                with _running([program, *options], stdout=subprocess.PIPE) as process:
                    assert process.stdout is not None
                    shutil.copyfileobj(process.stdout, stream, 1024 * 1024)

            yield Snapshot(
                server=_one(database, "SHOW server_version"),
                migrations=_migrations(database),
                rows=_rows(database),
                uploads=_uploads(database),
                write=write,
            )

    def applied(self) -> list[tuple[str, str]]:
        with _connected() as database:
            return _migrations(database)

    def check_empty(self) -> None:
        with _connected() as database:
            count = len(database.execute(_TABLES).fetchall())
        if count:
            raise BackupError(
                ngettext(
                    "The database has %(n)d table already. Restore into an empty database.",
                    "The database has %(n)d tables already. Restore into an empty database.",
                    count,
                )
                % {"n": count}
            )

    def check_unused(self) -> None:
        """Behind a pooler nothing can be said: its connections stay when the site has stopped."""
        connection.close()
        if settings.DATABASE_POOLED:
            return
        deadline = time.monotonic() + _CLOSING
        with _connected() as database:
            while (count := int(_one(database, _OTHERS))) and time.monotonic() < deadline:
                time.sleep(0.05)
        if count:
            raise BackupError(
                ngettext(
                    "%(n)d other program is connected to the database. Stop web, workers and beat first.",
                    "%(n)d other programs are connected to the database. Stop web, workers and beat first.",
                    count,
                )
                % {"n": count}
            )

    def staging(self, folder: Path) -> Path:
        return folder / self.entry

    def load(self, file: Path, rows: dict[str, int]) -> None:
        connection.close()
        with _connected() as database:
            major = database.info.server_version // 10_000
            before = [drop for (drop,) in database.execute(_DROPS)]
            after = _row_checks(rows, schema=_one(database, "SELECT current_schema()"))
        restore, client = _program("pg_restore", major), _program("psql", major)
        # No owner and no privileges: they belong to the server, and the role may have another name here. No comments: an
        # extension's may only be set by its owner.
        script = [restore, "--no-owner", "--no-privileges", "--no-comments", "--file=-", str(file)]
        options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", *_target()]
        # psql runs everything in one transaction, so that a failure leaves the old tables. (pg_restore could not: its --clean
        # drops only what is in the backup, and a newer release may have added tables.)
        with (
            tempfile.TemporaryFile() as output,
            _running([client, *options], stdin=subprocess.PIPE, stdout=output) as process,
        ):
            assert process.stdin is not None
            _feed(process.stdin, before, script, after)
        with _connected() as database:
            # Without statistics the first requests would be planned badly.
            database.execute("ANALYZE")


def _row_checks(rows: dict[str, int], *, schema: str) -> list[str]:
    """Return statements that fail if a table does not have the number of rows that `rows` says."""
    check = sql.SQL("DO {}")
    failing = "IF (SELECT count(*) FROM {}) <> {} THEN RAISE EXCEPTION 'the table % has other rows than the backup', {}; END IF;"
    return [
        check.format(
            sql.Literal(
                "BEGIN "
                + sql.SQL(failing)
                .format(sql.Identifier(schema, table), sql.Literal(count), sql.Literal(table))
                .as_string()
                + " END"
            )
        ).as_string()
        for table, count in sorted(rows.items())
    ]


def _feed(stream: IO[bytes], before: Sequence[str], script: Sequence[str], after: Sequence[str]) -> None:
    """Write statements, the output of `script` and more statements into psql.

    If `script` fails, the caller kills psql, and the server rolls back. The end of its input would make psql commit.
    """
    # psql stops at an error of its own, which says why.
    with suppress(BrokenPipeError):
        stream.write("".join(f"{statement};\n" for statement in before).encode())
        with _running(script, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            shutil.copyfileobj(process.stdout, stream, 1024 * 1024)
        stream.write("".join(f"{statement};\n" for statement in after).encode())


@contextmanager
def _connected() -> Iterator[Connection]:
    """Connect to the database of the settings, in autocommit mode. Raises BackupError if that fails."""
    try:
        with psycopg.connect(_address(), password=_password(), autocommit=True) as database:
            yield database
    except psycopg.Error as error:
        why = " ".join(str(error).split())
        raise BackupError(_("The database cannot be reached: %(why)s") % {"why": why}) from error


@contextmanager
def _running(command: Sequence[str], **streams: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """Run one of PostgreSQL's programs. Raises BackupError with the program's last words if it fails."""
    password = _password()
    environment = os.environ | {"LC_ALL": "C.UTF-8"} | ({"PGPASSWORD": password} if password else {})
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(list(command), env=environment, stderr=errors, **streams)  # noqa: S603 (no shell)
        try:
            yield process
            if process.stdin:
                with suppress(BrokenPipeError):
                    process.stdin.close()
            if process.stdout:
                process.stdout.close()
            code = process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        if code:
            errors.seek(0)
            lines = errors.read().decode(errors="replace").strip().splitlines() or [f"exit code {code}"]
            # pg_restore reports details after the error itself, and a summary at the end.
            why = next((line for line in lines if "error:" in line.lower()), lines[-1])
            raise BackupError(_("%(program)s failed: %(why)s") % {"program": Path(command[0]).name, "why": why.strip()})


def _program(name: str, major: int) -> str:
    """Return the path of a program of PostgreSQL. Raises BackupError if it is missing or older than the server."""
    path = shutil.which(name)
    values = {"program": name, "package": f"postgresql-client-{major}"}
    if path is None:
        raise BackupError(
            _("The program %(program)s is not on the PATH. On Debian and Ubuntu: apt install %(package)s") % values
        )
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 (no shell)
    found = re.search(r"\) (\d+)", said)
    if found is None or int(found[1]) < major:
        values |= {"version": found[1] if found else said.strip(), "server": str(major)}
        raise BackupError(
            _(
                "%(program)s %(version)s is older than the server, PostgreSQL %(server)s. "
                "On Debian and Ubuntu: apt install %(package)s"
            )
            % values
        )
    return path


def _address() -> str:
    """Return the address of the database without its password, which others would see in the list of processes."""
    database = settings.DATABASES["default"]
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    options = {name: value for name, value in database.get("OPTIONS", {}).items() if name in known}
    names = {"dbname": "NAME", "user": "USER", "host": "HOST", "port": "PORT"}
    options |= {option: database[name] for option, name in names.items() if database.get(name)}
    return psycopg.conninfo.make_conninfo(**options)


def _target() -> list[str]:
    """Return the options of PostgreSQL's programs that name the database. They must not ask for a password."""
    return ["--no-password", "--dbname", _address()]


def _password() -> str | None:
    return settings.DATABASES["default"].get("PASSWORD") or None


def _one(database: Connection, query: str) -> Any:
    row = database.execute(query).fetchone()
    assert row is not None
    return row[0]


def _tables(database: Connection) -> list[str]:
    return [name for (name,) in database.execute(_TABLES)]


def _rows(database: Connection) -> dict[str, int]:
    counts = {}
    for table in _tables(database):
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
        [(counts[table],)] = database.execute(query).fetchall()
    return counts


def _migrations(database: Connection) -> list[tuple[str, str]]:
    if "django_migrations" not in _tables(database):
        return []
    return [(app, name) for app, name in database.execute("SELECT app, name FROM django_migrations ORDER BY id")]


def _uploads(database: Connection) -> set[str]:
    tables = _tables(database)
    found: set[str] = set()
    for table, column in upload_columns():
        if table in tables:
            name, source = sql.Identifier(column), sql.Identifier(table)
            query = sql.SQL("SELECT {0} FROM {1} WHERE {0} <> ''").format(name, source)
            found |= {row[0] for row in database.execute(query)}
    return found
