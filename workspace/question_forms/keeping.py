"""Keep what an author has not touched exactly as it was written.

A record may say the same in several ways: `credit: all` or nothing, 250 or 250.0, a text with a space at its end. A form shows
one of them. If it wrote its own way back, a question that somebody only looked at would count as changed.
"""

from collections.abc import Mapping, Sequence
from typing import Any


def keep(original: Any, shown: Any, edited: Any) -> Any:
    """Return `edited` with each part that equals `shown` as it is in `original`.

    `shown` is what the form makes of `original` if nothing is edited. What the form does not show at all is kept.
    """
    if edited == shown:
        return original
    if all(isinstance(value, Mapping) for value in (original, shown, edited)):
        return _keep_fields(original, shown, edited)
    if all(isinstance(value, list) for value in (original, shown, edited)) and len(original) == len(shown):
        return [_keep_entry(original, shown, entry) for entry in edited]
    return edited


def _keep_fields(original: Mapping[str, Any], shown: Mapping[str, Any], edited: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in original.items() if name not in shown}
    for name, value in edited.items():
        if name not in shown:
            kept[name] = value
        elif name in original:
            kept[name] = keep(original[name], shown[name], value)
        elif value != shown[name]:
            kept[name] = value
    return kept


def _keep_entry(original: Sequence[Any], shown: Sequence[Any], entry: Any) -> Any:
    """Return an entry of a list; it is the same as an entry with the same key, or an equal one without a key."""
    for before, as_shown in zip(original, shown, strict=True):
        if as_shown == entry:
            return before
        if isinstance(entry, Mapping) and "key" in entry and entry["key"] == as_shown.get("key"):
            return keep(before, as_shown, entry)
    return entry
