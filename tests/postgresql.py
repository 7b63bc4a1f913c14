"""Create and drop databases on the PostgreSQL of TEST_DATABASE_URL, empty ones and copies of one that is migrated once."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from tests.product import PREPARE, Product, made_once, shared_folder

# The names of the templates end with that of the database in TEST_DATABASE_URL, as those of Django's own test databases do.
MIGRATED, PREPARED = "migrated", "prepared"


def server() -> str:
    return os.environ["TEST_DATABASE_URL"].replace("postgres://", "postgresql://")


def template(kind: str) -> str:
    return f"{kind}_{urlsplit(server()).path.removeprefix('/')}"


def address(name: str) -> str:
    return urlsplit(server())._replace(scheme="postgres", path=f"/{name}").geturl()


def create(name: str, source: str | None = None) -> None:
    """Create a database, as a copy of `source` if there is one."""
    copied = sql.SQL("TEMPLATE {}").format(sql.Identifier(source)) if source else sql.SQL("")
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} {}").format(sql.Identifier(name), copied))


def drop(name: str) -> None:
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def new_database(source: str | None = None) -> Iterator[str]:
    """Create a database and drop it at the end. Yield its address."""
    name = f"baeum_services_{uuid.uuid4().hex[:12]}"
    create(name, source)
    yield address(name)
    drop(name)


def migrate_once(shared: Path) -> str:
    """Return the name of a database that is migrated and empty. To migrate takes 8 s of processor time."""
    name = template(MIGRATED)

    def make(home: Path) -> None:
        # An earlier session that was killed has left its own.
        drop(name)
        create(name)
        Product(home, 0, {"DATABASE_URL": address(name)}).manage("migrate", "--verbosity", "0")

    made_once(shared, name, make)
    return name


@contextmanager
def migrated_database(folders: pytest.TempPathFactory) -> Iterator[str]:
    """Create a database that is migrated and empty, and drop it at the end. Yield its address."""
    with new_database(migrate_once(shared_folder(folders))) as url:
        yield url


def prepare_once(shared: Path) -> str:
    """Return the name of a database as the first start on an empty one leaves it: with the course and the demo's accounts."""
    name = template(PREPARED)

    def make(home: Path) -> None:
        drop(name)
        create(name)
        environment = {"DATABASE_URL": address(name), "BAEUM_DEMO": "1"}
        Product(home, 0, environment).manage("shell", "--no-imports", "-c", PREPARE)

    made_once(shared, name, make)
    return name


def drop_templates() -> None:
    for kind in (MIGRATED, PREPARED):
        drop(template(kind))
