"""List which elements, attributes and values a figure may have. `common.markup.figures` rebuilds figures by these lists.

A figure is drawn in one of two ways. A themed figure has only classes, and the page's style sheet colours it for light and dark
mode. A figure on paper (class `fig-paper` on its root) has colours of its own and stands on white in both modes: that is what
drawing programs make. No list has anything that runs, loads, or reaches outside the figure.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

PAPER = "fig-paper"
CLASSES = frozenset(
    [
        "fig-box",
        "fig-box-strong",
        "fig-box-good",
        "fig-box-bad",
        "fig-box-soft",
        "fig-line",
        "fig-line-strong",
        "fig-line-dashed",
        "fig-arrow",
        "fig-text",
        "fig-text-strong",
        "fig-text-small",
    ]
)
_ID = r"[A-Za-z][A-Za-z0-9_-]*"
LOCAL = re.compile(rf"url\(#({_ID})\)\Z")
_LENGTH = re.compile(r"-?[0-9.]{1,12}(?:px|em|%)?\Z")
_NUMBERS = re.compile(r"[0-9\s,.eE+-]*\Z")
_PATH = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9\s,.eE+-]*\Z")
_TRANSFORM = re.compile(r"(?:(?:translate|rotate|scale)\([0-9\s,.eE+-]{1,60}\)\s*)+\Z")

_LENGTHS = [
    "x",
    "y",
    "x1",
    "y1",
    "x2",
    "y2",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "width",
    "height",
    "refX",
    "refY",
    "markerWidth",
    "markerHeight",
    "textLength",
]
_GENERAL = frozenset({"id", "class", "transform"})
_MARKERS = frozenset({"marker-start", "marker-mid", "marker-end"})
_SHAPE = _GENERAL | _MARKERS
_TEXT = _GENERAL | frozenset(["x", "y", "dx", "dy", "text-anchor", "dominant-baseline", "textLength", "lang"])
_SHAPES: dict[str, frozenset[str]] = {
    "path": frozenset({"d"}),
    "line": frozenset({"x1", "y1", "x2", "y2"}),
    "polyline": frozenset({"points"}),
    "polygon": frozenset({"points"}),
    "rect": frozenset({"x", "y", "width", "height", "rx", "ry"}),
    "circle": frozenset({"cx", "cy", "r"}),
    "ellipse": frozenset({"cx", "cy", "rx", "ry"}),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What one way of drawing allows: the attributes of each element, and the values of each attribute.

    A value of `words` is one of a set, a value of `forms` matches a pattern. `references` are attributes whose value is
    `url(#id)` of an element of the same figure; an attribute may have both a form and a reference.
    """

    attributes: Mapping[str, frozenset[str]]
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    forms: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    references: frozenset[str] = frozenset()


THEMED = Rules(
    attributes={
        "svg": _GENERAL
        | frozenset({"viewBox", "role", "aria-labelledby", "preserveAspectRatio", "width", "height", "lang"}),
        "g": _GENERAL,
        "title": frozenset({"id"}),
        "desc": frozenset({"id"}),
        "defs": frozenset({"id"}),
        "marker": _GENERAL
        | frozenset(
            ["viewBox", "refX", "refY", "markerWidth", "markerHeight", "markerUnits", "orient", "preserveAspectRatio"]
        ),
        **{element: _SHAPE | own for element, own in _SHAPES.items()},
        "text": _TEXT,
        "tspan": _TEXT,
    },
    words={
        "text-anchor": frozenset({"start", "middle", "end"}),
        "dominant-baseline": frozenset({"auto", "middle", "central", "hanging", "alphabetic"}),
        "orient": frozenset({"auto", "auto-start-reverse"}),
        "markerUnits": frozenset({"strokeWidth", "userSpaceOnUse"}),
        "role": frozenset({"img"}),
        "preserveAspectRatio": frozenset({"xMidYMid", "xMidYMid meet"}),
        "lang": frozenset({"ko", "en"}),
    },
    forms={
        **dict.fromkeys(_LENGTHS, _LENGTH),
        **dict.fromkeys(["dx", "dy", "points", "viewBox"], _NUMBERS),
        "d": _PATH,
        "transform": _TRANSFORM,
        "id": re.compile(rf"{_ID}\Z"),
        "aria-labelledby": re.compile(rf"{_ID}(?:\s+{_ID})*\Z"),
    },
    references=_MARKERS,
)

