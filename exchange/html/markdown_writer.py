"""Write parsed HTML as Markdown. Only elements on an allow-list are written; what is left out is reported."""

import re
from collections.abc import Callable, Iterable, Sequence

from django.utils.translation import gettext as _

from common.markup.markdown_syntax import PARSER
from common.markup.plain_xml import Node
from exchange.html import emphasis, mathml, tex
from exchange.pictures import NoPicture

_DROPPED = frozenset({"script", "style", "head", "title", "template", "noscript", "svg"})
_MEDIA = frozenset({"img", "object", "audio", "video", "iframe", "embed", "picture", "canvas", "svg"})
_BLOCKS = frozenset(
    ["p", "div", "ul", "ol", "li", "blockquote", "pre", "table", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "section",
     "article", "figure", "figcaption", "dl", "dt", "dd", "header", "footer", "main", "form", "fieldset", "address",
     "center"]
)  # fmt: skip
# Elements without content that nothing stands for.
_EMPTY = frozenset({"input", "source", "track", "area", "base", "link", "meta"})
_SPECIAL = re.compile(r"([\\`*_\[\]<>&~|])")
_LINE_START = re.compile(r"^(\s*)([-+#>=]|\d{1,9}(?=[.)]))", re.MULTILINE)
# The longest pair that the parser of Markdown reads, with its marks.
_MOST_OF_RUBY = 200
SPACES = re.compile(r"[ \t\n\r\f]+")
# A line without any sign that could mean something in Markdown: no mark, and no list, heading or quotation at its start.
_WITHOUT_SYNTAX = re.compile(
    r"(?:[^\s\d\-+#>=\\`*_\[\]<>&~|]|[0-9]{1,9}(?=[^0-9.)]|\Z))[^\x00-\x1f\x7f\\`*_\[\]<>&~|]*\Z"
)
# A piece of text that is written as it is, if it has no two spaces beside each other.
_PLAIN = re.compile(r"[^\\`*_\[\]<>&~|\t\n\r\f]*\Z")
# The addresses that a link may have.
TARGET = re.compile(r"(?:https://[^\s<>()\\]+|mailto:[^\s<>()\\]+)\Z")


def means_itself(line: str) -> bool:
    """Return whether a line of plain text is the same as Markdown. Parsing would show it too, and takes 30 times as long.

    False if it may not be.
    """
    return _WITHOUT_SYNTAX.match(line) is not None and not line[-1:].isspace() and "$$" not in line


def escape_line(line: str) -> str:
    """Convert one line of plain text to Markdown. It is escaped only if it would otherwise render differently."""
    if means_itself(line):
        return line
    tokens = PARSER.parse(line)
    if [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]:
        children = tokens[1].children or []
        if {child.type for child in children} == {"text"} and "".join(child.content for child in children) == line:
            return line
    return _LINE_START.sub(_escape_start, _escape(line), count=1)


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text).replace("$$", "\\$\\$")


def _escape_start(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}\\" if found[2].isdigit() else f"{found[1]}\\{found[2]}"


# Return the Markdown that shows the picture with an address and a description. Raises NoPicture.
Show = Callable[[str, str], str]


