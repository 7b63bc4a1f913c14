"""Change the outline of a course in its drafts: add, move, archive and duplicate modules, lessons and quizzes.

Each function returns the changed records for `workspace.drafts.editing.save`. None of them writes.
"""

import copy
from typing import Literal

from course_files.course.texts import texts
from course_files.merging import Fields, Key
from course_files.quizzes.parsing import DEFAULT_RULES, OPTIONAL_RULES, normalise_rules
from workspace.drafts.names import free_slug
from workspace.drafts.records import COURSE, DraftedCourse

Changes = dict[Key, Fields | None]
Titles = dict[str, str]
Kind = Literal["lesson", "quiz"]
# The longest number of a lesson that the course format allows.
MAX_CODE = 10
# A shorter slug says nothing: "3" of "3주차".
_SHORTEST = 3


class ModuleNotEmpty(Exception):
    """A module that still has activities cannot be removed."""


def add_module(drafted: DraftedCourse, titles: Titles) -> tuple[Key, Changes]:
    """Return the key of a new module at the end of the course, and the changes."""
    course = drafted.records[COURSE]
    slug = free_slug(titles, "module", (key[1] for key in _all_keys(drafted) if key[0] == "module"), shortest=_SHORTEST)
    number = max((fields["number"] for _slug, fields in drafted.modules()), default=0) + 1
    module: Fields = {"number": number, "title": texts(titles), "activities": []}
    return ("module", slug), {
        COURSE: {**course, "modules": [*course["modules"], slug]},
        ("module", slug): module,
    }


def remove_module(drafted: DraftedCourse, slug: str) -> Changes:
    """Raises ModuleNotEmpty if it has activities."""
    if drafted.records["module", slug]["activities"]:
        raise ModuleNotEmpty
    course = drafted.records[COURSE]
    return {
        COURSE: {**course, "modules": [other for other in course["modules"] if other != slug]},
        ("module", slug): None,
    }


def add_lesson(drafted: DraftedCourse, module: str, titles: Titles) -> tuple[Key, Changes]:
    """Return the key of the new lesson's activity, and the changes. It has an empty edition in each language with a title."""
    code = _free_code(drafted, module)
    slug = _free_activity_slug(drafted, titles, f"lesson-{code}".lower())
    changes: Changes = {
        ("activity", slug): {
            "kind": "lesson", "code": code, "lesson_kind": "reading", "required": True, "archived": False,
        },
        **_listed(drafted, module, slug),
    }  # fmt: skip
    for language in drafted.languages:
        if language in texts(titles):
            changes["edition", slug, language] = new_edition(texts(titles)[language])
    return ("activity", slug), changes


def new_edition(title: str) -> Fields:
    return {"title": title, "minutes": 5, "objectives": [], "rubric": [], "body": ""}


def add_quiz(drafted: DraftedCourse, module: str, titles: Titles) -> tuple[Key, Changes]:
    """Return the key of the new quiz's activity, and the changes."""
    slug = _free_activity_slug(drafted, titles, "quiz")
    return ("activity", slug), {
        ("activity", slug): {"kind": "quiz", "title": texts(titles), "required": True, "archived": False},
        ("quiz", slug): {
            "check": False,
            "intro": {},
            "questions": [],
            "archived": False,
            "rules": normalise_rules({**DEFAULT_RULES, **OPTIONAL_RULES}),
        },
        **_listed(drafted, module, slug),
    }


def new_check() -> Fields:
    """Return the record of a lesson's check without questions."""
    return {"check": True, "intro": {}, "title": {}, "questions": [], "archived": False}


def move_module(drafted: DraftedCourse, slug: str, position: int) -> Changes:
    """Move a module to a position among the modules, from 0."""
    course = drafted.records[COURSE]
    return {COURSE: {**course, "modules": _moved(course["modules"], slug, position)}}


def move_activity(drafted: DraftedCourse, slug: str, module: str, position: int) -> Changes:
    """Move an activity to a position in a module, from 0."""
    old = drafted.module_of(slug)
    target = drafted.records["module", module]
    if old == module:
        return {("module", module): {**target, "activities": _moved(target["activities"], slug, position)}}
    changes = _listed(drafted, module, slug, position)
    return {**changes, **(_unlisted(drafted, old, slug) if old else {})}


