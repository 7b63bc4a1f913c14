"""Parse the Markdown of courses, and list what is wrong with a text. `markdown_html` renders it.

A text refers by name to lessons, quizzes, glossary terms and files of its course. The caller passes a `Resolver` that finds them.
"""

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal, Protocol

from cachetools import LRUCache, cached
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markdown_it.token import Token

from common.markup import formulas
from common.markup.markdown_syntax import PARSER

Kind = Literal["link", "term", "figure", "question"]
Problem = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary term: its address, and its definition in the language of the text."""

    url: str
    definition: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure that is a file of its own, such as a photo: its address, and its size in pixels."""

    url: str
    width: int
    height: int


class Resolver(Protocol):
    """Find what a text refers to. Each method returns None if it does not exist."""

    def lesson(self, slug: str, heading: str) -> str | None:
        """Return the address of a lesson. If `heading` is not "", return the address of that heading in the lesson."""

    def quiz(self, slug: str) -> str | None:
        """Return the address of a quiz."""

    def asset(self, name: str) -> str | None:
        """Return the address of a file in the assets of the course."""

    def figure(self, name: str) -> str | Picture | None:
        """Return a figure: a drawing is its SVG, rebuilt by `common.markup.figures`; a PNG, JPEG or WebP is a `Picture`."""

    def term(self, key: str, language: str) -> Term | None:
        """Return a glossary term."""