# --- on paper --------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"-?[0-9.]{1,12}(?:e-?[0-9]{1,3})?\Z")
_SHARE = re.compile(r"[0-9.]{1,12}(?:e-?[0-9]{1,3})?%?\Z")
# A word is the name of a colour, "none" or "transparent". Browsers ignore a word that they do not know.
_COLOUR = re.compile(r"(?:#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,24})\Z")
_MATRICES = re.compile(r"(?:(?:translate|rotate|scale|matrix|skewX|skewY)\([0-9\s,.eE+-]{1,200}\)[\s,]*)+\Z")
_UNITS = frozenset({"userSpaceOnUse", "objectBoundingBox"})

_PAINT_WORDS = {
    "fill-rule": frozenset({"nonzero", "evenodd"}),
    "clip-rule": frozenset({"nonzero", "evenodd"}),
    "stroke-linecap": frozenset({"butt", "round", "square"}),
    "stroke-linejoin": frozenset({"miter", "round", "bevel"}),
    "vector-effect": frozenset({"none", "non-scaling-stroke"}),
}
_PAINT_FORMS = {
    **dict.fromkeys(["fill", "stroke"], _COLOUR),
    **dict.fromkeys(["opacity", "fill-opacity", "stroke-opacity"], _SHARE),
    **dict.fromkeys(["stroke-width", "stroke-dashoffset"], _LENGTH),
    "stroke-miterlimit": _NUMBER,
    "stroke-dasharray": re.compile(r"(?:none|[0-9\s,.]{1,120})\Z"),
}
_FONT_WORDS = {
    "font-weight": frozenset({"normal", "bold", *(str(weight) for weight in range(100, 1000, 100))}),
    "font-style": frozenset({"normal", "italic", "oblique"}),
    "text-decoration": frozenset({"none", "underline", "line-through"}),
    "lengthAdjust": frozenset({"spacing", "spacingAndGlyphs"}),
}
_FONT_FORMS = dict.fromkeys(["font-size", "letter-spacing", "word-spacing"], _LENGTH)
# These attributes are inherited, so that groups have them too.
_PAINT = frozenset({*_PAINT_WORDS, *_PAINT_FORMS, *_FONT_WORDS, *_FONT_FORMS, "clip-path", "text-anchor"})
_DRAWN = ("svg", "g", "marker", "text", "tspan", *_SHAPES)
_GRADIENT = frozenset({"id", "gradientUnits", "gradientTransform", "spreadMethod"})

ON_PAPER = Rules(
    attributes={
        **THEMED.attributes,
        **{element: THEMED.attributes[element] | _PAINT for element in _DRAWN},
        "linearGradient": _GRADIENT | {"x1", "y1", "x2", "y2"},
        "radialGradient": _GRADIENT | {"cx", "cy", "r", "fx", "fy"},
        "stop": frozenset({"offset", "stop-color", "stop-opacity"}),
        "clipPath": frozenset({"id", "clipPathUnits", "transform"}),
    },
    words={
        **THEMED.words,
        **_PAINT_WORDS,
        **_FONT_WORDS,
        "gradientUnits": _UNITS,
        "clipPathUnits": _UNITS,
        "spreadMethod": frozenset({"pad", "reflect", "repeat"}),
    },
    forms={
        **THEMED.forms,
        **_PAINT_FORMS,
        **_FONT_FORMS,
        **dict.fromkeys(["fx", "fy"], _LENGTH),
        **dict.fromkeys(["dx", "dy"], re.compile(rf"{_NUMBERS.pattern}|{_LENGTH.pattern}")),
        "transform": _MATRICES,
        "gradientTransform": _MATRICES,
        "offset": _SHARE,
        "stop-opacity": _SHARE,
        "stop-color": _COLOUR,
    },
    references=_MARKERS | {"fill", "stroke", "clip-path"},
)


def allows(rules: Rules, name: str, value: str) -> bool:
    """Return whether `value` is a value of the attribute `name`. `figures` checks ids, classes and references itself."""
    if name in rules.words:
        return value in rules.words[name]
    return name in rules.forms and bool(rules.forms[name].match(value))
