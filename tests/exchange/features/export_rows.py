"""Exports: what other systems would refuse or misread is written so that they read it right, or named, or left out."""

from exchange.items.questions import Blank, Pair, Part, Question, WrongAnswers
from tests.exchange.features.rows import Reads, Result, Writes

_COMPARED = "how answers are compared"
_KINDS = ("gift", "moodle", "qti")


def _choices(*texts: str, **more: object) -> Question:
    parts = [Part(text, f"c-{n}", n == 0, "[html] no") for n, text in enumerate(texts)]
    return Question("q", "single_choice", "Which?", "1", parts=parts, **more)  # type: ignore[arg-type]


def _multiple(right: int, wrong: int) -> Question:
    parts = [Part(f"part {n}", f"c-{n}", n < right) for n in range(right + wrong)]
    return Question("q", "multiple_choice", "Which?", "1", "partial", parts)


def _typed(*accept: str, feedback: str = "") -> Question:
    return Question("q", "short_answer", "Who?", "1", accept=list(accept), correct_feedback=feedback)


def _ordering(*items: str, credit: str = "partial") -> Question:
    return Question("q", "ordering", "Sort.", "1", credit, [Part(item, f"i-{n}") for n, item in enumerate(items)])


def _gaps(credit: str) -> Question:
    blanks = [Blank("a", ["red"]), Blank("b", ["blue"])]
    return Question("q", "fill_in", "One {{a}} and one {{b}} here.", "2", credit, blanks=blanks)


_PAIRS = Question("q", "matching", "Match.", "3", "partial", pairs=[Pair(f"l{n}", f"r{n}", f"p-{n}") for n in range(3)])
_NUMBER = Question("q", "numeric", "How many?", "1", extra={"value": 0.3, "tolerance": 0.1})
_FIXED = _choices("a", "b", shuffle=False)
_ITEM = "signs that cannot stand in an item"

