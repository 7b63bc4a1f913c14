"""The SQLite backend of the embedded mode, on a file: the write lock, and what is flushed when a commit returns."""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import OperationalError

from common.database.sqlite3 import base, flushing

PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"


def connected(path: Path, *, pragmas: str = PRAGMAS, timeout: float = 5.0) -> base.DatabaseWrapper:
    options = {"transaction_mode": "IMMEDIATE", "timeout": timeout, "init_command": pragmas}
    defaults = {"ATOMIC_REQUESTS": False, "AUTOCOMMIT": True, "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": False}
    return base.DatabaseWrapper(
        {
            "ENGINE": "common.database.sqlite3",
            "NAME": str(path),
            "OPTIONS": options,
            "TIME_ZONE": None,
            "TEST": {},
            **defaults,
        },
        alias="a-file",
    )


@pytest.fixture(autouse=True)
def databases(django_db_blocker: Any) -> Iterator[None]:
    """Allow database access: these tests use databases of their own."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each flush of the log: whether the write lock was "free" or "held" meanwhile."""
    flushed: list[str] = []

    def flush(log: int) -> None:
        assert os.fstat(log).st_ino == (tmp_path / "test.sqlite3-wal").stat().st_ino
        lock_file = os.open(tmp_path / "test.sqlite3-turn", os.O_RDWR)
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            flushed.append("free")
        except BlockingIOError:
            flushed.append("held")
        finally:
            os.close(lock_file)

    monkeypatch.setattr(flushing, "flush", flush)
    return flushed


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flushed: list[str]) -> Iterator[base.DatabaseWrapper]:
    """A connection to a database of one table, for `transaction.atomic("a-file")` as well."""
    connection = connected(tmp_path / "test.sqlite3")
    monkeypatch.setattr(transaction, "get_connection", lambda using=None: connection)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE t (a)")
    flushed.clear()
    yield connection
    connection.close()


