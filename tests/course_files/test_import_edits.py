"""Edits made in the admin: kept, reported, and overwritten only on request."""

from pathlib import Path

import pytest

from course_files import course_folder
from course_files.merging import Outcome
from courses.models import Activity, GlossaryTerm
from quizzes.authoring.models import Choice
from tests.course_files import sample
from tests.course_files.sample import NOW, edit, load, outcomes

pytestmark = pytest.mark.django_db


def test_an_edit_in_the_admin_is_kept_and_listed(folder: Path) -> None:
    load(folder)
    sample.edit_in_admin("leaves and love")
    plan = load(folder)
    assert outcomes(plan) == {("edition", "making-tea", "en"): Outcome.EDITED}
    assert "love" in sample.edition("making-tea", "en").body
    # The import renders what the database says.
    assert "love" in sample.edition("making-tea", "en").html


def test_line_breaks_of_a_form_do_not_count_as_an_edit(folder: Path) -> None:
    load(folder)
    edition = sample.edition("making-tea", "en")
    edition.body = edition.body.replace("\n", "\r\n") + "\r\n"
    edition.save()
    assert load(folder).changes_nothing
    assert outcomes(load(folder)) == {}


def test_a_conflict_imports_nothing_without_a_preference(folder: Path) -> None:
    load(folder)
    sample.edit_in_admin("leaves and love")
    edit(folder, "lessons/1-1.en.md", "leaves and water", "leaves and milk")
    edit(folder, "lessons/1-2.en.md", "many kinds", "some kinds")
    with pytest.raises(course_folder.Conflict) as caught:
        load(folder)
    assert [step.key for step in caught.value.plan.conflicts] == [("edition", "making-tea", "en")]
    assert "many kinds" in sample.edition("kinds-of-tea", "en").body


def test_ours_keeps_the_version_of_the_admin_permanently(folder: Path) -> None:
    load(folder)
    sample.edit_in_admin("leaves and love")
    edit(folder, "lessons/1-1.en.md", "leaves and water", "leaves and milk")
    edit(folder, "lessons/1-2.en.md", "many kinds", "some kinds")
    load(folder, "ours")
    assert "love" in sample.edition("making-tea", "en").body
    assert "some kinds" in sample.edition("kinds-of-tea", "en").body
    assert outcomes(load(folder)) == {("edition", "making-tea", "en"): Outcome.EDITED}


def test_theirs_takes_the_version_of_the_folder(folder: Path) -> None:
    load(folder)
    sample.edit_in_admin("leaves and love")
    load(folder, "theirs")
    assert "leaves and water" in sample.edition("making-tea", "en").body
    assert load(folder).changes_nothing


def test_the_same_change_in_folder_and_admin_is_not_a_conflict(folder: Path) -> None:
    load(folder)
    sample.edit_in_admin("leaves and milk")
    edit(folder, "lessons/1-1.en.md", "leaves and water", "leaves and milk")
    assert load(folder).changes_nothing


def test_an_edited_choice_is_an_edit_of_its_question(folder: Path) -> None:
    load(folder)
    choice = Choice.objects.get(key="green")
    choice.feedback_en = "Green tea is much milder."
    choice.save()
    assert outcomes(load(folder)) == {("question", "quiz-tea", "driest"): Outcome.EDITED}
    choice.refresh_from_db()
    assert choice.feedback_en == "Green tea is much milder."


def test_records_created_in_the_admin_are_kept(folder: Path) -> None:
    load(folder)
    GlossaryTerm.objects.create(course=sample.course(), key="teapot", term_ko="찻주전자", definition_ko="그릇이에요.")
    assert outcomes(load(folder)) == {("term", "teapot"): Outcome.EDITED}
    load(folder, "theirs")
    assert not GlossaryTerm.objects.filter(key="teapot").exists()


def test_an_edited_lesson_missing_in_the_folder_is_a_conflict(folder: Path) -> None:
    load(folder)
    edition = sample.edition("kinds-of-tea", "en")
    edition.body += "\n\nMore."
    edition.save()
    sample.drop_kinds_of_tea(folder)
    with pytest.raises(course_folder.Conflict):
        load(folder)
    load(folder, "ours")
    assert sample.activity("kinds-of-tea").archived_at is None
    assert "More." in sample.edition("kinds-of-tea", "en").body
    load(folder, "theirs")
    assert not Activity.objects.filter(slug="kinds-of-tea").exists()


def test_a_lesson_archived_in_the_admin_stays_archived(folder: Path) -> None:
    load(folder)
    Activity.objects.filter(slug="kinds-of-tea").update(archived_at=NOW)
    found = outcomes(load(folder))
    assert found["activity", "kinds-of-tea"] is Outcome.EDITED
    assert sample.activity("kinds-of-tea").archived_at == NOW
