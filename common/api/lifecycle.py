"""Tell apps what will go away: operations that are deprecated, and versions of apps that are too old."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from django.conf import settings
from django.http.response import HttpResponseBase
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError

F = TypeVar("F", bound=Callable[..., Any])

# `ios/2.3.1`, as the start of the header; what follows may say more, as in User-Agent.
_CLIENT = re.compile(r"([A-Za-z][\w.-]{0,49})/(\d{1,9}(?:\.\d{1,9}){0,3})")
Version = tuple[int, ...]


class ClientTooOld(DomainError):
    slug = "client-too-old"
    help = gettext_lazy(
        "This version of the app can no longer be used with this site. `minimum` is the oldest version that can. Update the app; "
        "what was saved is safe."
    )


def read_version(written: str) -> tuple[str, Version] | None:
    """Return the name and the version in `ios/2.3.1`. None if it is written otherwise."""
    found = _CLIENT.match(written)
    return (found[1].lower(), tuple(map(int, found[2].split(".")))) if found else None


def check_client(meta: Mapping[str, Any]) -> None:
    """Raise ClientTooOld if X-Client-Version names an app that is older than the setting allows. Others may use the site."""
    oldest: Mapping[str, str] = settings.API_MIN_CLIENTS
    if not oldest:
        return
    client = read_version(meta.get("HTTP_X_CLIENT_VERSION", ""))
    if client is None or client[0] not in oldest:
        return
    minimum = oldest[client[0]]
    # 2.1 and 2.1.0 are the same version.
    if _padded(client[1]) < _padded(tuple(map(int, minimum.split(".")))):
        raise ClientTooOld(_("This app is too old. Update it to go on."), minimum=minimum)


def _padded(version: Version) -> Version:
    return (*version, 0, 0, 0, 0)[:4]


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Since when an operation should no longer be used, when it goes away, and the operation to use instead."""

    since: date
    sunset: date
    instead: str

    def add_to(self, response: HttpResponseBase) -> None:
        """Add the headers Deprecation (RFC 9745) and Sunset (RFC 8594), and a link to the operation to use."""
        if "Deprecation" in response.headers:
            return  # a stored answer that has them
        response.headers["Deprecation"] = f"@{int(_midnight(self.since).timestamp())}"
        response.headers["Sunset"] = http_date(_midnight(self.sunset).timestamp())
        link = f'</api/v1/docs#{self.instead}>; rel="deprecation"'
        before = response.headers.get("Link")
        response.headers["Link"] = f"{before}, {link}" if before else link


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def deprecated(*, since: date, sunset: date, instead: str) -> Callable[[F], F]:
    """Mark a handler of a view as deprecated. Its answers say so, and so does the OpenAPI schema."""

    def mark(handler: F) -> F:
        handler.deprecation = Deprecation(since, sunset, instead)  # type: ignore[attr-defined]
        return handler

    return mark


def find_deprecation(view: type, method: str) -> Deprecation | None:
    """The deprecation of one method of a view, or None."""
    return getattr(getattr(view, method.lower(), None), "deprecation", None)