def write(connection: base.DatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO t VALUES (%s)", [1])


def synchronous(connection: base.DatabaseWrapper) -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        return int(cursor.fetchone()[0])


FULL, NORMAL = 2, 1


def test_a_commit_is_flushed_before_it_returns_and_after_the_lock_is_released(
    file: base.DatabaseWrapper, flushed: list[str]
) -> None:
    with transaction.atomic("a-file"):
        assert synchronous(file) == NORMAL
        write(file)
        assert flushed == []
    assert flushed == ["free"]
    assert synchronous(file) == FULL


def test_a_transaction_that_writes_nothing_is_not_flushed(file: base.DatabaseWrapper, flushed: list[str]) -> None:
    with transaction.atomic("a-file"), file.cursor() as cursor:
        cursor.execute("SELECT * FROM t")
    assert flushed == []


def test_a_new_table_is_flushed(file: base.DatabaseWrapper, flushed: list[str]) -> None:
    with transaction.atomic("a-file"), file.cursor() as cursor:
        cursor.execute("CREATE TABLE u (a)")
    assert flushed == ["free"]


def test_a_rollback_is_not_flushed_and_releases_the_lock(file: base.DatabaseWrapper, flushed: list[str]) -> None:
    def fail() -> None:
        write(file)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic("a-file"):
        fail()
    assert flushed == []
    assert synchronous(file) == FULL
    with transaction.atomic("a-file"):
        write(file)
    assert flushed == ["free"]


def test_a_single_statement_is_flushed_if_it_is_to_be_durable(file: base.DatabaseWrapper, flushed: list[str]) -> None:
    # Without `write_lock`, SQLite itself waits for the disk.
    write(file)
    assert flushed == []
    with file.write_lock():
        write(file)
    assert flushed == ["free"]
    with file.write_lock(durable=False):
        write(file)
    assert flushed == ["free"]
    with transaction.atomic("a-file"), file.write_lock(durable=False):
        write(file)
    assert flushed == ["free", "free"]
    assert synchronous(file) == FULL


def test_concurrent_writers_wait_for_each_other(file: base.DatabaseWrapper) -> None:
    others = [connected(Path(file.settings_dict["NAME"])) for _ in range(4)]

    def write_often(connection: base.DatabaseWrapper) -> None:
        connection.inc_thread_sharing()
        for _ in range(50):
            with connection.write_lock():
                write(connection)
        connection.close()

    threads = [threading.Thread(target=write_often, args=(other,)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with file.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM t")
        assert cursor.fetchone() == (200,)


def test_waiting_for_the_lock_ends_at_the_timeout(file: base.DatabaseWrapper) -> None:
    impatient = connected(Path(file.settings_dict["NAME"]), timeout=0.01)
    with file.write_lock(), pytest.raises(OperationalError, match="locked"), impatient.write_lock():
        pytest.fail("Two connections hold the lock at once.")
    with impatient.write_lock():
        write(impatient)
    impatient.close()


def test_a_program_without_the_lock_file_is_waited_for_by_sqlite(file: base.DatabaseWrapper) -> None:
    path = file.settings_dict["NAME"]
    impatient = connected(Path(path), timeout=0.01)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"), impatient.write_lock():
        write(impatient)
    # It has released the lock, too.
    other.execute("ROLLBACK")
    with file.write_lock():
        write(file)
    other.close()
    impatient.close()


def test_closing_a_connection_releases_its_lock(file: base.DatabaseWrapper) -> None:
    other = connected(Path(file.settings_dict["NAME"]), timeout=0.01)
    with other.write_lock():
        other.close()
    with file.write_lock():
        write(file)


def test_a_database_without_a_wal_uses_no_lock_file(tmp_path: Path, flushed: list[str]) -> None:
    plain = connected(tmp_path / "plain.sqlite3", pragmas="PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL;")
    with plain.write_lock(), plain.cursor() as cursor:
        assert synchronous(plain) == FULL
        cursor.execute("CREATE TABLE t (a)")
    assert flushed == []
    assert not (tmp_path / "plain.sqlite3-turn").exists()
    plain.close()


def test_the_placeholders_of_a_statement_are_converted_once(file: base.DatabaseWrapper) -> None:
    base.convert_placeholders.cache_clear()
    for number in (1, 2):
        with file.cursor() as cursor:
            cursor.execute("SELECT %s + 1, '100 %%'", [number])
            assert cursor.fetchone() == (number + 1, "100 %")
    assert base.convert_placeholders.cache_info().hits == 1


def test_several_commits_can_be_flushed_together(file: base.DatabaseWrapper, flushed: list[str]) -> None:
    other = connected(Path(file.settings_dict["NAME"]))
    with file.one_flush():
        for written in (1, 2):
            with transaction.atomic(using=file.alias):
                write(file)
            # Others see it, and the lock is free for them.
            assert other.cursor().execute("SELECT count(*) FROM t").fetchone() == (written,)
            assert flushed == []
        with file.one_flush():
            pass
        assert flushed == []
    assert flushed == ["free"]
    write_one = transaction.atomic(using=file.alias)
    with write_one:
        write(file)
    assert flushed == ["free", "free"]
    other.close()


def test_nothing_written_together_is_not_flushed(file: base.DatabaseWrapper, flushed: list[str]) -> None:
    with file.one_flush(), transaction.atomic(using=file.alias):
        file.cursor().execute("SELECT 1")
    assert flushed == []


@pytest.mark.parametrize("closes", [False, True])
def test_what_was_committed_before_an_error_is_flushed(
    file: base.DatabaseWrapper, flushed: list[str], closes: bool
) -> None:
    def fail() -> None:
        with file.one_flush():
            with transaction.atomic(using=file.alias):
                write(file)
            if closes:
                file.close()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert flushed == ["free"]


def test_commits_that_are_flushed_later_name_their_log_once(file: base.DatabaseWrapper, flushed: list[str]) -> None:
    files: list[int] = []
    with file.flush_later(files):
        for _ in range(2):
            with transaction.atomic("a-file"):
                write(file)
        with file.one_flush(), transaction.atomic("a-file"):
            write(file)
    assert (len(files), flushed) == (1, [])
    flushing.flush_files(files)
    assert flushed == ["free"]
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(files[0])


def test_afterwards_a_commit_waits_for_the_disk_again(file: base.DatabaseWrapper, flushed: list[str]) -> None:
    with file.flush_later([]):
        pass
    with transaction.atomic("a-file"):
        write(file)
    assert flushed == ["free"]


def test_nothing_is_left_to_flush_by_a_request_that_writes_nothing(file: base.DatabaseWrapper) -> None:
    files: list[int] = []
    with file.flush_later(files), transaction.atomic("a-file"):
        pass
    assert files == []


def test_a_connection_that_closes_before_flushes_by_itself(file: base.DatabaseWrapper, flushed: list[str]) -> None:
    files: list[int] = []
    with file.flush_later(files):
        with transaction.atomic("a-file"):
            write(file)
        file.close()
    assert (files, flushed) == ([], ["free"])
