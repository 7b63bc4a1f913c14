"""Convert HTML of other systems to Markdown, and Markdown to HTML for other systems.

Only elements on an allow-list are converted. Pictures, scripts and links inside a course are left out and reported as losses.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from common.markup import formulas, markdown, markdown_html
from common.markup.markdown import Document, Resolver
from common.markup.plain_xml import Node
from exchange.html import tex
from exchange.html.markdown_writer import SPACES, TARGET, MarkdownWriter, Show, code_language, escape_line, means_itself
from exchange.html.tree import TextTooLarge, tree, without_data
from exchange.pictures import NoPicture

# The maximum length of a text in characters, without its pictures.
MAX_LENGTH = 20_000
# The maximum length of HTML. It is checked before the HTML is parsed, which takes a microsecond for each character.
MAX_SOURCE = 5 * MAX_LENGTH
# Formulas in Markdown of other systems: there, \\\\( is a backslash and a bracket.
_TEX_OF_MARKDOWN = re.compile(r"\\\\\((.{1,500}?)\\\\\)|\\\\\[(.{1,500}?)\\\\\]", re.DOTALL)
# HTML that is one line of text, in a paragraph or not. Most texts of most files are.
_ONE_PARAGRAPH = re.compile(r"""(?:<p(?:\s(?:[^<>"'/]|"[^"<]*"|'[^'<]*')*)?>)?([^<>&\t\n\r\f$\\]*)(?:</p>)?\s*\Z""")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|&[a-zA-Z#][0-9a-zA-Z]*;")


# --- to Markdown ---------------------------------------------------------------------------------------------------


def from_html(html: str, losses: list[str], show: Show | None = None) -> str:
    """Convert HTML to Markdown. What is left out is added to `losses`. Raises TextTooLarge.

    `show` makes figures of pictures; see `MarkdownWriter`. Without it they are left out.
    """
    if found := _ONE_PARAGRAPH.match(html):
        words = found[1].strip(" \t\n\r\f")
        if not words or (len(words) <= MAX_LENGTH and "  " not in words and means_itself(words)):
            return words
    addresses: list[str] = []
    html = without_data(html, addresses)
    if len(html) > MAX_SOURCE:
        raise TextTooLarge
    if show is None or not addresses:
        return from_nodes(tree(html).children, losses, show)

    def show_data(address: str, alt: str) -> str:
        number = address.removeprefix("data:#")
        return show(addresses[int(number)] if number.isdecimal() and int(number) < len(addresses) else address, alt)

    return from_nodes(tree(html).children, losses, show_data)


def from_nodes(nodes: Sequence[Node | str], losses: list[str], show: Show | None = None) -> str:
    """Convert parsed HTML to Markdown, as `from_html` does. Raises TextTooLarge."""
    texts = list(_texts(nodes))
    if sum(map(len, texts)) > MAX_LENGTH:
        raise TextTooLarge
    writer = MarkdownWriter(losses, show)
    return "\n\n".join(writer.blocks(nodes)).strip()


def _texts(nodes: Iterable[Node | str]) -> Iterator[str]:
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            yield node
        else:
            waiting.extend(node.children)


def from_plain(text: str, losses: list[str] | None = None) -> str:
    """Convert plain text to Markdown that renders as this text, with the same line breaks. Raises TextTooLarge.

    Its formulas in TeX become formulas; those that this site cannot show are added to `losses`.
    """
    _check_length(text)
    paragraphs = re.split(r"\n[ \t]*\n+", text.replace("\r\n", "\n").strip())
    return "\n\n".join(
        "\\\n".join(_from_line(SPACES.sub(" ", line).strip(), losses) for line in paragraph.split("\n"))
        for paragraph in paragraphs
        if paragraph.strip()
    )


def _from_line(line: str, losses: list[str] | None) -> str:
    if not tex.FOUND.search(line):
        return escape_line(line)
    return MarkdownWriter([] if losses is None else losses).paragraph([Node("span", {}, [line])])[0]


def from_auto(text: str, losses: list[str], show: Show | None = None) -> str:
    """Convert Moodle's auto-format to Markdown. It is plain text or HTML; without block elements, line breaks are kept.

    What is left out is added to `losses`. Raises TextTooLarge.
    """
    if not _TAG.search(text):
        return from_plain(text, losses)
    if re.search(r"<(?:p|div|br|ul|ol|table|pre)\b", text, re.IGNORECASE):
        return from_html(text, losses, show)
    lines = text.replace("\r\n", "\n").strip().replace("\n", "<br>\n")
    return from_html(lines, losses, show)


def from_markdown(text: str, losses: list[str], show: Show | None = None) -> str:
    """Return Markdown of another system without white space at its ends. Its pictures are shown, or added to `losses`.

    Raises TextTooLarge.
    """
    addresses: list[str] = []
    text = without_data(text, addresses) if show else text
    _check_length(text)
    text = _mark_formulas(text, losses)
    for reference in markdown.parse(text).references:
        if reference.kind != "figure":
            continue
        target = reference.target
        try:
            if show is None:
                raise NoPicture
            number = target.removeprefix("data:#")
            address = addresses[int(number)] if number.isdecimal() and int(number) < len(addresses) else target
            name = show(address, reference.text).rpartition("](")[2].rstrip(")")
            text = text.replace(f"]({target}", f"]({name}")
        except NoPicture as reason:
            losses.append(" ".join([_("a picture: %(name)s") % {"name": target[:80]}, *map(str, reason.args)]))
    return text.strip()


def _mark_formulas(text: str, losses: list[str]) -> str:
    """Return Markdown whose formulas are marked as this site does. Those that it cannot show stay text: see `losses`."""

    def marked(found: re.Match[str]) -> str:
        formula = found[1] or found[2]
        return tex.mark(formula) if tex.is_shown(formula) else found[0]

    def checked(found: re.Match[str]) -> str:
        if formulas.is_readable(found[1]):
            return found[0]
        losses.append(_("the look of the formula %(text)s") % {"text": found[0][:60]})
        return found[0].replace("$$", "\\$\\$")

    if "$$" not in text and "\\" not in text:
        return text
    return formulas.MARK.sub(checked, _TEX_OF_MARKDOWN.sub(marked, text))


def _check_length(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise TextTooLarge


# --- to HTML ---------------------------------------------------------------------------------------------------


def to_html(
    text: str, *, language: str, losses: list[str], figures: Resolver | None = None, with_mathml: bool = False
) -> str:
    """Convert Markdown to HTML for another system: to inline HTML if it is a single paragraph, otherwise to blocks.

    Formulas are TeX, \\(x^2\\), which Moodle shows, or with `with_mathml` elements of MathML, with the TeX beside them.
    Pictures that `figures` does not find, terms and links inside the course are added to `losses`.
    """
    document = markdown.parse(text)
    losses += _prepare_formulas(document, with_mathml=with_mathml)
    resolver = figures or markdown.NoResolver()
    for reference in document.references:
        if reference.kind == "figure" and markdown.find_figure(reference.target, resolver):
            continue
        if reference.kind == "figure":
            losses.append(_("a picture: %(name)s") % {"name": reference.target})
        elif reference.kind == "term" or not TARGET.match(reference.target):
            losses.append(_("the link to %(target)s") % {"target": reference.target})
    html = markdown_html.render(document, language=language, resolver=resolver).strip()
    if [token.type for token in document.tokens] == ["paragraph_open", "inline", "paragraph_close"]:
        # Not `render_inline`: nh3 removes a byte order mark (U+FEFF) at the very beginning.
        return html.removeprefix("<p>").removesuffix("</p>").strip()
    return html


def _prepare_formulas(document: Document, *, with_mathml: bool) -> Iterator[str]:
    """Let the formulas of a text be rendered as `to_html` says. Yields losses."""
    for token in (token for inline in document.tokens for token in inline.children or []):
        if token.type == "text":
            yield from tex.name_texts(token.content)
        elif token.type == "math" and not formulas.is_readable(token.content):
            token.type, token.content = "text", f"$${token.content}$$"
            yield _("the look of the formula %(text)s") % {"text": token.content[:60]}
        elif token.type == "math" and with_mathml:
            token.meta = {"annotated": True}
        elif token.type == "math":
            token.type, token.content = "text", rf"\({token.content}\)"


def to_nodes(text: str, *, language: str, losses: list[str], figures: Resolver | None = None) -> list[Node | str]:
    """Return the elements of `to_html`, without the classes, roles and wrappers that only this site uses."""
    nodes = tree(to_html(text, language=language, losses=losses, figures=figures, with_mathml=True)).children
    nodes = _without_ruby(nodes, losses)
    if any("start" in node.attributes for root in nodes if isinstance(root, Node) for node in root.all("ol")):
        losses.append(_("the first number of a list"))
    return _without_wrappers(nodes)


def _without_ruby(nodes: Sequence[Node | str], losses: list[str]) -> list[Node | str]:
    """Return the nodes with readings in brackets: QTI 2.1 does not have them."""
    kept: list[Node | str] = []
    for node in nodes:
        if isinstance(node, str):
            kept.append(node)
        elif node.name == "ruby":
            losses.append(
                _("the place of the reading above “%(text)s”; it stands in brackets") % {"text": node.text()[:40]}
            )
            kept += _without_ruby(node.children, losses)
        elif node.name == "rt":
            kept += ["(", *_without_ruby(node.children, losses), ")"]
        else:
            kept.append(Node(node.name, node.attributes, _without_ruby(node.children, losses)))
    return kept


def _without_wrappers(nodes: Sequence[Node | str]) -> list[Node | str]:
    kept: list[Node | str] = []
    for node in nodes:
        if isinstance(node, str):
            kept.append(node)
        elif node.name == "math":
            kept.append(Node("math", {"xmlns": formulas.NAMESPACE, **node.attributes}, node.children))
        elif node.name in ("div", "span"):
            kept += _without_wrappers(node.children)
        elif node.name == "figure":
            # QTI 2.1 has no figures: the picture and its caption are paragraphs.
            kept += [Node("p", {}, _without_wrappers([child])) for child in node.elements()]
        elif node.name == "figcaption":
            kept += _without_wrappers(node.children)
        elif node.name == "pre":
            language = code_language(node)
            attributes = {"class": f"language-{language}"} if language else {}
            kept.append(Node("pre", attributes, [node.text()]))
        elif node.name == "s":
            kept.append(Node("span", {"class": "strikethrough"}, _without_wrappers(node.children)))
        else:
            allowed = {"a": ("href",), "img": ("src", "alt", "width", "height"), "h2": ("id",), "h3": ("id",)}.get(
                node.name, ()
            )
            attributes = {key: node.attributes[key] for key in allowed if key in node.attributes}
            inside = _without_wrappers(node.children)
            if node.name == "table" and not any(isinstance(child, Node) and child.name == "tbody" for child in inside):
                # A table of QTI has a body, also if it has only a heading.
                inside = [Node("tbody", {}, child.children) if isinstance(child, Node) else child for child in inside]
            kept.append(Node(node.name, attributes, inside))
    return kept


def to_plain(text: str) -> str:
    """Convert Markdown to plain text on one line, except for the line breaks of code."""
    if means_itself(text):
        return text
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
    return SPACES.sub(" ", html).replace("\u00a0", " ")
