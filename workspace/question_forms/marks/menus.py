"""The choices of a menu in a text: one a line, in each language. A right choice begins with "=".

A choice that begins with "=" itself is written "\\=". The lines of the languages belong together by their number.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from course_files.course.texts import LANGUAGES
from course_files.merging import canonical
from questions.blanks import BLANK_SCHEMA, LIMIT
from workspace.question_forms.controls import Data, Texts, storable
from workspace.question_forms.keys import is_key, make_key

LEAST: int = BLANK_SCHEMA["properties"]["choices"]["minItems"]
MOST: int = BLANK_SCHEMA["properties"]["choices"]["maxItems"]


class MenuChoices(Texts):
    """The choices. `shown` are the keys and texts that the form was made with, which the page sends back.

    A line with the same text as one of them, or at the same place, keeps its key.
    """

    template = "workspace/question_forms/parts/_menu.html"

    def __init__(self, name: str, languages: Sequence[str]) -> None:
        super().__init__(
            name,
            _("Choices, one a line"),
            languages,
            lines=4,
            help_text=_("Begin each right one with “=”. Students see the same line of both languages as one choice."),
        )
        self.shown: dict[str, dict[str, str]] = {}
        self.blank: Any = []

    @property
    def shown_as_json(self) -> str:
        return json.dumps(self.shown, ensure_ascii=False) if self.shown else ""

    def read(self, data: Data) -> None:
        super().read(data)
        try:
            sent = json.loads(storable(str(data.get(f"{self.name}-shown") or "{}")))
        except (ValueError, RecursionError):
            return
        if isinstance(sent, dict):
            self.shown = {
                key: text for key, text in list(sent.items())[:MOST] if is_key(key) and isinstance(text, dict)
            }

    def fill(self, value: Any) -> None:
        self.shown = {choice["key"]: dict(choice["text"]) for choice in value if "key" in choice}
        for entry in self.entries:
            lines = [_as_line(choice["text"].get(entry.code, ""), choice.get("correct", False)) for choice in value]
            entry.raw = "\n".join(lines) if any(choice["text"].get(entry.code) for choice in value) else ""

    def offer(self, words: Mapping[str, str]) -> None:
        """Write a word of each language as the first right choice, if there are no choices yet."""
        if self.is_blank:
            self.fill([{"text": words, "correct": True}])

    def right(self, code: str) -> str:
        """Return the first right choice in a language, or ""."""
        lines = next((_lines(entry.raw) for entry in self.entries if entry.code == code), [])
        return next((text for text, is_right in lines if is_right), "")

    def clean(self) -> Any:
        by_code = {entry.code: _lines(entry.raw) for entry in self.entries}
        first = self.entries[0]
        choices = by_code[first.code]
        if not choices:
            first.errors.append(_("Write this text, in %(language)s at least.") % {"language": first.language})
            return []
        for entry in self.entries:
            self._check(entry, by_code[entry.code], len(choices))
        if not 0 < sum(is_right for _text, is_right in choices) < len(choices):
            first.errors.append(_("A menu needs a right choice and a wrong one."))
        texts = [
            {code: by_code[code][place][0] for code in LANGUAGES if place < len(by_code.get(code, []))}
            for place in range(len(choices))
        ]
        keys = self._keys(texts)
        return [
            {"key": key, **({"correct": True} if is_right else {}), "text": text}
            for key, text, (_text, is_right) in zip(keys, texts, choices, strict=True)
        ]

    def _check(self, entry: Any, lines: list[tuple[str, bool]], count: int) -> None:
        texts = [" ".join(text.split()) for text, _is_right in lines]
        if len(lines) not in (0, count):
            entry.errors.append(_("Each language has the same number of lines."))
        if len(set(texts)) < len(texts) or "" in texts:
            entry.errors.append(_("Two choices of a menu are the same, or one is empty."))
        if any(len(text) > LIMIT for text in texts):
            entry.errors.append(_("It is longer than %(limit)d characters.") % {"limit": LIMIT})
        if len(lines) > MOST:
            entry.errors.append(_("There are more than %(limit)d lines.") % {"limit": MOST})

    def _keys(self, texts: list[dict[str, str]]) -> list[str]:
        """Return the key of each choice: of a shown one by its texts, by one of them, by its place, or a new one."""
        left = dict(self.shown)
        places = list(left)
        found = [""] * len(texts)
        rules = (
            lambda key, _place, text: left[key] == text,
            lambda key, _place, text: any(left[key].get(code) == words for code, words in text.items()),
            lambda key, place, _text: places.index(key) == place,
        )
        for rule in rules:
            for place, text in enumerate(texts):
                key = "" if found[place] else next((key for key in left if rule(key, place, text)), "")
                if key:
                    found[place] = key
                    del left[key]
        taken = {*places}
        for place, text in enumerate(texts):
            found[place] = found[place] or make_key([text.get("en", ""), *text.values()], "choice", taken)
            taken.add(found[place])
        return found


def _as_line(text: str, is_right: bool) -> str:
    escaped = f"\\{text}" if text.startswith(("=", "\\")) else text
    return f"={escaped}" if is_right else escaped


def _lines(raw: str) -> list[tuple[str, bool]]:
    """Return (text, whether it is right) of each line that is not empty."""
    found = []
    for line in filter(None, map(canonical, raw.splitlines())):
        text = canonical(line.removeprefix("="))
        found.append((canonical(text[1:]) if text.startswith(("\\=", "\\\\")) else text, line.startswith("=")))
    return found
