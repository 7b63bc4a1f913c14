"""Find copied text: the longest run of words that two texts share. Quotations are not compared."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from common.markup import markdown

_QUOTED = re.compile('“[^”]{1,300}”|"[^"\n]{1,300}"|「[^」]{1,300}」|『[^』]{1,300}』')
# Marks a place that a run of words does not cross: a quotation, or the end of a paragraph.
BREAK = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word without case and punctuation, and its line."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Run:
    """A run of words that both texts contain. `line` is where it begins in the first text; 0 if the run is empty."""

    words: tuple[str, ...] = ()
    line: int = 0

    def __len__(self) -> int:
        return len(self.words)

    def __str__(self) -> str:
        return " ".join(self.words)


def words(text: str, *, first_line: int = 1) -> Iterator[Word]:
    """Yield the words of a plain text, without case and punctuation."""
    for number, line in enumerate(text.split("\n")):
        for raw in line.split():
            word = re.sub(r"^[\W_]+|[\W_]+$", "", raw).casefold()
            if word:
                yield Word(word, first_line + number)


def own_words(document: markdown.Document, *, first_line: int = 1) -> Iterator[Word]:
    """Yield the words of a Markdown text without its quotations and code. A word's line is that of its paragraph."""
    for offset, text in markdown.paragraphs(document):
        for index, part in enumerate(_QUOTED.split(text)):
            if index:
                yield Word(BREAK, first_line + offset)
            yield from (Word(word.text, first_line + offset) for word in words(part))
        yield Word(BREAK, first_line + offset)


def longest_run(mine: Iterable[Word], others: Sequence[Word]) -> Run:
    """Return the longest run of words in `mine` that also occurs in `others`."""
    read = list(mine)
    # None is equal to no word, so a run does not cross a break.
    matcher = SequenceMatcher(
        None, [word.text or None for word in read], [word.text for word in others], autojunk=False
    )
    match = matcher.find_longest_match()
    found = read[match.a : match.a + match.size]
    return Run(tuple(word.text for word in found), found[0].line if found else 0)
