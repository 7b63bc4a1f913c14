"""Watch models whose rows staff or the person themselves change, and record the values before and after.

Only rows that are saved or deleted one by one are seen (admin, forms, most workflows). What changes rows by `update` or
`bulk_create` records it itself.
"""

from typing import Any

from django.db import models
from django.db.models.signals import post_save, pre_delete, pre_save

from accounts.audit import context, recording
from accounts.audit.recording import Action, Concerned
from accounts.personal_data import registry
from accounts.personal_data.policies import SECRETS

# Instead of the value of a secret: that it has changed is recorded, not what it was.
HIDDEN = "•••"


def watch(model: type[models.Model], *, ignored: str = "") -> None:
    """Record each change of a row of `model`. `ignored` are personal fields that the site changes by itself. Idempotent."""
    _ignored[model] = frozenset(ignored.split())
    label = model._meta.label_lower
    pre_save.connect(_remember, sender=model, dispatch_uid=f"audit:{label}")
    post_save.connect(_saved, sender=model, dispatch_uid=f"audit:{label}")
    pre_delete.connect(_deleted, sender=model, dispatch_uid=f"audit:{label}")


_ignored: dict[type[models.Model], frozenset[str]] = {}


def _fields(model: type[models.Model], update_fields: Any = None) -> list[str]:
    described = registry.get_described(model)
    assert described is not None, f"{model} is watched but not classified"
    return [
        name
        for name in described.personal
        if name not in _ignored[model] and (update_fields is None or name in update_fields)
    ]


def _values(row: Any, fields: list[str]) -> dict[str, Any]:
    described = registry.get_described(type(row))
    assert described is not None
    return {
        name: HIDDEN if described.personal[name] is SECRETS else getattr(row, type(row)._meta.get_field(name).attname)
        for name in fields
    }


def _remember(sender: type[models.Model], instance: Any, update_fields: Any = None, **kwargs: Any) -> None:
    """Keep the row as it is stored, before a change of it is saved."""
    instance._audit_before = None
    if context.get() is None or instance._state.adding or kwargs.get("raw"):
        return
    if _fields(sender, update_fields):
        instance._audit_before = sender._base_manager.filter(pk=instance.pk).first()


def _saved(sender: type[models.Model], instance: Any, created: bool, update_fields: Any = None, **kwargs: Any) -> None:
    who = context.get()
    if who is None or kwargs.get("raw"):
        return
    before, instance._audit_before = instance._audit_before, None
    fields = _fields(sender, update_fields)
    row = (sender, instance.pk)
    if created:
        who.added.add(row)
        changes = {name: (None, value) for name, value in _values(instance, fields).items() if value not in (None, "")}
        _record(instance, Action.ADD, changes)
    elif before is not None and row not in who.added:
        changed = [name for name in fields if _differs(before, instance, name)]
        if changed:
            was, now = _values(before, changed), _values(instance, changed)
            _record(instance, Action.CHANGE, {name: (was[name], now[name]) for name in changed})


def _differs(before: Any, after: Any, name: str) -> bool:
    attname = type(after)._meta.get_field(name).attname
    return bool(getattr(before, attname) != getattr(after, attname))


def _deleted(sender: type[models.Model], instance: Any, **kwargs: Any) -> None:
    if context.get() is not None:
        values = _values(instance, _fields(sender))
        _record(
            instance, Action.DELETE, {name: (value, None) for name, value in values.items() if value not in (None, "")}
        )


def _record(instance: Any, action: str, changes: dict[str, tuple[Any, Any]]) -> None:
    people = recording.find_people(type(instance), [instance])
    concerned = [Concerned(person, row, changes) for row, person in people.items()]
    recording.record(type(instance), concerned, action)
