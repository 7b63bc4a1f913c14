"""Estimate how much memory a cached value takes, so that a cache can be bounded by bytes."""

import sys
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from django.db.models import Model


def estimate_size(value: Any) -> int:
    """Return about how many bytes `value` takes with what it contains. What it contains twice counts once.

    Of a row, only its own columns count: related rows belong to somebody else's cache.
    """
    seen: set[int] = set()
    waiting = [value]
    size = 0
    while waiting:
        each = waiting.pop()
        if id(each) not in seen:
            seen.add(id(each))
            size += sys.getsizeof(each)
            waiting += _contents(each)
    return size


def _contents(value: Any) -> Iterable[Any]:
    if isinstance(value, Model):
        return [column for column in vars(value).values() if isinstance(column, str | bytes | list | dict)]
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, field.name) for field in fields(value)]
    return ()
