"""Write a cleaned drawing as XML: one line for each element of the root, so that a change is seen in a difference."""

from html import escape

from common.markup.plain_xml import Node


def write(root: Node) -> str:
    inside = "\n".join(_element(child) for child in root.elements())
    return f'<svg xmlns="http://www.w3.org/2000/svg"{_attributes(root)}>\n{inside}\n</svg>\n'


def _element(node: Node) -> str:
    inside = "".join(
        escape(child, quote=False) if isinstance(child, str) else _element(child) for child in node.children
    )
    return f"<{node.name}{_attributes(node)}>{inside}</{node.name}>" if inside else f"<{node.name}{_attributes(node)}/>"


def _attributes(node: Node) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items())
