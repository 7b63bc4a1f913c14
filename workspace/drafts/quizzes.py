"""Change a quiz or a lesson's check in its drafts: its questions and their order.

Each function returns the changed records for `workspace.drafts.editing.save`. None of them writes.
"""

import copy
from collections.abc import Mapping
from typing import Literal

from course_files.merging import Fields, Key
from workspace.drafts.names import first_free
from workspace.drafts.outline import Changes, new_check
from workspace.drafts.records import DraftedCourse


def quiz_record(drafted: DraftedCourse, slug: str) -> Fields:
    """Return the record of the quiz, or of a lesson's check that has no questions yet."""
    return drafted.records.get(("quiz", slug)) or new_check()


def questions(drafted: DraftedCourse, slug: str) -> list[tuple[str, Fields]]:
    """Return (key, record) of the quiz's questions in their order."""
    return [
        (key, drafted.records["question", slug, key])
        for key in quiz_record(drafted, slug)["questions"]
        if ("question", slug, key) in drafted.records
    ]


def save_questions(drafted: DraftedCourse, slug: str, questions: Mapping[str, Fields]) -> Changes:
    """Return the changes of new and changed questions, given by their keys. New ones are the last."""
    quiz = quiz_record(drafted, slug)
    changes: Changes = {("question", slug, key): {**fields, "archived": False} for key, fields in questions.items()}
    if new := [key for key in questions if key not in quiz["questions"]]:
        changes["quiz", slug] = {**quiz, "questions": [*quiz["questions"], *new], "archived": False}
    return changes


def free_key(drafted: DraftedCourse, slug: str, kind: str) -> str:
    """Return a key that no question of the quiz has or had, such as single-choice-3."""
    taken = {
        key[2]
        for key in (*drafted.records, *drafted.published, *drafted.drafts)
        if key[0] == "question" and key[1] == slug
    }
    return first_free(kind, taken)


def step(drafted: DraftedCourse, slug: str, key: str, direction: Literal[-1, 1]) -> Changes:
    """Move a question one place up or down. {} at the ends."""
    quiz = quiz_record(drafted, slug)
    order: list[str] = list(quiz["questions"])
    place = order.index(key) + direction
    if not 0 <= place < len(order):
        return {}
    order.remove(key)
    order.insert(place, key)
    return {("quiz", slug): {**quiz, "questions": order}}


def archive(drafted: DraftedCourse, slug: str, key: str) -> Changes:
    """Take a question out of the quiz. One that was never published is removed."""
    quiz = quiz_record(drafted, slug)
    order = [other for other in quiz["questions"] if other != key]
    name: Key = ("question", slug, key)
    fields = {**drafted.records[name], "archived": True} if name in drafted.published else None
    return {name: fields, ("quiz", slug): {**quiz, "questions": order}}


def duplicate(drafted: DraftedCourse, slug: str, key: str) -> tuple[str, Changes]:
    """Copy a question, below the original. Return the key of the copy, and the changes."""
    quiz = quiz_record(drafted, slug)
    fields = copy.deepcopy(drafted.records["question", slug, key])
    new = free_key(drafted, slug, fields["kind"])
    order: list[str] = list(quiz["questions"])
    order.insert(order.index(key) + 1, new)
    return new, {("question", slug, new): fields, ("quiz", slug): {**quiz, "questions": order}}
