"""Show a question as students see it before they answer: without its key, and with its parts in an order that says nothing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from course_files.merging import Fields
from course_files.teaching.rendering import FileResolver, render_text
from questions import KINDS

_BLANK = re.compile(r"\{\{[^{}]*\}\}")
# Signs that mean something in Markdown. The choices of a menu are plain text.
_SIGN = re.compile(r"[\\`*_{}\[\]<>#|~$&!]")


@dataclass(slots=True)
class ShownQuestion:
    """A question in one language. `choices` have letters; `left` and `right` are to be matched; `lines` are lines to write on."""

    number: int
    text: SafeString
    kind: str
    choices: list[tuple[str, SafeString]] = field(default_factory=list)
    left: list[SafeString] = field(default_factory=list)
    right: list[SafeString] = field(default_factory=list)
    lines: int = 0


def letter(index: int) -> str:
    """Return A, B, … for the choices of a question; it has at most 20."""
    return chr(ord("A") + index)


def in_language(texts: Mapping[str, str], language: str) -> str:
    """Return a text in the language, or in the original language if it is not translated."""
    return texts.get(language) or next(iter(texts.values()), "")


def show_question(question: Fields, *, number: int, language: str, resolver: FileResolver) -> ShownQuestion:
    """Return the question without its key."""

    kind = KINDS[question["kind"]]
    definition = question.get("definition", {})
    menus = {
        f"{{{{{blank['key']}}}}}": blank["choices"] for blank in definition.get("blanks", []) if "choices" in blank
    }

    def blank(mark: re.Match[str]) -> str:
        choices = [in_language(choice["text"], language) for choice in _mixed(menus.get(mark[0], []), language)]
        return f"______ ({_SIGN.sub(_escaped, ' / '.join(choices))})" if choices else "______"

    def html(texts: Mapping[str, str]) -> SafeString:
        return render_text(_BLANK.sub(blank, in_language(texts, language)), language=language, resolver=resolver)

    shown = ShownQuestion(number, html(question["text"]), _(kind.label))
    if "choices" in question:
        shown.choices = [(letter(index), html(choice["text"])) for index, choice in enumerate(question["choices"])]
    elif "items" in definition:
        shown.choices = [
            (letter(index), html(item["text"])) for index, item in enumerate(_mixed(definition["items"], language))
        ]
    elif "pairs" in definition:
        shown.left = [html(pair["left"]) for pair in definition["pairs"]]
        others = [{"text": pair["right"]} for pair in definition["pairs"]] + definition.get("distractors", [])
        shown.right = [html(other["text"]) for other in _mixed(others, language)]
    elif "blanks" not in definition:
        shown.lines = 6 if kind.by_person else 1
    return shown


def _escaped(sign: re.Match[str]) -> str:
    return f"\\{sign[0]}"


def _mixed(parts: list[Any], language: str) -> list[Any]:
    """Return parts in the order of the alphabet, backwards if that happens to be the right order."""
    found = sorted(parts, key=lambda part: in_language(part["text"], language))
    return found[::-1] if found == parts else found
