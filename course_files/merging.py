"""Decide by a three-way comparison what an import does with each record of a course.

The three states are the last import, the database and the folder. `course_files.course` defines what a record is. The
digest of a record's fields is saved with its row at each import, so that a later import can tell who changed it.
This module reads no table; the course and quiz writers execute the steps.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

Key = tuple[str, ...]
Fields = dict[str, Any]
# The version to keep if the database and the folder both changed: "ours" is the database's, "theirs" is the folder's. With None
# such a record is a conflict, and the import is refused.
Preference = Literal["ours", "theirs"]


class Outcome(StrEnum):
    """What an import does with one record."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    ARCHIVED = "archived"
    # Changed only in the admin: the database's version is kept.
    EDITED = "edited"
    # Changed in the folder and in the admin, and no preference is given.
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Step:
    """The decision about one record.

    `current` are its fields in the database, `incoming` those in the folder; None if the record does not exist there. `digest` is
    saved with the row, for the next import. If it is None, the saved digest does not change.
    """

    key: Key
    outcome: Outcome
    current: Fields | None
    incoming: Fields | None
    digest: str | None = None

    @property
    def writes(self) -> bool:
        """Return whether `incoming` is written to the database."""
        return self.outcome in (Outcome.ADDED, Outcome.CHANGED)

    @property
    def is_missing(self) -> bool:
        """Return whether the folder no longer contains the record."""
        return self.incoming is None


def digest(fields: Fields) -> str:
    """Return the SHA-256 of the fields as 64 hexadecimal digits. The order of keys does not matter."""
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def plan(
    *,
    imported: Mapping[Key, str],
    current: Mapping[Key, Fields],
    incoming: Mapping[Key, Fields],
    in_use: Iterable[Key] = (),
    prefer: Preference | None = None,
) -> list[Step]:
    """Return a step for each record of the folder, in its order, then for each record that only the database has.

    `imported` maps keys to the digests of the last import ("": never imported). A record that is missing in the folder
    is archived if it is in `in_use`, otherwise removed.
    """
    used = set(in_use)
    steps = [
        _plan_present(key, fields, current.get(key), imported.get(key, ""), prefer) for key, fields in incoming.items()
    ]
    steps += [
        _plan_missing(key, fields, imported.get(key, ""), key in used, prefer)
        for key, fields in current.items()
        if key not in incoming
    ]
    return steps


def _plan_present(key: Key, incoming: Fields, current: Fields | None, imported: str, prefer: Preference | None) -> Step:
    in_folder = digest(incoming)
    if current is None:
        return Step(key, Outcome.ADDED, current, incoming, in_folder)
    in_database = digest(current)
    if in_database == in_folder:
        return Step(key, Outcome.UNCHANGED, current, incoming, in_folder if imported != in_folder else None)
    if in_database == imported or prefer == "theirs":
        return Step(key, Outcome.CHANGED, current, incoming, in_folder)
    if in_folder == imported:
        return Step(key, Outcome.EDITED, current, incoming)
    if prefer == "ours":
        # Saving the folder's digest settles the conflict: the next import finds an edit, not a conflict.
        return Step(key, Outcome.EDITED, current, incoming, in_folder)
    return Step(key, Outcome.CONFLICT, current, incoming)


def _plan_missing(key: Key, current: Fields, imported: str, used: bool, prefer: Preference | None) -> Step:
    if current.get("archived"):
        return Step(key, Outcome.UNCHANGED, current, None)
    if imported == digest(current) or prefer == "theirs":
        return _missing_step(key, current, Outcome.ARCHIVED if used else Outcome.REMOVED)
    if not imported:
        return Step(key, Outcome.EDITED, current, None)
    if prefer == "ours":
        return Step(key, Outcome.EDITED, current, None, "")
    return Step(key, Outcome.CONFLICT, current, None)


def _missing_step(key: Key, current: Fields, outcome: Outcome) -> Step:
    """Return a step for a missing record. If the record becomes archived, the digest is that of the archived record."""
    archives = outcome is Outcome.ARCHIVED and "archived" in current
    return Step(key, outcome, current, None, digest({**current, "archived": True}) if archives else None)


# If a missing record and its missing parts have different outcomes, the first of these that occurs applies to all of them.
_BY_PRECEDENCE = (Outcome.CONFLICT, Outcome.EDITED, Outcome.ARCHIVED, Outcome.REMOVED)


def align_parts(steps: Sequence[Step], parents: Mapping[Key, Key]) -> list[Step]:
    """Give a missing record and its missing parts the same outcome. `parents` maps a part to the record it belongs to.

    If one of them is a conflict, all are. Otherwise, if one was edited, all are kept. Otherwise, if one is in use, all are
    archived. Records that are archived already are unchanged.
    """
    missing = {step.key: step for step in steps if step.is_missing}
    groups: dict[Key, list[Step]] = {}
    for step in missing.values():
        root = step.key
        while root in parents and parents[root] in missing:
            root = parents[root]
        groups.setdefault(root, []).append(step)
    aligned: dict[Key, Step] = {}
    for root, group in groups.items():
        outcomes = {step.outcome for step in group}
        shared = next((outcome for outcome in _BY_PRECEDENCE if outcome in outcomes), Outcome.UNCHANGED)
        if missing[root].outcome is Outcome.UNCHANGED:
            shared = Outcome.UNCHANGED
        for step in group:
            keeps_outcome = step.outcome in (shared, Outcome.UNCHANGED)
            aligned[step.key] = step if keeps_outcome else _missing_step(step.key, step.current or {}, shared)
    return [aligned.get(step.key, step) for step in steps]


def canonical(text: str) -> str:
    """Return a text in the form that is stored and compared: NFC, line feeds only, no white space at either end.

    Browsers send line breaks as CR LF. Without this, every text saved in the admin would count as changed.
    """
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
