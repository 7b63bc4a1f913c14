"""Make one record of the drafts as it is published, and keep the other drafts whole.

Lists follow: a new question leaves its quiz, an archived lesson comes back to its module. So what is left can be published.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from course_files.merging import Fields, Key
from courses.models import Course
from workspace.drafts import editing, outline, quizzes
from workspace.drafts.outline import Changes
from workspace.drafts.records import COURSE, DraftedCourse
from workspace.models import Edit


def discard(course: Course, key: Key, *, editor: User, now: datetime) -> Edit | None:
    """Discard the draft of one record. Return the edit, or None if there is nothing to discard.

    Raises outline.ModuleNotEmpty for a new module that has entries.
    """
    with transaction.atomic():
        drafted = editing.lock(course)
        if key not in drafted.drafts:
            return None
        changes, subject = compute_changes(drafted, key), drafted.title(key)
        return editing.save(course, changes, editor=editor, action=Edit.Action.DISCARD, subject=subject, now=now)


def compute_changes(drafted: DraftedCourse, key: Key) -> Changes:
    """Return the records that change when the draft of `key` is discarded."""
    published = drafted.published.get(key)
    if key[0] == "activity":
        return _activity(drafted, key[1], published)
    if key[0] == "module":
        return _module(drafted, key[1], published)
    if key[0] == "quiz":
        return _quiz(drafted, key[1], published)
    if key[0] == "question":
        return _question(drafted, key, published)
    if key == COURSE and published is not None:
        modules = [slug for slug, _fields in drafted.modules()]
        return {COURSE: {**published, "modules": _in_order(modules, published["modules"])}}
    return {key: published}


def _in_order(entries: Sequence[str], published: Sequence[str]) -> list[str]:
    """Return the entries in their published order. The new ones are the last."""
    return [*(one for one in published if one in entries), *(one for one in entries if one not in published)]


def _activity(drafted: DraftedCourse, slug: str, published: Fields | None) -> Changes:
    is_listed = drafted.module_of(slug) is not None
    if published is None or published["archived"]:
        return outline.archive(drafted, slug) if is_listed or published is None else {("activity", slug): published}
    if is_listed:
        return {("activity", slug): published}
    module = _published_module(drafted, slug) or list(drafted.modules())[-1][0]
    fields = drafted.records["module", module]
    order = drafted.published.get(("module", module), fields)["activities"]
    return {
        ("activity", slug): published,
        ("module", module): {**fields, "activities": _in_order([*fields["activities"], slug], order)},
    }


def _published_module(drafted: DraftedCourse, activity: str) -> str | None:
    """Return the module in which students see an activity, if the draft still has it."""
    modules = (slug for slug, _fields in drafted.modules() if ("module", slug) in drafted.published)
    return next((slug for slug in modules if activity in drafted.published["module", slug]["activities"]), None)


def _module(drafted: DraftedCourse, slug: str, published: Fields | None) -> Changes:
    """Bring the module back as it is published, with the activities that were moved out of it or into it.

    Archived ones stay archived, and new ones stay where they are.
    """
    if published is None:
        return outline.remove_module(drafted, slug)
    lists = {name: list(fields["activities"]) for name, fields in drafted.modules()}
    here = lists.setdefault(slug, [])
    for activity in here[:]:
        if (home := _published_module(drafted, activity)) and home != slug:
            here.remove(activity)
            lists[home] = _in_order([*lists[home], activity], drafted.published["module", home]["activities"])
    for name, activities in lists.items():
        if name != slug:
            here += [activity for activity in activities if activity in published["activities"]]
            activities[:] = [activity for activity in activities if activity not in published["activities"]]
    changes: Changes = {
        ("module", name): {**drafted.records["module", name], "activities": activities}
        for name, activities in lists.items()
        if name != slug and activities != drafted.records["module", name]["activities"]
    }
    changes["module", slug] = {**published, "activities": _in_order(here, published["activities"])}
    course = drafted.records[COURSE]
    if slug not in course["modules"]:
        order = drafted.published[COURSE]["modules"]
        changes[COURSE] = {**course, "modules": _in_order([*course["modules"], slug], order)}
    return changes


def _quiz(drafted: DraftedCourse, slug: str, published: Fields | None) -> Changes:
    if published is None:
        if ("activity", slug) not in drafted.published:
            return outline.archive(drafted, slug)
        return {key: None for key in drafted.records if key[0] in ("quiz", "question") and key[1] == slug}
    # Which questions there are is said by the questions.
    entries = quizzes.quiz_record(drafted, slug)["questions"]
    is_archived = bool(published["archived"]) and not entries
    return {
        ("quiz", slug): {
            **published, "questions": _in_order(entries, published["questions"]), "archived": is_archived,
        }
    }  # fmt: skip


def _question(drafted: DraftedCourse, key: Key, published: Fields | None) -> Changes:
    slug, name = key[1], key[2]
    quiz = quizzes.quiz_record(drafted, slug)
    is_listed = name in quiz["questions"]
    if published is None or published["archived"]:
        return {**(quizzes.archive(drafted, slug, name) if is_listed else {}), key: published}
    if is_listed:
        return {key: published}
    order = drafted.published.get(("quiz", slug), quiz)["questions"]
    listed = _in_order([*quiz["questions"], name], order)
    return {key: published, ("quiz", slug): {**quiz, "questions": listed, "archived": False}}