ROWS: list[Reads | Writes] = [
    Writes("an ordering", "moodle", _ordering("a", "b"), Result.WHOLE, holds=("<shownumcorrect/>",)),
    *(
        Writes("an ordering", "gift", _ordering(item, "b"), Result.WHOLE, holds=("SHOW none\n" + item + "\n",))
        for item in ("a", "123", "iii", "abc", "none", "ABSOLUTE_POSITION")
    ),
    *(
        Writes("an ordering of items that GIFT misreads", "gift", _ordering("a", item), Result.REFUSED, _ITEM)
        for item in ("0", "// b", "[html] b", "\\nabla", "a\\=b", "a\\\\b", "{b}")
    ),
    Writes(
        "an ordering",
        "qti",
        _ordering("a", "b", "c"),
        Result.WHOLE,
        holds=(
            '<baseValue baseType="identifier">i-2</baseValue>',
            '<baseValue baseType="float">3</baseValue>',
            "<divide>",
        ),
        lacks=("0.333",),
    ),
    *(
        Writes(
            "multiple choice with 11 or 12 of a kind",
            format,
            _multiple(*numbers),
            Result.LOSS,
            "its exact percentages",
            holds=(holds,),
        )
        for numbers in ((11, 2), (12, 2))
        for format, holds in (("gift", "~%10%part"), ("moodle", 'fraction="10"'))
    ),
    Writes("multiple choice with 11 or 12 of a kind", "gift", _multiple(2, 12), Result.LOSS, "its exact percentages"),
    Writes(
        "multiple choice with 11 or 12 of a kind", "qti", _multiple(12, 2), Result.WHOLE, holds=('upperBound="24"',)
    ),
    Writes("multiple choice with 20 of a kind", "moodle", _multiple(20, 2), Result.WHOLE, holds=('fraction="5"',)),
    Writes(
        "multiple choice in parts",
        "qti",
        _multiple(3, 2),
        Result.WHOLE,
        holds=('mappedValue="2"', 'mappedValue="-3"', 'upperBound="6"', "<isNull>", "<divide>"),
    ),
    Writes(
        "pairs in parts",
        "qti",
        _PAIRS,
        Result.WHOLE,
        holds=('mappedValue="1"', 'upperBound="3"', "<isNull>"),
        lacks=("0.333",),
    ),
    Writes(
        "a number with a tolerance",
        "qti",
        _NUMBER,
        Result.WHOLE,
        holds=("<gte>\n", '<baseValue baseType="float">0.2</baseValue>', '<baseValue baseType="float">0.4</baseValue>'),
        lacks=("toleranceMode",),
    ),
    *(
        Writes("no number, where 0 is right", "qti", number, Result.WHOLE, holds=("<isNull>",))
        for number in (_NUMBER, Question("q", "numeric", "How many?", "1", extra={"value": 0, "tolerance": 0}))
    ),
    Writes("a number with a tolerance", "moodle", _NUMBER, Result.LOSS, "Moodle takes any word after the number"),
    Writes("a number with a tolerance", "gift", _NUMBER, Result.WHOLE, holds=("=0.3:0.1",)),
    Writes("an empty gap", "qti", _gaps("partial"), Result.LOSS, _COMPARED, holds=("<isNull>", "<divide>")),
    Writes("an empty gap", "qti", _gaps("all"), Result.LOSS, _COMPARED, holds=("<isNull>",)),
    *(Writes("how typed answers are compared", format, _typed("median"), Result.LOSS, _COMPARED) for format in _KINDS),
    *(
        Writes("choices that keep their order", format, _FIXED, Result.WHOLE, holds=(holds,))
        for format, holds in (
            ("moodle", "<shuffleanswers>false</shuffleanswers>"),
            ("qti", 'shuffle="false"'),
        )
    ),
    Writes("choices that keep their order", "gift", _FIXED, Result.LOSS, "the order of its choices"),
    Writes(
        "a choice that begins like a format or a weight",
        "gift",
        _choices("[html] a", "%20% b"),
        Result.WHOLE,
        holds=("=[markdown][html] a", "~[markdown]%20% b", "#[markdown][html] no"),
    ),
    Writes(
        "an answer that begins like a format or a weight",
        "gift",
        _typed("%20% a", "[html] b"),
        Result.LOSS,
        _COMPARED,
        holds=("=%100%%20% a", "=[plain][html] b"),
    ),
    Writes(
        "a choice that begins with a percent sign",
        "gift",
        _choices("% a", "b"),
        Result.WHOLE,
        holds=("=[markdown]% a",),
    ),
    Writes(
        "a format behind a gap",
        "gift",
        Question("q", "fill_in", "One {{a}} [html] here.", "1", "all", blanks=[Blank("a", ["red"])]),
        Result.LOSS,
        _COMPARED,
        holds=("} \\\\[html] here.",),
    ),
    Reads(
        "a right side that begins like a format",
        "gift",
        "::q::Match{=a -> [plain] b =c -> d}",
        Result.WHOLE,
        gives={"pairs": [Pair("a", "[plain] b"), Pair("c", "d")]},
    ),
    Writes("an arrow in a typed answer", "gift", _typed("a -> b"), Result.REFUSED, "contains an arrow"),
    Writes(
        "an arrow in a known wrong answer",
        "gift",
        Question("q", "short_answer", "Who?", accept=["a"], wrong=[WrongAnswers(["b -> c"])]),
        Result.REFUSED,
        "contains an arrow",
    ),
    Writes(
        "an arrow in a feedback",
        "gift",
        _typed("a", feedback="see -> b"),
        Result.LOSS,
        _COMPARED,
        holds=("#see -\\\\> b",),
        lacks=("->",),
    ),
    Writes(
        "an arrow in a feedback", "gift", _typed("a", feedback="`x->y`"), Result.LOSS, "arrow in code", lacks=("->",)
    ),
]
