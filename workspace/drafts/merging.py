"""Merge two changes of one lesson's text that began with the same version."""

from merge3 import Merge3

from course_files.merging import Fields, Key, digest
from courses.models import Course
from workspace.drafts.records import DraftedCourse, text_of_key
from workspace.models import Edit

# How many edits are searched for the version that an author began with.
_SEARCHED = 200


def find_version(drafted: DraftedCourse, key: Key, token: str) -> Fields | None:
    """Return the record that an author saw, by its token. None if it is not in the history."""
    for fields in _versions(drafted, key):
        if digest(fields)[:16] == token:
            return fields
    return None


def _versions(drafted: DraftedCourse, key: Key) -> list[Fields]:
    found = [drafted.published[key]] if key in drafted.published else []
    text = text_of_key(key)
    for changes in _edits(drafted.course):
        found += [state["fields"] for state in changes.get(text, []) if state and state["fields"] is not None]
    return found


def _edits(course: Course) -> list[dict[str, list[dict[str, Fields] | None]]]:
    return list(Edit.objects.filter(course=course).values_list("changes", flat=True)[:_SEARCHED])


def merge(base: Fields, mine: Fields, theirs: Fields) -> Fields | None:
    """Return a record with both changes, or None if both changed the same lines or the same field."""
    merged: Fields = {}
    for name in mine:
        if mine[name] == theirs.get(name) or theirs.get(name) == base.get(name):
            merged[name] = mine[name]
        elif mine[name] == base.get(name):
            merged[name] = theirs[name]
        elif name == "body":
            body = merge_texts(base["body"], mine["body"], theirs["body"])
            if body is None:
                return None
            merged["body"] = body
        else:
            return None
    return merged


def merge_texts(base: str, mine: str, theirs: str) -> str | None:
    """Merge two texts line by line. Return None if both changed the same lines differently."""
    merged: list[str] = []
    for group in Merge3(base.split("\n"), mine.split("\n"), theirs.split("\n")).merge_groups():
        if group[0] == "conflict":
            return None
        merged += group[1]
    return "\n".join(merged)
