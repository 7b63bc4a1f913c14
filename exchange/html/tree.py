"""Parse untrusted HTML into a tree of limited depth, in linear time. Errors in the HTML are tolerated, as in browsers."""

import re
from html import unescape

from common.markup.plain_xml import Node

MAX_DEPTH = 40
_VOID = frozenset(
    {"br", "hr", "img", "input", "wbr", "source", "track", "col", "area", "base", "link", "meta", "embed"}
)
# The elements of HTML. A tag of another name is text, as in "a List<String>".
_ELEMENTS = frozenset(
    """a abbr acronym address article aside audio b basefont bdi bdo big blockquote body br button canvas caption center cite code
    col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer form frame
    frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link main map mark math menu
    meta meter nav nobr noscript object ol optgroup option output p param picture pre progress q rb rp rt rtc ruby s samp script
    section select slot small source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead
    time title tr track tt u ul var video wbr area base""".split()  # noqa: SIM905 (words are easier to read)
)
# Elements whose content is left out or is not text. Without an end tag they would swallow what follows, so the tag is text.
_CLOSED = frozenset(
    ["audio", "body", "button", "canvas", "datalist", "head", "html", "iframe", "math", "noscript", "object", "option",
     "picture", "script", "select", "style", "svg", "template", "textarea", "title", "video"]
)  # fmt: skip
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
        # {element: position of its last end tag}
        self.last_end: dict[str, int] = {}

    def read(self, html: str) -> Node:
        at, comments = 0, True
        while found := _TOKEN.match(html, at):
            start, at = found.span()
            if found["name"]:
                at = self.tag(found, html)
            elif html[start] != "<":
                self.open[-1].children.append(unescape(found[0]))
            elif comments and html.startswith("<!--", start):
                end = html.find("-->", start + 4)
                comments = end >= 0
                at = end + 3 if comments else at
            elif not html.startswith(("<!", "<?"), start):
                self.open[-1].children.append(found[0])
        return self.open[0]

    def tag(self, found: re.Match[str], html: str) -> int:
        """Open or close an element. Return the position at which to continue."""
        name = found["name"].lower()
        if self.is_text(name, found, html):
            self.open[-1].children.append(unescape(found[0]))
            return found.end()
        if found["close"]:
            self.end(name)
            return found.end()
        rest = found["rest"]
        given = _ATTRIBUTE.findall(rest) if rest else ()
        self.start(name, {key.lower(): unescape(value.strip("\"'")) for key, value in given})
        if rest.endswith("/") and name not in _VOID:
            self.end(name)
        elif name in ("script", "style"):
            end = html.find(f"</{name}", found.end())
            return end if end >= 0 else len(html)
        return found.end()

    def is_text(self, name: str, found: re.Match[str], html: str) -> bool:
        """Return whether a tag is text: it is no element of HTML, or it lacks the end tag that it needs."""
        if name in _ELEMENTS and name not in _CLOSED:
            return False
        if ":" in name or any(node.name in ("math", "svg") for node in self.open):
            return False
        if name not in _ELEMENTS:
            return True
        if found["close"] or found["rest"].endswith("/"):
            return False
        if name not in self.last_end:
            self.last_end[name] = html.lower().rfind(f"</{name}")
        return self.last_end[name] < found.end()

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


def without_data(html: str, addresses: list[str] | None = None) -> str:
    """Return the HTML without the content of its embedded pictures.

    Their addresses are added to `addresses`. In the HTML each is replaced by `data:#` and its place in this list.
    """
    if "data:" not in html:
        return html
    if addresses is None:
        return _DATA.sub("data:", html)

    def replaced(found: re.Match[str]) -> str:
        addresses.append(found[0])
        return f"data:#{len(addresses) - 1}"

    return _DATA.sub(replaced, html)
