"""Keep the tokens of links that sign somebody in out of the logs. Imports nothing: the settings use it."""

import re
from collections.abc import MutableMapping
from typing import Any

_LINK = re.compile(r"(/accounts/handover/)[^/\s'\"?]+")
# What the lines about requests call the address.
_NAMES = ("event", "request", "exception")


def mask_links(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the token in the address of a link. A processor of structlog."""
    for name in _NAMES:
        value = event.get(name)
        if isinstance(value, str) and "/accounts/handover/" in value:
            event[name] = _LINK.sub(r"\1…", value)
    return event
