"""Describe in words what differs between two states of a record, for the pages of publication and history."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts.models import Language
from course_files.course.grading import GRADING
from course_files.merging import Fields, Key
from questions import KINDS
from workspace.drafts.records import DraftedCourse

_LABELS = {
    "accept": gettext_lazy("accepted answer"),
    "activities": gettext_lazy("entries"),
    "answers": gettext_lazy("answers"),
    "archived": gettext_lazy("archived"),
    "attempts_allowed": gettext_lazy("attempts allowed"),
    "body": gettext_lazy("text"),
    "categories": gettext_lazy("category"),
    "category": gettext_lazy("category"),
    "choices": gettext_lazy("choice"),
    "code": gettext_lazy("number"),
    "correct": gettext_lazy("right"),
    "counts": gettext_lazy("which attempt counts"),
    "covered_by": gettext_lazy("covered by"),
    "definition": gettext_lazy("settings"),
    "description": gettext_lazy("description"),
    "drop_lowest": gettext_lazy("lowest grades that do not count"),
    "enrolment": gettext_lazy("enrolment"),
    "enrolment_code": gettext_lazy("enrolment code"),
    "feedback": gettext_lazy("feedback"),
    "grace": gettext_lazy("grace (seconds)"),
    "incorrect": gettext_lazy("wrong"),
    "intro": gettext_lazy("introduction"),
    "kind": gettext_lazy("kind"),
    "known_wrong": gettext_lazy("known wrong answer"),
    "languages": gettext_lazy("languages"),
    "late_deduction": gettext_lazy("deduction for each day begun (percent)"),
    "late_rule": gettext_lazy("after the due date"),
    "lesson": gettext_lazy("explained in"),
    "lesson_kind": gettext_lazy("kind"),
    "level": gettext_lazy("level"),
    "minutes": gettext_lazy("reading minutes"),
    "modules": gettext_lazy("modules"),
    "name": gettext_lazy("name"),
    "number": gettext_lazy("number"),
    "objective": gettext_lazy("objective"),
    "objectives": gettext_lazy("objective"),
    "pass_mark": gettext_lazy("pass mark (percent)"),
    "points": gettext_lazy("points"),
    "pool": gettext_lazy("pool"),
    "pools": gettext_lazy("draw from pools"),
    "questions": gettext_lazy("questions"),
    "quiz": gettext_lazy("quiz"),
    "quizzes": gettext_lazy("quiz"),
    "required": gettext_lazy("counts towards progress"),
    "rubric": gettext_lazy("criterion"),
    "sha256": gettext_lazy("content"),
    "show_answers": gettext_lazy("answers are shown"),
    "shuffle_choices": gettext_lazy("shuffle choices"),
    "shuffle_questions": gettext_lazy("shuffle questions"),
    "summary": gettext_lazy("summary"),
    "term": gettext_lazy("term"),
    "text": gettext_lazy("text"),
    "time_limit": gettext_lazy("time limit (minutes)"),
    "title": gettext_lazy("title"),
    "weight": gettext_lazy("weight"),
}
# Facts about the record that a reader does not need: its check, and the keys of its parts.
_HIDDEN = {"check", "key", "rules"}
_KINDS = {
    "course": gettext_noop("Settings of the course"),
    "module": gettext_noop("Module"),
    "activity": gettext_noop("Entry of the outline"),
    "edition": gettext_noop("Lesson"),
    "term": gettext_noop("Term"),
    "asset": gettext_noop("File"),
    "quiz": gettext_noop("Quiz"),
    "question": gettext_noop("Question"),
    "grading": gettext_noop("Weights"),
}
Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed in one record. `state` is added, changed, archived or removed. `lines` are [("+" or "-", line)]."""

    key: Key
    kind: str
    title: str
    language: str
    state: str
    url: str
    lines: list[Line]


def describe(drafted: DraftedCourse, key: Key, before: Fields | None, after: Fields | None) -> Difference:
    """Return the difference between two states of a record of the course."""
    return Difference(
        key=key,
        kind=kind_of(key),
        title=drafted.title(key),
        language=key[2] if key[0] == "edition" else "",
        state=state_of(before, after),
        url=address(drafted, key),
        lines=difference(before, after),
    )


def address(drafted: DraftedCourse, key: Key) -> str:
    """Return the page on which a record is edited."""
    course = drafted.course.slug
    if key[0] in ("edition", "quiz", "question", "activity") and ("activity", key[1]) in drafted.records:
        kind = drafted.records["activity", key[1]]["kind"]
        if key[0] == "edition" or (key[0] == "activity" and kind == "lesson"):
            return reverse("workspace:lesson", args=[course, key[1]])
        if key[0] == "question" and key in drafted.records:
            return reverse("workspace:question", args=[course, key[1], key[2]])
        return reverse("workspace:quiz", args=[course, key[1]])
    if key == GRADING:
        return reverse("reports:weights", args=[course])
    names = {"course": "settings", "term": "glossary", "asset": "files"}
    return reverse(f"workspace:{names.get(key[0], 'outline')}", args=[course])


def difference(before: Fields | None, after: Fields | None) -> list[Line]:
    """Return the lines that differ. A removed line comes before the one that takes its place."""
    old, new = list(_lines(before or {})), list(_lines(after or {}))
    return [(line[0], line[2:]) for line in difflib.ndiff(old, new) if line[0] in "+-"]


def kind_of(key: Key) -> str:
    """Return what a record is, in the reader's language: "Lesson"."""
    return _(_KINDS[key[0]])


def state_of(before: Fields | None, after: Fields | None) -> str:
    """Return added, changed, archived or removed."""
    if before is None:
        return "added"
    if after is None:
        return "removed"
    if after.get("archived") and not before.get("archived"):
        return "archived"
    return "added" if before.get("archived") and not after.get("archived") else "changed"


def _lines(value: Any, labels: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield a record as lines such as "title (Korean): …"."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in Language.values:
                yield from _lines(inner, (*labels[:-1], f"{labels[-1]} ({Language(name).label})") if labels else labels)
            elif name in _HIDDEN:
                yield from _lines(inner, labels) if isinstance(inner, dict) else ()
            elif name != "archived" or inner:
                yield from _lines(inner, (*labels, str(_LABELS.get(name, name))))
    elif isinstance(value, list):
        for position, inner in enumerate(value, start=1):
            yield from _lines(inner, (*labels[:-1], f"{labels[-1]} {position}") if labels else labels)
    elif value not in (None, ""):
        yield from _of_text(_word(value), labels)


def _of_text(text: str, labels: tuple[str, ...]) -> Iterator[str]:
    label = " · ".join(labels)
    first, *others = text.split("\n")
    yield f"{label}: {first}"
    yield from (line for line in others if line.strip())


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in KINDS:
        return _(KINDS[value].label)
    return str(value)
