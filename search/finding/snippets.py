"""Cut what has been found out of its text, with the words that were looked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from search.finding.matching import find_spans

LENGTH, BEFORE = 180, 50


@dataclass(frozen=True, slots=True)
class Snippet:
    """A part of a text. `parts` alternate: text without a word, a word, text without one, …"""

    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(self.parts)

    @property
    def html(self) -> SafeString:
        """Return the text with the words marked."""
        escaped = [escape(part) for part in self.parts]
        marked = (f"<mark>{part}</mark>" if at % 2 else part for at, part in enumerate(escaped))
        return mark_safe("".join(marked))  # noqa: S308 (escaped above)


def cut(line: str, words: Sequence[str]) -> Snippet:
    """Return the part of a line around its first word."""
    spans = find_spans(line, words)
    first = spans[0][0] if spans else 0
    start = 0 if first <= BEFORE else _word_start(line, first - BEFORE)
    end = min(len(line), start + LENGTH)
    parts, at = ["…" if start else ""], start
    for begin, stop in spans:
        if begin >= end:
            break
        parts[-1] += line[at:begin]
        parts += [line[begin : min(stop, end)], ""]
        at = min(stop, end)
    parts[-1] += line[at:end] + ("…" if end < len(line) else "")
    return Snippet(tuple(parts))


def _word_start(line: str, at: int) -> int:
    """Return where a word begins at or soon after a place, else the place."""
    space = line.find(" ", at, at + BEFORE // 2)
    return space + 1 if space >= 0 else at
