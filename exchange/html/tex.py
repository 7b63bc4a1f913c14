"""Write a formula of MathML as TeX, and read formulas in TeX from texts."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

from django.utils.translation import gettext as _

from common.markup import formulas
from common.markup.plain_xml import Node

# Formulas in the texts of other systems: $$…$$, \(…\) and \[…\].
FOUND = re.compile(r"\$\$([^$]{1,500})\$\$|\\\(([^\n]{1,500}?)\\\)|\\\[(.{1,500}?)\\\]", re.DOTALL)
_SIGNS = {
    "−": "-", "×": r"\times", "÷": r"\div", "·": r"\cdot", "⋅": r"\cdot", "±": r"\pm", "∓": r"\mp", "≤": r"\le", "≥": r"\ge",
    "≠": r"\ne", "≈": r"\approx", "≡": r"\equiv", "∼": r"\sim", "∝": r"\propto", "→": r"\to", "←": r"\leftarrow",
    "↔": r"\leftrightarrow", "⇒": r"\Rightarrow", "⇔": r"\Leftrightarrow", "∞": r"\infty", "∑": r"\sum", "∏": r"\prod",
    "∫": r"\int", "∂": r"\partial", "∇": r"\nabla", "∈": r"\in", "∉": r"\notin", "⊂": r"\subset", "⊆": r"\subseteq",
    "∪": r"\cup", "∩": r"\cap", "∅": r"\emptyset", "∀": r"\forall", "∃": r"\exists", "¬": r"\neg", "∧": r"\land", "∨": r"\lor",
    "∣": r"\mid", "∥": r"\parallel", "…": r"\dots", "⋯": r"\cdots", "′": "'", "∘": r"\circ", "°": r"^\circ", "{": r"\{",
    "}": r"\}", "%": r"\%", "#": r"\#", "&": r"\&", "_": r"\_", "$": r"\$", "⟨": r"\langle", "⟩": r"\rangle",
    "\u2061": "", "\u2062": "", "\u2063": "", "\u2064": "", "\xa0": r"\ ",
}  # fmt: skip
_FUNCTIONS = frozenset(
    ["sin", "cos", "tan", "log", "ln", "exp", "max", "min", "lim", "arg", "det", "dim", "gcd", "inf", "sup", "deg"]
)
_ACCENTS = {
    "^": r"\hat", "ˆ": r"\hat", "¯": r"\bar", "‾": r"\overline", "―": r"\overline", "~": r"\tilde", "˜": r"\tilde", "→": r"\vec",
    "˙": r"\dot", "¨": r"\ddot",
}  # fmt: skip
_ROWS = frozenset({"math", "mrow", "mstyle", "mpadded", "semantics", "mtd"})
_TOKENS = frozenset({"mi", "mn", "mo"})
_LIMITS = frozenset({"∑", "∏", "∫", "⋃", "⋂", "lim", "max", "min", "sup", "inf"})
_TEXTS = frozenset({"mtext", "ms"})


def from_mathml(node: Node) -> str | None:
    """Return a formula that this site can show; None if there is none. What its author wrote as TeX beside it comes first."""
    written = [
        each.text().strip() for each in node.all("annotation") if "tex" in each.attributes.get("encoding", "").lower()
    ]
    with suppress(_NotInTex):
        written.append(" ".join(_write(node).split()))
    return next((tex for tex in written if is_shown(tex)), None)


def is_shown(tex: str) -> bool:
    """Return whether `mark` makes a formula of the text that this site can show."""
    found = formulas.MARK.fullmatch(mark(tex))
    return found is not None and formulas.is_readable(found[1])


def mark(tex: str) -> str:
    """Return the formula as it stands in Markdown. Two braces beside each other would be a gap of a fill-in question."""
    return f"$${' '.join(tex.split()).replace('{{', '{ {').replace('}}', '} }')}$$"


def write_texts(text: str, write: Callable[[str], str], losses: list[str]) -> str:
    """Return a text with its formulas marked, and `write` of what stands between.

    A formula that this site cannot show stays text, and is added to `losses`.
    """
    parts, place = [], 0
    for found in FOUND.finditer(text):
        tex = next(group for group in found.groups() if group is not None)
        if is_shown(tex):
            parts += [write(text[place : found.start()]), mark(tex)]
            place = found.end()
        else:
            losses.append(_("the look of the formula %(text)s") % {"text": found[0][:60]})
    return "".join([*parts, write(text[place:])])


def name_texts(text: str) -> Iterator[str]:
    """Yield a loss for each text that is no formula here and would be one elsewhere, such as `$$5 and $$`."""
    for found in FOUND.finditer(text):
        if is_shown(next(group for group in found.groups() if group is not None)):
            yield _("“%(text)s” is text here; another system takes it for a formula") % {"text": found[0][:60]}


class _NotInTex(Exception):
    pass


def _write(node: Node) -> str:
    children = [child for child in node.elements() if not child.name.startswith("annotation")]
    name = node.name
    if name in _TEXTS:
        return _text(node.text())
    if name in _TOKENS:
        return _token(node.text().strip())
    if name in _ROWS:
        return " ".join(map(_write, children))
    found = _WRITERS.get(name)
    if found is None or found[0] not in (None, len(children)):
        raise _NotInTex
    return found[1](node, children)


def _root(_node: Node, children: list[Node]) -> str:
    return rf"\sqrt{{{' '.join(map(_write, children))}}}"


def _fenced(node: Node, children: list[Node]) -> str:
    ends = (node.attributes.get(name, sign).strip() for name, sign in (("open", "("), ("close", ")")))
    opening, closing = (_token(end) or "." for end in ends)
    return rf"\left{opening} {' , '.join(map(_write, children))} \right{closing}"


def _table(node: Node, _children: list[Node]) -> str:
    rows = r" \\ ".join(" & ".join(map(_write, row.elements("mtd"))) for row in node.elements("mtr"))
    return rf"\begin{{matrix}} {rows} \end{{matrix}}"


def _fraction(node: Node, children: list[Node]) -> str:
    if node.attributes.get("linethickness", "1").strip() in ("0", "0px"):
        raise _NotInTex
    return rf"\frac{{{_write(children[0])}}}{{{_write(children[1])}}}"


def _scripts(node: Node, children: list[Node]) -> str:
    base, *scripts = map(_write, children)
    signs = {"msub": "_", "msup": "^", "msubsup": "_^"}[node.name]
    grouped = base if children[0].name in _TOKENS else f"{{{base}}}"
    return grouped + "".join(f"{sign}{{{script}}}" for sign, script in zip(signs, scripts, strict=True))


def _limits(node: Node, children: list[Node]) -> str:
    base, *scripts = map(_write, children)
    if children[0].text().strip() in _LIMITS:
        signs = {"munder": "_", "mover": "^", "munderover": "_^"}[node.name]
        return base + "".join(f"{sign}{{{script}}}" for sign, script in zip(signs, scripts, strict=True))
    if node.name == "mover":
        accent = _ACCENTS.get(children[1].text().strip())
        return rf"{accent}{{{base}}}" if accent else rf"\overset{{{scripts[0]}}}{{{base}}}"
    if node.name == "munder":
        return rf"\underset{{{scripts[0]}}}{{{base}}}"
    raise _NotInTex


# {element: (how many parts it has, None: any number; what writes it)}
_WRITERS: dict[str, tuple[int | None, Callable[[Node, list[Node]], str]]] = {
    "mspace": (None, lambda _node, _children: r"\ "),
    "msqrt": (None, _root),
    "mfenced": (None, _fenced),
    "mtable": (None, _table),
    "mfrac": (2, _fraction),
    "mroot": (2, lambda _node, children: rf"\sqrt[{_write(children[1])}]{{{_write(children[0])}}}"),
    "msub": (2, _scripts),
    "msup": (2, _scripts),
    "msubsup": (3, _scripts),
    "munder": (2, _limits),
    "mover": (2, _limits),
    "munderover": (3, _limits),
}


def _token(text: str) -> str:
    if text in _FUNCTIONS:
        return f"\\{text}"
    if len(text) > 1 and not re.fullmatch(r"[0-9]+(?:[.,][0-9]+)*", text):
        if text.isascii() and text.isalpha():
            return rf"\mathrm{{{text}}}"
        return "".join(_SIGNS[sign] for sign in text) if set(text) <= set(_SIGNS) else _text(text)
    if text == "\\":
        raise _NotInTex
    return _SIGNS.get(text, text)


def _text(text: str) -> str:
    words = " ".join(text.split())
    if re.search(r"[\\{}$]", words):
        raise _NotInTex
    return rf"\text{{{words}}}" if words else ""
