"""Discarding the draft of one record keeps the other drafts whole."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from course_files.merging import Key
from courses.models import Course
from quizzes.authoring.models import Quiz
from tests.workspace.authors import Author
from tests.workspace.site import Site
from workspace.drafts import discarding, outline, quizzes
from workspace.drafts.records import COURSE, DraftedCourse
from workspace.models import Draft, Edit
from workspace.publishing.checking import find_faults

PAGE = "/admin/workspace/statistics/publish/"


@pytest.fixture
def author(ines: User, course: Course, quiz: Quiz) -> Author:
    return Author(ines, course)


def discard(author: Author, *key: str) -> Edit | None:
    return discarding.discard(author.course, key, editor=author.user, now=timezone.now())


def change(author: Author, make: Callable[..., Any], *arguments: Any) -> Any:
    """Save what a function of the drafts returns: the changes, or (key, changes). Return the key."""
    made = make(author.read(), *arguments)
    key, changes = made if isinstance(made, tuple) else (None, made)
    author.save(changes)
    return key


def drafted_keys(author: Author) -> set[Key]:
    return set(author.read().drafts)


def question(author: Author, text: str) -> str:
    """Copy a question of the quiz. Return the key of the copy."""
    key: str = change(author, quizzes.duplicate, "quiz", "q0")
    record = author.read().records["question", "quiz", key]
    author.save({("question", "quiz", key): {**record, "text": dict.fromkeys(("ko", "en"), text)}})
    return key


def test_a_changed_text_is_discarded_and_the_others_stay(author: Author) -> None:
    author.change_edition("lesson-1", "en", body="English.")
    author.change_edition("lesson-1", "ko", body="한국어.")
    edit = discard(author, "edition", "lesson-1", "en")
    assert edit is not None
    assert edit.action == Edit.Action.DISCARD
    assert drafted_keys(author) == {("edition", "lesson-1", "ko")}
    author.undo(edit)
    assert author.read().records["edition", "lesson-1", "en"]["body"] == "English."


def test_a_new_question_leaves_its_quiz_and_other_new_ones_stay(author: Author) -> None:
    first, second = question(author, "First?"), question(author, "Second?")
    discard(author, "question", "quiz", first)
    drafted = author.read()
    assert ("question", "quiz", first) not in drafted.records
    assert first not in drafted.records["quiz", "quiz"]["questions"]
    assert second in drafted.records["quiz", "quiz"]["questions"]
    discard(author, "question", "quiz", second)
    assert drafted_keys(author) == set()


def test_a_question_that_was_taken_out_comes_back_to_its_place(author: Author) -> None:
    change(author, quizzes.archive, "quiz", "q0")
    discard(author, "question", "quiz", "q0")
    assert drafted_keys(author) == set()


def test_discarding_the_rules_of_a_quiz_keeps_its_new_questions(author: Author) -> None:
    key = question(author, "New?")
    record = author.read().records["quiz", "quiz"]
    author.save({("quiz", "quiz"): {**record, "intro": {"ko": "소개"}}})
    discard(author, "quiz", "quiz")
    record = author.read().records["quiz", "quiz"]
    assert not record["intro"].get("ko")
    assert key in record["questions"]


def test_a_new_lesson_goes_with_its_text(author: Author) -> None:
    slug = author.add_lesson("New", body="Text.")
    discard(author, "activity", slug)
    assert drafted_keys(author) == set()


def test_an_archived_lesson_comes_back_to_its_place(author: Author) -> None:
    before = author.read().records
    change(author, outline.archive, "lesson-1")
    discard(author, "activity", "lesson-1")
    assert author.read().records == before
    assert drafted_keys(author) == set()


def modules_of(drafted: DraftedCourse) -> dict[str, list[str]]:
    return {slug: fields["activities"] for slug, fields in drafted.modules()}


@pytest.fixture
def second(author: Author) -> str:
    """A second published module, with a lesson."""
    key = change(author, outline.add_module, {"ko": "둘째 모듈", "en": "Second module"})
    lesson = author.add_lesson("Elsewhere", body="Text.")
    change(author, outline.move_activity, lesson, key[1], 0)
    author.publish()
    return str(key[1])


def test_what_was_moved_returns_to_the_module_that_is_discarded(author: Author, second: str) -> None:
    published = modules_of(author.read())
    first = next(iter(published))
    moved = published[first][0]
    change(author, outline.move_activity, moved, second, 0)
    assert drafted_keys(author) == {("module", first), ("module", second)}
    discard(author, "module", first)
    assert modules_of(author.read()) == published
    change(author, outline.move_activity, moved, second, 0)
    discard(author, "module", second)
    assert modules_of(author.read()) == published
    assert drafted_keys(author) == set()


def test_a_removed_module_comes_back_with_its_lessons(author: Author, second: str) -> None:
    published = modules_of(author.read())
    change(author, outline.move_activity, published[second][0], next(iter(published)), 0)
    change(author, outline.remove_module, second)
    discard(author, "module", second)
    assert modules_of(author.read()) == published


def test_a_new_module_with_entries_is_not_discarded_before_they_are(author: Author, ines_client: Client) -> None:
    key = change(author, outline.add_module, {"ko": "새 모듈", "en": "New module"})
    lesson = author.add_lesson("New", body="Text.")
    change(author, outline.move_activity, lesson, key[1], 0)
    site = Site(ines_client).open(PAGE)
    button = ("one", f"module/{key[1]}")
    site.send(site.form(button=button), {}, button=button)
    assert "This module is new and has entries." in site.text
    discard(author, "activity", lesson)
    discard(author, "module", key[1])
    assert drafted_keys(author) == set()


def test_the_settings_are_discarded_and_a_new_module_stays(author: Author) -> None:
    key = change(author, outline.add_module, {"ko": "새 모듈", "en": "New module"})
    author.save({COURSE: {**author.read().records[COURSE], "title": {"ko": "제목"}}})
    discard(author, *COURSE)
    record = author.read().records[COURSE]
    assert record["title"] == author.read().published[COURSE]["title"]
    assert key[1] in record["modules"]


def test_whatever_is_discarded_the_rest_can_be_checked(author: Author, second: str) -> None:
    """The check reads all records as files. It would fail if a list named a record that is gone."""
    question(author, "New?")
    change(author, quizzes.archive, "quiz", "q1")
    change(author, outline.archive, "lesson-1")
    change(author, outline.add_module, {"ko": "새 모듈", "en": "New module"})
    change(author, outline.add_quiz, second, {"ko": "새 퀴즈", "en": "New quiz"})
    author.add_lesson("New", body="Text.")
    change(author, outline.move_activity, "quiz", second, 0)
    drafts = list(Draft.objects.values_list("key", flat=True))
    assert len(drafts) > 8
    kept = list(Draft.objects.values())
    for text in drafts:
        discard(author, *text.split("/"))
        find_faults(author.read())
        drafted = author.read()
        for _slug, fields in drafted.modules():
            assert all(("activity", activity) in drafted.records for activity in fields["activities"]), text
        listed = [activity for activities in modules_of(drafted).values() for activity in activities]
        assert len(listed) == len(set(listed)), text
        Draft.objects.all().delete()
        Draft.objects.bulk_create(Draft(**values) for values in kept)


# --- the page ------------------------------------------------------------------------------------------------------


def test_the_publish_page_discards_one_change(author: Author, ines_client: Client) -> None:
    author.change_edition("lesson-1", "en", body="English.")
    author.change_edition("lesson-1", "ko", body="한국어.")
    site = Site(ines_client).open(PAGE)
    button = ("one", "edition/lesson-1/en")
    site.send(site.form(button=button), {}, button=button)
    assert drafted_keys(author) == {("edition", "lesson-1", "ko")}


@pytest.mark.parametrize("one", ["", "nonsense", "edition/lesson-1/ko", "\x00", "a/b/c/d"])
def test_what_has_no_draft_is_not_discarded(author: Author, ines_client: Client, one: str) -> None:
    author.change_edition("lesson-1", "en", body="English.")
    answer = ines_client.post("/admin/workspace/statistics/discard/", {"one": one}, follow=True)
    assert answer.status_code == 200
    assert drafted_keys(author) == {("edition", "lesson-1", "en")}


def test_discarding_all_discards_nothing_that_its_page_has_not_shown(author: Author, ines_client: Client) -> None:
    author.change_edition("lesson-1", "en", body="English.")
    site = Site(ines_client).open(PAGE)
    form = site.form(button=("all", "1"))
    author.change_edition("lesson-1", "ko", body="동료가 쓴 글.")
    site.send(form, {})
    assert len(drafted_keys(author)) == 2
    site.open(PAGE)
    site.send(site.form(button=("all", "1")), {})
    assert drafted_keys(author) == set()
