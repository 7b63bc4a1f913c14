"""Django's tags of `{% load i18n %}`, but a sentence without variables is looked up once for each language.

A page has ten to twenty of them, and each look-up resolves a variable, makes a lazy text and converts it.
"""

from typing import Any

from django.template import Context, Library, Node
from django.template.base import Parser, Token
from django.templatetags import i18n
from django.utils.translation import get_language

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class FixedSentence(i18n.TranslateNode):
    """A sentence that depends on the language only."""

    def __init__(self, node: i18n.TranslateNode) -> None:
        super().__init__(node.filter_expression, node.noop, node.asvar, node.message_context)
        self._by_language: dict[str | None, Any] = {}

    def render(self, context: Context) -> Any:
        language = get_language()
        found = self._by_language.get(language)
        if found is None:
            found = self._by_language[language] = super().render(context)
        return found


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Node:
    # The tag's name, a sentence in quotes, and nothing else: no filter, context or variable.
    parts = token.split_contents()
    node: i18n.TranslateNode = i18n.do_translate(parser, token)
    is_fixed = len(parts) == 2 and parts[1][0] in "\"'" and parts[1][-1] == parts[1][0]
    return FixedSentence(node) if is_fixed else node