class MarkdownWriter:
    """Write Markdown. With `show`, a picture becomes a figure, which is a paragraph of its own; otherwise it is left out."""

    def __init__(self, losses: list[str], show: Show | None = None) -> None:
        self.losses = losses
        self.show = show
        # {id of a picture: (the Markdown that shows it or "", why it cannot be shown)}
        self.figures: dict[int, tuple[str, str]] = {}
        # How many pairs of marks were written, and whether they are left out.
        self.marks = 0
        self.is_plain = False

    def add_loss(self, what: str) -> None:
        if what not in self.losses:
            self.losses.append(what)

    def blocks(self, nodes: Iterable[Node | str]) -> list[str]:
        """Return the blocks of Markdown. Adjacent inline nodes form a paragraph."""
        found: list[str] = []
        run: list[Node | str] = []
        for node in nodes:
            if isinstance(node, Node) and (node.name in _BLOCKS or self._is_figure(node) or self._holds_block(node)):
                found += self.paragraph(run)
                run = []
                found += self.block(node)
            else:
                run.append(node)
        return [*found, *self.paragraph(run)]

    def _holds_block(self, node: Node) -> bool:
        if node.name in _DROPPED | _MEDIA:
            return False
        return any(child.name in _BLOCKS or self._is_figure(child) for child in node.walk())

    def _is_figure(self, node: Node) -> bool:
        """Return whether a node is a picture that can be shown."""
        address = _address(node)
        if self.show is None or not address:
            return False
        if id(node) not in self.figures:
            try:
                alt = node.attributes.get("alt") or " ".join(node.text().split())
                self.figures[id(node)] = self.show(address, alt), ""
            except NoPicture as reason:
                self.figures[id(node)] = "", str(reason)
        return bool(self.figures[id(node)][0])

    def paragraph(self, run: Sequence[Node | str]) -> list[str]:
        words = [child for child in run if not isinstance(child, Node)]
        if run and len(words) == len(run):
            text = SPACES.sub(" ", "".join(words)).strip()
            if not tex.FOUND.search(text):
                return [escape_line(text)] if text else []
        lines = [_single_spaces(line).strip() for line in self.line(run).split(emphasis.BREAK)]
        while lines and not lines[0]:
            lines.pop(0)
        while lines and not lines[-1]:
            lines.pop()
        if not lines:
            return []
        text = emphasis.BREAK.join(lines)
        # Escape line starts that would otherwise begin a list, a heading or a quotation.
        return [_LINE_START.sub(_escape_start, text)]

    def block(self, node: Node) -> list[str]:
        name = node.name
        if name in ("p", "div"):
            return self.blocks(node.children)
        writers = {
            "ul": self.list_of,
            "ol": self.list_of,
            "blockquote": self.quotation,
            "pre": self.code_block,
            "table": self.table,
            "hr": lambda _node: ["---"],
            **dict.fromkeys(["img", "object"], lambda node: [self.figures[id(node)][0]]),
            **dict.fromkeys(["h1", "h2", "h3", "h4", "h5", "h6"], self.heading),
        }
        return writers[name](node) if name in writers else self.blocks(node.children)

    def quotation(self, node: Node) -> list[str]:
        inside = "\n\n".join(self.blocks(node.children))
        return ["\n".join(f"> {line}".rstrip() for line in inside.split("\n"))] if inside else []

    def code_block(self, node: Node) -> list[str]:
        code = _lines(node).strip("\n")
        fence = "```" if "```" not in code else "~~~~"
        return [f"{fence}{code_language(node)}\n{code}\n{fence}"] if code.strip() else []

    def heading(self, node: Node) -> list[str]:
        inside = self.line(node.children).replace("\\\n", " ").replace("\n", " ").strip()
        anchor = node.attributes.get("id", "")
        if inside and node.name in ("h2", "h3") and re.fullmatch(r"[a-z][a-z0-9-]*", anchor):
            return [f"{'#' * int(node.name[1])} {inside} {{#{anchor}}}"]
        # A heading without an id would be a fault of the text.
        return [f"**{inside}**" if "**" not in inside else inside] if inside else []

    def list_of(self, node: Node) -> list[str]:
        items = []
        start = node.attributes.get("start", "")
        if node.name == "ol" and (node.attributes.get("type", "1") != "1" or "reversed" in node.attributes):
            self.add_loss(_("the numbering of a list"))
        for number, item in enumerate(node.elements("li"), int(start) if re.fullmatch(r"[0-9]{1,8}", start) else 1):
            mark = "- " if node.name == "ul" else f"{number}. "
            blocks = self.blocks(item.children)
            tight = (
                "\n".join(blocks) if len(blocks) == 2 and blocks[1].startswith(("- ", "1. ")) else "\n\n".join(blocks)
            )
            items.append((mark + tight.replace("\n", "\n" + " " * len(mark))).rstrip())
        return ["\n".join(items)] if items else []

    def table(self, node: Node) -> list[str]:
        rows = [[self.cell(cell) for cell in row.elements("td", "th")] for row in node.all("tr")]
        rows = [row for row in rows if row]
        if not rows:
            return []
        width = max(len(row) for row in rows)
        lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in rows]
        return ["\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])]

    def cell(self, node: Node) -> str:
        """Return the content of a table cell on one line."""
        if not any(child.name in _BLOCKS or child.name == "br" for child in node.walk() if child is not node):
            return self.line(node.children).strip()
        # A figure needs a paragraph of its own, so a cell has none.
        text = "\n".join(MarkdownWriter(self.losses).blocks(node.children))
        if "\n" in text:
            self.add_loss(_("the lines of a table cell, which stand in one line here"))
        return _single_spaces(text.replace(emphasis.BREAK, " ").replace("\n", " ")).strip()

    def line(self, nodes: Sequence[Node | str]) -> str:
        """Return inline nodes, without their emphasis if the parser of Markdown would show its marks as text."""
        self.marks = 0
        text = self.inline(nodes)
        if not self.marks or not emphasis.UNSURE.search(text) or emphasis.count(text) == self.marks:
            return text
        self.is_plain = True
        text = self.inline(nodes)
        self.is_plain = False
        self.add_loss(
            _("the emphasis in “%(text)s”") % {"text": " ".join(text.replace(emphasis.BREAK, " ").split())[:40]}
        )
        return text

    def inline(self, nodes: Iterable[Node | str]) -> str:
        return "".join(self.words(node) for node in emphasis.joined(nodes))

    def marked(self, mark: str, words: str) -> str:
        """Put the mark around the words, inside the spaces and breaks at their ends. Words with the mark are not changed."""
        start, end = emphasis.edges(words)
        inside = words[start:end]
        if self.is_plain or not inside or mark in inside.replace(f"\\{mark[0]}", "") or "\n\n" in inside:
            return words
        self.marks += 1
        return f"{words[:start]}{mark}{inside}{mark}{words[end:]}"

    def words(self, node: Node | str) -> str:
        if isinstance(node, str):
            return node if "  " not in node and _PLAIN.match(node) and "$$" not in node else self.text(node)
        name = node.name
        if name in emphasis.MARKS and not node.attributes:
            return self.marked(emphasis.MARKS[name], self.inline(node.children))
        if name in _MEDIA | _DROPPED | _EMPTY:
            return self.left_out(node)
        writers: dict[str, Callable[[Node], str]] = {
            "br": lambda _node: emphasis.BREAK,
            "rp": lambda _node: "",
            "rt": lambda node: f"({self.inline(node.children)})",
            "ruby": self.ruby,
            "u": self.underlined,
            "math": self.formula,
            "a": lambda node: self.link(node.attributes.get("href", ""), self.inline(node.children)),
            **dict.fromkeys(emphasis.CODE, lambda node: _code(node.text())),
            **dict.fromkeys(["sup", "sub"], lambda node: _script(node.name, self.inline(node.children))),
        }
        if name in writers:
            return writers[name](node)
        inside = self.inline(node.children)
        if name in _BLOCKS:
            return f" {inside} "
        mark = emphasis.mark_of(node)
        return self.marked(mark, inside) if mark else inside

    def text(self, text: str) -> str:
        losses: list[str] = []
        written = tex.write_texts(SPACES.sub(" ", text), _escape, losses)
        for loss in losses:
            self.add_loss(loss)
        return written

    def formula(self, node: Node) -> str:
        if found := tex.from_mathml(node):
            return tex.mark(found)
        line = mathml.write(node, _escape) or _escape(" ".join(node.text().split()))
        self.add_loss(_("the look of the formula %(text)s") % {"text": line[:60]})
        return line

    def ruby(self, node: Node) -> str:
        """Return words with their readings above them; in brackets, which is a loss, if there is more than words and readings."""
        written, base = [], ""
        for child in node.children:
            if isinstance(child, str) or child.name in ("rb", "span"):
                base += self.words(child)
            elif child.name == "rt" and base.strip() and child.text().strip() and not list(child.elements()):
                written.append(f"<ruby>{base.strip()}<rt>{self.inline(child.children).strip()}</rt></ruby>")
                base = ""
            elif child.name != "rp":
                break
        else:
            if not base.strip() and not any("\\\n" in pair or len(pair) > _MOST_OF_RUBY for pair in written):
                return "".join(written)
        self.add_loss(
            _("the place of the reading above “%(text)s”; it stands in brackets") % {"text": node.text()[:40]}
        )
        return self.inline(node.children)

    def underlined(self, node: Node) -> str:
        if node.text().strip():
            self.add_loss(_("the underlining of “%(text)s”") % {"text": node.text()[:40]})
        return self.inline(node.children)

    def left_out(self, node: Node) -> str:
        """Return the text that replaces an element that is left out: the `alt` of a picture, otherwise "". Adds a loss."""
        if node.name not in _MEDIA:
            self.add_loss(_("the element <%(element)s>") % {"element": node.name})
            return ""
        attributes = node.attributes
        shown = attributes.get("src") or attributes.get("data") or attributes.get("alt") or node.name
        shown = _("in the text itself") if shown.startswith("data:") else shown[:80]
        if reason := self.figures.get(id(node), ("", ""))[1]:
            self.add_loss(_("a picture: %(name)s. %(reason)s") % {"name": shown, "reason": reason.rstrip(".")})
        else:
            self.add_loss(_("a picture or other media: %(name)s") % {"name": shown})
        return _SPECIAL.sub(r"\\\1", attributes.get("alt", ""))

    def link(self, target: str, words: str) -> str:
        if TARGET.match(target) and words.strip() and "\n" not in words:
            return f"[{words}]({target})"
        if target:
            self.add_loss(_("the link to %(target)s") % {"target": target[:80]})
        return words


def _address(node: Node) -> str:
    """Return the address of the picture that a node shows, or "". In QTI an object may be a picture."""
    if node.name == "img":
        return node.attributes.get("src", "").strip()
    is_picture = node.name == "object" and node.attributes.get("type", "").startswith("image/")
    return node.attributes.get("data", "").strip() if is_picture else ""


def _single_spaces(line: str) -> str:
    return re.sub(r" {2,}", " ", line) if "  " in line else line


def _script(name: str, words: str) -> str:
    """Raise or lower the words. A sign that is raised twice is written with a mark."""
    words = re.sub(rf"<{name}>(.*?)</{name}>", lambda found: f"{'^' if name == 'sup' else '_'}{found[1]}", words)
    words = words.replace(emphasis.BREAK, " ")
    inside = words.strip(" ")
    before, _words, after = words.partition(inside) if inside else (words, "", "")
    return f"{before}<{name}>{inside}</{name}>{after}" if inside else words


def _lines(node: Node) -> str:
    """Return the text of preformatted code: a break and each block end a line."""
    words: list[str] = []
    for child in node.children:
        if isinstance(child, str):
            words.append(child)
        elif child.name == "br":
            words.append("\n")
        else:
            text = _lines(child)
            is_new_line = child.name in _BLOCKS and words and not words[-1].endswith("\n")
            words += ["\n", text] if is_new_line else [text]
    return "".join(words)


def code_language(node: Node) -> str:
    name = node.attributes.get("data-language") or node.attributes.get("class", "").rpartition("language-")[2]
    return name if re.fullmatch(r"[a-z0-9+#-]{1,20}", name) and name != "code" else ""


def _code(text: str) -> str:
    text = SPACES.sub(" ", text)
    if not text.strip():
        return text
    fence = "`"
    while fence in text:
        fence += "`"
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"
