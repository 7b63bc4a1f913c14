"""The drill of a disaster, on either database."""

import hashlib
import json
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.app import App
from tests.operations.backup import classroom
from tests.operations.backup.classroom import Acknowledged
from tests.product import Product

Rows = Callable[[str], list[tuple[Any, ...]]]


def run(product: Product, elsewhere: Product, backup: Path, rows: Rows) -> None:
    """Back `product` up while students answer, restore it as `elsewhere`, and compare. `rows` asks the restored database."""
    room = classroom.open_classroom(product)
    try:
        with room.working():
            classroom.wait_until_busy(room)
            before = room.snapshot()
            product.manage("backup", str(backup))
            after = room.snapshot()
        assert room.faults == []
        assert len(after.answers) > len(before.answers), "nobody answered during the backup"
    finally:
        product.kill()

    try:
        elsewhere.manage("restore", str(backup))
        check_contents(elsewhere, backup, rows)
        check_acknowledged(before, rows)
        # Each fails if there is a difference.
        elsewhere.manage("verify_grades")
        elsewhere.manage("verify_files")
        elsewhere.start().wait_until_ready()
        app = App(elsewhere.address).sign_in("student3@learn.example", classroom.PASSWORD)
        assert app.call("GET", "/api/v1/me")[1]["email"] == "student3@learn.example"
        elsewhere.manage("verify_grades")
    finally:
        elsewhere.kill()


def check_contents(elsewhere: Product, backup: Path, rows: Rows) -> None:
    """Compare the rows and files of the restored site with the manifest, and the files with their rows."""
    with zipfile.ZipFile(backup) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert {table: rows(f'SELECT count(*) FROM "{table}"')[0][0] for table in manifest["rows"]} == manifest["rows"]
    assert manifest["missing_uploads"] == []
    uploads = {name: entry["sha256"] for name, entry in manifest["files"].items() if name.startswith("uploads/")}
    restored = {
        path.relative_to(elsewhere.home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (elsewhere.home / "uploads").rglob("*")
        if path.is_file()
    }
    assert restored == uploads
    named: dict[str, str] = dict(rows("SELECT file, sha256 FROM quizzes_handinfile"))
    assert named
    assert {f"uploads/{name}": digest for name, digest in named.items()}.items() <= restored.items()


def check_acknowledged(acknowledged: Acknowledged, rows: Rows) -> None:
    """Everything that was acknowledged before the backup began is in the restored database."""
    query = "SELECT t.uuid, a.question, a.sequence FROM quizzes_answer a JOIN quizzes_attempt t ON t.id = a.attempt_id"
    saved = {(plain(attempt), plain(question)): sequence for attempt, question, sequence in rows(query)}
    lost = {key: sequence for key, sequence in acknowledged.answers.items() if saved.get(key, 0) < sequence}
    assert lost == {}
    assert acknowledged.files <= {digest for (digest,) in rows("SELECT sha256 FROM quizzes_handinfile")}
    submitted = {
        plain(attempt) for (attempt,) in rows("SELECT uuid FROM quizzes_attempt WHERE status <> 'in_progress'")
    }
    assert acknowledged.submits <= submitted


def plain(value: Any) -> str:
    """Return a uuid as the API writes it. SQLite stores it without hyphens."""
    return str(uuid.UUID(str(value)))
