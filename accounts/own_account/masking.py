"""Keep the tokens of addresses that are secret or hold personal data out of the logs. Imports nothing: the settings use it."""

import re
from collections.abc import MutableMapping
from typing import Any

# A link that signs somebody in or changes an address, which it holds, and the address of somebody's calendar.
_LINK = re.compile(r"(/accounts/(?:handover|email)/|/calendar/(?=[^/\s'\"?]+/baeum\.ics))[^/\s'\"?]+")
# What the lines about requests call the address.
_NAMES = ("event", "request", "exception")


def mask_links(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace the token in the address of a link. A processor of structlog."""
    for name in _NAMES:
        value = event.get(name)
        if isinstance(value, str):
            event[name] = _LINK.sub(r"\1…", value)
    return event
