"""Owns the comparison of three states of things: what was imported last, what the database holds, what a folder says.

It decides for each thing what an import does; doing it is for those who know the tables. A thing has a key (a tuple of
words, unique) and fields (a mapping that JSON can hold). Its digest stands for its fields.
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
# Whose version wins where both sides changed: the database's, the folder's, or nobody's (the import refuses).
Side = Literal["ours", "theirs"]


class Outcome(StrEnum):
    """What an import does with one thing."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    ARCHIVED = "archived"
    # Changed in the admin only: the database's version stays.
    EDITED = "edited"
    # Changed on both sides, and nobody said whose version wins.
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Step:
    """One decision. `current` is what the database holds, `incoming` what the folder says (None: not there).

    `digest` is what to remember as imported; None leaves what was remembered.
    """

    key: Key
    outcome: Outcome
    current: Fields | None
    incoming: Fields | None
    digest: str | None = None

    @property
    def writes(self) -> bool:
        """Whether `incoming` goes into the database."""
        return self.outcome in (Outcome.ADDED, Outcome.CHANGED)

    @property
    def departs(self) -> bool:
        """Whether the folder no longer speaks of it."""
        return self.incoming is None


def digest(fields: Fields) -> str:
    """64 hexadecimal digits that stand for these fields."""
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def plan(
    *,
    imported: Mapping[Key, str],
    current: Mapping[Key, Fields],
    incoming: Mapping[Key, Fields],
    used: Iterable[Key] = (),
    side: Side | None = None,
) -> list[Step]:
    """Decide for everything that the database or the folder holds, in the folder's order, what is gone last.

    `imported` maps a key to the digest remembered by the last import ("": never imported). What vanished from the
    folder is archived when it is among `used`, else removed.
    """
    in_use = set(used)
    steps = [_arrival(key, fields, current.get(key), imported.get(key, ""), side) for key, fields in incoming.items()]
    steps += [
        _departure(key, fields, imported.get(key, ""), key in in_use, side)
        for key, fields in current.items()
        if key not in incoming
    ]
    return steps


def _arrival(key: Key, incoming: Fields, current: Fields | None, imported: str, side: Side | None) -> Step:
    theirs = digest(incoming)
    if current is None:
        return Step(key, Outcome.ADDED, current, incoming, theirs)
    ours = digest(current)
    if ours == theirs:
        return Step(key, Outcome.UNCHANGED, current, incoming, theirs if imported != theirs else None)
    if ours == imported or side == "theirs":
        return Step(key, Outcome.CHANGED, current, incoming, theirs)
    if theirs == imported:
        return Step(key, Outcome.EDITED, current, incoming)
    if side == "ours":
        # Remembering the folder's version settles the conflict: the next import finds an edit, not a conflict.
        return Step(key, Outcome.EDITED, current, incoming, theirs)
    return Step(key, Outcome.CONFLICT, current, incoming)


def _departure(key: Key, current: Fields, imported: str, used: bool, side: Side | None) -> Step:
    if current.get("archived"):
        return Step(key, Outcome.UNCHANGED, current, None)
    if imported == digest(current) or side == "theirs":
        return _gone(key, current, Outcome.ARCHIVED if used else Outcome.REMOVED)
    if not imported:
        return Step(key, Outcome.EDITED, current, None)
    if side == "ours":
        return Step(key, Outcome.EDITED, current, None, "")
    return Step(key, Outcome.CONFLICT, current, None)


def _gone(key: Key, current: Fields, outcome: Outcome) -> Step:
    remembered = (
        digest({**current, "archived": True}) if outcome is Outcome.ARCHIVED and "archived" in current else None
    )
    return Step(key, outcome, current, None, remembered)


# The first of these that one part of a departing whole meets is what the whole meets.
_BY_WEIGHT = (Outcome.CONFLICT, Outcome.EDITED, Outcome.ARCHIVED, Outcome.REMOVED)


def unite(steps: Sequence[Step], parents: Mapping[Key, Key]) -> list[Step]:
    """Let what belongs together leave together. `parents` maps a thing to the one that it cannot be without.

    Where a whole departs, its parts share its fate: a conflict in one part is a conflict about all, an edited part
    keeps all, a part in use has all of it archived. What was archived before stays so.
    """
    departing = {step.key: step for step in steps if step.departs}
    groups: dict[Key, list[Step]] = {}
    for step in departing.values():
        top = step.key
        while top in parents and parents[top] in departing:
            top = parents[top]
        groups.setdefault(top, []).append(step)
    united: dict[Key, Step] = {}
    for top, group in groups.items():
        outcomes = {step.outcome for step in group}
        fate = next((outcome for outcome in _BY_WEIGHT if outcome in outcomes), Outcome.UNCHANGED)
        if departing[top].outcome is Outcome.UNCHANGED:
            fate = Outcome.UNCHANGED
        for step in group:
            settled = step.outcome in (fate, Outcome.UNCHANGED)
            united[step.key] = step if settled else _gone(step.key, step.current or {}, fate)
    return [united.get(step.key, step) for step in steps]


def canonical(text: str) -> str:
    """A text as it is compared and stored: NFC, plain line feeds, nothing blank around it.

    Browsers send a form's line breaks as CR LF, which would make every text edited in the admin a changed one.
    """
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
