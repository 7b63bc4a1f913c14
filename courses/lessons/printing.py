"""Make lessons parts of one document, for printing a whole course: ids stay unique, and links between lessons stay inside it."""

import re
from collections.abc import Collection

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from courses.lessons.blocks import TAG

_ATTRIBUTE = re.compile(r"(?<=\s)([a-z-]+)=\"([^\"]*)\"")
_LOCAL = re.compile(r"url\(#([^)]+)\)")
# The title of a lesson is a heading of the second level here, so each heading of its text goes down by one.
_LOWER = {"h2": "h3", "h3": "h4", "h4": "h5", "h5": "h6"}


class Binder:
    """Rewrites the texts of lessons of one course. `slugs` are the lessons in the document.

    The place of a lesson is its slug, that of an id in it is slug and id with a dot between them. A slug has no dot.
    """

    def __init__(self, course_slug: str, slugs: Collection[str]) -> None:
        self._lessons = {reverse("courses:lesson-detail", args=[course_slug, slug]): slug for slug in slugs}
        self._glossary = reverse("courses:glossary", args=[course_slug])

    def bind(self, html: str, *, slug: str) -> SafeString:
        """Return the text of the lesson `slug` as a part of the document."""

        def rewrite(tag: re.Match[str]) -> str:
            name = _LOWER.get(tag[2], tag[2])
            if tag[1]:
                return f"</{name}>"
            attributes = _ATTRIBUTE.sub(lambda found: self._attribute(found[1], found[2], slug), tag[3])
            return f"<{name}{attributes}>"

        return mark_safe(TAG.sub(rewrite, html))  # noqa: S308 (names and attributes of a safe text)

    def _attribute(self, name: str, value: str, slug: str) -> str:
        if name == "id":
            value = f"{slug}.{value}"
        elif name == "aria-labelledby":
            value = " ".join(f"{slug}.{each}" for each in value.split())
        elif name == "href":
            value = self._target(value, slug)
        elif name == "role" and value == "region":
            # Names of tables are unique in their lesson only, and a landmark needs a name of its own.
            value = "group"
        elif name == "loading":
            # What is below the screen must be there when the page is printed.
            value = "eager"
        else:
            value = _LOCAL.sub(lambda found: f"url(#{slug}.{found[1]})", value)
        return f'{name}="{value}"'

    def _target(self, href: str, slug: str) -> str:
        address, _hash, fragment = href.partition("#")
        lesson = self._lessons.get(address) if address else slug
        if lesson:
            return f"#{lesson}.{fragment}" if fragment else f"#{lesson}"
        return f"#{fragment}" if address == self._glossary else href
