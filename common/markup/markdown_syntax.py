"""Extend CommonMark with the syntax of courses, by rules of markdown-it.

The rules add emphasis beside Korean, Chinese and Japanese letters, glossary terms `[[key|text]]`, `<sup>` and `<sub>`, readings
`<ruby>`, formulas `$$x^2$$`, heading ids `{#id}`, boxes `> [!NOTE]`, figures, and places of questions `{?key}`. A figure is an
image that is alone in its paragraph.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.common.utils import isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline.state_inline import Scanned, StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

from common.markup import formulas

# CommonMark does not end emphasis between punctuation and a letter. But a Korean particle follows the closing mark without a
# space: `**(ML)**은` would not become bold.
_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u303f\u3040-\u30ff\u3100-\u318f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003fffd]"
)
_TERM = re.compile(r"\[\[([a-z0-9][a-z0-9-]*)\|")
_SCRIPT = re.compile(r"<(sup|sub)>")
_RUBY = re.compile(r"<ruby>((?:[^<>\n\\]|\\.){1,200})<rt>((?:[^<>\n\\]|\\.){1,200})</rt></ruby>")
_HEADING_ID = re.compile(r"\s+\{#([a-z][a-z0-9-]*)\}\s*\Z")
_QUESTION = re.compile(r"\{\?([a-z0-9][a-z0-9-]*)\}\Z")
_ALERT = re.compile(r"\[!(NOTE|TIP|WARNING)\][ \t]*(?:\n|\Z)")
_ALIGN = re.compile(r"text-align:(left|right|center)\Z")


class CJKStateInline(StateInline):
    """Beside a CJK character, `*` and `~` may open unless white space follows, and may close unless white space precedes."""

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803 (markdown-it's own names)
        scanned = super().scanDelims(start, canSplitWord)
        if not canSplitWord:
            return scanned
        end = start + scanned.length
        before = self.src[start - 1] if start > 0 else " "
        after = self.src[end] if end < self.posMax else " "
        if not (_CJK.match(before) or _CJK.match(after)):
            return scanned
        return Scanned(not isWhiteSpace(ord(after)), not isWhiteSpace(ord(before)), scanned.length)


class _CJKParserInline(ParserInline):
    """Parse inline text with `CJKStateInline`. `parse` is a copy, because markdown-it's method uses its own state class."""

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = CJKStateInline(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


def _term(state: StateInline, silent: bool) -> bool:
    opening = _TERM.match(state.src, state.pos, state.posMax)
    if opening is None or state.linkLevel:
        return False
    end = state.src.find("]]", opening.end(), state.posMax)
    if end <= opening.end():
        return False
    if not silent:
        maximum = state.posMax
        state.pos, state.posMax = opening.end(), end
        state.push("term_open", "a", 1).meta = {"key": opening[1]}
        state.linkLevel += 1
        state.md.inline.tokenize(state)
        state.linkLevel -= 1
        state.push("term_close", "a", -1)
        state.posMax = maximum
    state.pos = end + 2
    return True


def _script(state: StateInline, silent: bool) -> bool:
    """Read raised and lowered signs. They do not contain themselves. Beside readings, a text has no other elements of HTML."""
    opening = _SCRIPT.match(state.src, state.pos, state.posMax)
    if opening is None:
        return False
    name = opening[1]
    end = state.src.find(f"</{name}>", opening.end(), state.posMax)
    if end <= opening.end():
        return False
    if not silent:
        maximum = state.posMax
        state.pos, state.posMax = opening.end(), end
        state.push(f"{name}_open", name, 1)
        state.md.inline.tokenize(state)
        state.push(f"{name}_close", name, -1)
        state.posMax = maximum
    state.pos = end + len(f"</{name}>")
    return True


def _ruby(state: StateInline, silent: bool) -> bool:
    """Read a word with its reading above it: `<ruby>漢<rt>한</rt></ruby>`."""
    found = _RUBY.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        maximum = state.posMax
        state.push("ruby_open", "ruby", 1)
        state.pos, state.posMax = found.span(1)
        state.md.inline.tokenize(state)
        state.push("rt_open", "rt", 1)
        state.pos, state.posMax = found.span(2)
        state.md.inline.tokenize(state)
        state.push("rt_close", "rt", -1)
        state.push("ruby_close", "ruby", -1)
        state.posMax = maximum
    state.pos = found.end()
    return True


def _formula(state: StateInline, silent: bool) -> bool:
    """Read a formula in TeX: `$$x^2$$`. Nothing in it is Markdown."""
    found = formulas.MARK.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("math", "math", 0).content = found[1].strip()
    state.pos = found.end()
    return True


def _headings(state: StateCore) -> None:
    for index, token in enumerate(state.tokens):
        if token.type == "heading_open":
            content = state.tokens[index + 1]
            named = _HEADING_ID.search(content.content)
            if named:
                token.attrSet("id", named[1])
                content.content = content.content[: named.start()]


def _questions(state: StateCore) -> None:
    """Turn a paragraph at the top level that is only {?key} into the place of a question."""
    tokens: list[Token] = []
    source = iter(enumerate(state.tokens))
    for index, token in source:
        named = _QUESTION.match(state.tokens[index + 1].content) if token.type == "paragraph_open" else None
        if named is None or token.level:
            tokens.append(token)
            continue
        place = Token("question", "", 0, block=True, map=token.map)
        place.meta = {"key": named[1]}
        tokens.append(place)
        for _skipped in range(2):
            next(source)
    state.tokens = tokens


def _alerts(state: StateCore) -> None:
    """Turn a quotation that begins with [!NOTE] into a box by renaming its tokens."""
    tokens: list[Token] = []
    boxes: list[int] = []
    source = iter(enumerate(state.tokens))
    for index, token in source:
        following = state.tokens[index + 1 : index + 3]
        opening = (
            _ALERT.match(following[1].content)
            if token.type == "blockquote_open" and [next_.type for next_ in following] == ["paragraph_open", "inline"]
            else None
        )
        if token.type == "blockquote_close" and boxes and boxes[-1] == token.level:
            boxes.pop()
            token.type, token.tag = "alert_close", "div"
        tokens.append(token)
        if opening is None:
            continue
        kind = opening[1].lower()
        boxes.append(token.level)
        token.type, token.tag = "alert_open", "div"
        token.attrs = {"class": f"alert alert-{kind}", "role": "note"}
        title = Token("alert_title", "", 0, block=True, level=token.level + 1, map=token.map)
        title.meta = {"kind": kind}
        tokens.append(title)
        content = following[1]
        content.content = content.content[opening.end() :]
        if content.map and content.content:
            content.map = [content.map[0] + 1, content.map[1]]
        for _skipped in range(3 if not content.content else 0):
            next(source)  # the paragraph contained only the mark
    state.tokens = tokens


def _figures(state: StateCore) -> None:
    tokens: list[Token] = []
    for token in state.tokens:
        image = token.children[0] if token.type == "inline" and token.children and len(token.children) == 1 else None
        if image is None or image.type != "image" or not tokens or tokens[-1].type != "paragraph_open":
            tokens.append(token)
            continue
        figure = Token("figure", "", 0, block=True, level=token.level, map=token.map)
        figure.meta = {
            "src": str(image.attrGet("src") or ""),
            "alt": image.content,
            "caption": str(image.attrGet("title") or ""),
        }
        tokens[-1] = figure
    # Remove the closing tokens of the paragraphs that were replaced by figures.
    result: list[Token] = []
    for token in tokens:
        if token.type == "paragraph_close" and result and result[-1].type == "figure":
            continue
        result.append(token)
    state.tokens = result


def _cells(state: StateCore) -> None:
    """Replace the inline styles of table cells by classes, because the content security policy forbids inline styles.

    Also add a scope to header cells, for screen readers.
    """
    for token in state.tokens:
        if token.type in ("th_open", "td_open"):
            align = _ALIGN.match(str(token.attrs.pop("style", "")))
            if align:
                token.attrSet("class", f"align-{align[1]}")
            if token.type == "th_open":
                token.attrSet("scope", "col")


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    inline = _CJKParserInline()
    inline.ruler.enableOnly(parser.inline.ruler.get_active_rules())
    inline.ruler2.enableOnly(parser.inline.ruler2.get_active_rules())
    parser.inline = inline
    # Accept every target here; `markdown.problems` checks and reports them later.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.inline.ruler.before("link", "term", _term)
    parser.inline.ruler.before("link", "script", _script)
    parser.inline.ruler.before("link", "ruby", _ruby)
    parser.inline.ruler.before("escape", "math", _formula)
    parser.core.ruler.after("block", "headings", _headings)
    parser.core.ruler.after("headings", "questions", _questions)
    parser.core.ruler.after("questions", "alerts", _alerts)
    parser.core.ruler.after("inline", "figures", _figures)
    parser.core.ruler.after("figures", "cells", _cells)
    return parser


# Parsing stores no state in the parser, so threads can share it.
PARSER = _parser()
