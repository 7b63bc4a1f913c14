"""Turn attributes and CSS properties of an SVG into the literal values that `common.markup.figure_rules` allows.

Each function returns None for a value that has no literal form, and the attribute is left out.
"""

import colorsys
import math
import re
from collections.abc import Callable

from common.markup import figure_rules

# Only paths and lists of points are longer.
_MAX_LENGTH = 500
_LONG_FRACTION = re.compile(r"(\.\d{3})\d+")
_LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(px|pt|pc|mm|cm|in|q|rem|ex|em|%)?\Z", re.IGNORECASE)
# Pixels of each unit.
_UNITS = {
    "": 1.0, "px": 1.0, "pt": 96 / 72, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0, "q": 96 / 101.6,
    "rem": 16.0, "ex": 8.0,
}  # fmt: skip
_CALL = re.compile(r"([a-z-]+)\((.*)\)\Z", re.DOTALL)
_COLOUR_NUMBER = re.compile(r"([+-]?[\d.]+(?:e[+-]?\d+)?)(%|deg)?")
_URL = re.compile(r"""url\(\s*["']?([^"')]*)["']?\s*\)""")


def reference(value: str) -> str | None:
    """Return what `url(…)` in a value refers to: "#id" or an address. None if there is no url."""
    found = _URL.match(value.strip()[:_MAX_LENGTH])
    return found[1].strip() if found else None


def literal(name: str, value: str) -> str | None:
    """Return the literal form of an attribute's or a property's value."""
    value = value.strip()
    if len(value) > _MAX_LENGTH and name not in ("d", "points"):
        return None
    form = _FORMS.get(name)
    result = form(value) if form else value
    return result if result is not None and figure_rules.allows(figure_rules.ON_PAPER, name, result) else None


def number(value: float) -> str:
    """Write a number with at most four decimals, and without an exponent."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def pixels(value: str) -> float | None:
    """Return a length in pixels. None if it depends on something else, as em and % do."""
    found = _LENGTH.match(value.strip())
    unit = (found[2] or "").lower() if found else "%"
    length = float(found[1]) * _UNITS[unit] if found and unit in _UNITS else math.inf
    return length if math.isfinite(length) else None


def _length(value: str) -> str | None:
    found = _LENGTH.match(value)
    if not found:
        return None
    unit = (found[2] or "").lower()
    return f"{number(float(found[1]))}{unit}" if unit in ("em", "%") else number(float(found[1]) * _UNITS[unit])


def _first_length(value: str) -> str | None:
    # A list places each letter, for another font than the page's.
    return _length(re.split(r"[\s,]+", value, maxsplit=1)[0])


def _numbers(value: str) -> str | None:
    # Fractions are cut, not rounded: in a path, digits may be flags that stand without a space ("a1 1 0 01.5.5").
    return _LONG_FRACTION.sub(r"\1", value)


def _offsets(value: str) -> str | None:
    return _length(value) or _numbers(value)


def _transform(value: str) -> str | None:
    plain = re.sub(r"(?<=[\d.])(?:px|deg)", "", value)
    return re.sub(r"(\.\d{5})\d+", r"\1", plain) or None


def _dashes(value: str) -> str | None:
    if value == "none":
        return value
    lengths = [_length(part) for part in re.split(r"[\s,]+", value)]
    return " ".join(length or "" for length in lengths) if all(lengths) else None


def _font_size(value: str) -> str | None:
    words = {"x-small": "10", "small": "13", "medium": "16", "large": "18", "x-large": "24"}
    return words.get(value) or _length(value)


def _font_weight(value: str) -> str | None:
    return {"bolder": "bold", "lighter": "normal"}.get(value, value)


def _baseline(value: str) -> str | None:
    words = {"text-before-edge": "hanging", "before-edge": "hanging", "center": "central"}
    return words.get(value, value)


# --- colours ---------------------------------------------------------------------------------------------------


def colour(value: str) -> str | None:
    """Return a colour as #rrggbb, #rrggbbaa or a name; "none" for no colour."""
    value = value.strip().lower()
    if value in ("inherit", "initial", "unset", "context-fill", "context-stroke"):
        return None
    if value in ("transparent", "currentcolor"):
        # The colour that is current is black on paper.
        return "none" if value == "transparent" else "#000000"
    called = _CALL.match(value)
    if not called:
        return value
    name, arguments = called.groups()
    if name in ("light-dark", "var"):
        # Paper is light in both modes. A variable has a value in its own page only, and here its replacement.
        parts = _arguments(arguments)
        wanted = 0 if name == "light-dark" else 1
        return colour(parts[wanted]) if len(parts) > wanted else None
    return _computed(name, arguments)


def _arguments(text: str) -> list[str]:
    """Split at the commas that are not inside parentheses."""
    parts, depth = [""], 0
    for letter in text[:500]:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _computed(name: str, arguments: str) -> str | None:
    found = _COLOUR_NUMBER.findall(arguments.removeprefix("display-p3").removeprefix("srgb"))
    try:
        values = [float(value) / (100 if unit == "%" else 1) for value, unit in found]
    except ValueError:
        return None
    if len(values) < 3:
        return None
    units = [unit for _value, unit in found]
    alpha = values[3] if len(values) > 3 else 1.0
    if name in ("rgb", "rgba"):
        shares = [value if unit == "%" else value / 255 for value, unit in zip(values[:3], units, strict=False)]
    elif name in ("hsl", "hsla"):
        shares = list(colorsys.hls_to_rgb(values[0] / 360 % 1, min(1, values[2]), min(1, values[1])))
    elif name == "color":
        shares = values[:3]
    else:
        return None
    levels = [*shares, alpha] if alpha < 1 else shares
    return "#" + "".join(f"{round(255 * min(1, max(0, level))):02x}" for level in levels)


_FORMS: dict[str, Callable[[str], str | None]] = {
    **dict.fromkeys(["fill", "stroke", "stop-color"], colour),
    **dict.fromkeys(
        [
            "x1",
            "y1",
            "x2",
            "y2",
            "cx",
            "cy",
            "r",
            "rx",
            "ry",
            "fx",
            "fy",
            "width",
            "height",
            "refX",
            "refY",
            "markerWidth",
            "markerHeight",
            "textLength",
            "stroke-width",
            "stroke-dashoffset",
            "letter-spacing",
            "word-spacing",
        ],
        _length,
    ),
    **dict.fromkeys(["x", "y"], _first_length),
    **dict.fromkeys(["opacity", "fill-opacity", "stroke-opacity", "stop-opacity", "offset"], _length),
    **dict.fromkeys(["d", "points", "viewBox"], _numbers),
    **dict.fromkeys(["dx", "dy"], _offsets),
    **dict.fromkeys(["transform", "gradientTransform"], _transform),
    "stroke-dasharray": _dashes,
    "font-size": _font_size,
    "font-weight": _font_weight,
    "dominant-baseline": _baseline,
}
