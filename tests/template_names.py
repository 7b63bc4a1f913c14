"""Find names that a template of this project prints and that do not exist. Django prints nothing for them."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings

TEMPLATES = settings.BASE_DIR / "templates"
# Names that are missing on purpose: an answer that was not given, and a question outside of an attempt.
OPTIONAL = {"sequence", "question.response.text", "outcome.response.text", "asked"}


class MissingNames(str):
    """A value for `string_if_invalid` that prints nothing and remembers the names, with their templates."""

    __slots__ = ("found",)

    found: set[str]

    def __new__(cls) -> "MissingNames":
        new = super().__new__(cls, "%s")
        new.found = set()
        return new

    def __mod__(self, name: Any) -> str:
        template = _current_template()
        if template is not None and str(name) not in OPTIONAL:
            self.found.add(f"{template.relative_to(TEMPLATES)}: {name}")
        return ""


def _current_template() -> Path | None:
    """Return the template that is being rendered, if it is one of this project: that of the innermost node on the stack."""
    frame = sys._getframe(2)
    while frame is not None:
        origin = getattr(frame.f_locals.get("self"), "origin", None)
        if origin is not None:
            path = Path(origin.name)
            return path if path.is_relative_to(TEMPLATES) else None
        frame = frame.f_back  # type: ignore[assignment]
    return None
