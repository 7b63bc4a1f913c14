"""Replace {% url %} by a tag that looks up an address without arguments once. Every page has several of them."""

from typing import Any

from django.template import Context, Library, Node
from django.template.base import FilterExpression, Parser, Token, Variable
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as django_url

register = Library()


class FixedAddress(Node):
    """An address that is always the same. It is looked up when it is first needed, because the addresses load the views."""

    def __init__(self, node: URLNode) -> None:
        self._node = node
        self._address: Any = None

    def render(self, context: Context) -> Any:
        if self._address is None:
            self._address = self._node.render(context)
        return self._address


@register.tag
def url(parser: Parser, token: Token) -> Node:
    node: URLNode = django_url(parser, token)
    is_fixed = _is_literal(node.view_name) and not (node.args or node.kwargs or node.asvar)
    return FixedAddress(node) if is_fixed else node


def _is_literal(expression: FilterExpression) -> bool:
    return not isinstance(expression.var, Variable) or expression.var.lookups is None
