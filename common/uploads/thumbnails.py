"""Give the shapes of a themed figure the colours of the light theme, so that it can be shown as a picture."""

import re

# What the style sheet says about each class. A picture does not see the style sheet of the page that it is in.
PAINT = {
    "fig-box": {"fill": "#ffffff", "stroke": "#7f8783"},
    "fig-box-soft": {"fill": "#f2f0ea", "stroke": "#dcd9d0"},
    "fig-box-strong": {"fill": "#e0f0ea", "stroke": "#0b6a55"},
    "fig-box-good": {"fill": "#e3f2e6", "stroke": "#1d6b34"},
    "fig-box-bad": {"fill": "#fbe9e5", "stroke": "#a8321f"},
    "fig-line": {"fill": "none", "stroke": "#525b57", "stroke-width": "1.75"},
    "fig-line-strong": {"fill": "none", "stroke": "#0b6a55", "stroke-width": "2.5"},
    "fig-line-dashed": {"fill": "none", "stroke": "#525b57", "stroke-width": "1.75", "stroke-dasharray": "5 4"},
    "fig-arrow": {"fill": "#525b57"},
    "fig-text": {"fill": "#1c211f", "font-size": "16"},
    "fig-text-strong": {"fill": "#1c211f", "font-size": "16", "font-weight": "700"},
    "fig-text-small": {"fill": "#525b57", "font-size": "14"},
}
_TAG = re.compile(r'<[a-zA-Z]+\s[^>]*class="([a-z-]+)"[^>]*?(?=/?>)')


def paint(drawing: str) -> str:
    """Return the drawing with attributes for the colours of its classes. Attributes that it has stay as they are."""

    def painted(tag: re.Match[str]) -> str:
        colours = PAINT.get(tag[1], {})
        return tag[0] + "".join(f' {name}="{value}"' for name, value in colours.items() if f" {name}=" not in tag[0])

    return _TAG.sub(painted, drawing)
