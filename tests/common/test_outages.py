"""Which errors are outages: each is raised by a real database or a real system call."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from django.db.utils import Error as DatabaseFailure

from common import outages
from common.database.sqlite3.base import DatabaseWrapper as SQLite
from tests.disk import no_room_beyond
from tests.product import free_port


@pytest.fixture(autouse=True)
def databases(django_db_blocker: Any) -> Iterator[None]:
    """Allow database access: these tests use databases of their own."""
    with django_db_blocker.unblock():
        yield


def settings_of(name: str, **options: Any) -> dict[str, Any]:
    return {
        "NAME": name, "OPTIONS": options, "TIME_ZONE": None, "TEST": {}, "ATOMIC_REQUESTS": False, "AUTOCOMMIT": True,
        "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": False, "USER": "somebody", "PASSWORD": "", "HOST": "127.0.0.1",
    }  # fmt: skip


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[SQLite]:
    connection = SQLite(settings_of(str(tmp_path / "test.sqlite3"), timeout=0.01), alias="a-file")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE words (word text)")
    yield connection
    connection.close()


def failure(connection: Any, *statements: str) -> DatabaseFailure:
    def execute() -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    with pytest.raises(DatabaseFailure) as raised:
        execute()
    return raised.value


LARGE = "INSERT INTO words VALUES (zeroblob(100000))"


def test_a_full_database(sqlite: SQLite) -> None:
    error = failure(sqlite, "PRAGMA max_page_count = 2", LARGE)
    assert "full" in str(error)
    assert outages.is_outage(error)


def test_a_disk_that_refuses_to_write(sqlite: SQLite) -> None:
    with no_room_beyond(16384):
        assert outages.is_outage(failure(sqlite, LARGE))


def test_a_locked_database(sqlite: SQLite) -> None:
    other = SQLite(sqlite.settings_dict, alias="another")
    with other.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")
        assert outages.is_outage(failure(sqlite, "BEGIN IMMEDIATE"))
    other.close()


def test_a_read_only_database(sqlite: SQLite) -> None:
    assert outages.is_outage(failure(sqlite, "PRAGMA query_only = 1", LARGE))


def test_a_database_that_cannot_be_opened(tmp_path: Path) -> None:
    assert outages.is_outage(failure(SQLite(settings_of(str(tmp_path / "none" / "x")), alias="none"), "SELECT 1"))


def test_a_server_that_is_away() -> None:
    away = PostgreSQL({**settings_of("baeum"), "PORT": str(free_port())}, alias="away")
    assert outages.is_outage(failure(away, "SELECT 1"))


@pytest.mark.parametrize("statement", ["SELECT * FROM nothing", "SELECT nothing FROM words", "SELECT FROM"])
def test_a_fault_of_a_statement_is_none(sqlite: SQLite, statement: str) -> None:
    assert not outages.is_outage(failure(sqlite, statement))


def test_a_full_disk() -> None:
    with pytest.raises(OSError, match="No space left") as raised:
        os.write(os.open("/dev/full", os.O_WRONLY), b"x")
    assert outages.is_outage(raised.value)


def test_an_error_that_was_raised_from_one() -> None:
    error = ValueError("An archive that cannot be written.")
    error.__cause__ = OSError(28, "No space left on device")
    assert outages.is_outage(error)


def test_an_error_of_the_cleaning_up_after_one() -> None:
    def fail_twice() -> None:
        try:
            os.write(os.open("/dev/full", os.O_WRONLY), b"x")
        except OSError:
            Path("nothing/to/clean/up").unlink()

    with pytest.raises(FileNotFoundError) as raised:
        fail_twice()
    assert outages.is_outage(raised.value)


@pytest.mark.parametrize("error", [None, FileNotFoundError(2, "none"), PermissionError(13, "no"), KeyError("x")])
def test_other_errors_are_none(error: BaseException | None) -> None:
    assert not outages.is_outage(error)
