"""Put questions into the text of a lesson, at the places that the text names by {?key}."""

import re
from collections.abc import Mapping

from django.utils.safestring import SafeString, mark_safe

# As `common.markup.markdown_html` writes a place.
_PLACE = re.compile(r'<div class="question-here" data-question="([a-z0-9-]+)"></div>')
_DIRECTIVE = re.compile(r"^ {0,3}\{\?([a-z0-9-]+)\}[ \t]*$", re.MULTILINE)


def placed_keys(html: str) -> list[str]:
    """Return the keys of the questions that have a place in the text, in order."""
    return _PLACE.findall(html)


def put_into_html(html: str, questions: Mapping[str, str]) -> SafeString:
    """Return the text with the HTML of each question at its place. A place without a question stays empty."""
    return mark_safe(_PLACE.sub(lambda place: questions.get(place[1], place[0]), html))  # noqa: S308 (safe parts)


def put_into_markdown(text: str, questions: Mapping[str, str]) -> str:
    """Return the Markdown with the text of each question at its place. What has no question is left out."""
    return _DIRECTIVE.sub(lambda place: questions.get(place[1], ""), text)