def step(drafted: DraftedCourse, slug: str, direction: Literal[-1, 1]) -> Changes:
    """Move an activity one place up or down, into the neighbouring module at the end of its own. {} at the ends of the course."""
    module = drafted.module_of(slug)
    if module is None:
        return {}
    entries = drafted.records["module", module]["activities"]
    position = entries.index(slug) + direction
    if 0 <= position < len(entries):
        return move_activity(drafted, slug, module, position)
    modules = [name for name, _fields in drafted.modules()]
    place = modules.index(module) + direction
    if not 0 <= place < len(modules):
        return {}
    other = modules[place]
    end = len(drafted.records["module", other]["activities"])
    return move_activity(drafted, slug, other, end if direction < 0 else 0)


def archive(drafted: DraftedCourse, slug: str) -> Changes:
    """Take an activity out of the outline. What was never published is removed; grades and progress of the others stay."""
    module = drafted.module_of(slug)
    changes = _unlisted(drafted, module, slug) if module else {}
    if ("activity", slug) in drafted.published:
        return {**changes, ("activity", slug): {**drafted.records["activity", slug], "archived": True}}
    return {**changes, **{key: None for key in drafted.records if _belongs_to(key, slug)}}


def unarchive(drafted: DraftedCourse, slug: str, module: str) -> Changes:
    """Bring an archived activity back, at the end of a module."""
    fields = drafted.records["activity", slug]
    return {("activity", slug): {**fields, "archived": False}, **_listed(drafted, module, slug)}


def archived(drafted: DraftedCourse) -> list[str]:
    """Return the slugs of archived activities, by their title."""
    found = [key[1] for key, fields in drafted.records.items() if key[0] == "activity" and fields["archived"]]
    return sorted(found, key=lambda slug: drafted.title(("activity", slug)))


def duplicate(drafted: DraftedCourse, slug: str, suffix: str) -> tuple[Key, Changes]:
    """Copy an activity with its texts and questions, below the original. `suffix` is added to its titles."""
    module = drafted.module_of(slug)
    if module is None:
        raise KeyError(slug)
    position = drafted.records["module", module]["activities"].index(slug) + 1
    titles = {language: f"{title} {suffix}"[:200] for language, title in drafted.titles(("activity", slug)).items()}
    fields = drafted.records["activity", slug]
    if fields["kind"] == "lesson":
        key, changes = add_lesson(drafted, module, titles)
    else:
        key, changes = add_quiz(drafted, module, titles)
    new = key[1]
    changes |= _listed(drafted, module, new, position)
    for old, record in drafted.records.items():
        if _belongs_to(old, slug) and old[0] != "activity":
            changes[(old[0], new, *old[2:])] = copy.deepcopy(record)
    for language in drafted.languages:
        edition = changes.get(("edition", new, language))
        if edition is not None:
            edition["title"] = titles.get(language, edition["title"])
    activity = changes[key]
    if activity is not None and fields["kind"] == "lesson":
        activity |= {"lesson_kind": fields["lesson_kind"], "required": fields["required"]}
    return key, changes


def _belongs_to(key: Key, slug: str) -> bool:
    return key[0] in ("activity", "edition", "quiz", "question") and key[1] == slug


def _all_keys(drafted: DraftedCourse) -> set[Key]:
    """Return the keys of all records, also of removed ones: a new record must not take the place of a published one."""
    return {*drafted.records, *drafted.published, *drafted.drafts}


def _listed(drafted: DraftedCourse, module: str, slug: str, position: int | None = None) -> Changes:
    fields = drafted.records["module", module]
    entries = list(fields["activities"])
    entries.insert(len(entries) if position is None else position, slug)
    return {("module", module): {**fields, "activities": entries}}


def _unlisted(drafted: DraftedCourse, module: str, slug: str) -> Changes:
    fields = drafted.records["module", module]
    return {("module", module): {**fields, "activities": [other for other in fields["activities"] if other != slug]}}


def _moved(entries: list[str], entry: str, position: int) -> list[str]:
    others = [other for other in entries if other != entry]
    others.insert(max(0, min(position, len(others))), entry)
    return others


def _free_activity_slug(drafted: DraftedCourse, titles: Titles, fallback: str) -> str:
    taken = (key[1] for key in _all_keys(drafted) if key[0] == "activity")
    return free_slug(titles, fallback, taken, shortest=_SHORTEST)


def _free_code(drafted: DraftedCourse, module: str) -> str:
    """Return the next number of a lesson in its module: 3-4 after 3-3."""
    taken = {
        fields["code"]
        for records in (drafted.records, drafted.published)
        for key, fields in records.items()
        if key[0] == "activity" and fields["kind"] == "lesson"
    }
    number, count = drafted.records["module", module]["number"], 1
    while f"{number}-{count}" in taken:
        count += 1
    return f"{number}-{count}"[:MAX_CODE]
