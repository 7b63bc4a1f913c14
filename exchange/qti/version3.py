"""Read and write QTI 3.0 as QTI 2.1. What means the same has other names there: `qti-text-entry-interaction`."""

import re

from common.markup.plain_xml import Node

_PREFIX = "qti-"
_HYPHEN = re.compile(r"-([a-z0-9])")
_CAPITAL = re.compile(r"[A-Z]")
_XML = re.compile(r"xml|xsi:")
# The elements of HTML in a text. They keep their names and attributes.
_HTML = frozenset(
    {"a", "blockquote", "br", "caption", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre"}
    | {"span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul"}
)
# Elements whose content is in a `qti-content-body`.
_WITH_BODY = frozenset({"modalFeedback", "rubricBlock"})


def to_version_2(root: Node) -> Node:
    """Return the element with the names of QTI 2.1. An element of another version is not changed."""
    if not root.name.startswith(_PREFIX):
        return root
    for node in root.walk():
        if node.name.startswith(_PREFIX):
            node.name = _camel(node.name.removeprefix(_PREFIX))
            node.attributes = {
                name if name.startswith(("data-", "aria-")) else _camel(name): value
                for name, value in node.attributes.items()
            }
    return root


def to_version_3(root: Node) -> Node:
    """Return the element of QTI 2.1 with the names of QTI 3.0, as a copy."""
    if root.name == "math":
        # A formula is MathML in both versions.
        return root
    children = [to_version_3(child) if isinstance(child, Node) else child for child in root.children]
    if root.name in _HTML:
        return Node(root.name, root.attributes, children)
    if root.name in _WITH_BODY:
        children = [Node(f"{_PREFIX}content-body", {}, children)]
    attributes = {name if _XML.match(name) else _kebab(name): value for name, value in root.attributes.items()}
    return Node(f"{_PREFIX}{_kebab(root.name)}", attributes, children)


def _camel(name: str) -> str:
    return _HYPHEN.sub(lambda found: found[1].upper(), name)


def _kebab(name: str) -> str:
    return _CAPITAL.sub(lambda found: f"-{found[0].lower()}", name)
