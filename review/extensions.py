"""Let other apps add what waits for staff to the queue of manual grading. They register functions at start-up."""

from collections.abc import Callable

from django.utils.safestring import SafeString

from accounts.models import User
from accounts.requests import AuthenticatedRequest

QueueSection = Callable[[AuthenticatedRequest], SafeString]
Counter = Callable[[User], int]

_sections: list[QueueSection] = []
_counters: list[Counter] = []


def register_waiting(*, section: QueueSection, count: Counter) -> None:
    """Show what `section(request)` returns on the page of what waits, and add `count(user)` to the number beside its link.

    An empty string shows nothing. Every page of the admin counts, so `count` should be one query.
    """
    if section not in _sections:
        _sections.append(section)
        _counters.append(count)


def waiting_sections(request: AuthenticatedRequest) -> list[SafeString]:
    """Return the HTML of the registered sections that are not empty for a person."""
    return [html for section in _sections if (html := section(request))]


def count_registered(user: User) -> int:
    """Count what waits for a person in the registered sections."""
    return sum(count(user) for count in _counters)
