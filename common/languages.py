"""Choose the text for the reader's language from texts such as {"ko": …, "en": …}."""

import json
from collections.abc import Callable, Mapping

from django.conf import settings
from django.utils import translation


def active() -> str:
    """Return the code of the reader's language, one of settings.LANGUAGES."""
    code = (translation.get_language() or settings.LANGUAGE_CODE).split("-")[0]
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def choose(texts: Mapping[str, str] | None, language: str | None = None) -> str:
    """Return the text in `language` (default: the reader's), else in the first language that has one, else ""."""
    if not texts:
        return ""
    wanted = texts.get(language or active())
    return wanted or next((text for text in texts.values() if text), "")


def write_in_each(write: Callable[[], str]) -> str:
    """Return what `write` says in each language of the site, as a text to store. `read_stored` reads it.

    Who reads a stored sentence may have another language than who caused it, or than the worker.
    """
    texts = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            texts[code] = write()
    return json.dumps(texts, ensure_ascii=False)


def read_stored(stored: str) -> str:
    """Return a text of `write_in_each` in the reader's language. A text of an earlier release is returned as it is."""
    if not stored.startswith('{"'):
        return stored
    texts: dict[str, str] = json.loads(stored)
    return choose(texts)


def language_of(texts: Mapping[str, str] | None, language: str | None = None) -> str:
    """Return the language of the text that `choose` returns. It differs from `language` if that translation is missing."""
    language = language or active()
    if not texts or texts.get(language):
        return language
    return next((code for code, text in texts.items() if text), language)
