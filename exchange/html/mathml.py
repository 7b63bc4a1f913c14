"""Write a formula of MathML on one line of Markdown: 1/2, √(x + 1), x<sup>2</sup>."""

from collections.abc import Callable

from common.markup.plain_xml import Node

# Elements whose content stands on the line, and what is written before it or instead of it.
_ROWS = {
    **dict.fromkeys(["math", "mrow", "mstyle", "mpadded", "semantics", "mfenced"], ""),
    "msqrt": "√",
    "mspace": " ",
}
_SCRIPTS = {"msup": ["sup"], "msub": ["sub"], "msubsup": ["sub", "sup"]}
_TOKENS = frozenset({"mi", "mn", "mo", "mtext", "ms"})


def write(node: Node, escape: Callable[[str], str]) -> str | None:
    """Return the formula, None if it has an element that cannot stand on a line. `escape` escapes text for Markdown."""
    try:
        return _Formula(escape).write(node, raised=False).strip() or None
    except _NotOnALine:
        return None


class _NotOnALine(Exception):
    pass


class _Formula:
    def __init__(self, escape: Callable[[str], str]) -> None:
        self.escape = escape

    def write(self, node: Node, *, raised: bool) -> str:
        children = [child for child in node.elements() if not child.name.startswith("annotation")]
        name = node.name
        if name in _TOKENS:
            return self.token(node)
        if name in _SCRIPTS:
            return self.scripts(name, children, raised)
        if name == "mfrac" and len(children) == 2:
            return f"({'/'.join(self.grouped(child, raised) for child in children)})"
        if name in _ROWS:
            inside = "".join(self.write(child, raised=raised) for child in children)
            return f"{_ROWS[name]}({inside})" if name in ("mfenced", "msqrt") else inside or _ROWS[name]
        raise _NotOnALine

    def scripts(self, name: str, children: list[Node], raised: bool) -> str:
        places = _SCRIPTS[name]
        if len(children) != len(places) + 1:
            raise _NotOnALine
        written = [self.script(child, place, raised) for child, place in zip(children[1:], places, strict=True)]
        return self.grouped(children[0], raised) + "".join(written)

    def token(self, node: Node) -> str:
        text = " ".join(node.text().split())
        # Invisible operators such as "times".
        text = text.strip("\u2061\u2062\u2063\u2064")
        return f" {self.escape(text)} " if node.name == "mo" and text in "=+−-<>≤≥≠≈→×·" and text else self.escape(text)

    def grouped(self, node: Node, raised: bool) -> str:
        """Return a part in brackets, unless it is a single sign or number."""
        inside = self.write(node, raised=raised).strip()
        return inside if node.name in _TOKENS or not node.children else f"({inside})"

    def script(self, node: Node, name: str, raised: bool) -> str:
        if raised:
            return f"{'^' if name == 'sup' else chr(95)}{self.grouped(node, raised)}"
        return f"<{name}>{self.write(node, raised=True).strip()}</{name}>"
