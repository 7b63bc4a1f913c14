"""Read the operations that an app sends, each by itself: one that is wrong says nothing about the others."""

import hashlib
import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from common.api.openapi import ComponentField
from common.api.serializers import InputSerializer
from courses.lessons.reading import LONGEST_ANCHOR
from notes import writing
from quizzes.sequences import LARGEST
from sync.kinds.fields import FIELDS, NEED_NETWORK
from sync.outcomes import NeedsNetwork, UnknownOperation

_OF_EACH = ("id", "kind", "at")


def _text(longest: int, help_text: str) -> serializers.CharField:
    return serializers.CharField(max_length=longest, allow_blank=True, required=False, help_text=help_text)


def _uuid(help_text: str) -> serializers.UUIDField:
    return serializers.UUIDField(required=False, help_text=help_text)


class SyncOperationInput(InputSerializer):
    """One thing that the student did, with absolute values. Which fields it has depends on `kind`; other kinds and fields are
    answered with `rejected`.

    - `lesson_done`: `lesson`. A lesson that was done on one device is done.
    - `position`: `lesson`, `anchor`. The latest `at` stands.
    - `answer`: `attempt`, `question`, `response`, and `sequence`, else `at` in milliseconds.
    - `attempt_submit`: `attempt`.
    - `note_write`: `lesson`, `anchor`, and as in `note_write` of the API `quote`, `prefix`, `suffix`, `body`, `language`.
      `id` becomes the `uuid` of the note.
    - `note_change`: `note`, `body`, `seen`; and the place of the note as in `note_write`, so that the text becomes a new note if
      the site no longer knows the note: it forgets what was deleted more than a week ago.
    - `note_delete`: `note`, and `seen` to delete only what was seen.
    - `practice_answer`: `card`, `turn`, `response`.
    - `check_answer`: `lesson`, `question`, `response`: a question in a lesson, as in `lesson_question_answer`.
    - `flag`: `attempt`, `question`, `is_flagged`. The last that arrives stands.
    - `discussion_ask`: `lesson`, `anchor`, `body`, and as in `discussion_ask` of the API `quote`, `prefix`, `suffix`.
      `id` becomes the `uuid` of the question.
    - `message_read`: `message`.
    """

    id = serializers.UUIDField(
        help_text="A random UUID for each operation. Sent again, the operation is not done again."
    )
    kind = serializers.CharField(max_length=50, help_text="One of the kinds above.")
    at = serializers.DateTimeField(help_text="When it was done, by the clock of the device.")
    lesson = _uuid("The lesson's `uuid`.")
    anchor = _text(LONGEST_ANCHOR, "A block of the lesson: see `position` of a lesson.")
    attempt = _uuid("The attempt's `uuid`.")
    question = _uuid("The question's `uuid`.")
    response = ComponentField(
        "QuestionResponseInput",
        required=False,
        allow_null=True,
        help_text="Null in practice: the student does not know.",
    )
    sequence = serializers.IntegerField(
        min_value=0,
        max_value=LARGEST,
        required=False,
        help_text="Orders the answers to one question: see `AnswerInput`.",
    )
    note = _uuid("The note's `uuid`.")
    seen = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        help_text="The `revision` of the note that the device has seen.",
    )
    body = _text(writing.LONGEST_BODY, "The text of a note or of a question to others.")
    quote = _text(writing.LONGEST_QUOTE, "What stands at the place of a note.")
    prefix = _text(200, "What stands before it.")
    suffix = _text(200, "What stands behind it.")
    language = serializers.ChoiceField(
        choices=[code for code, _name in settings.LANGUAGES],
        required=False,
        help_text="The language of the text that has the note. The language of the request if it is left out.",
    )
    is_flagged = serializers.BooleanField(required=False, help_text="Whether the question has a flag.")
    message = _uuid("The message's `uuid`.")
    card = _uuid("The card's `uuid`.")
    turn = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False, help_text="The card's `turn`.")


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that can be carried out. `digest` is the same for the same content."""

    id: UUID
    kind: str
    at: datetime
    values: Mapping[str, Any]
    digest: str


@cache
def _reader(kind: str) -> type[InputSerializer]:
    """Return what reads the operations of one kind: it has the fields of the kind only."""
    needed, optional = FIELDS[kind]
    fields = {name: deepcopy(SyncOperationInput._declared_fields[name]) for name in (*_OF_EACH, *needed, *optional)}
    return type(f"{kind}_input", (InputSerializer,), fields)


def _read_uuid(value: Any) -> UUID | None:
    return UUID(value) if isinstance(value, str) else None


def _read_moment(value: Any) -> datetime | None:
    at = datetime.fromisoformat(value) if isinstance(value, str) else None
    return at.astimezone(UTC) if at and at.tzinfo else None


def _read_text(longest: int | None, value: Any) -> str | None:
    """Return a plain text. The serializer looks at what is not ASCII."""
    is_plain = isinstance(value, str) and value.isascii() and "\0" not in value
    return value.strip() if is_plain and len(value) <= (longest or 0) else None


def _read_number(least: int | None, most: int | None, value: Any) -> int | None:
    return value if type(value) is int and (least or 0) <= value <= (most or 0) else None


def _read_boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


@cache
def _quick_readers(kind: str) -> Mapping[str, Callable[[Any], Any]]:
    """Return for each field of a kind what reads a usual value of it, and returns None or raises for another one."""
    found: dict[str, Callable[[Any], Any]] = {"kind": lambda value: value}
    for name, field in _reader(kind)().fields.items():
        if isinstance(field, serializers.UUIDField):
            found[name] = _read_uuid
        elif isinstance(field, serializers.DateTimeField):
            found[name] = _read_moment
        elif isinstance(field, serializers.IntegerField):
            found[name] = partial(_read_number, field.min_value, field.max_value)
        elif isinstance(field, serializers.CharField) and name != "kind":
            found[name] = partial(_read_text, field.max_length)
        elif isinstance(field, serializers.BooleanField):
            found[name] = _read_boolean
        elif isinstance(field, ComponentField):
            # It is JSON, and its question looks at it.
            found[name] = lambda value: value
    return found


def _read_quickly(kind: str, raw: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what the serializer of the kind returns, in a tenth of the time. None if it has to look at a value itself.

    A batch of a hundred operations has about six hundred values.
    """
    readers, values = _quick_readers(kind), {}
    try:
        for name, value in raw.items():
            values[name] = readers[name](value)
            if values[name] is None:
                return None
    except (KeyError, ValueError, OverflowError):
        return None
    return values if all(name in values for name in (*_OF_EACH, *FIELDS[kind][0])) else None


