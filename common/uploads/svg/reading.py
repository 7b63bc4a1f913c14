"""Read an untrusted SVG into a tree that has only what the cleaning can use, and note what was left out."""

import codecs
import re

from defusedxml import DTDForbidden
from defusedxml.ElementTree import ParseError
from django.utils.translation import gettext as _

from common.markup import figure_rules, plain_xml
from common.markup.plain_xml import Node
from common.uploads.refusals import PictureRefused
from common.uploads.svg.notes import Notes

# Limits of elements that are kept, and of levels. A figure has at most 2,000 elements; instances of one element count later.
MAX_ELEMENTS = 20_000
MAX_DEPTH = 60
_SVG = "http://www.w3.org/2000/svg"
_XHTML = "http://www.w3.org/1999/xhtml"
_HREF = "{http://www.w3.org/1999/xlink}href"
_KEPT = frozenset(figure_rules.ON_PAPER.attributes) | {
    "style", "use", "symbol", "switch", "foreignObject", "a", "textPath", "pattern",
}  # fmt: skip
_LEFT_OUT = {
    "script": "script",
    "image": "image",
    "filter": "effect",
    "mask": "effect",
    "metadata": "program",
    **dict.fromkeys(["animate", "animateTransform", "animateMotion", "animateColor", "set"], "animation"),
}
# The document type that draw.io and Matplotlib write: a name and addresses, which nobody reads. It defines nothing.
_DOCTYPE = re.compile(
    r"""<!DOCTYPE\s+svg(?:\s+(?:PUBLIC|SYSTEM)(?:\s+(?:"[^"<]{0,200}"|'[^'<]{0,200}')){1,2})?\s*>""",
)
_SPACE = re.compile(r"\s*")
_ENCODING = re.compile(rb"""\A\s*<\?xml[^>]*encoding=["']([A-Za-z0-9._-]{1,40})["']""")


def looks_like_svg(content: bytes) -> bool:
    """Return whether the file begins as an SVG does: with markup, and an <svg> early in it."""
    start = content[:20_000]
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = start.decode("utf-16", "ignore").encode()
    start = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"<") and b"<svg" in start


def read(content: bytes, notes: Notes) -> Node:
    """Return the <svg>. Attributes are without namespaces; event handlers are gone. Raises PictureRefused."""
    text = _without_doctype(_decode(content))
    reader = _Reader(notes)
    try:
        reader.parser.feed(text.encode())
        reader.parser.close()
    except DTDForbidden as found:
        message = _("This SVG has a document type with definitions (entities). Export it again as a plain SVG.")
        raise PictureRefused(message) from found
    except ParseError as error:
        message = _("This SVG is damaged or not complete: it cannot be read from line %(line)d on.")
        raise PictureRefused(message % {"line": error.position[0]}) from error
    root = next(reader.root.elements("svg"), None)
    if root is None:
        raise PictureRefused(_("This file is not an SVG: it does not begin with <svg>."))
    return root


def _decode(content: bytes) -> str:
    declared = _ENCODING.match(content)
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if declared and encoding != "utf-16":
        name = declared[1].decode().lower()
        encoding = {"iso-8859-1": "latin-1", "windows-1252": "cp1252", "euc-kr": "cp949"}.get(name, encoding)
    try:
        return codecs.decode(content, encoding)
    except UnicodeDecodeError as error:
        raise PictureRefused(_("The text of this SVG cannot be read. Save it as UTF-8.")) from error


def _without_doctype(text: str) -> str:
    """Remove a document type that defines nothing. Before it there may be comments and instructions."""
    position, closing = 0, 0
    while closing >= 0:
        space = _SPACE.match(text, position)
        position = space.end() if space else position
        end = {"<!--": "-->", "<?xm": "?>"}.get(text[position : position + 4], "")
        closing = text.find(end, position) if end else -1
        position = closing + len(end) if closing >= 0 else position
    found = _DOCTYPE.match(text, position)
    return text[:position] + text[found.end() :] if found else text


def too_detailed() -> PictureRefused:
    return PictureRefused(_("This drawing has too many parts for a lesson. Export it as PNG and upload that."))


class _Reader(plain_xml.Target):
    def __init__(self, notes: Notes) -> None:
        super().__init__("utf-8")
        self.notes = notes
        self.root = Node("")
        self.open = [self.root]
        self.count = 0
        # Levels inside an element that is left out, and inside <foreignObject>, where HTML is kept for its text.
        self.left_out = 0
        self.foreign = 0

    def start(self, qualified: str, attributes: dict[str, str]) -> None:
        namespace, _brace, name = qualified.removeprefix("{").rpartition("}")
        if self.left_out or not self.is_kept(namespace, name):
            self.left_out += 1
            return
        self.count += 1
        if self.count > MAX_ELEMENTS or len(self.open) > MAX_DEPTH:
            raise too_detailed()
        node = Node(name, self.plain(attributes), namespace=namespace)
        self.open[-1].children.append(node)
        self.open.append(node)
        self.foreign += bool(self.foreign) or name == "foreignObject"

    def is_kept(self, namespace: str, name: str) -> bool:
        if name.lower() == "script":
            self.notes.add("script")
        elif self.foreign:
            return namespace == _XHTML and name != "style"
        elif namespace not in (_SVG, ""):
            self.notes.add("program")
        elif name in _LEFT_OUT:
            self.notes.add(_LEFT_OUT[name])
        elif name in _KEPT:
            return True
        else:
            self.notes.add_element(name)
        return False

    def plain(self, attributes: dict[str, str]) -> dict[str, str]:
        result = {"href": attributes[_HREF]} if _HREF in attributes else {}
        for name, value in attributes.items():
            if name.lower().startswith("on"):
                self.notes.add("script")
            elif not name.startswith("{"):
                result[name] = value
        return result

    def end(self, _qualified: str) -> None:
        if self.left_out:
            self.left_out -= 1
            return
        self.open.pop()
        self.foreign -= bool(self.foreign)

    def data(self, text: str) -> None:
        if not self.left_out:
            self.open[-1].children.append(text)
