"""The cache of {% cache %}."""

import pytest
from django.core.cache import caches
from django.template import Context, Template
from django.utils.safestring import SafeString

from common.caching.fragments import FragmentCache


def cache(name: str, size: int = 2) -> FragmentCache:
    return FragmentCache(name, {"OPTIONS": {"MAX_ENTRIES": size}})


def test_threads_share_a_cache_and_names_do_not() -> None:
    cache("fragments-one").set("a", "first", None)
    assert cache("fragments-one").get("a") == "first"
    assert cache("fragments-two").get("a") is None


def test_the_fragment_used_longest_ago_makes_room() -> None:
    small = cache("fragments-small")
    for key in "ab":
        small.set(key, key, None)
    small.get("a")
    small.set("c", "c", None)
    assert [small.get(key) for key in "abc"] == ["a", None, "c"]


def test_a_fragment_that_would_get_old_is_refused() -> None:
    with pytest.raises(NotImplementedError):
        cache("fragments-old").set("a", "a", 60)


def test_the_tag_renders_once_for_each_value_and_stays_html() -> None:
    caches["template_fragments"].clear()
    template = Template("{% load cache %}{% cache None words word %}<b>{{ text }}</b>{% endcache %}")
    shown = [
        template.render(Context({"word": word, "text": text}))
        for word, text in [("a", "one"), ("a", "two"), ("b", "three & four")]
    ]
    assert shown == ["<b>one</b>", "<b>one</b>", "<b>three &amp; four</b>"]
    assert isinstance(shown[1], SafeString)


def test_the_tag_keeps_a_fragment_for_each_combination_of_values() -> None:
    caches["template_fragments"].clear()
    template = Template("{% load cache %}{% cache None pair a b|upper %}{{ a }}-{{ b }}{% endcache %}")
    values = [(1, "x"), (2, "x"), (1, "y"), (1, "X")]
    assert [template.render(Context({"a": a, "b": b})) for a, b in values] == ["1-x", "2-x", "1-y", "1-x"]


def test_the_same_name_is_the_same_fragment_in_every_template() -> None:
    caches["template_fragments"].clear()
    source = "{{% load cache %}}{{% cache None shared a %}}{}{{% endcache %}}"
    pages = [Template(source.format(text)).render(Context({"a": 1})) for text in ("first", "second")]
    assert pages == ["first", "first"]
