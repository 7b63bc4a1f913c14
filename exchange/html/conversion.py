"""Convert HTML of other systems to Markdown, and Markdown to HTML for other systems.

Only elements on an allow-list are converted. Pictures, scripts and links inside a course are left out and reported as losses.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from common.markup import markdown, markdown_html
from common.markup.markdown_syntax import PARSER
from common.markup.plain_xml import Node
from exchange.html.tree import TextTooLarge, tree, without_data

# The maximum length of a text in characters, without its pictures.
MAX_LENGTH = 20_000
# The maximum length of HTML. It is checked before the HTML is parsed, which takes a microsecond for each character.
MAX_SOURCE = 5 * MAX_LENGTH
_DROPPED = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "math"})
_MEDIA = frozenset({"img", "object", "audio", "video", "iframe", "embed", "picture", "canvas", "svg", "math"})
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "s": "~~", "del": "~~", "strike": "~~"}
_BLOCKS = frozenset(
    ["p", "div", "ul", "ol", "li", "blockquote", "pre", "table", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "section",
     "article", "figure", "figcaption", "dl", "dt", "dd", "header", "footer", "main", "form", "fieldset", "address",
     "center"]
)  # fmt: skip
_PLAIN_LOSSES = frozenset({"sub", "sup", "u"})
_SPACES = re.compile(r"[ \t\n\r\f]+")
_SPECIAL = re.compile(r"([\\`*_\[\]<>&~|])")
_LINE_START = re.compile(r"^(\s*)([-+#>=]|\d{1,9}(?=[.)]))", re.MULTILINE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|&[a-zA-Z#][0-9a-zA-Z]*;")
_TARGET = re.compile(r"(?:https://[^\s<>()\\]+|mailto:[^\s<>()\\]+)\Z")


# --- to Markdown ---------------------------------------------------------------------------------------------------


def from_html(html: str, losses: list[str]) -> str:
    """Convert HTML to Markdown. What is left out is added to `losses`. Raises TextTooLarge."""
    html = without_data(html)
    if len(html) > MAX_SOURCE:
        raise TextTooLarge
    return from_nodes(tree(html).children, losses)


def from_nodes(nodes: Sequence[Node | str], losses: list[str]) -> str:
    """Convert parsed HTML to Markdown. What is left out is added to `losses`. Raises TextTooLarge."""
    if sum(len(text) for text in _texts(nodes)) > MAX_LENGTH:
        raise TextTooLarge
    writer = _Writer(losses)
    return "\n\n".join(writer.blocks(nodes)).strip()


def _texts(nodes: Iterable[Node | str]) -> Iterator[str]:
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node
        else:
            waiting.extend(node.children)


def from_plain(text: str) -> str:
    """Convert plain text to Markdown that renders as this text, with the same line breaks. Raises TextTooLarge."""
    _check_length(text)
    paragraphs = re.split(r"\n[ \t]*\n+", text.replace("\r\n", "\n").strip())
    return "\n\n".join(
        "\\\n".join(escape_line(_SPACES.sub(" ", line).strip()) for line in paragraph.split("\n"))
        for paragraph in paragraphs
        if paragraph.strip()
    )


def from_auto(text: str, losses: list[str]) -> str:
    """Convert Moodle's auto-format to Markdown. It is plain text or HTML; without block elements, line breaks are kept.

    What is left out is added to `losses`. Raises TextTooLarge.
    """
    if not _TAG.search(text):
        return from_plain(text)
    if re.search(r"<(?:p|div|br|ul|ol|table|pre)\b", text, re.IGNORECASE):
        return from_html(text, losses)
    lines = text.replace("\r\n", "\n").strip().replace("\n", "<br>\n")
    return from_html(lines, losses)


def from_markdown(text: str, losses: list[str]) -> str:
    """Return Markdown of another system without white space at its ends. Its pictures are added to `losses`.

    Raises TextTooLarge.
    """
    _check_length(text)
    figures = (reference for reference in markdown.parse(text).references if reference.kind == "figure")
    losses += [_("a picture: %(name)s") % {"name": figure.target} for figure in figures]
    return text.strip()


def _check_length(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise TextTooLarge


def escape_line(line: str) -> str:
    """Convert one line of plain text to Markdown. It is escaped only if it would otherwise render differently."""
    tokens = PARSER.parse(line)
    if [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]:
        children = tokens[1].children or []
        if {child.type for child in children} == {"text"} and "".join(child.content for child in children) == line:
            return line
    return _LINE_START.sub(_escape_start, _SPECIAL.sub(r"\\\1", line), count=1)


def _escape_start(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}\\" if found[2].isdigit() else f"{found[1]}\\{found[2]}"


class _Writer:
    def __init__(self, losses: list[str]) -> None:
        self.losses = losses

    def add_loss(self, what: str) -> None:
        if what not in self.losses:
            self.losses.append(what)

    def blocks(self, nodes: Iterable[Node | str]) -> list[str]:
        """Return the blocks of Markdown. Adjacent inline nodes form a paragraph."""
        found: list[str] = []
        run: list[Node | str] = []
        for node in nodes:
            if isinstance(node, Node) and (node.name in _BLOCKS or self._holds_block(node)):
                found += self.paragraph(run)
                run = []
                found += self.block(node)
            else:
                run.append(node)
        return [*found, *self.paragraph(run)]

    def _holds_block(self, node: Node) -> bool:
        return node.name not in _DROPPED | _MEDIA and any(child.name in _BLOCKS for child in node.walk())

    def paragraph(self, run: Sequence[Node | str]) -> list[str]:
        words = [child for child in run if not isinstance(child, Node)]
        if run and len(words) == len(run):
            text = _SPACES.sub(" ", "".join(words)).strip()
            return [escape_line(text)] if text else []
        lines = [re.sub(r" {2,}", " ", line).strip(" ") for line in self.inline(run).split("\n")]
        text = "\n".join(lines).strip().removesuffix("\\").strip()
        while text.startswith("\\\n"):
            text = text[2:].strip()
        if not text:
            return []
        # Escape line starts that would otherwise begin a list, a heading or a quotation.
        return [_LINE_START.sub(_escape_start, text)]

    def block(self, node: Node) -> list[str]:
        name = node.name
        writers = {
            "ul": self.list_of,
            "ol": self.list_of,
            "blockquote": self.quotation,
            "pre": self.code_block,
            "table": self.table,
            "hr": lambda _node: ["---"],
            **dict.fromkeys(["h1", "h2", "h3", "h4", "h5", "h6"], self.heading),
        }
        return writers[name](node) if name in writers else self.blocks(node.children)

    def quotation(self, node: Node) -> list[str]:
        inside = "\n\n".join(self.blocks(node.children))
        return ["\n".join(f"> {line}".rstrip() for line in inside.split("\n"))] if inside else []

    def code_block(self, node: Node) -> list[str]:
        code = node.text().strip("\n")
        fence = "```" if "```" not in code else "~~~~"
        return [f"{fence}{_code_language(node)}\n{code}\n{fence}"] if code.strip() else []

    def heading(self, node: Node) -> list[str]:
        inside = self.inline(node.children).replace("\\\n", " ").replace("\n", " ").strip()
        return [f"**{inside}**" if "**" not in inside else inside] if inside else []

    def list_of(self, node: Node) -> list[str]:
        items = []
        for number, item in enumerate(node.elements("li"), 1):
            mark = "- " if node.name == "ul" else f"{number}. "
            blocks = self.blocks(item.children)
            tight = (
                "\n".join(blocks) if len(blocks) == 2 and blocks[1].startswith(("- ", "1. ")) else "\n\n".join(blocks)
            )
            items.append((mark + tight.replace("\n", "\n" + " " * len(mark))).rstrip())
        return ["\n".join(items)] if items else []

    def table(self, node: Node) -> list[str]:
        rows = [
            [
                self.inline(cell.children).replace("\\\n", " ").replace("\n", " ").strip()
                for cell in row.elements("td", "th")
            ]
            for row in node.all("tr")
        ]
        rows = [row for row in rows if row]
        if not rows:
            return []
        width = max(len(row) for row in rows)
        lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in rows]
        return ["\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])]

    def inline(self, nodes: Iterable[Node | str]) -> str:
        return "".join(self.words(node) for node in nodes)

    def words(self, node: Node | str) -> str:
        if isinstance(node, str):
            return _SPECIAL.sub(r"\\\1", _SPACES.sub(" ", node))
        name = node.name
        if name in _MEDIA | _DROPPED:
            return self.left_out(node)
        if name == "br":
            return "\\\n"
        if name in ("code", "tt", "kbd", "samp"):
            return _code(node.text())
        inside = self.inline(node.children)
        if name == "a":
            return self.link(node.attributes.get("href", ""), inside)
        if name in _PLAIN_LOSSES and inside.strip():
            self.add_loss(_("superscript, subscript or underlining of “%(text)s”") % {"text": node.text()[:40]})
        mark = "~~" if node.attributes.get("class") == "strikethrough" else _MARKS.get(name, "")
        return _marked(mark, inside) if mark else inside

    def left_out(self, node: Node) -> str:
        """Return the text that replaces an element that is left out: the `alt` of a picture, otherwise "". Adds a loss."""
        if node.name not in _MEDIA:
            self.add_loss(_("the element <%(element)s>") % {"element": node.name})
            return ""
        attributes = node.attributes
        shown = attributes.get("src") or attributes.get("data") or attributes.get("alt") or node.name
        self.add_loss(_("a picture or other media: %(name)s") % {"name": shown[:80]})
        return _SPECIAL.sub(r"\\\1", attributes.get("alt", ""))

    def link(self, target: str, words: str) -> str:
        if _TARGET.match(target) and words.strip() and "\n" not in words:
            return f"[{words}]({target})"
        if target:
            self.add_loss(_("the link to %(target)s") % {"target": target[:80]})
        return words


def _marked(mark: str, words: str) -> str:
    """Put the mark around the words, inside the spaces at their ends. Words that contain the mark are not changed."""
    inside = words.strip(" ")
    if not inside or mark in inside or "\n\n" in inside:
        return words
    before, _words, after = words.partition(inside)
    return f"{before}{mark}{inside}{mark}{after}"


def _code_language(node: Node) -> str:
    name = node.attributes.get("data-language") or node.attributes.get("class", "").rpartition("language-")[2]
    return name if re.fullmatch(r"[a-z0-9+#-]{1,20}", name) and name != "code" else ""


def _code(text: str) -> str:
    text = _SPACES.sub(" ", text)
    if not text.strip():
        return text
    fence = "`"
    while fence in text:
        fence += "`"
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


# --- to HTML ---------------------------------------------------------------------------------------------------


def to_html(text: str, *, language: str, losses: list[str]) -> str:
    """Convert Markdown to HTML for another system: to inline HTML if it is a single paragraph, otherwise to blocks.

    Pictures, terms and links inside the course are added to `losses`.
    """
    document = markdown.parse(text)
    for reference in document.references:
        if reference.kind == "figure":
            losses.append(_("a picture: %(name)s") % {"name": reference.target})
        elif reference.kind == "term" or not _TARGET.match(reference.target):
            losses.append(_("the link to %(target)s") % {"target": reference.target})
    html = markdown_html.render(document, language=language, resolver=markdown.NoResolver()).strip()
    if [token.type for token in document.tokens] == ["paragraph_open", "inline", "paragraph_close"]:
        # Not `render_inline`: nh3 removes a byte order mark (U+FEFF) at the very beginning.
        return html.removeprefix("<p>").removesuffix("</p>").strip()
    return html


def to_nodes(text: str, *, language: str, losses: list[str]) -> list[Node | str]:
    """Return the elements of `to_html`, without the classes, roles and wrappers that only this site uses."""
    return _without_wrappers(tree(to_html(text, language=language, losses=losses)).children)


def _without_wrappers(nodes: Sequence[Node | str]) -> list[Node | str]:
    kept: list[Node | str] = []
    for node in nodes:
        if isinstance(node, str):
            kept.append(node)
        elif node.name in ("div", "span"):
            kept += _without_wrappers(node.children)
        elif node.name == "pre":
            language = _code_language(node)
            attributes = {"class": f"language-{language}"} if language else {}
            kept.append(Node("pre", attributes, [node.text()]))
        elif node.name == "s":
            kept.append(Node("span", {"class": "strikethrough"}, _without_wrappers(node.children)))
        else:
            allowed = {"a": ("href",)}.get(node.name, ())
            kept.append(
                Node(node.name, {key: node.attributes[key] for key in allowed}, _without_wrappers(node.children))
            )
    return kept


def to_plain(text: str) -> str:
    """Convert Markdown to plain text on one line, except for the line breaks of code."""
    words = [
        markdown.plain_text(token) if token.type == "inline" else token.content
        for token in markdown.parse(text).tokens
        if token.type in ("inline", "fence", "code_block")
    ]
    return " ".join(words).strip()


def renders_same(one: str, other: str) -> bool:
    """Return whether two Markdown texts render to the same HTML, apart from white space."""
    if one == other:
        return True
    if not one or not other:
        return False
    return _rendered(one) == _rendered(other)


def _rendered(text: str) -> str:
    html = to_html(text, language="en", losses=[])
    return _SPACES.sub(" ", html).replace("\u00a0", " ")
