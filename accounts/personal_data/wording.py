"""Say rows and values of the audit log in words, for the pages and the API."""

from typing import Any

from django.apps import apps
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.audit.models import AuditEvent
from accounts.models import User
from accounts.personal_data import registry


def _model(label: str) -> Any:
    """Return the model; None if it was removed since."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def actor(event: AuditEvent, reader: User) -> str:
    """Say to `reader` who did it."""
    if event.actor_id == reader.pk:
        return _("you")
    if event.actor:
        return event.actor.name or _("a member of the staff")
    return _("somebody whose account was deleted") if event.actor_id else _("the server")


def table(label: str) -> str:
    """Return what people call the rows of a model: `courses.enrolment` is “Enrolment”."""
    model = _model(label)
    described = registry.get_described(model) if model else None
    return str(capfirst(registry.get_name(model, described))) if model and described else label


def values(changes: dict[str, list[Any]], label: str) -> list[tuple[str, Any, Any]]:
    """Return [(name of the field, before, after)] without the person, whom the page names; a missing value is a dash."""
    model = _model(label)
    described = registry.get_described(model) if model else None
    if model is None or described is None:
        return [(name, _word(None, before), _word(None, after)) for name, (before, after) in changes.items()]
    fields = {field.name: field for field in model._meta.local_concrete_fields}
    return [
        (
            registry.get_label(model, described, name) if name in fields else name,
            _word(fields.get(name), before),
            _word(fields.get(name), after),
        )
        for name, (before, after) in changes.items()
        # The page names the person, also where a row of theirs leads to them.
        if name != (described.person or "").split("__")[0] and not (_is_empty(before) and _is_empty(after))
    ]


def _is_empty(value: Any) -> bool:
    return value in (None, "", {}, [])


def _word(field: Any, value: Any) -> Any:
    """Return the value of a field as it stands in the log, in words: choices by their labels, times in the reader's zone."""
    if _is_empty(value):
        return "–"
    if isinstance(value, (dict, list)):
        # The points of a rubric, by criterion: the names of the criteria are not in the log.
        parts = value.values() if isinstance(value, dict) else value
        return ", ".join(str(_word(None, part)) for part in parts)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, models.ForeignKey):
        return f"{capfirst(field.related_model._meta.verbose_name)} {value}"
    if isinstance(field, models.DateTimeField):
        return _time(str(value))
    return dict(getattr(field, "flatchoices", ())).get(value, value)


def _time(stored: str) -> str:
    try:
        time = parse_datetime(stored)
        return date_format(localtime(time), "SHORT_DATETIME_FORMAT") if time else stored
    except (OverflowError, ValueError):
        # Near the ends of the calendar, another time zone may have no such day.
        return stored
