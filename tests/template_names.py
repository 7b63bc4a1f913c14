"""Find names that a template of this project prints and that do not exist. Django prints nothing for them."""

import sys
from pathlib import Path
from types import FrameType

from django.conf import settings

TEMPLATES = settings.BASE_DIR / "templates"
# Names that are missing on purpose: an answer that was not given, and a question outside of an attempt.
OPTIONAL = {"sequence", "question.response.text", "outcome.response.text", "asked"}


class MissingNames(str):
    """A value for `string_if_invalid` that equals Django's default, "", and remembers the names with their templates.

    Django asks whether the value is true when a name does not exist, and then goes on as without this class.
    """

    __slots__ = ("found",)

    found: set[str]

    def __new__(cls) -> "MissingNames":
        new = super().__new__(cls)
        new.found = set()
        return new

    def __bool__(self) -> bool:
        frame = sys._getframe(1)
        name = str(getattr(frame.f_locals.get("self"), "var", ""))
        template = _current_template(frame)
        if name and template is not None and name not in OPTIONAL:
            self.found.add(f"{template.relative_to(TEMPLATES)}: {name}")
        return False


def _current_template(frame: FrameType | None) -> Path | None:
    """Return the template that is being rendered, if it is one of this project: that of the innermost node on the stack."""
    while frame is not None:
        origin = getattr(frame.f_locals.get("self"), "origin", None)
        if origin is not None:
            path = Path(origin.name)
            return path if path.is_relative_to(TEMPLATES) else None
        frame = frame.f_back
    return None
