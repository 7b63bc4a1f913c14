"""Django's tag of `{% load cache %}` for the fragments of `common.caching.fragments`, found without hashing their names."""

from typing import Any

from django.core.cache import caches
from django.template import Context, Library, Node
from django.template.base import Parser, Token
from django.templatetags.cache import CacheNode, do_cache

register = Library()


class Fragment(Node):
    """A part of a page that is kept until the process ends, for each combination of the values that it varies on."""

    def __init__(self, node: CacheNode) -> None:
        self.nodelist = node.nodelist
        self._name = node.fragment_name
        self._vary_on = node.vary_on
        self._cache: Any = None

    def render(self, context: Context) -> Any:
        if self._cache is None:
            # All threads share its fragments.
            self._cache = caches["template_fragments"]
        key = (self._name, *[str(value.resolve(context)) for value in self._vary_on])
        found = self._cache.get(key)
        if found is None:
            found = self.nodelist.render(context)
            self._cache.set(key, found, None)
        return found


@register.tag("cache")
def cache(parser: Parser, token: Token) -> Node:
    node: CacheNode = do_cache(parser, token)
    is_plain = token.split_contents()[1] == "None" and node.cache_name is None
    return Fragment(node) if is_plain else node
