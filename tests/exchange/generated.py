"""Generate questions of every kind, as an export gets them: in Korean and English, with texts that formats find awkward."""

from typing import Any

from hypothesis import strategies as st

from exchange.html import conversion
from exchange.items.questions import Blank, Pair, Part, Question, WrongAnswers
from exchange.items.values import clean
from questions.comparing.short_answers import normalise

KINDS = (
    "single_choice",
    "multiple_choice",
    "short_answer",
    "numeric",
    "matching",
    "ordering",
    "fill_in",
    "hand_in",
)
# Pieces that a format, HTML or Markdown could take for a sign of its own.
_PIECES = (
    *(
        "표류",
        "가나 다라",
        "정밀도는",
        "median",
        "x",
        "A",
        "a b",
        "1,000",
        "0",
        "-3.5",
        "１２３",
        "É",
        "🙂",
        "“따옴표”",
    ),
    *(
        "{",
        "}",
        "=",
        "~",
        "#",
        ":",
        "::",
        "->",
        "//",
        "%50%",
        "%",
        "[html]",
        "[plain]",
        "\\",
        "\\n",
        "$x$",
        "|",
        "$$x_{1}^2$$",
        "$$\\frac{a}{b}$$",
    ),
    *("<b>", "</p>", "<!--", "]]>", "&amp;", "&lt;", "&", '"', "'", "`code = {x}`", "*", "**굵게**", "_", "^2^", "~0~"),
    *(">", "- ", "1. ", "?", "!", "(", ")", "@", "…", "·"),
)
_BLOCKS = (
    "```python\nif x:\n    y = {1: 2}\n```",
    "- 하나\n- 둘\n\n  더",
    "1. a\n2. b",
    "| a | b |\n|---|---|\n| 1 | = |",
    "> 인용\n",
)
_LINE = st.lists(st.sampled_from(_PIECES), min_size=1, max_size=6).map(" ".join) | st.lists(
    st.sampled_from(_PIECES), min_size=1, max_size=4
).map("".join)


def _says(text: str) -> bool:
    """Whether a text shows something, and has no mark of a gap."""
    return bool(conversion.to_plain(text)) and "{{" not in text


LINES = _LINE.map(lambda text: clean(text.strip())).filter(_says)
TEXTS = (
    st.lists(_LINE | st.sampled_from(_BLOCKS), min_size=1, max_size=3)
    .map(lambda blocks: clean("\n\n".join(blocks).strip()))
    .filter(_says)
)
# What students type: plain text on one line.
TYPED = _LINE.map(lambda text: clean(" ".join(text.split()))).filter(lambda text: bool(normalise(text)))
FEEDBACK = st.just("") | TEXTS
_CREDIT = st.sampled_from(["all", "partial"])
_NUMBERS = st.integers(-(10**6), 10**6) | st.decimals(-1000, 1000, places=3).map(float)
_POINTS = st.sampled_from(["1.00", "2.00", "6.00", "1.50", "0.25"])


def _different(texts: list[str]) -> bool:
    return len({normalise(text) or text for text in texts}) == len(texts)


def _many(text: st.SearchStrategy[str], least: int, most: int) -> st.SearchStrategy[list[str]]:
    """Return lists of texts that are different also without their case and white space."""
    return st.lists(text, min_size=least, max_size=most).filter(_different)


def _parts(draw: st.DrawFn, least: int = 2) -> list[Part]:
    return [Part(text, f"c-{place}") for place, text in enumerate(draw(_many(LINES, least, 6)))]


def _single_choice(draw: st.DrawFn) -> dict[str, Any]:
    parts = _parts(draw)
    draw(st.sampled_from(parts)).correct = True
    for part in parts:
        part.feedback = draw(FEEDBACK)
    return {"parts": parts, "shuffle": draw(st.booleans()), "correct_feedback": "", "incorrect_feedback": ""}