class NoResolver:
    """A resolver that finds nothing, for texts outside a course."""

    def lesson(self, slug: str, heading: str) -> str | None:
        return None

    def quiz(self, slug: str) -> str | None:
        return None

    def asset(self, name: str) -> str | None:
        return None

    def figure(self, name: str) -> str | Picture | None:
        return None

    def term(self, key: str, language: str) -> Term | None:
        return None


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    id: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference in a text. `target` is a link's target, a key or a figure's path. `text` is what readers see."""

    kind: Kind
    target: str
    text: str
    line: int


@dataclass(slots=True)
class Outline:
    """What a check needs of a text. `problems` are errors in the text itself; whether its references exist is not checked yet."""

    headings: list[Heading] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class Document(Outline):
    """A parsed text."""

    tokens: list[Token] = field(default_factory=list)


# --- parsing ---------------------------------------------------------------------------------------------------

# Headings up to level 3 need an id: when a reader switches the language, the page opens at the heading with the same id.
_DEEPEST_WITH_ID = 3
_QUESTION = re.compile(r"\{\?[a-z0-9-]+\}")
_HTML = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_TARGET = re.compile(r"(lesson|quiz):([a-z0-9-]+)(?:#([a-z0-9-]+))?\Z")


def parse(text: str, *, first_line: int = 1) -> Document:
    """Parse `text`. Its first line is line `first_line` of its file; lines in the result are counted in the file."""
    document = Document(tokens=PARSER.parse(text))
    _collect(document, first_line)
    return document


# A course of fifty lessons and quizzes has some 5,000 texts, most of them short.
_outlines: LRUCache[tuple[bytes, int, str | None], Outline] = LRUCache(8192)


@cached(_outlines, key=lambda text, *, first_line=1: _outline_key(text, first_line), lock=Lock())
def outline(text: str, *, first_line: int = 1) -> Outline:
    """Return what `parse` returns, but without the tokens. Do not change it: it is cached.

    The check of a course reads each of its texts, and most are as they were at the last one.
    """
    document = parse(text, first_line=first_line)
    return Outline(document.headings, document.references, document.problems)


def _outline_key(text: str, first_line: int) -> tuple[bytes, int, str | None]:
    # Problems are sentences in the reader's language.
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).digest(), first_line, get_language()


def parse_inline(text: str) -> Document:
    """Parse `text` as the content of one paragraph."""
    document = Document(tokens=PARSER.parseInline(text))
    _collect(document, 1)
    return document


def _collect(document: Document, first_line: int) -> None:
    known_ids: set[str] = set()
    for index, token in enumerate(document.tokens):
        if token.type == "figure":
            line = first_line + token.map[0] if token.map else first_line
            document.references.append(Reference("figure", token.meta["src"], token.meta["alt"], line))
            if not token.meta["alt"]:
                document.problems.append((line, _("This figure has no description in its brackets.")))
        line = first_line + (token.map[0] if token.map else 0)
        if token.type == "question":
            document.references.append(Reference("question", token.meta["key"], "", line))
        if token.type != "inline":
            continue
        _collect_inline(document, token.children or [], line)
        if index and document.tokens[index - 1].type == "heading_open":
            opening = document.tokens[index - 1]
            heading = Heading(int(opening.tag[1:]), str(opening.attrGet("id") or ""), plain_text(token), line)
            document.headings.append(heading)
            _check_heading(document, heading, known_ids)


def _check_heading(document: Document, heading: Heading, known_ids: set[str]) -> None:
    if heading.level == 1:
        document.problems.append((heading.line, _("The title is the page's only heading of this level: begin at ##.")))
    elif heading.level <= _DEEPEST_WITH_ID and not heading.id:
        document.problems.append((heading.line, _("This heading has no id: write {#name} after it.")))
    if heading.id in known_ids:
        document.problems.append((heading.line, _("The id “%(id)s” is used twice.") % {"id": heading.id}))
    if heading.id:
        known_ids.add(heading.id)


def _text_problems(text: str) -> Iterator[str]:
    """Yield what is shown as it stands, although it was meant as a mark."""
    if "[[" in text:
        yield _("This is not a glossary term: write [[key|text]], and in a table [[key\\|text]].")
    if "](" in text:
        yield _("This is not a link: a link contains no other link and no line break.")
    if _QUESTION.search(text):
        yield _("The place of a question, {?key}, is a paragraph of its own, outside of lists and boxes.")
    if _HTML.search(text):
        yield _("HTML is not allowed; it would be shown as plain text.")


def _collect_inline(document: Document, children: Sequence[Token], line: int) -> None:
    for index, token in enumerate(children):
        if token.type in ("softbreak", "hardbreak"):
            line += 1
        elif token.type == "link_open":
            target = str(token.attrGet("href") or "")
            document.references.append(Reference("link", target, _text_inside(children, index), line))
        elif token.type == "term_open":
            document.references.append(Reference("term", token.meta["key"], _text_inside(children, index), line))
        elif token.type == "image":
            document.problems.append((line, _("A figure stands alone in its paragraph.")))
        elif token.type == "math" and not formulas.is_readable(token.content):
            problem = _("This formula cannot be read: %(formula)s") % {"formula": token.content[:60]}
            document.problems.append((line, problem))
        elif token.type == "text":
            document.problems += [(line, problem) for problem in _text_problems(token.content)]


def _text_inside(children: Sequence[Token], opening: int) -> str:
    level = children[opening].level
    words = []
    for token in children[opening + 1 :]:
        if token.nesting == -1 and token.level == level:
            break
        words.append(token.content)
    return "".join(words)


# Digits and signs that have a raised or a lowered character of their own.
_RAISED = dict(zip("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ", strict=True))
_LOWERED = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))
# What stands for a token in a plain text.
_PLAIN = {"softbreak": " ", "hardbreak": " ", "rt_open": "(", "rt_close": ")"}
_SCRIPTS = {"sup": ("^", _RAISED), "sub": ("_", _LOWERED)}


def plain_text(inline: Token) -> str:
    """Return the plain text of an inline token, without Markdown marks. 10<sup>3</sup> is 10³, and e<sup>ab</sup> is e^(ab).

    A reading stands in brackets behind its word.
    """
    words: list[str] = []
    starts: list[int] = []
    for token in inline.children or []:
        if token.type in ("sup_open", "sub_open"):
            starts.append(len(words))
        elif token.type in ("sup_close", "sub_close"):
            start = starts.pop()
            words[start:] = [_script_text("".join(words[start:]), token.tag)]
        else:
            words.append(_PLAIN.get(token.type, token.content))
    return "".join(words)


def _script_text(words: str, name: str) -> str:
    mark, signs = _SCRIPTS[name]
    if all(sign in signs for sign in words):
        return "".join(signs[sign] for sign in words)
    return f"{mark}{words}" if len(words) == 1 else f"{mark}({words})"


# --- names -----------------------------------------------------------------------------------------------------


def resolve_link(target: str, resolver: Resolver, headings: Sequence[Heading] = ()) -> str | None:
    """Return the address of a link. Return None if the target is unknown, or if courses may not link to that kind of address."""
    named = _TARGET.match(target)
    if named:
        kind, slug, heading = named.groups()
        return resolver.lesson(slug, heading or "") if kind == "lesson" else resolver.quiz(slug)
    if target.startswith("assets/"):
        return resolver.asset(target.removeprefix("assets/"))
    if target.startswith("#"):
        return target if any(heading.id == target[1:] for heading in headings) else None
    if target.startswith("mailto:"):
        return target
    return target if re.match(r"https://[^/\s]", target) else None


def problems(
    document: Outline, *, language: str, resolver: Resolver, questions: Collection[str] | None = ()
) -> list[Problem]:
    """Return the problems of a text, sorted by line: errors in the text, and references that the resolver does not find.

    `questions` are the keys of the questions that the text may place; None: any.
    """
    found = list(document.problems)
    figures: set[str] = set()
    placed: set[str] = set()
    for reference in document.references:
        values = {"target": reference.target}
        if reference.kind == "question":
            if questions is not None and reference.target not in questions:
                found.append(
                    (reference.line, _("There is no question “%(target)s” in the check of this text.") % values)
                )
            elif reference.target in placed:
                found.append((reference.line, _("The question “%(target)s” is in the text twice.") % values))
            placed.add(reference.target)
        if reference.kind == "term" and resolver.term(reference.target, language) is None:
            found.append((reference.line, _("“%(target)s” is not in the glossary.") % values))
        elif reference.kind == "link" and resolve_link(reference.target, resolver, document.headings) is None:
            found.append((reference.line, _("This link leads nowhere: %(target)s") % values))
        elif reference.kind == "figure":
            if find_figure(reference.target, resolver) is None:
                found.append((reference.line, _("There is no such figure: %(target)s") % values))
            elif reference.target in figures:
                found.append((reference.line, _("This figure is in the text twice: %(target)s") % values))
            figures.add(reference.target)
    return sorted(found)


def find_figure(target: str, resolver: Resolver) -> str | Picture | None:
    """Return the figure at the path `target`, as `Resolver.figure` does. Return None if it is not in assets/."""
    return resolver.figure(target.removeprefix("assets/")) if target.startswith("assets/") else None


def paragraphs(document: Document) -> Iterator[tuple[int, str]]:
    """Yield (line counted from 0, text) for each paragraph, heading and table cell.

    Inline code and formulas become a space. Code blocks and quotations are left out. Boxes are not quotations.
    """
    quotations = 0
    for token in document.tokens:
        if token.type in ("blockquote_open", "blockquote_close"):
            quotations += token.nesting
        elif token.type == "inline" and not quotations:
            words = (" " if child.type in _BLANK else child.content for child in token.children or [])
            yield (token.map[0] if token.map else 0), "".join(words)


# Tokens that `paragraphs` replaces by a space.
_BLANK = frozenset({"softbreak", "hardbreak", "code_inline", "math"})
