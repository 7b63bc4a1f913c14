"""Parse untrusted XML into a tree of nodes, and write such a tree as XML.

A document type is refused, so the only entities are the five of XML itself. The number of elements and their depth are limited.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any
from xml.parsers import expat

from defusedxml import DTDForbidden
from defusedxml.ElementTree import ParseError, XMLParser

# Limits in elements and levels. A file with 1,000 questions has about 50,000 elements on ten levels.
MAX_ELEMENTS = 200_000
MAX_DEPTH = 60
# The same for `stream`, which keeps none of them. It reads this many characters at a time.
MAX_STREAMED = 1_000_000
_PIECE = 1 << 16


class XmlError(ValueError):
    """Raised for XML that cannot be read. `problem` is "doctype", "syntax", "depth" or "size". `line` counts from 1.

    For "syntax", `detail` is the message of the parser (expat); otherwise it is "".
    """

    def __init__(self, problem: str, line: int, detail: str = "") -> None:
        super().__init__(detail or problem)
        self.problem = problem
        self.line = line
        self.detail = detail


@dataclass(slots=True)
class Node:
    """An element. `children` are its texts and elements in order. Element and attribute names have no namespace."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)
    namespace: str = ""

    def elements(self, *names: str) -> Iterator["Node"]:
        """Return an iterator over the child elements; with `names`, only over those with one of these names."""
        return (child for child in self.children if isinstance(child, Node) and (not names or child.name in names))

    def first(self, *path: str) -> "Node | None":
        """Return the element at `path`: at each step the first child element of that name. None if a step finds none."""
        node = self
        for name in path:
            for child in node.children:
                if not isinstance(child, str) and child.name == name:
                    node = child
                    break
            else:
                return None
        return node

    def walk(self) -> Iterator["Node"]:
        """Yield this element and all elements inside it, in document order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(list(node.elements())))

    def all(self, *names: str) -> Iterator["Node"]:
        """Return an iterator over the elements with one of `names`, at any depth, including this one."""
        return (node for node in self.walk() if node.name in names)

    def text(self, *path: str) -> str:
        """Return all text inside the element at `path` (see `first`), or "" if there is no such element."""
        node = self.first(*path)
        if node is None:
            return ""
        if len(node.children) == 1 and isinstance(node.children[0], str):
            return node.children[0]
        words: list[str] = []
        waiting: list[Node | str] = [node]
        while waiting:
            child = waiting.pop()
            if isinstance(child, str):
                words.append(child)
            else:
                waiting.extend(reversed(child.children))
        return "".join(words)


def parse(text: str) -> Node:
    """Return the root element of `text`. The encoding that it declares is ignored, because it is decoded. Raises XmlError."""
    tree = _Tree()
    with _explained(tree):
        tree.parser.feed(text.encode())
        tree.parser.close()
    return next(tree.root.elements())


def stream(text: str, name: str) -> Iterator[Node]:
    """Yield the outermost elements with this name, each as soon as it is read. None is kept, so a large text needs little memory.

    Raises XmlError, when it comes to the fault.
    """
    tree = _Tree(name)
    for start in range(0, len(text), _PIECE):
        with _explained(tree):
            tree.parser.feed(text[start : start + _PIECE].encode())
        yield from tree.take()
    with _explained(tree):
        tree.parser.close()
    yield from tree.take()


@contextmanager
def _explained(tree: "_Tree") -> Iterator[None]:
    try:
        yield
    except DTDForbidden as found:
        raise XmlError("doctype", tree.line()) from found
    except ParseError as error:
        raise XmlError("syntax", error.position[0], expat.ErrorString(error.code)) from error


class Target:
    """Base class of receivers: the parser calls `start`, `end` and `data` of a subclass for each element and text.

    The parser raises DTDForbidden if it finds a document type.
    """

    def __init__(self, encoding: str | None = None) -> None:
        self.parser: Any = XMLParser(target=self, encoding=encoding, forbid_dtd=True)

    def line(self) -> int:
        """Return the number of the line that the parser is reading."""
        number: int = self.parser.parser.CurrentLineNumber
        return number


class _Tree(Target):
    """Build a tree. With `name`, the outermost elements of this name are taken out of it when they end."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__("utf-8")
        # Elements come from expat itself: the calls in between, which ElementTree makes for each of them, take as long as this.
        expat_parser = self.parser.parser
        expat_parser.ordered_attributes = False
        expat_parser.StartElementHandler = self.start
        expat_parser.EndElementHandler = self.end
        self.name = name
        self.most = MAX_ELEMENTS if name is None else MAX_STREAMED
        self.root = Node("")
        self.open = [self.root]
        self.count = 0
        self.taken: list[Node] = []
        # The element of this name that is open, and outside the others.
        self.outermost: Node | None = None

    def take(self) -> list[Node]:
        """Return the elements that have ended since the last call."""
        taken, self.taken = self.taken, []
        return taken

    def start(self, qualified: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) > MAX_DEPTH:
            raise XmlError("depth", self.line())
        if self.count > self.most:
            raise XmlError("size", self.line())
        namespace, _brace, name = qualified.rpartition("}")
        if "}" in "".join(attributes):
            attributes = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        node = Node(name, attributes, [], namespace)
        if self.outermost is None and name == self.name:
            self.outermost = node
        else:
            self.open[-1].children.append(node)
        self.open.append(node)

    def end(self, _qualified: str) -> None:
        node = self.open.pop()
        if node is self.outermost:
            self.outermost = None
            self.taken.append(node)
        elif self.name is not None and self.outermost is None:
            # What is outside the wanted elements is of no use.
            self.open[-1].children.clear()

    def data(self, text: str) -> None:
        if self.name is None or self.outermost is not None:
            self.open[-1].children.append(text)


# Inline elements. White space that is added beside them would be visible.
_INLINE = frozenset({"a", "br", "code", "em", "img", "math", "span", "strong", "sub", "sup"}) | {
    "textEntryInteraction",
    "inlineChoiceInteraction",
    "qti-text-entry-interaction",
    "qti-inline-choice-interaction",
}


def write(node: "Node | str", *, indent: int = 0) -> str:
    """Return the XML of an element.

    If all its children are block elements, each is written on a line of its own. Otherwise no white space is added.
    """
    if isinstance(node, str):
        return escape(node, quote=False)
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items())
    if not node.children:
        return f"<{node.name}{attributes}/>"
    if any(isinstance(child, str) or child.name in _INLINE for child in node.children):
        return f"<{node.name}{attributes}>{''.join(write(child) for child in node.children)}</{node.name}>"
    space = "  " * (indent + 1)
    inside = "".join(f"\n{space}{write(child, indent=indent + 1)}" for child in node.children)
    return f"<{node.name}{attributes}>{inside}\n{'  ' * indent}</{node.name}>"
