"""Collect what the cleaning of a drawing removes, to tell its author."""

from django.utils.translation import gettext as _


class Notes:
    """The kinds of things that were removed. Each kind is told once."""

    def __init__(self) -> None:
        self._kinds: set[str] = set()
        self._elements: set[str] = set()

    def add(self, kind: str) -> None:
        self._kinds.add(kind)

    def add_element(self, name: str) -> None:
        """Note an element that a figure does not have and that has no kind of its own."""
        if len(self._elements) < 5:
            self._elements.add(name[:40])

    def sentences(self) -> list[str]:
        texts = {
            "script": _("A script was removed: a figure runs nothing."),
            "link": _("A link was removed; its words stay."),
            "outside": _("What belongs to another file was removed."),
            "image": _("A picture inside the drawing was removed. Upload it as a figure of its own."),
            "animation": _("A movement was removed: a figure stands still."),
            "effect": _("An effect was removed: a shadow, a blur, a mask or a pattern."),
            "text": _("Formatted text became plain text."),
            "fonts": _("Its fonts were replaced by the font of the page."),
            "style": _("A part of its style sheet was removed."),
            "colours": _("Colours were removed: this drawing takes the colours of the page."),
            "hidden": _("Hidden parts were removed."),
            "program": _("What only the drawing program reads was removed."),
        }
        found = [sentence for kind, sentence in texts.items() if kind in self._kinds]
        if self._elements:
            names = ", ".join(f"<{name}>" for name in sorted(self._elements))
            found.append(_("Elements that a figure does not have were removed: %(names)s.") % {"names": names})
        return found
