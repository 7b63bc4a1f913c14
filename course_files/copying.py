"""Find copied text: the longest run of words that two texts share. Quotations are not compared."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from common.markup import markdown

_QUOTED = re.compile('“[^”]{1,300}”|"[^"\n]{1,300}"|「[^」]{1,300}」|『[^』]{1,300}』')
# Stands where a run of words ends: at a quotation, at code, between two paragraphs.
BREAK = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is compared, and the line that it stands on."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Run:
    """A run of words that both texts hold."""

    words: tuple[str, ...] = ()
    line: int = 0

    def __len__(self) -> int:
        return len(self.words)

    def __str__(self) -> str:
        return " ".join(self.words)


def words(text: str, *, first_line: int = 1) -> Iterator[Word]:
    """The words of plain text, without case and punctuation."""
    for number, line in enumerate(text.split("\n")):
        for raw in line.split():
            word = re.sub(r"^[\W_]+|[\W_]+$", "", raw).casefold()
            if word:
                yield Word(word, first_line + number)


def own_words(document: markdown.Document, *, first_line: int = 1) -> Iterator[Word]:
    """The words that a Markdown text says in its own voice: without quotations and code."""
    for offset, text in markdown.paragraphs(document):
        for index, part in enumerate(_QUOTED.split(text)):
            if index:
                yield Word(BREAK, first_line + offset)
            yield from (Word(word.text, first_line + offset) for word in words(part))
        yield Word(BREAK, first_line + offset)


def longest_run(mine: Iterable[Word], others: Sequence[Word]) -> Run:
    """The longest run of `mine` that stands in `others` as well."""
    places: dict[str, list[int]] = {}
    for position, word in enumerate(others):
        places.setdefault(word.text, []).append(position)
    seen: list[Word] = []
    best, end = 0, 0
    running: dict[int, int] = {}
    for word in mine:
        seen.append(word)
        running = {
            position: running.get(position - 1, 0) + 1
            for position in (places.get(word.text, ()) if word.text != BREAK else ())
        }
        longest = max(running.values(), default=0)
        if longest > best:
            best, end = longest, len(seen)
    found = seen[end - best : end]
    return Run(tuple(word.text for word in found), found[0].line if found else 0)
