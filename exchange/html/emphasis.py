"""Emphasis in Markdown: marks that its parser takes for marks, not for text."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from common.markup.markdown_syntax import PARSER
from common.markup.plain_xml import Node

MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "s": "~~", "del": "~~", "strike": "~~"}
CODE = frozenset({"code", "tt", "kbd", "samp"})
# A line break of Markdown.
BREAK = "\\\n"
# Marks beside each other, or between a letter and another sign: the parser of Markdown may take them for text.
UNSURE = re.compile(r"[*~]{3}|\w[*~]+[^\w\s*~]|[^\w\s*~][*~]+\w")


def mark_of(node: Node) -> str:
    """Return the mark of Markdown for an element, "" if it has none."""
    return "~~" if node.attributes.get("class") == "strikethrough" else MARKS.get(node.name, "")


def joined(nodes: Iterable[Node | str]) -> Iterator[Node | str]:
    """Yield the nodes, with neighbours of the same emphasis or of code as one: `**a****b**` would show its marks."""

    def kind(node: Node | str) -> str:
        if isinstance(node, str):
            return ""
        return "`" if node.name in CODE else mark_of(node)

    for mark, group in groupby(nodes, key=kind):
        found = list(group)
        first = found[0]
        if mark and len(found) > 1 and isinstance(first, Node):
            children = [child for node in found if isinstance(node, Node) for child in node.children]
            yield Node(first.name, first.attributes, children)
        else:
            yield from found


def edges(words: str) -> tuple[int, int]:
    """Return where the words begin and end without the spaces and breaks around them."""
    start, end = 0, len(words)
    while start < end and (words[start].isspace() or words.startswith(BREAK, start)):
        start += 1
    while start < end and (words[end - 1].isspace() or words.endswith(BREAK, start, end + 1)):
        end -= 1
    return start, end


def count(text: str) -> int:
    """Return how many pairs of marks of emphasis a line of Markdown has."""
    children = PARSER.parseInline(text)[0].children or []
    return sum(child.type in ("strong_open", "em_open", "s_open") for child in children)
