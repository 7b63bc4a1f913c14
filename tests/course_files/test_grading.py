"""Weights and grade categories in course.yaml: read, checked, written back, and merged with what the gradebook says."""

from decimal import Decimal
from pathlib import Path

import pytest

from course_files import course_folder, files
from course_files.course.grading import GRADING
from course_files.files import FaultyFolder
from course_files.merging import Outcome
from courses.models import GradeCategory, GradeItem
from tests.course_files import sample
from tests.course_files.sample import NOW, edit, load, outcomes

pytestmark = pytest.mark.django_db
CATEGORIES = """grade_categories:
  - name: 퀴즈
    weight: 40.5
    drop_lowest: 1
  - name: 프로젝트
    weight: 60
modules:
"""


@pytest.fixture
def graded(folder: Path) -> Path:
    """The sample course, whose quiz counts double in a category."""
    edit(folder, "course.yaml", "modules:\n", CATEGORIES)
    edit(folder, "course.yaml", "quiz: quiz-tea\n", "quiz: quiz-tea\n        weight: 2\n        category: 퀴즈\n")
    return folder


def item() -> GradeItem:
    return GradeItem.objects.select_related("category").get(activity__slug="quiz-tea")


def rows() -> list[tuple[str, Decimal, int]]:
    return sorted(GradeCategory.objects.values_list("name", "weight", "drop_lowest"))


def test_an_import_sets_weights_and_an_export_writes_the_same_bytes(graded: Path, tmp_path: Path) -> None:
    load(graded)
    assert rows() == [("퀴즈", Decimal("40.5"), 1), ("프로젝트", Decimal(60), 0)]
    assert (item().weight, str(item().category)) == (2, "퀴즈")
    assert load(graded).changes_nothing
    assert outcomes(load(graded)) == {}
    course_folder.export_folder(sample.course(), tmp_path / "out")
    assert files.read(tmp_path / "out").files == files.read(graded).files


def test_a_course_without_weights_has_no_such_record(folder: Path) -> None:
    plan = load(folder)
    assert GRADING not in {step.key for step in plan.steps}
    assert not rows()


def test_weights_of_the_gradebook_are_kept_where_the_folder_says_nothing(folder: Path) -> None:
    load(folder)
    GradeItem.objects.update(weight=5)
    assert outcomes(load(folder)) == {GRADING: Outcome.EDITED}
    assert item().weight == 5


def test_three_states_are_compared(graded: Path) -> None:
    load(graded)
    # Only the gradebook has changed.
    GradeItem.objects.update(weight=5)
    assert outcomes(load(graded)) == {GRADING: Outcome.EDITED}
    assert item().weight == 5
    # Both have.
    edit(graded, "course.yaml", "weight: 60", "weight: 59.5")
    with pytest.raises(course_folder.Conflict) as caught:
        load(graded)
    assert [step.key for step in caught.value.plan.conflicts] == [GRADING]
    load(graded, "ours")
    assert (item().weight, outcomes(load(graded))) == (5, {GRADING: Outcome.EDITED})
    load(graded, "theirs")
    assert (item().weight, rows()[1][1]) == (2, Decimal("59.5"))
    # Only the folder has.
    edit(graded, "course.yaml", "weight: 59.5", "weight: 50")
    assert outcomes(load(graded)) == {GRADING: Outcome.CHANGED}
    assert rows()[1][1] == 50


def test_what_the_folder_takes_out_goes(graded: Path, tmp_path: Path) -> None:
    load(graded)
    plain = sample.copy(tmp_path / "plain")
    assert outcomes(load(plain)) == {GRADING: Outcome.REMOVED}
    assert (rows(), item().weight, item().category) == ([], 1, None)
    # The next import does not take it for an edit.
    assert load(plain).changes_nothing
    assert load(graded).counts[Outcome.ADDED] == 1


def test_an_archived_quiz_keeps_nothing_back(graded: Path) -> None:
    load(graded)
    sample.activity("quiz-tea").__class__.objects.filter(slug="quiz-tea").update(archived_at=NOW)
    assert "weight: 2" not in course_folder.export_files(sample.course())["course.yaml"].decode()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("category: 퀴즈", "category: 과제", "There is no such grade category: 과제"),
        ("- name: 프로젝트", "- name: 퀴즈", "“퀴즈” stands here twice."),
        ("weight: 40.5", "weight: 40.505", "Weights have at most two decimals."),
        ("weight: 2\n", "weight: 2.125\n", "Weights have at most two decimals."),
        ("weight: 2\n", "weight: -1\n", "-1"),
        ("drop_lowest: 1", "drop_lowest: 101", "101"),
        ("code: 1-1", "code: 1-1\n        weight: 2", "“weight” does not belong here."),
    ],
)
def test_faults_are_named(graded: Path, old: str, new: str, says: str) -> None:
    edit(graded, "course.yaml", old, new)
    with pytest.raises(FaultyFolder) as caught:
        course_folder.parse(graded)
    assert says in str(caught.value)
    assert all(fault.file == "course.yaml" and fault.line for fault in caught.value.faults)
