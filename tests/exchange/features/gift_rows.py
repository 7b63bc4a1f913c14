"""GIFT: what its documentation lists, as Moodle reads it."""

from exchange.items.questions import Pair, Part
from tests.exchange.features.rows import Reads, Result


def _whole(feature: str, answers: str, **gives: object) -> Reads:
    return Reads(feature, "gift", f"::q::What?{{{answers}}}", Result.WHOLE, gives=gives)


def _loss(feature: str, answers: str, says: str, **gives: object) -> Reads:
    return Reads(feature, "gift", f"::q::What?{{{answers}}}", Result.LOSS, says, gives)


def _refused(feature: str, answers: str, says: str) -> Reads:
    return Reads(feature, "gift", f"::q::What?{{{answers}}}", Result.REFUSED, says)


_AB = [Part("a", correct=True), Part("b")]
ROWS: list[Reads] = [
    _whole("a single choice", "=a ~b", kind="single_choice", parts=_AB),
    _whole("feedback of a choice", "=a#Yes ~b#No", parts=[Part("a", "", True, "Yes"), Part("b", "", False, "No")]),
    _whole("feedback for all answers", "=a ~b####So", parts=[Part("a", "", True, "So"), Part("b", "", False, "So")]),
    _whole(
        "multiple choice in parts",
        "~%50%a ~%50%b ~%-50%c ~%-50%d",
        credit="partial",
        parts=[Part("a", correct=True), Part("b", correct=True), Part("c"), Part("d")],
    ),
    _loss("multiple choice with other weights", "~%33%a ~%33%b ~%34%c ~d", "Its percentages differ"),
    _refused("a single choice with two right ones", "=a =b ~c", "exactly one correct choice"),
    _whole(
        "true or false",
        "T#No#Yes",
        parts=[Part("True", "true", True, "Yes"), Part("False", "false", False, "No")],
    ),
    _whole("a word in lower case that would be true or false", "t", kind="short_answer", accept=["t"]),
    _whole("a short answer", "=a =b", accept=["a", "b"]),
    _loss("graded answers", "=a =%50%b", "earns 50%", accept=["a"]),
    _loss("a wild card in an answer", "=a =b*", "wild card", accept=["a"]),
    _whole("a number with a tolerance", "#3:0.5", extra={"value": 3, "tolerance": 0.5}),
    _whole("feedback of the question", "#3:0.5#Yes ~#No", correct_feedback="Yes", incorrect_feedback="No"),
    _loss("graded numbers", "#=3:0 =%50%3:1", "earns a part of the points", extra={"value": 3, "tolerance": 0}),
    _refused("a number with a comma", "#3,5:0,1", "is not a number"),
    _whole("pairs", "=a -> 1 =b -> 2 = -> 3", pairs=[Pair("a", "1"), Pair("b", "2"), Pair("", "3")]),
    _whole("an essay", "", kind="hand_in"),
    _whole(
        "an ordering", ">2 ALL VERTICAL ALL_OR_NOTHING SHOW none\na\nb\n", credit="all", parts=[Part("a"), Part("b")]
    ),
    _loss(
        "an ordering that is graded by its neighbours", ">2 ALL V LONGEST_ORDERED_SUBSET SHOW abc\na\nb\n", "LONGEST"
    ),
    Reads(
        "escaped signs",
        "gift",
        "::a\\:b::Q \\{x\\} \\= \\~ \\#{=\\{a\\} ~b\\=c}",
        Result.WHOLE,
        gives={"name": "a:b", "text": "Q {x} = ~ #", "parts": [Part("{a}", correct=True), Part("b=c")]},
    ),
    Reads("an ID number", "gift", "// [id:x1]\n::q::What?{=a ~b}", Result.WHOLE, gives={"name": "x1"}),
    Reads("a text only", "gift", "::q::Read this.", Result.REFUSED, "no answers in braces"),
    Reads("a blank line between answers", "gift", "::q::What?{=a\n\n~b}", Result.REFUSED, "a blank line between them"),
    Reads(
        "a text in plain letters", "gift", "::q::[plain]*a* <b>{=a ~b}", Result.WHOLE, gives={"text": "\\*a\\* \\<b\\>"}
    ),
]
