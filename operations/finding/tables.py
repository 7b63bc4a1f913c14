"""Search every table for a text, and list the rows of the people whom it names."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models.functions import Cast

from accounts.models import User
from accounts.people.search import contains
from accounts.personal_data import registry

# Rows that are named of one column; of the others only the number is said.
NAMED = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """`count` rows of `table` have the text in `column`; `rows` are the numbers of the first of them."""

    table: str
    column: str
    count: int
    rows: list[Any]


def find_text(text: str) -> Iterator[Hit]:
    """Yield one hit for each column of each table in which `text` stands, in upper or lower case."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        for field in model._meta.local_concrete_fields:
            condition = _condition(field, text)
            if condition is None:
                continue
            rows = model._base_manager.annotate(searched=Cast(field.name, models.TextField())).filter(condition)
            if count := rows.count():
                found = list(rows.order_by("pk").values_list("pk", flat=True)[:NAMED])
                yield Hit(model._meta.db_table, str(field.column), count, found)


def _condition(field: Any, text: str) -> models.Q | None:
    """Return the condition that the column contains the text; None for columns that contain no text."""
    if isinstance(field, models.JSONField):
        # SQLite stores JSON as it was written, with letters such as 가 as \uac00.
        return models.Q(searched__icontains=text) | models.Q(searched__icontains=json.dumps(text)[1:-1])
    if isinstance(field, (models.CharField, models.TextField, models.FileField, models.UUIDField)):
        return models.Q(searched__icontains=text)
    return None


def find_people(text: str) -> models.QuerySet[User]:
    """Return the people whose name, address or uuid contains `text`."""
    named = contains(text) | models.Q(uuid_text__icontains=text)
    return User.objects.annotate(uuid_text=Cast("uuid", models.TextField())).filter(named).order_by("pk")


def count_sessions() -> Counter[str]:
    """Return {id of a person as text: number of sessions}. Whose a session is stands inside its encoded data."""
    return Counter(session.get_decoded().get(SESSION_KEY, "") for session in Session.objects.iterator())


def find_rows(person: User, sessions: Counter[str]) -> Iterator[tuple[str, str, int]]:
    """Yield (table, how the row leads to the person, number of rows) for every table with rows of `person`."""
    for model, described in registry.all_described():
        paths = {described.person} if described.person else set()
        paths |= {name for name in described.personal if model._meta.get_field(name).related_model is User}
        for path in sorted(paths):
            if count := model._base_manager.filter(**{path: person.pk}).count():
                yield model._meta.db_table, path, count
    if count := sessions[str(person.pk)]:
        yield Session._meta.db_table, "session_data", count
