"""Find the addresses of the site in the resolver."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern


def addresses(below: str = "") -> list[str]:
    """The addresses that begin with `below`, with their placeholders: `courses/<slug:slug>/`."""
    return [path for path in _walk(get_resolver(), "") if path.startswith(below)]


def _walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        path = prefix + _readable(entry)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, path)
        else:
            yield path


def _readable(entry: URLPattern | URLResolver) -> str:
    text = str(entry.pattern)
    if isinstance(entry.pattern, RegexPattern):
        # `^confirm-email/(?P<key>[-:\w]+)/$` becomes `confirm-email/<key>/`.
        text = re.sub(r"\(\?P(<\w+>)(?:[^()]|\([^()]*\))*\)", r"\1", text.lstrip("^").rstrip("$")).replace("\\", "")
    return text
