"""`backup` and `restore` as an operator calls them: one line, and the exit code 1 where something is wrong."""

import re
from pathlib import Path

import pytest

from tests.operations.backup import previous, upgrades
from tests.operations.backup.test_upgrade import rows_of
from tests.operations.backup.upgrades import Site
from tests.product import Product

pytestmark = pytest.mark.processes
OURS = "lms.settings"


@pytest.fixture
def site(product: Product) -> Site:
    product.home.mkdir()
    previous.load_sqlite(product.home)
    return Site(product, rows_of(product.home / "baeum.sqlite3"))


@pytest.fixture
def elsewhere(tmp_path: Path) -> Site:
    return Site(Product(tmp_path / "elsewhere", 0), rows_of(tmp_path / "elsewhere" / "baeum.sqlite3"))


def test_a_backup_is_restored_elsewhere_and_newer_migrations_are_said(
    site: Site, elsewhere: Site, tmp_path: Path
) -> None:
    code, output, errors = site.run("backup", str(tmp_path / "site.zip"), release=OURS)
    assert (code, errors) == (0, "")
    assert "uploads: 1," in output
    assert "no secret key" in output
    code, output, errors = elsewhere.run("restore", str(tmp_path / "site.zip"))
    assert (code, errors) == (0, "")
    # The two of the next release, and what was added since.
    assert re.search(r"This code has \d+ newer migrations", output)
    assert elsewhere.state() == site.state()
    # The code reads columns that only the upgrade adds.
    assert elsewhere.run("upgrade")[0] == 0
    upgrades.assert_verified(elsewhere)


def test_a_backup_of_the_next_release_is_refused_by_this_one(site: Site, elsewhere: Site, tmp_path: Path) -> None:
    assert site.run("upgrade")[0] == 0
    assert site.run("backup", str(tmp_path / "site.zip"))[0] == 0
    code, _output, errors = elsewhere.run("restore", str(tmp_path / "site.zip"), release=OURS)
    assert code == 1
    assert "does not have the migration next_release.0001_notes" in errors
    assert errors.count("\n") == 1
    assert not elsewhere.home.joinpath("baeum.sqlite3").exists()


def test_several_backups_in_a_folder(site: Site, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "baeum-20260101T000000Z.zip").write_text("damaged")
    code, output, errors = site.run("backup", "--to", str(tmp_path / "backups"), "--keep", "1", release=OURS)
    assert (code, errors) == (0, "")
    assert "Deleted: baeum-20260101T000000Z.zip" in output


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["backup"], "Name a file, or a place with --to."),
        (["backup", "a.zip", "--to", "b"], "Name a file, or a place with --to."),
        (["backup", "--to", "/nowhere", "--keep", "0"], "--keep is at least 1."),
        (["backup", "--to", "/nowhere"], "There is no folder /nowhere."),
        (["restore", "/nowhere.zip"], "/nowhere.zip cannot be read: No such file or directory"),
    ],
)
def test_wrong_arguments_are_one_line(elsewhere: Site, arguments: list[str], line: str) -> None:
    assert elsewhere.fails(*arguments) == f"CommandError: {line}"
