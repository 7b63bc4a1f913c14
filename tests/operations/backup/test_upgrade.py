"""`./run upgrade` of the previous release and of this one on SQLite. tests/services/test_upgrade.py: the same on PostgreSQL."""

import fcntl
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from operations.backup import upgrading
from tests.operations.backup import previous, upgrades
from tests.operations.backup.upgrades import Site
from tests.product import Product, made_once, shared_folder

pytestmark = pytest.mark.processes


def rows_of(path: Path) -> Callable[[str], list[tuple[Any, ...]]]:
    def rows(query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(path)) as database:
            return database.execute(query).fetchall()

    return rows


def site_of(product: Product) -> Site:
    return Site(product, rows_of(product.home / "baeum.sqlite3"))


@pytest.fixture
def previous_site(product: Product) -> Site:
    """A site of the previous release."""
    product.home.mkdir()
    previous.load_sqlite(product.home)
    return site_of(product)


@pytest.fixture(scope="session")
def upgraded_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state folder of a site that was upgraded from the previous release to this one. Copy it."""

    def make(home: Path) -> None:
        previous.load_sqlite(home)
        upgrades.make_current(site_of(Product(home, 0)))

    return made_once(shared_folder(tmp_path_factory), "upgraded", make)


@pytest.fixture
def site(product: Product, upgraded_home: Path) -> Site:
    """A site of this release, with the rows of the previous one. The next release adds two migrations to it, not a hundred."""
    shutil.copytree(upgraded_home, product.home)
    return site_of(product)


def restored_elsewhere(site: Site, backup: Path) -> Site:
    home = site.home.parent / "elsewhere"
    elsewhere = Site(Product(home, 0), rows_of(home / "baeum.sqlite3"))
    assert elsewhere.run("restore", str(backup))[0] == 0
    return elsewhere


def write(site: Site, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(site.home / "baeum.sqlite3")) as database:
        database.execute(statement, values)
        database.commit()


def test_the_previous_release_is_upgraded_and_backed_up_before(previous_site: Site) -> None:
    before = previous_site.state()
    code, output, errors = previous_site.run("upgrade")
    assert code == 0, errors
    assert "next_release.0002_fill_notes" in output
    assert previous_site.is_upgraded()
    assert previous_site.leftovers() == []
    upgrades.assert_verified(previous_site)
    [backup] = (previous_site.home / "upgrades").iterdir()
    assert str(backup) in output
    # The backup is of the state before.
    assert restored_elsewhere(previous_site, backup).state() == before


def test_this_release_upgrades_the_previous_one(previous_site: Site) -> None:
    code, output, errors = previous_site.run("upgrade", release="lms.settings")
    assert code == 0, output + errors
    upgrades.assert_verified(previous_site)
    code, output, errors = previous_site.run("upgrade", release="lms.settings")
    assert (code, errors) == (0, "")
    assert "Nothing to migrate" in output


def test_run_backs_up_before_it_migrates(previous_site: Site) -> None:
    before = previous_site.state()
    previous_site.product.start().wait_until_ready()
    [backup] = (previous_site.home / "upgrades").iterdir()
    assert str(backup) in previous_site.product.log
    previous_site.product.kill()
    assert restored_elsewhere(previous_site, backup).state() == before
    # Nothing is left to migrate at the next start.
    (previous_site.home / "prepared").unlink()
    previous_site.product.start().wait_until_ready()
    assert list((previous_site.home / "upgrades").iterdir()) == [backup]


def test_run_migrates_nothing_that_it_could_not_back_up(previous_site: Site) -> None:
    before = previous_site.state()
    (previous_site.home / "upgrades").write_text("")
    assert "Nothing was migrated" in previous_site.fails("up")
    assert previous_site.state() == before


@pytest.mark.parametrize(
    ("what", "why"),
    [("fail", "the next release is broken"), ("spoil", "stored grades differ from the computed ones")],
)
def test_the_old_state_is_back_after_a_failure(site: Site, what: str, why: str) -> None:
    before = site.state()
    line = site.fails("upgrade", what=what)
    assert "the old state is back" in line
    assert why in line
    assert site.state() == before
    assert not site.has_notes()
    assert site.leftovers() == []
    # The next attempt succeeds.
    assert site.run("upgrade")[0] == 0
    assert site.is_upgraded()


def test_two_upgrades_within_one_second_have_two_backups(tmp_path: Path) -> None:
    taken = {upgrading.new_backup_path(tmp_path)}
    for _ in range(4):
        for path in taken:
            path.touch()
        taken.add(upgrading.new_backup_path(tmp_path))
    assert len(taken) == 5


def test_the_old_state_is_back_after_a_full_disk(site: Site) -> None:
    """The migration writes 20 MB. Bringing the old state back needs no space."""
    before = site.state()
    line = site.fails("upgrade", what="fill", limit=(site.home / "baeum.sqlite3").stat().st_size + 2_000_000)
    assert "the old state is back" in line
    assert "disk" in line
    assert site.state() == before
    assert site.leftovers() == []


def test_a_killed_upgrade_is_repaired_by_the_next(site: Site) -> None:
    before = site.state()
    site.kill_in_the_middle()
    assert site.leftovers() != []
    code, output, errors = site.run("upgrade", "--repair")
    assert (code, errors) == (0, "")
    assert "was interrupted. The state before it is back" in output
    assert output.count("\n") == 1
    assert site.state() == before
    assert not site.has_notes()
    assert site.leftovers() == []
    assert site.run("upgrade")[0] == 0
    assert site.is_upgraded()
    upgrades.assert_verified(site)


def test_a_repair_that_was_killed_too_is_repeated(site: Site) -> None:
    """The database was back already, and the journal not yet removed."""
    before = site.state()
    site.kill_in_the_middle()
    journal = (site.home / "upgrade.json").read_text()
    assert site.run("upgrade", "--repair")[0] == 0
    (site.home / "upgrade.json").write_text(journal)
    assert site.run("upgrade", "--repair")[0] == 0
    assert site.state() == before
    assert site.leftovers() == []


def test_an_upgrade_that_was_killed_during_its_backup_has_changed_nothing(site: Site) -> None:
    before = site.state()
    (site.home / "upgrade.json").write_text(json.dumps({"version": "9", "started_at": "2026-11-28T00:00:00+00:00"}))
    (site.home / "upgrades" / ".baeum-unfinished-x").mkdir(parents=True)
    code, output, _errors = site.run("upgrade", "--repair")
    assert code == 0
    assert "interrupted before it changed anything" in output
    assert site.state() == before
    assert list((site.home / "upgrades").iterdir()) == []
    assert site.leftovers() == []


def test_what_an_upgrade_must_not_begin_with(site: Site) -> None:
    """Each is one line and leaves everything as it was; one test, because each command takes seconds."""
    before = site.state()
    with (site.home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "Stop it first" in site.fails("upgrade")

    later = (datetime.now(UTC) + timedelta(minutes=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    [(attempt, status)] = site.rows("SELECT id, status FROM quizzes_attempt ORDER BY id LIMIT 1")
    write(site, "UPDATE quizzes_attempt SET status = 'grading', lease_until = ? WHERE id = ?", later, attempt)
    assert "1 attempt is being graded" in site.fails("upgrade")
    write(site, "UPDATE quizzes_attempt SET status = ?, lease_until = NULL WHERE id = ?", status, attempt)

    huge = site.home / "uploads" / "huge.bin"
    with huge.open("wb") as file:
        file.truncate(8 * 10**12)
    assert "not enough space" in site.fails("upgrade")
    huge.unlink()

    write(site, "INSERT INTO django_migrations (app, name, applied) VALUES ('quizzes', '9999_future', '2026-11-28')")
    assert "quizzes.9999_future" in site.fails("upgrade")
    write(site, "DELETE FROM django_migrations WHERE name = '9999_future'")

    assert site.state() == before
    assert site.leftovers() == []
    assert not (site.home / "upgrades").exists()


def test_an_empty_state_folder_has_nothing_to_upgrade(product: Product) -> None:
    site = Site(product, rows_of(product.home / "baeum.sqlite3"))
    assert "There is no database to upgrade" in site.fails("upgrade")
    assert not os.path.exists(product.home / "baeum.sqlite3")


def test_three_backups_of_upgrades_are_kept(site: Site) -> None:
    folder = site.home / "upgrades"
    folder.mkdir()
    for day in range(1, 5):
        (folder / f"before-0.0.{day}-20260101T000000Z.zip").write_text("old")
        os.utime(folder / f"before-0.0.{day}-20260101T000000Z.zip", (day, day))
    assert site.run("upgrade")[0] == 0
    assert [path.name[:12] for path in sorted(folder.iterdir())] == ["before-0.0.3", "before-0.0.4", "before-0.1.0"]
