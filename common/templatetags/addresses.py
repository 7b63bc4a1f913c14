"""Replace {% url %} by a tag that looks up each address once and then fills in short names and uuids.

Looking up an address takes Django longer than rendering ten variables, and every page has several of them.
"""

import re
from typing import Any
from uuid import UUID

from django.template import Context, Library, Node
from django.template.base import FilterExpression, Parser, Token, Variable
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url
from django.urls import NoReverseMatch, reverse

register = Library()

# Needs no quoting in an address.
_SHORT_NAME = re.compile(r"[-a-zA-Z0-9_]+")
# Stand in the look-up for a short name and for a uuid.
_SLUGS = tuple(f"slot-{at}-of-an-address" for at in range(4))
_UUIDS = tuple(UUID(int=at) for at in range(4))


class Address(Node):
    """An address of a view whose name is fixed. `node` is Django's tag, which does what cannot be filled in."""

    def __init__(self, node: URLNode) -> None:
        self._node = node
        # {kinds of the arguments: the address with a place for each of them, or None if there is none}
        self._patterns: dict[tuple[bool, ...], str | None] = {}

    def render(self, context: Context) -> Any:
        arguments = [argument.resolve(context) for argument in self._node.args]
        kinds = tuple(isinstance(argument, UUID) for argument in arguments)
        texts = [str(argument) for argument in arguments]
        if not all(map(_SHORT_NAME.fullmatch, texts)) or not all(isinstance(each, str | UUID) for each in arguments):
            return self._node.render(context)
        if kinds not in self._patterns:
            self._patterns[kinds] = self._look_up(kinds, context)
        pattern = self._patterns[kinds]
        return self._node.render(context) if pattern is None else pattern.format(*texts)

    def _look_up(self, kinds: tuple[bool, ...], context: Context) -> str | None:
        places = [_UUIDS[at] if is_uuid else _SLUGS[at] for at, is_uuid in enumerate(kinds)]
        try:
            address = reverse(self._node.view_name.resolve(context), args=places)
        except NoReverseMatch:
            return None
        # Escaped as Django's tag does. An address with other signs than these is left to it.
        if not re.fullmatch(r"[-\w/.]*", address, re.ASCII):
            return None
        for at, place in enumerate(places):
            address = address.replace(str(place), f"{{{at}}}")
        return address


@register.tag
def url(parser: Parser, token: Token) -> Node:
    node: URLNode = django_url(parser, token)
    can_be_filled = _is_literal(node.view_name) and len(node.args) <= len(_SLUGS) and not (node.kwargs or node.asvar)
    return Address(node) if can_be_filled else node


def _is_literal(expression: FilterExpression) -> bool:
    return not isinstance(expression.var, Variable) or expression.var.lookups is None