def _multiple_choice(draw: st.DrawFn) -> dict[str, Any]:
    parts = _parts(draw)
    for part in parts:
        part.correct, part.feedback = draw(st.booleans()), draw(FEEDBACK)
    parts[0].correct = True
    return {
        "parts": parts,
        "credit": draw(_CREDIT),
        "shuffle": draw(st.booleans()),
        "correct_feedback": "",
        "incorrect_feedback": "",
    }


def _short_answer(draw: st.DrawFn) -> dict[str, Any]:
    typed = draw(_many(TYPED, 1, 5))
    right = draw(st.integers(1, len(typed)))
    return {
        "accept": typed[:right],
        "wrong": [WrongAnswers([text], f"{place}: {draw(LINES)}") for place, text in enumerate(typed[right:])],
    }


def _numeric(draw: st.DrawFn) -> dict[str, Any]:
    extra: dict[str, Any] = {"value": draw(_NUMBERS), "tolerance": draw(st.just(0) | _NUMBERS.map(abs))}
    if draw(st.booleans()):
        extra |= {"unit": "ms", "units": draw(st.sampled_from([{}, {"s": 1000}]))}
    return {"extra": extra}


def _matching(draw: st.DrawFn) -> dict[str, Any]:
    left, right = draw(_many(LINES, 2, 4)), draw(_many(LINES, 4, 5))
    pairs = [Pair(text, right[place], f"p-{place}") for place, text in enumerate(left)]
    pairs += [Pair("", text, f"d-{place}") for place, text in enumerate(right[len(left) :])]
    return {"pairs": pairs, "credit": draw(_CREDIT), "shuffle": draw(st.booleans())}


def _ordering(draw: st.DrawFn) -> dict[str, Any]:
    return {"parts": _parts(draw), "credit": draw(_CREDIT)}


def _blank(draw: st.DrawFn, key: str) -> Blank:
    """Return a gap: words, a menu, or a number."""
    type_of_gap = draw(st.sampled_from(["words", "menu", "number"]))
    if type_of_gap == "words":
        return Blank(key, draw(_many(TYPED, 1, 3)))
    if type_of_gap == "number":
        return Blank(key, extra={"value": draw(_NUMBERS), "tolerance": draw(st.just(0) | _NUMBERS.map(abs))})
    choices = [Part(text, f"{key}-c-{place}") for place, text in enumerate(draw(_many(TYPED, 2, 4)))]
    right = draw(st.integers(1, len(choices) - 1))
    for part in draw(st.permutations(choices))[:right]:
        part.correct = True
    return Blank(key, choices=choices)


def _fill_in(draw: st.DrawFn) -> dict[str, Any]:
    blanks = [_blank(draw, f"b-{place}") for place in range(draw(st.integers(1, 3)))]
    words = draw(st.lists(LINES, min_size=len(blanks) + 1, max_size=len(blanks) + 1))
    text = words[0] + "".join(f" {{{{{blank.key}}}}} {after}" for blank, after in zip(blanks, words[1:], strict=True))
    return {"text": clean(text), "blanks": blanks, "credit": draw(_CREDIT), "shuffle": draw(st.booleans())}


def _hand_in(draw: st.DrawFn) -> dict[str, Any]:
    text = draw(st.booleans())
    extra: dict[str, Any] = {"text": text, "files": {"max": draw(st.integers(0 if text else 1, 3))}}
    if notes := draw(FEEDBACK):
        extra["notes"] = notes
    return {"extra": extra}


@st.composite
def questions(draw: st.DrawFn, kind: str, name: str = "q") -> Question:
    """Return a question of a kind. Its fields are those that `exchange.exporting.to_question` sets."""
    fields = globals()[f"_{kind}"](draw)
    fields.setdefault("text", draw(TEXTS))
    fields.setdefault("correct_feedback", draw(FEEDBACK))
    fields.setdefault("incorrect_feedback", draw(FEEDBACK))
    return Question(name, kind, points=draw(_POINTS), **fields)
