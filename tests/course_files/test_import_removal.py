"""What happens to records that the folder no longer contains: removed, or archived if students used them."""

from pathlib import Path

import pytest

from course_files.merging import Outcome
from courses import progress
from courses.models import Activity, Enrolment, LessonEdition, Module
from quizzes.authoring.models import Question, Quiz
from quizzes.taking import save, start
from tests.course_files import sample
from tests.course_files.sample import NOW, SAMPLE, edit, load, outcomes

pytestmark = pytest.mark.django_db


def test_an_unused_lesson_is_removed(folder: Path) -> None:
    load(folder)
    sample.drop_kinds_of_tea(folder)
    plan = load(folder)
    assert outcomes(plan)["activity", "kinds-of-tea"] is Outcome.REMOVED
    assert not Activity.objects.filter(slug="kinds-of-tea").exists()
    assert not Quiz.objects.filter(activity__slug="kinds-of-tea").exists()
    assert load(folder).changes_nothing


def test_a_completed_lesson_is_archived_and_restored_with_its_files(student: Enrolment, folder: Path) -> None:
    lesson = sample.activity("kinds-of-tea")
    progress.mark_done(enrolment=student, activity=lesson, now=NOW)
    sample.drop_kinds_of_tea(folder)
    assert outcomes(load(folder))["activity", "kinds-of-tea"] is Outcome.ARCHIVED
    lesson.refresh_from_db()
    assert lesson.archived_at == NOW
    assert lesson.completions.count() == 1
    assert LessonEdition.objects.filter(lesson__activity=lesson).count() == 2
    assert load(folder).changes_nothing
    restored = sample.copy(folder.parent / "again")
    assert outcomes(load(restored))["activity", "kinds-of-tea"] is Outcome.CHANGED
    lesson.refresh_from_db()
    assert lesson.archived_at is None
    assert Question.objects.get(quiz__activity=lesson).archived_at is None
    assert load(restored).changes_nothing


def test_a_quiz_with_attempts_is_archived_with_its_questions(student: Enrolment, folder: Path) -> None:
    quiz = Quiz.objects.get(activity__slug="quiz-tea")
    attempt = start.start(quiz=quiz, enrolment=student, now=NOW)
    edit(folder, "course.yaml", "      - quiz: quiz-tea\n", "")
    for language in ("ko", "en"):
        edit(folder, f"lessons/1-2.{language}.md", "(quiz:quiz-tea)", "(lesson:making-tea)")
    (folder / "quizzes" / "quiz-tea.yaml").unlink()
    assert outcomes(load(folder))["activity", "quiz-tea"] is Outcome.ARCHIVED
    quiz.refresh_from_db()
    attempt.refresh_from_db()
    assert quiz.activity.archived_at == NOW
    assert quiz.current_version == attempt.version
    assert load(folder).changes_nothing


def test_a_quiz_without_attempts_is_removed_with_its_grade_item(folder: Path) -> None:
    load(folder)
    edit(folder, "course.yaml", "      - quiz: quiz-tea\n", "")
    for language in ("ko", "en"):
        edit(folder, f"lessons/1-2.{language}.md", "(quiz:quiz-tea)", "(lesson:making-tea)")
    (folder / "quizzes" / "quiz-tea.yaml").unlink()
    load(folder)
    assert not Activity.objects.filter(slug="quiz-tea").exists()


def test_answered_questions_are_archived_and_others_removed(student: Enrolment, folder: Path) -> None:
    quiz = Quiz.objects.get(activity__slug="quiz-tea")
    question = quiz.questions.get(key="driest")
    attempt = start.start(quiz=quiz, enrolment=student, now=NOW)
    choice = str(question.choices.get(key="black").uuid)
    save.save_answer(attempt=attempt, question=question.uuid, response={"choice": choice}, now=NOW)
    text = (folder / "quizzes" / "quiz-tea.yaml").read_text()
    first, last = text.index("  - key: driest"), text.index("  - key: dry-taste")
    (folder / "quizzes" / "quiz-tea.yaml").write_text(text[:first] + text[last:])
    found = outcomes(load(folder))
    assert found["question", "quiz-tea", "driest"] is Outcome.ARCHIVED
    assert found["question", "quiz-tea", "ingredients"] is Outcome.REMOVED
    question.refresh_from_db()
    assert question.archived_at == NOW
    quiz.refresh_from_db()
    assert quiz.current_version is not None
    assert len(quiz.current_version.content["questions"]) == 1
    assert load(folder).changes_nothing


def test_a_check_with_attempts_keeps_its_attempts(student: Enrolment, folder: Path) -> None:
    check = Quiz.objects.get(activity__slug="brew-a-pot")
    start.start(quiz=check, enrolment=student, now=NOW)
    (folder / "checks" / "2-1.yaml").unlink()
    assert outcomes(load(folder))["quiz", "brew-a-pot"] is Outcome.ARCHIVED
    check.refresh_from_db()
    assert check.current_version is not None
    assert check.current_version.content["questions"] == []
    assert check.attempts.count() == 1
    assert load(folder).changes_nothing
    (folder / "checks" / "2-1.yaml").write_bytes((SAMPLE / "checks" / "2-1.yaml").read_bytes())
    load(folder)
    check.refresh_from_db()
    assert len(check.current_version.content["questions"]) == 1
    assert load(folder).changes_nothing


def test_archived_lessons_of_a_removed_module_move_to_another(student: Enrolment, folder: Path) -> None:
    lesson = sample.activity("brew-a-pot")
    progress.mark_done(enrolment=student, activity=lesson, now=NOW)
    text = (folder / "course.yaml").read_text()
    (folder / "course.yaml").write_text(text[: text.index("  - slug: practice")])
    drop_files = [*(folder / "lessons").glob("2-1.*"), folder / "checks" / "2-1.yaml"]
    for path in drop_files:
        path.unlink()
    load(folder)
    lesson.refresh_from_db()
    assert not Module.objects.filter(slug="practice").exists()
    assert lesson.module.slug == "tea"
    assert lesson.archived_at == NOW
    assert load(folder).changes_nothing


def test_progress_does_not_fall_when_lessons_are_added(student: Enrolment, folder: Path) -> None:
    sample.drop_kinds_of_tea(folder)
    load(folder)
    for slug in ("making-tea", "brew-a-pot"):
        progress.mark_done(enrolment=student, activity=sample.activity(slug), now=NOW)
    student.refresh_from_db()
    reached = student.progress_percent
    load(sample.copy(folder.parent / "again"))
    student.refresh_from_db()
    assert student.progress_percent >= reached


def test_progress_rises_when_an_incomplete_lesson_is_removed(student: Enrolment, folder: Path) -> None:
    for slug in ("making-tea", "brew-a-pot"):
        progress.mark_done(enrolment=student, activity=sample.activity(slug), now=NOW)
    sample.drop_kinds_of_tea(folder)
    load(folder)
    student.refresh_from_db()
    assert student.progress_percent == 66
