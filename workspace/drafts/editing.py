"""Change drafts: in one transaction, with an edit that can be undone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from course_files.merging import Fields, Key
from courses.models import Course
from workspace.drafts import records
from workspace.drafts.records import DraftedCourse, key_of_text, text_of_key
from workspace.models import Draft, Edit

State = dict[str, Any] | None
# Records in one query.
_BATCH = 500


class ChangedMeanwhile(Exception):
    """Somebody else has saved a record since the form was opened. `keys` are the records."""

    def __init__(self, keys: list[Key]) -> None:
        super().__init__()
        self.keys = keys


class CannotUndo(Exception):
    """What an edit has changed was changed again since."""


def save(
    course: Course,
    changes: Mapping[Key, Fields | None],
    *,
    editor: User | None,
    action: Edit.Action,
    subject: str,
    now: datetime,
    seen: Mapping[Key, str] | None = None,
) -> Edit | None:
    """Store the changed records as drafts; None removes a record. Return the edit, or None if nothing differs.

    `seen` are the tokens of the records as the editor saw them. Raises ChangedMeanwhile, and then stores nothing.
    """
    with transaction.atomic():
        drafted = lock(course)
        stale = [key for key, token in (seen or {}).items() if drafted.token(key) != token]
        # The same text saved by both is no conflict.
        if any(drafted.records.get(key) != changes.get(key) for key in stale):
            raise ChangedMeanwhile(stale)
        before = {key: _state(drafted, key) for key in changes}
        _store(drafted, changes, editor=editor, now=now)
        return _record(drafted, before, editor=editor, action=action, subject=subject, now=now)


def lock(course: Course) -> DraftedCourse:
    """Lock the course until the transaction ends, and return it with its drafts."""
    return records.read(Course.objects.select_for_update().get(pk=course.pk))


def discard(course: Course, keys: list[Key], *, editor: User, now: datetime) -> Edit | None:
    """Delete all drafts, so that everything is again as published. Return the edit, or None if there are none.

    `keys` are those that the editor has seen. Raises ChangedMeanwhile if others are there now: `workspace.drafts.discarding`
    knows what a single draft takes with it.
    """
    with transaction.atomic():
        drafted = lock(course)
        if unseen := drafted.drafts.keys() ^ set(keys):
            raise ChangedMeanwhile(sorted(unseen))
        before = {key: _state(drafted, key) for key in drafted.drafts}
        subject = drafted.title(next(iter(before))) if len(before) == 1 else ""
        Draft.objects.filter(course=course).delete()
        drafted = records.read(course)
        return _record(drafted, before, editor=editor, action=Edit.Action.DISCARD, subject=subject, now=now)


def undo(edit: Edit, *, editor: User, now: datetime) -> Edit | None:
    """Bring the drafts back to what they were before `edit`. Raises CannotUndo if they were changed since."""
    with transaction.atomic():
        drafted = lock(edit.course)
        edit = Edit.objects.select_for_update().get(pk=edit.pk)
        if edit.undone_at or not can_undo(edit, drafted):
            raise CannotUndo
        before = {key_of_text(text): after for text, (_before, after) in edit.changes.items()}
        for text, (state, _after) in edit.changes.items():
            Draft.objects.filter(course=edit.course, key=text).delete()
            if state is not None:
                Draft.objects.create(course=edit.course, key=text, editor=editor, saved_at=now, **state)
        edit.undone_at = now
        edit.save(update_fields=["undone_at"])
        drafted = records.read(edit.course)
        return _record(drafted, before, editor=editor, action=Edit.Action.UNDO, subject=edit.subject, now=now)


def can_undo(edit: Edit, drafted: DraftedCourse) -> bool:
    """Return whether every record is still as `edit` left it, and was not published since."""
    return not edit.undone_at and all(
        _state(drafted, key_of_text(text)) == after for text, (_before, after) in edit.changes.items()
    )


def _state(drafted: DraftedCourse, key: Key) -> State:
    draft = drafted.drafts.get(key)
    return None if draft is None else {"fields": draft.fields, "base": draft.base}


def _store(drafted: DraftedCourse, changes: Mapping[Key, Fields | None], *, editor: User | None, now: datetime) -> None:
    """Store the drafts of records. A record that is as published, or was never published and is removed, has no draft.

    The number of queries does not depend on the number of records, apart from the batches of very many.
    """
    ended: list[Key] = []
    new: list[Draft] = []
    changed: list[Draft] = []
    for key, fields in changes.items():
        published, known = drafted.published.get(key), drafted.drafts.get(key)
        if fields == published:
            ended.append(key)
        elif known is None:
            new.append(Draft(course=drafted.course, key=text_of_key(key), base=published))
            drafted.drafts[key] = new[-1]
        elif known.fields != fields:
            changed.append(known)
        else:
            continue
        if fields != published:
            draft = drafted.drafts[key]
            draft.fields, draft.editor, draft.saved_at = fields, editor, now
    for start in range(0, len(ended), _BATCH):
        keys = ended[start : start + _BATCH]
        Draft.objects.filter(course=drafted.course, key__in=map(text_of_key, keys)).delete()
    for key in ended:
        drafted.drafts.pop(key, None)
    Draft.objects.bulk_create(new, batch_size=_BATCH)
    Draft.objects.bulk_update(changed, ["fields", "editor", "saved_at"], batch_size=_BATCH)


def _record(
    drafted: DraftedCourse,
    before: Mapping[Key, State],
    *,
    editor: User | None,
    action: Edit.Action,
    subject: str,
    now: datetime,
) -> Edit | None:
    changes = {
        text_of_key(key): [state, _state(drafted, key)]
        for key, state in before.items()
        if state != _state(drafted, key)
    }
    if not changes:
        return None
    return Edit.objects.create(
        course=drafted.course,
        editor=editor,
        action=action,
        subject=subject[:200],
        changes=changes,
        at=now,
    )
