"""Find the blocks of a lesson's HTML, which reading positions name, and the headings, which its contents list.

A block is a paragraph, an item of a list, a table, a figure: an element at the top level of the text. Its anchor is the id of the
last heading before it, a dot, and how many blocks it stands after that heading: `life-cycle.3`. All editions of a lesson have the
same headings, so an anchor holds in the other language too, and a change of one section moves no anchor of another section.
The script of the page (`static/baeum/reading.js`) counts blocks in the same way.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

# Text contains no "<", because `common.markup.markdown_html` and `common.markup.figures` escape it.
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^\"'>]|\"[^\"]*\"|'[^']*')*)>")
ANCHOR = re.compile(r"(?:[a-z][a-z0-9-]*)?\.[0-9]{1,4}\Z")
_ID = re.compile(r"\sid=\"([^\"]+)\"")
# Elements without an end.
_VOID = frozenset({"br", "hr", "img", "input"})
_LISTS = frozenset({"ul", "ol"})
_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with an id. `text` is HTML without elements."""

    level: int
    id: str
    text: SafeString


@dataclass(frozen=True, slots=True)
class Block:
    """A block by its `anchor`. `start` is where its content begins in the HTML. `number` counts the blocks of the text from 0."""

    anchor: str
    start: int
    number: int
    heading: Heading | None


def read_blocks(html: str) -> list[Block]:
    """Return the blocks of a text in order."""
    found: list[Block] = []
    heading: Heading | None = None
    count = 0
    for name, attributes, start in _starts_of_blocks(html):
        named = _ID.search(attributes) if name in _HEADINGS else None
        if named:
            heading = Heading(int(name[1]), named[1], _text(html[start : html.index(f"</{name}>", start)]))
            count = 0
        found.append(Block(f"{heading.id if heading else ''}.{count}", start, len(found), heading))
        count += 1
    return found


def find_headings(blocks: Iterable[Block]) -> list[Heading]:
    """Return the headings of two levels, which the contents of a lesson list."""
    return [
        block.heading for block in blocks if block.heading and block.heading.level <= 3 and block.anchor.endswith(".0")
    ]


def _starts_of_blocks(html: str) -> Iterator[tuple[str, str, int]]:
    """Yield (name, attributes, where the content begins) of the elements that are blocks."""
    depth = 0
    # How deep blocks are: 1 in a list at the top level.
    floor = 0
    for tag in TAG.finditer(html):
        is_end, name, attributes = tag[1] == "/", tag[2].lower(), tag[3]
        if is_end:
            depth -= 1
            if depth == 0:
                floor = 0
            continue
        if name in _VOID:
            continue
        if depth == 0 and name in _LISTS:
            floor = 1
        elif depth == floor:
            yield name, attributes, tag.end()
        if not attributes.endswith("/"):
            depth += 1


def _text(html: str) -> SafeString:
    """Return HTML without its elements. It is still escaped."""
    return mark_safe(re.sub(r"\s+", " ", TAG.sub("", html)).strip())  # noqa: S308
