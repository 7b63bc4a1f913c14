"""Parse untrusted HTML into a tree of limited depth, in linear time. Errors in the HTML are tolerated, as in browsers."""

import re
from html import unescape

from common.markup.plain_xml import Node

MAX_DEPTH = 40
_VOID = frozenset(
    {"br", "hr", "img", "input", "wbr", "source", "track", "col", "area", "base", "link", "meta", "embed"}
)
# {element: the open elements that its start tag closes}
_CLOSES = {
    "li": {"li"},
    "p": {"p"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tr": {"tr", "td", "th"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
}


class TextTooLarge(ValueError):
    """Raised if a text is too long or nested too deeply."""


# No alternative matches across a "<". So a text with many of them takes linear time; html.parser would take minutes.
_TOKEN = re.compile(
    r"""<(?P<close>/?)(?P<name>[a-zA-Z][^\s/<>]{0,40})(?P<rest>(?:[^<>"']|"[^"<]*"|'[^'<]*')*)>|<[!?][^<>]*>|[^<]+|<"""
)
_ATTRIBUTE = re.compile(r"""([a-zA-Z_:][-a-zA-Z0-9_:.]{0,60})\s*(?:=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
# Long `data:` URLs, such as embedded pictures. Their content is removed before parsing.
_DATA = re.compile(r"""(?<==["'])data:[^"'<>]{100,}""")


class _Builder:
    """Build the tree of an HTML text."""

    def __init__(self) -> None:
        self.open = [Node("div")]

    def read(self, html: str) -> Node:
        at, comments = 0, True
        while found := _TOKEN.match(html, at):
            at = found.end()
            if comments and html.startswith("<!--", found.start()):
                end = html.find("-->", found.start() + 4)
                comments = end >= 0
                at = end + 3 if comments else at
            elif found["name"]:
                at = self.tag(found, html)
            elif not html.startswith(("<!", "<?"), found.start()):
                self.open[-1].children.append(unescape(found[0]))
        return self.open[0]

    def tag(self, found: re.Match[str], html: str) -> int:
        """Open or close an element. Return the position at which to continue."""
        name = found["name"].lower()
        if found["close"]:
            self.end(name)
            return found.end()
        rest = found["rest"]
        self.start(name, {key.lower(): unescape(value.strip("\"'")) for key, value in _ATTRIBUTE.findall(rest)})
        if rest.endswith("/") and name not in _VOID:
            self.end(name)
        elif name in ("script", "style"):
            end = html.find(f"</{name}", found.end())
            return end if end >= 0 else len(html)
        return found.end()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        while len(self.open) > 1 and self.open[-1].name in _CLOSES.get(name, ()):
            self.open.pop()
        node = Node(name, attributes)
        self.open[-1].children.append(node)
        if name in _VOID:
            return
        if len(self.open) > MAX_DEPTH:
            raise TextTooLarge
        self.open.append(node)

    def end(self, name: str) -> None:
        if any(node.name == name for node in self.open[1:]):
            while self.open.pop().name != name:
                pass


def tree(html: str) -> Node:
    """Return a <div> that contains the elements of an HTML text. Raises TextTooLarge if they are nested too deeply."""
    return _Builder().read(without_data(html))


def without_data(html: str) -> str:
    """Return the HTML without the content of its embedded pictures."""
    return _DATA.sub("data:", html)
