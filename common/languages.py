"""Choose the text for the reader's language from texts such as {"ko": …, "en": …}."""

from collections.abc import Mapping

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


def language_of(texts: Mapping[str, str] | None, language: str | None = None) -> str:
    """Return the language of the text that `choose` returns. It differs from `language` if that translation is missing."""
    language = language or active()
    if not texts or texts.get(language):
        return language
    return next((code for code, text in texts.items() if text), language)
