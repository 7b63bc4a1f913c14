"""Turn the HTML that draw.io and Mermaid put into <foreignObject> into lines of SVG text.

A figure has no HTML. What a browser would lay out is placed by what the HTML says: where its box is, and how it is aligned.
"""

import re
import unicodedata
from dataclasses import dataclass, replace

from common.markup.plain_xml import Node
from common.uploads.svg import values
from common.uploads.svg.style_sheets import declarations

_BLOCKS = frozenset(["p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table"])
_LINE_HEIGHT = 1.2
# Where the middle of a line of letters is above its baseline, as a share of the font size.
_MIDDLE = 0.35


@dataclass(frozen=True, slots=True)
class _Style:
    size: float = 16
    colour: str = ""
    background: str = ""
    bold: bool = False


@dataclass(slots=True)
class _Label:
    """The lines of a label, and the style of its first words."""

    lines: list[str]
    style: _Style | None = None


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a label is: the point that it is aligned at, and how. A width of 0 breaks no lines."""

    x: float
    y: float
    width: float
    anchor: str
    vertical: str


def texts(node: Node) -> list[Node]:
    """Return the <text> elements of a <foreignObject>, one for each line, and a <rect> below them if they have a background."""
    label = _Label([""])
    _collect(node, _Style(), label)
    style = label.style or _Style()
    box = _find_box(node)
    lines = [part for line in label.lines if line.strip() for part in _wrapped(line.strip(), box.width / style.size)]
    height = style.size * _LINE_HEIGHT
    above = {"start": 0.0, "middle": len(lines) / 2, "end": float(len(lines))}[box.vertical]
    attributes = {"text-anchor": box.anchor, "font-size": values.number(style.size)}
    attributes |= {"fill": style.colour} if style.colour else {}
    attributes |= {"font-weight": "bold"} if style.bold else {}
    result = []
    if style.background:
        # The line that a label belongs to would run through its words.
        width = max(map(_ems, lines), default=0) * style.size
        left = box.x - {"start": 0.0, "middle": width / 2, "end": width}[box.anchor]
        size = {"width": values.number(width), "height": values.number(len(lines) * height)}
        place = {"x": values.number(left), "y": values.number(box.y - above * height)}
        result.append(Node("rect", place | size | {"fill": style.background, "stroke": "none"}))
    for number, line in enumerate(lines):
        baseline = box.y + (number + 0.5 - above) * height + _MIDDLE * style.size
        place = {"x": values.number(box.x), "y": values.number(baseline)}
        result.append(Node("text", place | attributes, [line]))
    return result


def _collect(node: Node, style: _Style, label: _Label) -> None:
    style = _style_of(node, style)
    for child in node.children:
        if isinstance(child, str):
            words = re.sub(r"\s+", " ", child)
            label.lines[-1] += words
            if words.strip() and label.style is None:
                label.style = style
        else:
            if child.name == "br" or child.name in _BLOCKS:
                label.lines.append("")
            _collect(child, style, label)
            if child.name in _BLOCKS:
                label.lines.append("")


def _style_of(node: Node, style: _Style) -> _Style:
    if node.name in ("b", "strong", "th"):
        style = replace(style, bold=True)
    for name, value in declarations(node.attributes.get("style", "")):
        if name == "font-size" and (size := values.pixels(value)):
            style = replace(style, size=size)
        elif name == "color" and (colour := values.literal("fill", value)):
            style = replace(style, colour=colour)
        elif name == "background-color" and (colour := values.literal("fill", value)) and colour != "none":
            style = replace(style, background=colour)
        elif name == "font-weight":
            style = replace(style, bold=value in ("bold", "bolder", "600", "700", "800", "900"))
    return style


def _find_box(node: Node) -> _Box:
    """Return the box of a label. draw.io writes it into the first <div>, others into the <foreignObject> itself."""
    first = node.first("div")
    style = dict(declarations(first.attributes.get("style", ""))) if first else {}
    x, y, width, height = (values.pixels(node.attributes.get(name, "0")) or 0 for name in ("x", "y", "width", "height"))
    if "padding-top" in style and "margin-left" in style:
        left, top = values.pixels(style["margin-left"]) or 0, values.pixels(style["padding-top"]) or 0
        width = values.pixels(style.get("width", "")) or 0
        anchor = _side(style.get("justify-content", "center"))
        share = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor]
        # A label beside its shape has a width of 1, and does not break.
        return _Box(
            left + share * width, top, width if width > 1 else 0, anchor, _side(style.get("align-items", "center"))
        )
    return _Box(x + width / 2, y + height / 2, width, "middle", "middle")


def _side(value: str) -> str:
    return "start" if "start" in value else "end" if "end" in value else "middle"


def _wrapped(line: str, ems: float) -> list[str]:
    """Break a line at its spaces, so that each part is about `ems` wide. 0 breaks nothing."""
    lines = [""]
    for word in line.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and 0 < ems < _ems(longer):
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _ems(text: str) -> float:
    """Return the width of a text in font sizes: a Hangul syllable is about as wide as high, a Latin letter half of that."""
    return sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.52 for letter in text)
