"""The code of the previous release serves on the tables of the next one: during a deployment both run."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.app import App
from tests.operations.backup import previous
from tests.operations.backup.test_upgrade import rows_of
from tests.operations.backup.upgrades import Site
from tests.product import ROOT, Product

pytestmark = pytest.mark.processes

COURSE = "data-analytics-week-2"


@pytest.fixture
def old_code(tmp_path: Path) -> Path:
    """The source of the previous release."""
    folder = tmp_path / "previous"
    folder.mkdir()
    archive = subprocess.run(["git", "archive", previous.RELEASE], cwd=ROOT, capture_output=True, check=False)
    if archive.returncode:
        pytest.skip("needs the repository's history: git fetch --unshallow")
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    return folder


@pytest.fixture
def old_product(product: Product, old_code: Path) -> Product:
    """The previous release on a database that the next one has upgraded, with web, worker and beat."""
    product.home.mkdir()
    previous.load_sqlite(product.home)
    site = Site(product, rows_of(product.home / "baeum.sqlite3"))
    code, _output, errors = site.run("upgrade")
    assert code == 0, errors
    assert site.is_upgraded()
    with (product.home.parent / f"{product.home.name}.log").open("a") as log:
        command = [sys.executable, str(old_code / "manage.py"), "up"]
        product.process = subprocess.Popen(
            command, env=product.full_environment(), cwd=old_code, text=True, stdout=log, stderr=subprocess.STDOUT
        )
    return product.wait_until_ready()


def test_the_previous_release_works_on_the_next_ones_tables(old_product: Product) -> None:
    app = App(old_product.address).sign_in(previous.STUDENT, previous.PASSWORD)
    lesson = next(e for e in app.get(f"courses/{COURSE}/outline")["entries"] if e["kind"] == "lesson")
    assert app.get(f"lessons/{lesson['uuid']}")["title"]
    attempt = app.start_quiz(COURSE)
    assert app.submit(attempt) == 202
    assert app.result(attempt)["status"] == "graded"
    # It fails if there is a difference.
    old_product.manage("verify_grades")
