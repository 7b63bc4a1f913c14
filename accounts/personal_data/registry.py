"""Collect what the apps say about the fields of their models, and find what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules

from accounts.personal_data.policies import Policy

Label = str | Promise


@dataclass(frozen=True)
class Described:
    """What an app says about one model.

    `person` is the lookup from a row to the person whose data it is ("pk" for people themselves), None if rows belong to nobody;
    then only foreign keys to people are personal. `is_encoded`: whose it is stands inside the data, where no query finds it.
    `personal` is {field: policy}. `labels` replaces names of fields, `name` that of the model.
    """

    person: str | None
    personal: Mapping[str, Policy]
    other: frozenset[str]
    labels: Mapping[str, Label]
    is_encoded: bool
    name: Label


_described: dict[str, Described] = {}


def describe(
    model: str,
    *,
    person: str | None = None,
    personal: Mapping[Policy, str] | None = None,
    other: str = "",
    labels: Mapping[str, Label] | None = None,
    is_encoded: bool = False,
    name: Label = "",
) -> None:
    """Say of each field of `model` ("app.Model") whether it is personal. Field names are separated by spaces.

    `personal` is {policy: fields}; `other` are the fields that say nothing about a person.
    """
    policies = {field: policy for policy, fields in (personal or {}).items() for field in fields.split()}
    _described[model.lower()] = Described(person, policies, frozenset(other.split()), labels or {}, is_encoded, name)


@cache
def load() -> None:
    """Import the module `personal_fields` of each app. Idempotent."""
    autodiscover_modules("personal_fields")


def get_described(model: type[models.Model]) -> Described | None:
    """Return what is said about `model`, None if nothing is."""
    load()
    return _described.get(model._meta.label_lower)


def all_described() -> list[tuple[type[models.Model], Described]]:
    """Return [(model, what is said about it)] in the order of the installed apps."""
    load()
    found = ((model, _described.get(model._meta.label_lower)) for model in _models())
    return [(model, described) for model, described in found if described]


def get_name(model: type[models.Model], described: Described) -> str:
    """Return what people call a row of the model, in the active language."""
    return str(described.name or model._meta.verbose_name)


def get_label(model: type[models.Model], described: Described, name: str) -> str:
    """Return what people call the field, in the active language."""
    return str(described.labels.get(name) or getattr(model._meta.get_field(name), "verbose_name", name))


def find_faults() -> list[str]:
    """Return what is wrong with the registry, one sentence for each fault.

    Each field of each model needs exactly one entry, each entry a field, and personal fields a way to the person.
    """
    load()
    known = {model._meta.label_lower: model for model in _models()}
    faults = [
        f"{label} is described, but there is no such model." for label in sorted(_described.keys() - known.keys())
    ]
    for label, model in known.items():
        described = _described.get(label)
        if described is None:
            faults.append(f"{label} is not described in a module personal_fields.")
        else:
            faults += _faults_of(label, model, described)
    return faults


def _models() -> list[type[models.Model]]:
    return [
        model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy and model._meta.managed
    ]


def _faults_of(label: str, model: type[models.Model], described: Described) -> list[str]:
    fields = {field.name for field in model._meta.local_concrete_fields}
    personal = set(described.personal)
    faults = [f"{label}.{name} is not classified." for name in sorted(fields - personal - described.other)]
    faults += [f"{label}.{name} is classified, but there is no such field." for name in sorted(personal - fields)]
    faults += [
        f"{label}.{name} is classified, but there is no such field." for name in sorted(described.other - fields)
    ]
    faults += [f"{label}.{name} is classified twice." for name in sorted(personal & described.other)]
    if described.person is None and not described.is_encoded:
        faults += [
            f"{label}.{name} is personal, but nothing says whose it is."
            for name in sorted(personal & fields)
            if not _is_person(model._meta.get_field(name))
        ]
    elif described.person is not None and not _leads_to_a_person(model, described.person):
        faults.append(f"{label}: {described.person!r} does not lead to a person.")
    return faults


def _is_person(field: Any) -> bool:
    return bool(field.is_relation and field.related_model is get_user_model())


def _leads_to_a_person(model: type[models.Model], path: str) -> bool:
    """Return whether the lookup ends at a person: "pk" at people, or a chain of foreign keys."""
    if path == "pk":
        return model is get_user_model()
    current: Any = model
    for name in path.split("__"):
        try:
            current = current._meta.get_field(name).related_model
        except (AttributeError, FieldDoesNotExist):
            return False
    return current is get_user_model()
