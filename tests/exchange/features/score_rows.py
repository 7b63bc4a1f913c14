"""Keys and scores: what is right, and how many points it earns."""

from exchange.items.questions import Pair, Part
from tests.exchange.features.rows import (
    MAP,
    Reads,
    Result,
    answer,
    choice,
    declare,
    entry,
    moodle,
    qti,
    scored,
)


def _compared(operator: str, number: str) -> str:
    return f'<{operator}><variable identifier="RESPONSE"/><baseValue baseType="float">{number}</baseValue></{operator}>'


_NUMBER = f"<p>How many?</p><p>{entry()}</p>"
_GAPS = f"<p>One {entry('A')} and one {entry('B')} are primary.</p>"
_ORDER_HEAD = "{>2 %s VERTICAL ABSOLUTE_POSITION SHOW none\none\ntwo\nthree\n}"

ROWS = [
    Reads(
        "a number within two bounds",
        "qti",
        qti(_NUMBER, declare("float", "5"), scored(f"<and>{_compared('gte', '4')}{_compared('lte', '6')}</and>")),
        Result.WHOLE,
        gives={"kind": "numeric", "extra": {"value": 5, "tolerance": 1}, "points": "1"},
    ),
    Reads(
        "a number between two bounds that are wrong themselves",
        "qti",
        qti(_NUMBER, declare("float", "5"), scored(f"<and>{_compared('gt', '4')}{_compared('lt', '6')}</and>")),
        Result.LOSS,
        "the bounds of its numbers are wrong",
        {"extra": {"value": 5, "tolerance": 1}},
    ),
    Reads(
        "a number above one bound",
        "qti",
        qti(_NUMBER, declare("float", "5"), scored(_compared("gte", "4"))),
        Result.REFUSED,
        "other ranges of numbers",
    ),
    Reads(
        "a number within two bounds",
        "gift",
        "::q::How many?{#4..6}",
        Result.WHOLE,
        gives={"extra": {"value": 5, "tolerance": 1}},
    ),
    Reads(
        "a number with a grade of its own for a near one",
        "qti",
        qti(_NUMBER, declare("float", "5", mapped={"5": 2, "4": 1}), MAP),
        Result.LOSS,
        "earn a part of the points",
        {"extra": {"value": 5, "tolerance": 0}, "points": "2"},
    ),
    Reads(
        "gaps whose answers count once",
        "qti",
        qti(
            _GAPS,
            declare("string", "red", name="A") + declare("string", "blue", name="B"),
            scored('<contains><multiple><variable identifier="A"/><variable identifier="B"/></multiple></contains>'),
        ),
        Result.REFUSED,
        "graded together",
    ),
    Reads(
        "gaps that are compared with each other",
        "qti",
        qti(
            _GAPS,
            declare("string", "red", name="A") + declare("string", "blue", name="B"),
            scored('<not><match><variable identifier="A"/><variable identifier="B"/></match></not>'),
        ),
        Result.REFUSED,
        "graded together",
    ),
    Reads(
        "gaps of different weight",
        "qti",
        qti(
            _GAPS,
            declare("string", "red", name="A", mapped={"red": 2})
            + declare("string", "blue", name="B", mapped={"blue": 1}),
            MAP,
        ),
        Result.LOSS,
        "different weights",
        {"points": "3", "credit": "partial"},
    ),
    Reads(
        "a single choice with graded choices",
        "qti",
        qti(choice("a", "b", "c"), declare("identifier", "a", mapped={"a": 2, "b": 1}), MAP),
        Result.LOSS,
        "earn a part of the points",
        {"points": "2", "parts": [Part("a", "a", True), Part("b", "b"), Part("c", "c")]},
    ),
    Reads(
        "a single choice with graded choices",
        "moodle",
        moodle("multichoice", answer("a") + answer("b", 50)),
        Result.LOSS,
        "earns or costs points",
    ),
    Reads(
        "a single choice with graded choices", "gift", "::q::Which?{=a ~%50%b}", Result.LOSS, "earns or costs points"
    ),
    Reads(
        "multiple choice with other weights",
        "qti",
        qti(
            choice("a", "b", "c"),
            declare("identifier", "a", "b", cardinality="multiple", mapped={"a": 2, "b": 1, "c": 0}),
            MAP,
        ),
        Result.LOSS,
        "differ from this site's partial credit",
        {"points": "3", "credit": "all"},
    ),
    Reads(
        "an adaptive item",
        "qti",
        qti(choice("a", "b"), declare("identifier", "a"), more='adaptive="1"'),
        Result.REFUSED,
        "asks in several steps",
    ),
    Reads(
        "a score of an unknown operator",
        "qti",
        qti(_NUMBER, declare("float", "5"), scored("<equalRounded figures='2'/>")),
        Result.LOSS,
        "<equalRounded>, which is not read",
    ),
    Reads(
        "choices that keep their order",
        "qti",
        qti(choice("a", "b", shuffle='shuffle="false"'), declare("identifier", "a")),
        Result.LOSS,
        "keep their order in the file",
    ),
    Reads(
        "a choice that keeps its place",
        "qti",
        qti(choice("a", "b"), declare("identifier", "a")).replace('identifier="b"', 'identifier="b" fixed="true"'),
        Result.LOSS,
        "keep their place in the file",
    ),
    Reads(
        "choices that keep their order",
        "moodle",
        moodle("multichoice", f"<shuffleanswers>0</shuffleanswers>{answer('a')}{answer('b', 0)}"),
        Result.LOSS,
        "keep their order in the file",
    ),
    *(
        Reads(
            "an ordering of some items only",
            "gift",
            f"::q::Sort.{_ORDER_HEAD % how}",
            Result.LOSS,
            "only some of its items",
        )
        for how in ("RANDOM", "CONTIGUOUS")
    ),
    Reads(
        "an ordering of some items only",
        "moodle",
        moodle(
            "ordering",
            f"<selecttype>RANDOM</selecttype><gradingtype>ABSOLUTE_POSITION</gradingtype>{answer('a')}{answer('b')}",
        ),
        Result.LOSS,
        "only some of its items",
    ),
    Reads(
        "a number of words",
        "moodle",
        moodle("essay", "<minwordlimit>100</minwordlimit><maxwordlimit>200</maxwordlimit>"),
        Result.LOSS,
        "number of words (from 100 to 200)",
    ),
    Reads(
        "required files",
        "moodle",
        moodle("essay", "<attachments>2</attachments><attachmentsrequired>1</attachmentsrequired>"),
        Result.LOSS,
        "Files are required",
    ),
    Reads(
        "a unit that is not graded",
        "moodle",
        moodle("numerical", f"{answer('1.5')}<unitgradingtype>0</unitgradingtype>"),
        Result.LOSS,
        "a unit is not graded",
    ),
    Reads(
        "a right choice that begins like a weight",
        "gift",
        "::q::Space?{=%20%2F ~b}",
        Result.WHOLE,
        gives={"kind": "single_choice", "parts": [Part("%20%2F", correct=True), Part("b")]},
    ),
    Reads(
        "two pairs with the same right side",
        "gift",
        "::q::Match{=a -> 1 =b -> 1 =c -> 2}",
        Result.WHOLE,
        gives={"pairs": [Pair("a", "1"), Pair("b", "1"), Pair("c", "2")]},
    ),
]
