"""The command import_course: what it prints."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from courses.models import Course
from tests.course_files import sample
from tests.course_files.sample import edit, load

pytestmark = pytest.mark.django_db


def run(*arguments: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_course", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_prints_its_plan_and_a_second_run_has_nothing_to_do(folder: Path) -> None:
    out, _err = run(folder)
    assert "added  edition making-tea ko" in out
    assert "29 added, 0 changed, 0 removed, 0 archived" in out
    out, _err = run(folder)
    assert out.startswith("Nothing to change")


def test_a_dry_run_changes_nothing(folder: Path) -> None:
    out, _err = run(folder, "--dry-run")
    assert "added  course" in out
    assert "dry run" in out
    assert not Course.objects.exists()


def test_the_command_lists_every_fault(folder: Path) -> None:
    edit(folder, "lessons/1-1.en.md", "## Steps {#steps}", "## Steps")
    edit(folder, "course.yaml", "number: 1", "number: one")
    err = StringIO()
    with pytest.raises(CommandError, match="nothing was imported"):
        call_command("import_course", folder, stderr=err)
    assert err.getvalue().splitlines() == [
        'course.yaml:15: A whole number is expected for “number”, not "one".',
        "lessons/1-1.en.md:15: This heading has no id: write {#name} after it.",
    ]


def test_the_command_lists_conflicts(folder: Path) -> None:
    load(folder)
    sample.edit_in_admin("leaves and love")
    edit(folder, "lessons/1-1.en.md", "leaves and water", "leaves and milk")
    out, _err = run(folder, "--dry-run")
    assert "changed in the folder and in the admin  edition making-tea en" in out
    with pytest.raises(CommandError, match="--ours"):
        call_command("import_course", folder, stdout=StringIO())
    out, _err = run(folder, "--ours")
    assert "edited in the admin, kept  edition making-tea en" in out
