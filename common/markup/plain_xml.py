"""Owns how XML from outside is read: a tree of plain nodes, no document type, no entities but XML's own five, and caps."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any
from xml.parsers import expat

from defusedxml import DTDForbidden
from defusedxml.ElementTree import ParseError, XMLParser

# Elements and levels. A file of a thousand questions has some fifty thousand, ten levels deep.
MAX_ELEMENTS = 200_000
MAX_DEPTH = 60


class XmlError(ValueError):
    """What cannot be read: `problem` is "doctype", "syntax", "depth" or "size", at `line`; `detail` is expat's word."""

    def __init__(self, problem: str, line: int, detail: str = "") -> None:
        super().__init__(detail or problem)
        self.problem = problem
        self.line = line
        self.detail = detail


@dataclass(slots=True)
class Node:
    """An element by its local name, with its attributes and, in order, its texts and elements."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)
    namespace: str = ""

    def elements(self, *names: str) -> Iterator["Node"]:
        """The elements directly inside, of these names if any are given."""
        return (child for child in self.children if isinstance(child, Node) and (not names or child.name in names))

    def first(self, *path: str) -> "Node | None":
        """The first element at the end of a path of names."""
        node: Node | None = self
        for name in path:
            node = next(node.elements(name), None) if node is not None else None
        return node

    def walk(self) -> Iterator["Node"]:
        """This element and all inside it, in the order of the text."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(list(node.elements())))

    def all(self, *names: str) -> Iterator["Node"]:
        """The elements of these names, at any depth."""
        return (node for node in self.walk() if node.name in names)

    def text(self, *path: str) -> str:
        """All the text at the end of a path of names; "" where the path ends early."""
        node = self.first(*path)
        if node is None:
            return ""
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
    """The root of a text, whatever encoding it declares: it has been decoded. Raises XmlError."""
    tree = _Tree()
    try:
        tree.parser.feed(text.encode())
        tree.parser.close()
    except DTDForbidden as found:
        raise XmlError("doctype", tree.line()) from found
    except ParseError as error:
        raise XmlError("syntax", error.position[0], expat.ErrorString(error.code)) from error
    return next(tree.root.elements())


class Target:
    """What defusedxml's parser tells of elements and texts; DTDForbidden is raised where a document type begins."""

    def __init__(self, encoding: str | None = None) -> None:
        self.parser: Any = XMLParser(target=self, encoding=encoding, forbid_dtd=True)

    def line(self) -> int:
        """The line that has been read."""
        number: int = self.parser.parser.CurrentLineNumber
        return number


class _Tree(Target):
    def __init__(self) -> None:
        super().__init__("utf-8")
        self.root = Node("")
        self.open = [self.root]
        self.count = 0

    def start(self, qualified: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) > MAX_DEPTH:
            raise XmlError("depth", self.line())
        if self.count > MAX_ELEMENTS:
            raise XmlError("size", self.line())
        namespace, _brace, name = qualified.removeprefix("{").rpartition("}")
        plain = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        node = Node(name, plain, namespace=namespace)
        self.open[-1].children.append(node)
        self.open.append(node)

    def end(self, _qualified: str) -> None:
        self.open.pop()

    def data(self, text: str) -> None:
        self.open[-1].children.append(text)


# Between these a space would be one more than there is.
_INLINE = frozenset({"a", "br", "code", "em", "span", "strong", "textEntryInteraction"})


def write(node: "Node | str", *, indent: int = 0) -> str:
    """The text of an element. One that holds elements only is written a line each; one with text keeps its spaces."""
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
