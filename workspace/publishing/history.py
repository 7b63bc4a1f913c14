"""Read the published versions of a course and of its parts, and bring earlier ones back as drafts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from course_files.merging import Fields, Key
from courses.models import Course
from workspace.drafts import editing, records
from workspace.drafts.records import key_of_text
from workspace.models import Edit, Publication


@dataclass(frozen=True, slots=True)
class Change:
    """What one publication did to one record."""

    key: Key
    before: Fields | None
    after: Fields | None


def changes(publication: Publication) -> Iterator[Change]:
    """Yield the changes of a publication, by their keys."""
    for text, (before, after) in sorted(publication.changes.items()):
        yield Change(key_of_text(text), before, after)


def between(course: Course, first: int, last: int) -> list[Change]:
    """Return how the records differ between two published versions, by their keys. The later version may come first."""
    low, high = sorted((first, last))
    found: dict[Key, Change] = {}
    for publication in Publication.objects.filter(course=course, number__gt=low, number__lte=high).order_by("number"):
        for change in changes(publication):
            before = found[change.key].before if change.key in found else change.before
            found[change.key] = Change(change.key, before, change.after)
    differing = [found[key] for key in sorted(found) if found[key].before != found[key].after]
    return differing if first <= last else [Change(one.key, one.after, one.before) for one in differing]


def restore(publication: Publication, *, editor: User, now: datetime) -> Edit | None:
    """Make drafts of every record as it was before this publication. Return the edit, or None if nothing differs.

    What was added later stays in the outline only where its module was not part of this publication.
    """
    return _bring_back(publication.course, list(changes(publication)), editor=editor, now=now)


def restore_record(publication: Publication, key: Key, *, editor: User, now: datetime) -> Edit | None:
    """Make a draft of one record as it was before this publication. Raises KeyError if the publication did not change it."""
    found = next((change for change in changes(publication) if change.key == key), None)
    if found is None:
        raise KeyError(key)
    return _bring_back(publication.course, [found], editor=editor, now=now)


def _bring_back(course: Course, old: list[Change], *, editor: User, now: datetime) -> Edit | None:
    drafted = records.read(course)
    before = {change.key: change.before for change in old}
    for key, fields in before.items():
        # A published activity is never removed, only archived.
        if key[0] == "activity" and fields is None and key in drafted.published:
            before[key] = {**drafted.published[key], "archived": True}
    subject = drafted.title(old[0].key) if len(old) == 1 else ""
    return editing.save(course, before, editor=editor, action=Edit.Action.RESTORE, subject=subject, now=now)
