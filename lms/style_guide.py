"""Show the design on one page: its tokens, icons and components, read from the files that the site uses."""

import re
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

# The groups of tokens in the order of the page: a word of their names, and how the page draws them.
_GROUPS = (("text", "text"), ("space", "width"), ("radius", "radius"))


@cache
def get_tokens() -> dict[str, list[str]]:
    """Return the names of the tokens in baeum.css by how they are drawn: colours, text sizes, widths, radii."""
    css = (settings.BASE_DIR / "static/baeum/baeum.css").read_text(encoding="utf-8")
    root = css[css.index(":root {") : css.index("}", css.index(":root {"))]
    found: dict[str, list[str]] = {"colour": [], "text": [], "width": [], "radius": []}
    for name, value in re.findall(r"--([a-z0-9-]+):\s*([^;]+);", root):
        group = next((drawn for word, drawn in _GROUPS if name.split("-")[0] == word), "")
        if value.startswith("#"):
            group = "colour"
        if group:
            found[group].append(name)
    return found


@cache
def get_icons() -> list[str]:
    """Return the names of the icons in icons.svg."""
    svg = (settings.BASE_DIR / "static/baeum/icons.svg").read_text(encoding="utf-8")
    return re.findall(r'<symbol id="([a-z-]+)"', svg)


@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    return render(request, "lms/style_guide.html", {"tokens": get_tokens(), "icons": get_icons()})