def find_id(raw: Any) -> UUID | None:
    """Return the id of an operation that may be wrong otherwise."""
    given = raw.get("id") if isinstance(raw, dict) else None
    try:
        return UUID(given) if isinstance(given, str) else None
    except ValueError:
        return None


def read_operation(raw: Any) -> Operation:
    """Return the operation. Raises NeedsNetwork, UnknownOperation and ValidationError."""
    if not isinstance(raw, dict):
        raise ValidationError([_("A JSON object is expected.")])
    kind = raw.get("kind")
    if isinstance(kind, str) and kind in NEED_NETWORK:
        raise NeedsNetwork(_("This can only be done while there is a network."))
    if isinstance(kind, str) and kind not in FIELDS:
        raise UnknownOperation(_("This site does not know operations of this kind yet."))
    values = _read_quickly(kind, raw) if isinstance(kind, str) else None
    if values is None:
        values = (_reader(kind) if isinstance(kind, str) else SyncOperationInput).read(raw)
    missing = [name for name in FIELDS[values["kind"]][0] if name not in values]
    if missing:
        raise ValidationError({name: [_("This field is required.")] for name in missing})
    sent = json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(sent.encode()).hexdigest()
    rest = {name: value for name, value in values.items() if name not in _OF_EACH}
    return Operation(values["id"], values["kind"], values["at"], rest, digest)
