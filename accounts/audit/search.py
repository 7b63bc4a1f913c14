"""Search the audit log. Every search uses an index, so that ten million rows answer as fast as ten.

Events come newest first. `before` is the id of the last event of the page before; a page has at most `most` events.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber

from accounts.audit import encryption
from accounts.audit.models import AuditEntry, AuditEvent
from accounts.models import User
from accounts.people.search import contains

PAGE = 50
# Entries of an event that are listed. A list of students has a hundred; the others are only counted.
LISTED = 5
# People whose name or address matches a search. A text that matches more of them is too short.
PEOPLE = 20
# A number that no row has.
_NEVER = 2**62


@dataclass(slots=True)
class Shown:
    """An event with its first entries, the number of the others, and the decrypted network address."""

    event: AuditEvent
    origin: str = ""
    entries: list["ShownEntry"] = field(default_factory=list)
    more: int = 0


@dataclass(slots=True)
class ShownEntry:
    """An entry with the values before and after; no values if there were none, or if their key was deleted."""

    entry: AuditEntry
    changes: dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for. `text` is a part of a name or an e-mail address, or the beginning of an address of the site.

    `subjects`: what concerns one of these people, by the entries that `about` leaves (None: all). `within`: the events of pages
    whose addresses begin with one of these.
    """

    text: str = ""
    subject: int | None = None
    subjects: Sequence[int] = ()
    about: Q | None = None
    within: Sequence[str] = ()
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    most: int = PAGE


def find_events(query: Query) -> list[Shown]:
    """Return at most `query.most` + 1 events, the newest first; the last one says that there is another page."""
    bounds, most = _get_bounds(query), query.most + 1
    if query.subject is not None:
        found = _of_subject(query.subject, bounds, most)
    elif query.subjects:
        found = {pk for person in query.subjects for pk in _of_subject(person, bounds, most, query.about)}
    elif query.within:
        found = {pk for begins in query.within for pk in _of_events({**bounds, "address__startswith": begins}, most)}
    elif query.text:
        found = _of_text(query.text, bounds, most)
    else:
        found = _of_events(bounds, most)
    subjects = [query.subject] if query.subject is not None else query.subjects
    return _show(sorted(found, reverse=True)[:most], subjects=subjects, about=query.about if subjects else None)


def _get_bounds(query: Query) -> dict[str, Any]:
    """Return the lookups of events for everything but text and subject."""
    bounds: dict[str, Any] = {}
    if query.action:
        bounds["action"] = query.action
    if query.since:
        # Rows are added in the order of time, so the number of the first one bounds the others without a sort.
        first = AuditEvent.objects.filter(at__gte=query.since).order_by("at").values_list("pk", flat=True).first()
        bounds |= {"pk__gte": first or _NEVER, "at__gte": query.since}
    if query.until:
        last = AuditEvent.objects.filter(at__lt=query.until).order_by("-at").values_list("pk", flat=True).first()
        bounds |= {"pk__lte": last or 0, "at__lt": query.until}
    if query.before is not None:
        bounds["pk__lt"] = query.before
    return bounds


def _of_events(bounds: dict[str, Any], most: int) -> set[int]:
    return set(AuditEvent.objects.filter(**bounds).order_by("-pk").values_list("pk", flat=True)[:most])


def _of_subject(person: int, bounds: dict[str, Any], most: int, about: Q | None = None) -> set[int]:
    of_event = {f"event__{lookup}": value for lookup, value in bounds.items()}
    entries = AuditEntry.objects.filter(about or Q(), subject=person, **of_event).order_by("-event_id")
    # An event may have several entries of one person.
    return set(entries.values_list("event_id", flat=True).distinct()[:most])


def _of_text(text: str, bounds: dict[str, Any], most: int) -> set[int]:
    """Return the newest events of each alternative. One condition with OR would use no index."""
    found = _of_events({**bounds, "address__startswith": text}, most)
    people = User.objects.filter(contains(text)).order_by("-pk")
    for person in people.values_list("pk", flat=True)[:PEOPLE]:
        found |= _of_events({**bounds, "actor": person}, most) | _of_subject(person, bounds, most)
    return found


def _show(ids: Iterable[int], *, subjects: Sequence[int], about: Q | None) -> list[Shown]:
    """Load events, their first entries and the keys of their values. Five queries."""
    shown = {
        event.pk: Shown(event)
        for event in AuditEvent.objects.filter(pk__in=ids).select_related("actor", "origin").order_by("-pk")
    }
    # Prefetched and not joined: Django would join with INNER here, and leave out people who were deleted.
    entries = AuditEntry.objects.filter(event__in=list(shown)).prefetch_related("subject")
    if subjects:
        entries = entries.filter(about or Q(), subject__in=subjects)
    numbered = entries.annotate(number=Window(RowNumber(), partition_by=F("event"), order_by=F("pk").asc()))
    first = list(numbered.filter(number__lte=LISTED).order_by("event", "pk"))
    counts = dict(entries.order_by().values_list("event").annotate(n=Count("pk")))
    people = {entry.subject_id for entry in first if entry.changes}
    people |= {each.event.actor_id for each in shown.values() if each.event.origin}
    keys: dict[int | None, bytes] = dict(encryption.get_keys({person for person in people if person}))  # type: ignore[arg-type]  # nobody has no key
    for entry in first:
        values = encryption.decrypt(entry.changes, keys.get(entry.subject_id))
        shown[entry.event_id].entries.append(ShownEntry(entry, values or {}))
    for pk, each in shown.items():
        each.more = counts.get(pk, 0) - len(each.entries)
        origin = each.event.origin
        each.origin = (origin and encryption.decrypt(origin.address, keys.get(each.event.actor_id))) or ""
    return list(shown.values())
