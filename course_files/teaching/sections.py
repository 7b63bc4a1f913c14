"""Cut a lesson into sections at its headings, and find what a slide shows of each: key sentences, figures, tables, boxes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from common.markup import markdown
from course_files.course.parsing import LessonFile

# A sentence ends before white space, so that neither 3.5 nor a file name ends one.
_SENTENCE = re.compile(r"(?<=[.?!])\s+")
_SHOWN_WHOLE = frozenset({"figure", "table_open", "fence", "code_block", "alert_open", "blockquote_open"})


@dataclass(slots=True)
class Section:
    """A heading with the text below it, up to the next heading. The opening paragraph of a lesson is a section without a heading.

    `points` are its key sentences. `blocks` are shown whole, each as its tokens. `questions` are the keys of those that stand in
    it. `tokens` are the whole text without them.
    """

    level: int
    id: str
    title: str
    points: list[str] = field(default_factory=list)
    blocks: list[list[Token]] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)

    @property
    def size(self) -> int:
        """The number of characters of the text, without marks."""
        return sum(len(markdown.plain_text(token)) for token in self.tokens if token.type == "inline")


def sections(edition: LessonFile) -> list[Section]:
    """Return the sections of a lesson in order. Every heading begins one."""
    found = [Section(2, "", "")]
    for block in _blocks(markdown.parse(edition.body).tokens):
        first = block[0]
        if first.type == "heading_open":
            title = markdown.plain_text(block[1])
            found.append(Section(int(first.tag[1:]), str(first.attrGet("id") or ""), title))
            continue
        section = found[-1]
        if first.type == "question":
            section.questions.append(first.meta["key"])
            continue
        section.tokens += block
        if first.type in _SHOWN_WHOLE:
            section.blocks.append(block)
        elif first.type in ("bullet_list_open", "ordered_list_open"):
            section.points += [_first_sentence(text) for text in _items(block)]
        else:
            section.points += _key_sentences(block)
    return [section for section in found if section.title or section.tokens]


def _blocks(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield the blocks at the top level of a text, each as its tokens."""
    block: list[Token] = []
    for token in tokens:
        block.append(token)
        # A figure has taken the place of a paragraph with its content, and has the level of that content.
        is_figure = len(block) == 1 and token.type == "figure"
        if is_figure or (token.level == 0 and token.nesting <= 0):
            yield block
            block = []


def _items(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the first text of each item at the top of a list."""
    is_new = False
    for token in tokens:
        if token.type == "list_item_open" and token.level == 1:
            is_new = True
        elif token.type == "inline" and is_new:
            is_new = False
            yield markdown.plain_text(token)


def _key_sentences(tokens: Sequence[Token]) -> list[str]:
    """Return the sentences of a paragraph that have something in bold; if none has, its first sentence."""
    inline = next((token for token in tokens if token.type == "inline"), None)
    if inline is None:
        return []
    sentences = _SENTENCE.split(markdown.plain_text(inline))
    marked = [sentence for sentence in sentences if any(text in sentence for text in _in_bold(inline))]
    return marked or sentences[:1]


def _in_bold(inline: Token) -> Iterator[str]:
    depth = 0
    for token in inline.children or []:
        if token.type in ("strong_open", "strong_close"):
            depth += token.nesting
        elif depth and token.content:
            yield token.content


def _first_sentence(text: str) -> str:
    return _SENTENCE.split(text)[0]
