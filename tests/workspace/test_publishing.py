"""Drafts are published as one version, and students see nothing of them before."""

from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import User
from course_files import course_folder
from course_files.merging import Outcome
from courses.models import Activity, Course
from quizzes.authoring.models import Quiz
from tests.workspace.authors import Author
from workspace.drafts import records
from workspace.models import Draft, Edit, Publication
from workspace.publishing import publish as publishing
from workspace.publishing.publish import NothingToPublish, Unpublishable

QUESTION = {
    "kind": "single_choice",
    "points": "1.00",
    "lesson": "",
    "text": {"ko": "무엇이 옳아요?", "en": "Which is right?"},
    "archived": False,
    "choices": [
        {"key": "a", "correct": True, "text": {"ko": "가", "en": "A"}, "feedback": {}, "lesson": ""},
        {"key": "b", "correct": False, "text": {"ko": "나", "en": "B"}, "feedback": {}, "lesson": ""},
    ],
}


@pytest.fixture
def author(ines: User, course: Course) -> Author:
    return Author(ines, course)


def test_a_new_lesson_is_seen_by_nobody_before_it_is_published(author: Author, course: Course) -> None:
    slug = author.add_lesson("Sampling", body="## Why {#why}\n\nBecause.")
    assert not Activity.objects.filter(course=course, slug=slug).exists()
    author.publish()
    lesson = Activity.objects.get(course=course, slug=slug)
    assert str(lesson) == "1-3 Sampling"
    assert lesson.module == course.modules.get()
    assert "Because." in lesson.lesson.editions.get(language="en").html
    assert not Draft.objects.exists()


def test_one_publication_is_one_version(author: Author, course: Course, quiz: Quiz) -> None:
    version = quiz.current_version
    assert version is not None
    for number in range(3):
        author.add_question(quiz.activity.slug, f"q-{number}", QUESTION)
    quiz.refresh_from_db()
    assert quiz.current_version_id == version.pk
    author.publish()
    quiz.refresh_from_db()
    assert quiz.current_version is not None
    assert quiz.current_version.number == version.number + 1
    assert quiz.current_version.question_count == version.question_count + 3
    assert Publication.objects.get(course=course).number == 1


def test_unfinished_drafts_are_not_published(author: Author, course: Course) -> None:
    author.add_lesson("Sampling", body="")
    author.add_quiz("Test")
    with pytest.raises(Unpublishable) as refused:
        author.publish()
    assert [fault.message for fault in refused.value.faults] == [
        "The lesson has no text in the original language yet.",
        "The lesson has a title but no text in one of its languages. Write it, or remove the translation.",
        "The quiz has no questions yet.",
    ]
    assert Draft.objects.count() > 0
    assert not Publication.objects.exists()


def test_a_fault_in_a_text_is_said_with_its_line(author: Author) -> None:
    slug = author.add_lesson("Sampling", body="Fine.\n\nSee [there](lesson:nowhere).")
    with pytest.raises(Unpublishable) as refused:
        author.publish()
    assert {(fault.key, fault.line) for fault in refused.value.faults} == {
        (("edition", slug, "ko"), 3),
        (("edition", slug, "en"), 3),
    }


def test_nothing_changed_is_nothing_to_publish(author: Author) -> None:
    with pytest.raises(NothingToPublish):
        author.publish()


def test_what_was_made_exports_and_imports_into_an_empty_site_and_is_equal(
    author: Author, course: Course, quiz: Quiz, tmp_path: Path
) -> None:
    author.add_lesson("Sampling", body="## Why {#why}\n\nBecause.")
    author.add_question(author.add_quiz("Test"), "first", QUESTION)
    author.publish()
    before = records.read(course).published
    course_folder.export_folder(course, tmp_path)
    Course.objects.filter(pk=course.pk).update(slug="old")
    course_folder.import_folder(tmp_path, now=timezone.now())
    imported = Course.objects.get(slug="statistics")
    assert records.read(imported).published == before


def test_an_edit_is_undone(author: Author, course: Course) -> None:
    before = records.read(course).records
    author.add_lesson("Sampling", body="")
    author.undo(Edit.objects.get())
    assert records.read(course).records == before
    assert not Draft.objects.exists()


def test_a_publication_is_brought_back_as_a_draft(author: Author, course: Course) -> None:
    before = records.read(course).published
    author.change_edition("lesson-1", "en", body="Another text.")
    author.publish()
    assert records.read(course).published != before
    author.restore(Publication.objects.get())
    author.publish()
    assert records.read(course).published == before


def test_a_later_import_sees_the_publication_as_an_edit(author: Author, course: Course, tmp_path: Path) -> None:
    course_folder.export_folder(course, tmp_path)
    course_folder.import_folder(tmp_path, now=timezone.now(), prefer="theirs")
    author.change_edition("lesson-1", "en", body="Another text.")
    author.publish()
    plan = course_folder.import_folder(tmp_path, now=timezone.now())
    assert plan.counts[Outcome.EDITED] == 1
    assert plan.changes_nothing


def test_publishing_names_the_quizzes_whose_attempts_an_earlier_key_has_graded(author: Author, quiz: Quiz) -> None:
    author.add_question(quiz.activity.slug, "new", QUESTION)
    published = publishing.publish(author.course, editor=author.user, now=timezone.now())
    assert published.outdated == []
