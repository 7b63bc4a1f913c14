"""Parse untrusted XML into a tree of plain nodes: no document type, only XML's five entities, bounded size and depth."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any
from xml.parsers import expat

# Elements and levels. A file of a thousand questions has some fifty thousand, ten levels deep.
MAX_ELEMENTS = 200_000
MAX_DEPTH = 60


class DoctypeFound(ValueError):
    """The text declares a document type, in which entities would be declared."""


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


def parser(encoding: str | None = None) -> Any:
    """An expat parser that raises DoctypeFound where a document type begins; names come as "namespace name"."""
    made = expat.ParserCreate(encoding, namespace_separator=" ")
    made.buffer_text = True
    made.StartDoctypeDeclHandler = _refuse
    return made


def _refuse(*_args: object) -> None:
    # At once: entities are declared in here.
    raise DoctypeFound


def parse(text: str) -> Node:
    """The root of a text, whatever encoding it declares: it has been decoded. Raises XmlError."""
    return _Tree().read(text)


class _Tree:
    def __init__(self) -> None:
        self.parser = parser("utf-8")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.open = [Node("")]
        self.count = 0

    def read(self, text: str) -> Node:
        try:
            self.parser.Parse(text.encode(), True)
        except DoctypeFound as found:
            raise XmlError("doctype", self.parser.CurrentLineNumber) from found
        except expat.ExpatError as error:
            raise XmlError("syntax", error.lineno, expat.ErrorString(error.code)) from error
        return next(self.open[0].elements())

    def start(self, qualified: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if len(self.open) > MAX_DEPTH:
            raise XmlError("depth", self.parser.CurrentLineNumber)
        if self.count > MAX_ELEMENTS:
            raise XmlError("size", self.parser.CurrentLineNumber)
        namespace, _space, name = qualified.rpartition(" ")
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        node = Node(name, plain, namespace=namespace)
        self.open[-1].children.append(node)
        self.open.append(node)

    def end(self, _qualified: str) -> None:
        self.open.pop()

    def text(self, text: str) -> None:
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
