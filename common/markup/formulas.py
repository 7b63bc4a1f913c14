"""Turn formulas in TeX into MathML, which browsers draw by themselves.

latex2mathml reads TeX. What it writes is built again from an allow-list, because TeX can name classes, styles and links.
"""

import re
from collections.abc import Iterator
from threading import Lock

from cachetools import LRUCache, cached

from common.markup import plain_xml
from common.markup.plain_xml import Node

# The longest formula in characters, and the deepest nesting of its braces.
MAX_LENGTH = 500
_MAX_DEPTH = 30
# A formula in a text: `$$x^2$$`.
MARK = re.compile(r"\$\$(?!\s*\$)((?:[^$\n\\]|\\[^\n])+)\$\$")
_ELEMENTS = frozenset(
    ["mi", "mn", "mo", "mtext", "mspace", "mrow", "mfrac", "msqrt", "mroot", "mstyle", "mpadded", "mphantom", "msub", "msup",
     "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd", "menclose"]
)  # fmt: skip
# Attributes that only say how signs look and stretch.
_ATTRIBUTES = frozenset(
    ["mathvariant", "stretchy", "fence", "form", "separator", "displaystyle", "scriptlevel", "linethickness", "columnalign",
     "accent", "minsize", "maxsize", "width", "height", "depth", "lspace", "rspace", "notation"]
)  # fmt: skip
_VALUE = re.compile(r"[a-z0-9 .+-]{1,40}\Z")
NAMESPACE = "http://www.w3.org/1998/Math/MathML"

_formulas: LRUCache[tuple[str, bool], Node | None] = LRUCache(1024)


@cached(_formulas, key=lambda tex, *, block=False: (tex, block), lock=Lock())
def to_mathml(tex: str, *, block: bool = False) -> Node | None:
    """Return the element `math`; None if the formula cannot be read. Do not change it: it is cached."""
    tex = tex.strip()
    if not tex or len(tex) > MAX_LENGTH or _depth(tex) > _MAX_DEPTH:
        return None
    # Imported here, because few texts have a formula, and it reads a table of 2,500 signs.
    from latex2mathml.converter import convert

    try:
        root = plain_xml.parse(convert(tex))
        children = list(_allowed(root))
    except Exception:  # noqa: BLE001 (the library raises IndexError, KeyError and others for what it cannot read)
        return None
    attributes = {"xmlns": NAMESPACE, **({"display": "block"} if block else {})}
    return Node("math", attributes, children) if "".join(_texts(children)).strip() else None


def _depth(tex: str) -> int:
    deepest = depth = 0
    for sign in tex:
        depth += (sign == "{") - (sign == "}")
        deepest = max(deepest, depth)
    return deepest


def _allowed(node: Node) -> Iterator[Node | str]:
    """Yield the children of an element, without what is not on the allow-list. Raises ValueError for an unknown element."""
    for child in node.children:
        if isinstance(child, str):
            if "\\" in child:
                # A command that the library does not know stands in its result as it was written.
                raise ValueError(child)
            yield child
        elif child.name not in _ELEMENTS:
            raise ValueError(child.name)
        else:
            kept = {
                name: value for name, value in child.attributes.items() if name in _ATTRIBUTES and _VALUE.match(value)
            }
            yield Node(child.name, kept, list(_allowed(child)))


def _texts(children: list[Node | str]) -> Iterator[str]:
    for child in children:
        if isinstance(child, str):
            yield child
        else:
            yield from _texts(child.children)


def is_readable(tex: str) -> bool:
    """Return whether a formula can be shown."""
    return to_mathml(tex) is not None


def write(tex: str, *, block: bool = False, annotated: bool = False) -> str | None:
    """Return the MathML of a formula as HTML; None if it cannot be read. With `annotated`, the TeX stands beside it."""
    formula = to_mathml(tex, block=block)
    if formula is not None and annotated:
        beside = Node("annotation", {"encoding": "application/x-tex"}, [tex])
        formula = Node("math", formula.attributes, [Node("semantics", {}, [*formula.children, beside])])
    return None if formula is None else _write(formula)


def _write(node: Node | str) -> str:
    """Return the elements without white space between them."""
    if isinstance(node, str):
        return plain_xml.write(node)
    attributes = "".join(f' {name}="{value}"' for name, value in node.attributes.items() if name != "xmlns")
    return f"<{node.name}{attributes}>{''.join(map(_write, node.children))}</{node.name}>"
