"""An export writes the same bytes that were imported and does not overwrite other folders."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from course_files import course_folder, files
from course_files.files import FaultyFolder
from courses.models import Activity, Course
from quizzes.authoring.models import Choice
from tests.course_files import sample
from tests.course_files.sample import NOW, SAMPLE, load

pytestmark = pytest.mark.django_db


def test_an_export_equals_the_imported_folder(tmp_path: Path) -> None:
    load(SAMPLE)
    written = course_folder.export_folder(sample.course(), tmp_path / "out")
    assert files.read(tmp_path / "out").files == files.read(SAMPLE).files
    assert written == sorted(files.read(SAMPLE).files)
    assert course_folder.export_folder(sample.course(), tmp_path / "out") == []


def test_importing_an_export_changes_nothing(tmp_path: Path) -> None:
    load(SAMPLE)
    course_folder.export_folder(sample.course(), tmp_path / "out")
    assert load(tmp_path / "out").changes_nothing


def test_an_edit_in_the_admin_changes_one_exported_file(folder: Path) -> None:
    load(folder)
    choice = Choice.objects.get(key="green")
    choice.feedback_en = "Much milder:\r\n\r\n- really"
    choice.save()
    assert course_folder.export_folder(sample.course(), folder) == ["quizzes/quiz-tea.yaml"]
    before = (SAMPLE / "quizzes" / "quiz-tea.yaml").read_text().splitlines()
    after = (folder / "quizzes" / "quiz-tea.yaml").read_text().splitlines()
    assert [line for line in before if line not in after] == ["          en: Green tea is milder."]
    assert [line for line in after if line not in before] == [
        "          en: |-",
        "            Much milder:",
        "            - really",
    ]
    # The folder now says what the admin says: no edit is left to keep.
    assert sample.outcomes(load(folder)) == {}


def test_files_of_archived_activities_are_deleted(folder: Path) -> None:
    load(folder)
    Activity.objects.filter(slug="brew-a-pot").update(archived_at=NOW)
    gone = course_folder.export_folder(sample.course(), folder)
    assert gone == ["checks/2-1.yaml", "course.yaml", "lessons/2-1.en.md", "lessons/2-1.ko.md"]
    assert not (folder / "lessons" / "2-1.ko.md").exists()


def test_a_folder_with_other_content_is_not_overwritten(folder: Path, tmp_path: Path) -> None:
    load(folder)
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("x")
    with pytest.raises(FaultyFolder, match="something other"):
        course_folder.export_folder(sample.course(), other)
    sample.edit(folder, "course.yaml", "slug: sample", "slug: another")
    with pytest.raises(FaultyFolder, match="something other"):
        course_folder.export_folder(sample.course(), folder)
    assert list(other.iterdir()) == [other / "thesis.txt"]


def test_the_command(tmp_path: Path) -> None:
    load(SAMPLE)
    out = StringIO()
    call_command("export_course", "sample", tmp_path / "out", stdout=out)
    assert out.getvalue().endswith("15 files changed.\n")
    with pytest.raises(CommandError, match="There is no course “nowhere”"):
        call_command("export_course", "nowhere", tmp_path / "out")


def test_the_command_refuses_a_folder_with_other_content(tmp_path: Path) -> None:
    load(SAMPLE)
    (tmp_path / "x").write_text("x")
    with pytest.raises(CommandError, match="something other"):
        call_command("export_course", "sample", tmp_path)


def test_a_course_made_in_the_admin_can_be_exported(course: Course, tmp_path: Path) -> None:
    course_folder.export_folder(course, tmp_path)
    plan = course_folder.import_folder(tmp_path, now=NOW)
    assert plan.changes_nothing
