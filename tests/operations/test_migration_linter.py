"""The migration linter: what it refuses, and what a migration may except with a reason."""

from typing import Any

import pytest
from django.db import models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddField,
    AlterField,
    AlterModelTable,
    CreateModel,
    RemoveField,
    RenameField,
    RunPython,
    RunSQL,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from pytest_django import Settings

from operations import migration_linter
from tests.product import ROOT


def faults(*operations: Operation, name: str = "0042_points", exceptions: dict[str, str] | None = None) -> list[str]:
    migration = type("Migration", (Migration,), {"operations": list(operations)})(name, "quizzes")
    before = ProjectState()
    before.add_model(ModelState("quizzes", "Quiz", [("title", models.CharField(max_length=100, null=True))]))
    return list(migration_linter.faults_of(migration, exceptions or {}, before))


def nothing(apps: Any, schema_editor: Any) -> None:
    """A data migration."""


@pytest.mark.parametrize(
    "operation",
    [
        RemoveField("quiz", "points"),
        RenameField("quiz", "points", "credits"),
        AlterModelTable("quiz", "quizzes_test"),
        AlterField("quiz", "title", models.CharField(max_length=100)),
        AlterField("quiz", "title", models.CharField(max_length=50, null=True)),
        AlterField("quiz", "title", models.CharField(max_length=100, null=True, unique=True)),
        AlterField("quiz", "title", models.CharField(max_length=100, null=True, db_column="name")),
        AddField("quiz", "points", models.IntegerField(default=1)),
        RunPython(nothing),
        RunSQL("DELETE FROM quizzes_quiz"),
    ],
)
def test_operations_that_break_the_running_release_or_cannot_be_undone_are_refused(operation: Operation) -> None:
    [fault] = faults(operation)
    assert operation.describe() in fault


@pytest.mark.parametrize(
    "operation",
    [
        AddField("quiz", "points", models.IntegerField(null=True)),
        AddField("quiz", "points", models.IntegerField(db_default=1)),
        AlterField("quiz", "title", models.CharField("label", max_length=200, null=True)),
        AlterField("quiz", "title", models.TextField(null=True)),
        AddField("quiz", "points", models.ManyToManyField("quizzes.Question")),
        CreateModel("Points", [("id", models.BigAutoField(primary_key=True))]),
        RunPython(nothing, RunPython.noop),
    ],
)
def test_operations_compatible_with_the_running_release_pass(operation: Operation) -> None:
    assert faults(operation) == []


def test_an_exception_is_for_one_kind_of_operation() -> None:
    removed, renamed = RemoveField("quiz", "points"), RenameField("quiz", "points", "credits")
    [fault] = faults(removed, renamed, exceptions={"RemoveField": "No code has read it since 0.2."})
    assert renamed.describe() in fault


def test_rows_and_tables_do_not_change_in_one_migration() -> None:
    [fault] = faults(RunPython(nothing, RunPython.noop), AddField("quiz", "points", models.IntegerField(null=True)))
    assert "pending triggers" in fault


@pytest.mark.parametrize("name", ["0042_auto_20261128_1200", "0042_quiz_points_and_more"])
def test_a_made_up_name_is_refused(name: str) -> None:
    assert faults(name=name) == ["give it a name that says what it does"]


@pytest.fixture
def _shown_migrations(settings: Settings) -> None:
    """A run with --no-migrations hides them from Django."""
    settings.MIGRATION_MODULES = {}


@pytest.mark.usefixtures("_shown_migrations")
def test_every_app_of_the_project_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migration_linter, "LAST_UNCHECKED", {})
    checked = {app for app, _name in migration_linter.checked_migrations(MigrationLoader(None))}
    assert checked == {path.parent.parent.name for path in ROOT.glob("*/migrations/0001_*.py")}


@pytest.mark.usefixtures("_shown_migrations")
def test_the_projects_migrations_pass() -> None:
    assert migration_linter.main() == 0
