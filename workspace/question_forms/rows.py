"""Rows of controls, such as the choices of a question: added, moved and removed by submit buttons.

A page sends the ids of its rows in their order as `rows-<name>`. A control of the row 3 is named `<name>-3-<control>`. So a
script may move a row in the page without renaming anything.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workspace.question_forms.controls import Control, Data, Fault, Part
from workspace.question_forms.keys import is_key, make_key

_ROW = re.compile(r"[0-9]{1,6}")
_OPERATION = re.compile(r"rows-([a-z_]{1,30})-(?:(add)|([0-9]{1,6})-(up|down|remove))")


@dataclass(frozen=True, slots=True)
class Operation:
    """A button for rows that was pressed."""

    rows: str
    verb: str
    row: str = ""


def find_operation(data: Mapping[str, Any]) -> Operation | None:
    """Return the operation of the pressed button, or None if no button for rows was pressed."""
    for name in data:
        if found := _OPERATION.fullmatch(name):
            return Operation(found[1], found[2] or found[4], found[3] or "")
    return None


class Mark(Control):
    """Whether a row is marked, such as the right choice. All rows share one name, whose values are the ids of rows."""

    template = "workspace/question_forms/parts/_mark.html"
    blank = False

    def __init__(self, rows: str, row: str, label: str, *, only_one: bool) -> None:
        super().__init__(f"{rows}-correct", label)
        self.row = row
        self.only_one = only_one
        self.is_checked = False

    @property
    def id(self) -> str:
        return f"id-{self.name}-{self.row}"

    def fill(self, value: bool) -> None:
        self.is_checked = value

    def read(self, data: Data) -> None:
        self.is_checked = self.row in data.getlist(self.name)

    def clean(self) -> bool:
        return self.is_checked

    @property
    def is_blank(self) -> bool:
        return not self.is_checked


@dataclass(slots=True)
class Row:
    """One row. `key` is "" for a new row: it gets one from its text when the question is saved."""

    id: str
    key: str
    parts: Mapping[str, Part]
    # What has the focus when the page is shown again: "up", "down", "first" or "".
    focus: str = ""
    # What is said beside the row's number.
    note: str = ""

    @property
    def body(self) -> list[tuple[str, Part]]:
        """The names and controls below the head of the row, which has its mark and its buttons."""
        return [(name, part) for name, part in self.parts.items() if not isinstance(part, Mark)]

    @property
    def is_blank(self) -> bool:
        return not self.key and all(part.is_blank for part in self.parts.values())


MakeParts = Callable[[str, str], Mapping[str, Part]]


class Rows(Part):
    """Rows of controls. `make_parts(prefix, row id)` returns the controls of one row.

    `keyed`: each row has a key, which identifies it permanently. `key_from` names the part whose text a new key is made of.
    """

    template = "workspace/question_forms/parts/_rows.html"
    # Whether the script leaves adding and removing to the server.
    by_server: ClassVar[bool] = False

    def __init__(
        self,
        name: str,
        label: str,
        noun: str,
        make_parts: MakeParts,
        *,
        least: int,
        most: int,
        start: int,
        add: str = "",
        key_from: str = "",
        help_text: str = "",
    ) -> None:
        self.name = name
        self.label = label
        # The word for one row, such as "Choice": its number follows.
        self.noun = noun
        self.make_parts = make_parts
        self.least = least
        self.most = most
        self.start = start
        # What the button says that adds a row.
        self.add_label = add
        self.key_from = key_from
        self.help = help_text
        self.blank: Any = []
        self.rows: list[Row] = []
        self.errors: list[str] = []
        # Keys that a new row must not get: those of the question's other rows, and those that the record had before. A
        # removed row's key is not given to another text, because answers may refer to it.
        self.taken: set[str] = set()
        self.focus_add = False
        self.too_few = ngettext("At least %(limit)d is needed.", "At least %(limit)d are needed.", least) % {
            "limit": least
        }

    @property
    def id(self) -> str:
        return f"id-rows-{self.name}"

    @property
    def can_add(self) -> bool:
        return len(self.rows) < self.most

    @property
    def specimen(self) -> Row:
        """An empty row, which the script copies."""
        return Row("new", "", self.make_parts(f"{self.name}-new", "new"))

    def new_row(self, row: str, key: str = "") -> Row:
        return Row(row, key, self.make_parts(f"{self.name}-{row}", row))

    def next_id(self) -> str:
        return str(max((int(row.id) for row in self.rows), default=-1) + 1)

    def unpack(self, value: Any) -> Sequence[Mapping[str, Any]]:
        """Return the value of a record as one mapping for each row."""
        return list(value)

    def pack(self, rows: list[tuple[Row, dict[str, Any]]]) -> Any:
        """Return the values of the rows as the value for the record."""
        return [values for _row, values in rows]

    def fill(self, value: Any) -> None:
        entries = self.unpack(value)
        self.rows = [self.new_row(str(number), entry.get("key", "")) for number, entry in enumerate(entries)]
        for row, entry in zip(self.rows, entries, strict=True):
            for name, part in row.parts.items():
                part.fill(entry.get(name, part.blank))
        if not entries:
            self.rows = [self.new_row(str(number)) for number in range(self.start)]
        self.taken |= {row.key for row in self.rows if row.key}

    def read(self, data: Data) -> None:
        sent = [str(row) for row in data.getlist(f"rows-{self.name}")]
        ids = [row for row in dict.fromkeys(sent) if _ROW.fullmatch(row)]
        if len(ids) > self.most:
            self.errors.append(
                _("There are at most %(limit)d rows. The others have been left out.") % {"limit": self.most}
            )
        known = frozenset(self.taken)
        self.rows = []
        keys: set[str] = set()
        for row_id in ids[: self.most]:
            key = str(data.get(f"{self.name}-{row_id}-key") or "") if self.key_from else ""
            # A key that the record has is kept, even one that the admin accepts and the course format does not.
            key = key if (is_key(key) or key in known) and key not in keys else ""
            keys.add(key)
            row = self.new_row(row_id, key)
            for part in row.parts.values():
                part.read(data)
            self.rows.append(row)
        self.taken |= keys - {""}

    def operate(self, operation: Operation) -> None:
        """Add, move or remove a row. An operation that is impossible changes nothing."""
        if operation.verb == "add":
            if self.can_add:
                self.rows.append(self.new_row(self.next_id()))
                self.rows[-1].focus = "first"
            return
        at = next((index for index, row in enumerate(self.rows) if row.id == operation.row), None)
        if at is None:
            return
        if operation.verb == "remove":
            self.rows.pop(at)
            self.focus_add = True
            return
        to = at - 1 if operation.verb == "up" else at + 1
        if 0 <= to < len(self.rows):
            self.rows.insert(to, self.rows.pop(at))
        row = self.rows[min(max(to, 0), len(self.rows) - 1)]
        # A row at the end has no button further in that direction that could have the focus.
        is_at_end = row is self.rows[0 if operation.verb == "up" else -1]
        row.focus = {"up": "down", "down": "up"}[operation.verb] if is_at_end else operation.verb

    def clean(self) -> Any:
        filled = [row for row in self.rows if not row.is_blank]
        cleaned = [(row, self.values_of(row)) for row in filled]
        if len(cleaned) < self.least:
            self.errors.append(self.too_few)
        if not self.key_from:
            return self.pack(cleaned)
        for row, values in cleaned:
            if not row.key:
                row.key = self.make_key(values)
                self.taken.add(row.key)
        return self.pack([(row, {"key": row.key, **values}) for row, values in cleaned])

    def values_of(self, row: Row) -> dict[str, Any]:
        """Return the value of each control of a row."""
        return {name: part.clean() for name, part in row.parts.items()}

    def make_key(self, values: Mapping[str, Any]) -> str:
        """Return a key for a new row."""
        texts = values[self.key_from]
        return make_key([texts.get("en", ""), *texts.values()], self.name.rstrip("s"), self.taken)

    def faults(self, place: str = "") -> Iterator[Fault]:
        yield from (Fault(self.id, self.label, message) for message in self.errors)
        for number, row in enumerate(self.rows, 1):
            for part in row.parts.values():
                yield from part.faults(f"{self.noun} {number}")

    @property
    def is_blank(self) -> bool:
        return all(row.is_blank for row in self.rows)
