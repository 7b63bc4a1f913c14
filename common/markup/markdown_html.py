"""Render a parsed Markdown text as HTML.

nh3 removes everything that is not on its allow-list. Figures are inserted after that: a drawing, because `common.markup.figures`
has already checked it against an allow-list of its own; a picture, because `<img>` is not on nh3's list and is only written here.
So are formulas, which `common.markup.formulas` has built from its own allow-list.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

import nh3
from django.utils import translation
from django.utils.translation import pgettext
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from common.markup import formulas
from common.markup.markdown import Document, Picture, Resolver, find_figure, parse_inline, plain_text, resolve_link
from common.markup.markdown_syntax import PARSER


@dataclass(slots=True)
class _Rendering:
    """The state of one rendering. `mark` is the start of the placeholders that are replaced by figures after nh3."""

    document: Document
    language: str
    resolver: Resolver
    figures: list[str] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)
    open_links: list[bool] = field(default_factory=list)
    tables: dict[str, int] = field(default_factory=dict)
    heading: str = ""
    mark: str = field(default_factory=lambda: f"figure-{secrets.token_hex(16)}-")


def render(document: Document, *, language: str, resolver: Resolver) -> str:
    """Return the HTML of a text in `language`. A reference that the resolver does not find is shown as text without a link."""
    state = _Rendering(document, language, resolver)
    with translation.override(language):
        html = _RENDERER.render(document.tokens, PARSER.options, {"state": state})
    html = _CLEANER.clean(html)
    for number, figure in enumerate(state.figures):
        html = html.replace(f"<div>{state.mark}{number}.</div>", figure)
    for number, formula in enumerate(state.formulas):
        html = html.replace(f"<span>{state.mark}{number}.</span>", formula)
    return html


def render_inline(text: str, *, language: str, resolver: Resolver) -> str:
    """Return the HTML of one line of text, for places without blocks, such as a choice or a feedback."""
    return render(parse_inline(text), language=language, resolver=resolver)


_FORMATTER = HtmlFormatter(nowrap=True)


def _state(env: EnvType) -> _Rendering:
    state: _Rendering = env["state"]
    return state


class _Renderer(RendererHTML):
    """Extend markdown-it's renderer for the syntax of courses. Each method is named after the token type that it renders."""

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        state = _state(env)
        state.heading = plain_text(tokens[idx + 1])
        return self.renderToken(tokens, idx, options, env)

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        state = _state(env)
        target = str(tokens[idx].attrGet("href") or "")
        url = resolve_link(target, state.resolver, state.document.headings)
        state.open_links.append(url is not None)
        if url is None:
            return ""
        if target.startswith("assets/"):
            return f'<a href="{escape(url)}" download="">'
        if target.startswith("https://"):
            return f'<a href="{escape(url)}" rel="noopener">'
        return f'<a href="{escape(url)}">'

    def link_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</a>" if _state(env).open_links.pop() else ""

    def term_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        state = _state(env)
        key = tokens[idx].meta["key"]
        term = state.resolver.term(key, state.language)
        state.open_links.append(term is not None)
        if term is None:
            return ""
        return (
            f'<a class="term" href="{escape(term.url)}" data-term="{escape(key)}" '
            f'data-definition="{escape(term.definition)}">'
        )

    def term_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return self.link_close(tokens, idx, options, env)

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return escape(tokens[idx].content)

    def figure(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        state = _state(env)
        meta = tokens[idx].meta
        found = find_figure(meta["src"], state.resolver)
        if found is None:
            return f"<p>{escape(meta['alt'])}</p>\n"
        caption = f"<figcaption>{escape(meta['caption'])}</figcaption>" if meta["caption"] else ""
        drawn = found if isinstance(found, str) else _image(found, meta["alt"])
        state.figures.append(f'<figure class="figure">{drawn}{caption}</figure>')
        return f"<div>{state.mark}{len(state.figures) - 1}.</div>\n"

    def math(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Render a formula. Alone in its paragraph, it stands on a line of its own. One that cannot be read is shown as TeX."""
        state = _state(env)
        token = tokens[idx]
        written = formulas.write(token.content, block=len(tokens) == 1, annotated="annotated" in token.meta)
        if written is None:
            return f"<code>{escape(tokens[idx].content)}</code>"
        state.formulas.append(written)
        return f"<span>{state.mark}{len(state.formulas) - 1}.</span>"

    def question(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Leave a place: who shows the text puts the question there, which changes without the text."""
        return f'<div class="question-here" data-question="{escape(tokens[idx].meta["key"])}"></div>\n'

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        # Accessibility: each region needs a unique name.
        state = _state(env)
        name = pgettext("name of a table", "Table: %(heading)s") % {"heading": state.heading} if state.heading else ""
        name = name or pgettext("name of a table", "Table")
        state.tables[name] = state.tables.get(name, 0) + 1
        if state.tables[name] > 1:
            name = f"{name} ({state.tables[name]})"
        return f'<div class="table-scroll" role="region" tabindex="0" aria-label="{escape(name)}"><table>\n'

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        # An empty header names nothing. The corner above the names of rows is a plain cell.
        for token in (tokens[idx], tokens[idx + 2]):
            token.tag = "th" if tokens[idx + 1].content.strip() else "td"
        return self.renderToken(tokens, idx, options, env)

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</table></div>\n"

    def alert_title(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        title = {
            "note": pgettext("title of a box", "Note"),
            "tip": pgettext("title of a box", "Tip"),
            "warning": pgettext("title of a box", "Warning"),
        }[tokens[idx].meta["kind"]]
        return f'<p class="alert-title">{escape(title)}</p>\n'

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        language = tokens[idx].info.strip().split(" ")[0]
        return self._code(tokens[idx].content, language)

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return self._code(tokens[idx].content, "")

    def _code(self, code: str, language: str) -> str:
        html = escape(code, quote=False)
        if language:
            try:
                html = highlight(code, get_lexer_by_name(language, stripnl=False), _FORMATTER)
            except ClassNotFound:
                language = ""
        named = f' data-language="{escape(language)}"' if language else ""
        return f'<pre class="code" tabindex="0"{named}><code>{html}</code></pre>\n'


def _image(picture: Picture, alt: str) -> str:
    return (
        f'<img src="{escape(picture.url)}" width="{picture.width}" height="{picture.height}" alt="{escape(alt)}" '
        'loading="lazy" decoding="async">'
    )


_RENDERER = _Renderer(PARSER)
_CLEANER = nh3.Cleaner(
    tags={
        "p",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "blockquote",
        "pre",
        "code",
        "em",
        "strong",
        "s",
        "sub",
        "sup",
        "ruby",
        "rt",
        "a",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "div",
        "br",
        "hr",
        "span",
    },
    attributes={
        "a": {"href", "rel", "class", "download", "data-term", "data-definition"},
        "div": {"class", "role", "tabindex", "aria-label", "data-question"},
        "p": {"class"},
        "pre": {"class", "tabindex", "data-language"},
        "span": {"class"},
        "ol": {"start"},
        "th": {"scope", "class"},
        "td": {"class"},
        **{f"h{level}": {"id"} for level in range(2, 7)},
    },
    url_schemes={"https", "mailto"},
    link_rel=None,
)
