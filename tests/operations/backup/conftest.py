"""A small site in a state folder of its own, and how to make it the current one in this process."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import Settings

from operations.backup import databases


@dataclass
class Place:
    """A state folder that this process works on. `use` makes it the current one."""

    home: Path
    monkeypatch: pytest.MonkeyPatch
    settings: Settings

    def use(self) -> "Place":
        self.settings.BAEUM_HOME = self.home
        self.settings.MEDIA_ROOT = self.home / "uploads"
        database = {"ENGINE": "common.database.sqlite3", "NAME": self.database, "OPTIONS": {}}
        # Not by the fixture `settings`: Django warns of an overridden DATABASES.
        self.monkeypatch.setitem(settings.DATABASES, "default", database)
        return self

    @property
    def database(self) -> Path:
        return self.home / "baeum.sqlite3"

    def contents(self) -> dict[str, bytes]:
        """Return the files of the state folder, without its lock and secret key."""
        return {
            path.relative_to(self.home).as_posix(): path.read_bytes()
            for path in sorted(self.home.rglob("*"))
            if path.is_file() and path.name not in ("lock", "secret_key")
        }

    def add_answer(self, text: str) -> None:
        with closing(sqlite3.connect(self.database)) as database:
            database.execute("INSERT INTO quizzes_answer (response) VALUES (?)", [text])
            database.commit()

    def add_upload(self, name: str, content: bytes) -> None:
        path = self.home / "uploads" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        with closing(sqlite3.connect(self.database)) as database:
            database.execute("INSERT INTO quizzes_handinfile (file) VALUES (?)", [name])
            database.commit()

    def answers(self) -> list[str]:
        with closing(sqlite3.connect(self.database)) as database:
            return [text for (text,) in database.execute("SELECT response FROM quizzes_answer ORDER BY id")]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Place:
    """A site with one answer and one upload, which is the current one. Its tables have few of the real columns."""
    place = Place(tmp_path / "site", monkeypatch, settings)
    place.home.mkdir()
    with closing(sqlite3.connect(place.database)) as database:
        database.execute("PRAGMA journal_mode=WAL").fetchall()
        database.execute("CREATE TABLE django_migrations (id INTEGER PRIMARY KEY, app TEXT, name TEXT)")
        database.execute("CREATE TABLE quizzes_answer (id INTEGER PRIMARY KEY, response TEXT)")
        database.execute("CREATE TABLE quizzes_handinfile (id INTEGER PRIMARY KEY, file TEXT)")
        known = sorted(databases.known_migrations())
        database.executemany("INSERT INTO django_migrations (app, name) VALUES (?, ?)", known)
        database.commit()
    place.add_answer("the first")
    place.add_upload("hand-ins/plan.pdf", b"%PDF-1.7 plan")
    return place.use()


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Place:
    """An empty state folder, which is not the current one."""
    return Place(tmp_path / "empty", monkeypatch, settings)
