"""Write the audit log: one event, and one entry for each person whose data it concerns."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from accounts.audit import context, encryption, origins
from accounts.audit.inserting import insert_entries, insert_event
from accounts.audit.models import AuditEntry, AuditEvent
from accounts.personal_data import registry
from accounts.sign_in.limits import client_address

Action = AuditEvent.Action

# {field: (before, after)}, as JSON values or what `str` makes of them.
Changes = Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Concerned:
    """A person whose data was seen or changed. `object_id` is the row of the model, None if it was more than one."""

    person: int
    object_id: int | None = None
    changes: Changes | None = None


def find_people(model: type[models.Model], rows: Iterable[Any]) -> dict[int, int]:
    """Return {id of a row: id of the person whose data it is} for rows of `model`, by the registry. At most one query."""
    described = registry.get_described(model)
    if described is None or described.person is None:
        return {}
    if described.person == "pk":
        return {row.pk: row.pk for row in rows}
    path = described.person.split("__")
    people = {row.pk: _follow(row, path) for row in rows}
    unknown = [pk for pk, person in people.items() if person is None]
    if unknown:
        people |= dict(model._base_manager.filter(pk__in=unknown).values_list("pk", described.person))
    return {pk: person for pk, person in people.items() if person is not None}


def _follow(row: Any, path: list[str]) -> int | None:
    """Return the id at the end of a chain of foreign keys, None if a row on the way is not loaded."""
    for name in path[:-1]:
        if name not in row._state.fields_cache:
            return None
        row = row._state.fields_cache[name]
    person: int | None = getattr(row, f"{path[-1]}_id", None)
    return person


def record_rows(model: type[models.Model], rows: Iterable[Any], action: str = Action.VIEW) -> None:
    """Record that the one who acts has seen these rows. At most four queries, however many rows there are."""
    if context.get() is None:
        return
    rows = list(rows)
    people = find_people(model, rows)
    record(model, [Concerned(people[row.pk], row.pk) for row in rows if row.pk in people], action)


# What `together` collects: {action: [(label of the model, whom it concerns)]}.
_collected: ContextVar[dict[str, list[tuple[str, Concerned]]] | None] = ContextVar("audit_collected", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Record everything that happens inside as one event for each action. Use it where one request changes many rows.

    Enter it inside the transaction of the changes. After an error nothing is recorded.
    """
    collected: dict[str, list[tuple[str, Concerned]]] = {}
    token = _collected.set(collected)
    try:
        yield
    finally:
        _collected.reset(token)
    for action, entries in collected.items():
        _write(entries, action)


def record(model: type[models.Model], concerned: Iterable[Concerned], action: str) -> None:
    """Record an event about rows of `model`. What somebody sees of themselves is not recorded; changes are.

    Call it inside the transaction of a change, so that both are there or none. Without an acting person or command (see
    `accounts.audit.context`), nothing is recorded.
    """
    if context.get() is None:
        return
    entries = [(model._meta.label_lower, each) for each in concerned]
    collected = _collected.get()
    if collected is None:
        _write(entries, action)
    else:
        collected.setdefault(action, []).extend(entries)


def record_everybody(action: str) -> None:
    """Record an event that concerns everybody, such as a backup. It has no entries. At most three queries."""
    if context.get() is not None:
        _write_event([], action)


def _write(entries: list[tuple[str, Concerned]], action: str) -> None:
    who = context.get()
    own = who.actor.pk if who and who.actor else None
    entries = [each for each in entries if action not in (Action.VIEW, Action.EXPORT) or each[1].person != own]
    if entries:
        _write_event(entries, action)


def _write_event(entries: list[tuple[str, Concerned]], action: str) -> None:
    who = context.get()
    assert who is not None
    own = who.actor.pk if who.actor else None
    people = [each for _label, each in entries]
    if own is None and who.request is not None and people:
        # Somebody without a session who signs up or follows a link of a mail acts for themselves.
        own = people[0].person
    # The network address of staff is recorded. What students do with their own data needs none.
    address = client_address(who.request) if who.request and who.actor and who.actor.is_staff else ""
    plain: list[tuple[str, Concerned]] = []
    with_values: list[tuple[str, Concerned]] = []
    for label, each in entries:
        # What somebody adds about themselves stands in the row, and each later change says what it was. So a class that signs
        # up needs no encryption, whose library takes 8 MB in each process.
        is_own = action == Action.ADD and each.person == own
        (with_values if each.changes and not is_own else plain).append((label, each))
    secret = {each.person for _label, each in with_values}
    # A person who is being deleted gets no key any more. What an existing key encrypts goes with it.
    leaving = {each.person for each in people} if action == Action.DELETE else set()
    with transaction.atomic():
        keys = encryption.get_keys(secret - leaving, create=True) | encryption.get_keys(secret & leaving)
        origin = None
        if address and own is not None and own not in leaving:
            origin = origins.get_origin(own, address)
        event = insert_event((timezone.now(), own, action, who.channel, who.address, origin))
        insert_entries(event, [(label, each.person, each.object_id) for label, each in plain])
        AuditEntry.objects.bulk_create(
            [
                AuditEntry(
                    event_id=event,
                    subject_id=each.person,
                    model=label,
                    object_id=each.object_id,
                    changes=_encrypt(each, keys),
                )
                for label, each in with_values
            ],
            batch_size=500,
        )


def _encrypt(concerned: Concerned, keys: Mapping[int, bytes]) -> bytes | None:
    key = keys.get(concerned.person)
    return encryption.encrypt(concerned.changes, key) if concerned.changes and key else None
