"""Moodle XML: settings of questions, and kinds that have no place here."""

from exchange.items.questions import Pair
from tests.exchange.features.rows import Reads, Result, answer, moodle

_KINDS = "calculated calculatedsimple calculatedmulti ddimageortext ddmarker random randomsamatch missingtype recordrtc stack"
_ITEMS = answer("a", 1) + answer("b", 2) + answer("c", 3)
_NUMBER = '<answer fraction="100"><text>4</text><tolerance>{}</tolerance></answer>'


def _pairs(*pairs: tuple[str, str]) -> str:
    return "".join(
        f'<subquestion format="html"><text>{left}</text><answer><text>{right}</text></answer></subquestion>'
        for left, right in pairs
    )


def _loss(feature: str, kind: str, inside: str, says: str, text: str = "What?") -> Reads:
    return Reads(feature, "moodle", moodle(kind, inside, text), Result.LOSS, says)


def _refused(feature: str, kind: str, inside: str, says: str, text: str = "What?") -> Reads:
    return Reads(feature, "moodle", moodle(kind, inside, text), Result.REFUSED, says)


ROWS: list[Reads] = [
    *(_refused("a kind of question that this site does not have", kind, answer("a"), kind) for kind in _KINDS.split()),
    _refused("a text only", "description", "", "without a question"),
    Reads(
        "an essay", "moodle", moodle("essay", "<attachments>2</attachments>"), Result.WHOLE, gives={"kind": "hand_in"}
    ),
    _loss(
        "the largest size of a file",
        "essay",
        "<attachments>1</attachments><maxbytes>1000</maxbytes>",
        "the size of a file",
    ),
    _loss("kinds of files", "essay", "<filetypeslist>.pdf</filetypeslist>", "Which kinds of files"),
    _loss(
        "the template of an answer",
        "essay",
        '<responsetemplate format="html"><text>Dear …</text></responsetemplate>',
        "The template of an answer",
    ),
    _loss("hints", "shortanswer", answer("a") + '<hint format="html"><text>Think.</text></hint>', "Hints are left out"),
    _loss(
        "feedback of a choice question",
        "multichoice",
        answer("a") + answer("b", 0) + '<correctfeedback format="html"><text>Yes</text></correctfeedback>',
        "combined feedback",
    ),
    _loss(
        "feedback for partly right answers",
        "matching",
        _pairs(("a", "1"), ("b", "2"))
        + '<partiallycorrectfeedback format="html"><text>Half</text></partiallycorrectfeedback>',
        "partly right answers",
    ),
    _loss("a short answer by case", "shortanswer", f"<usecase>1</usecase>{answer('a')}", "case-sensitive in the file"),
    _loss("a wild card in an answer", "shortanswer", answer("a") + answer("b*"), "wild card"),
    _loss("graded answers", "shortanswer", answer("a") + answer("b", 50), "earns 50%"),
    _loss(
        "multiple choice with other weights",
        "multichoice",
        "<single>false</single>" + answer("a") + answer("b") + answer("c", 0),
        "Its percentages differ",
    ),
    _loss(
        "multiple choice with other weights",
        "multichoice",
        "<single>false</single>" + answer("a", 10) + answer("b", -100) + answer("c", -50),
        "Its percentages differ",
    ),
    _refused(
        "a single choice with two right ones",
        "multichoice",
        "<single>true</single>" + answer("a") + answer("b"),
        "exactly one correct choice",
    ),
    Reads(
        "a tolerance with a sign",
        "moodle",
        moodle("numerical", _NUMBER.format("-0.1") + "<unitgradingtype>3</unitgradingtype>"),
        Result.WHOLE,
        gives={"extra": {"value": 4, "tolerance": 0.1, "unit": "", "units": {}, "unit_required": False}},
    ),
    _refused("several numbers", "numerical", _NUMBER.format(0) * 2, "exactly one right value"),
    _loss(
        "a part of the points for a wrong unit",
        "numerical",
        _NUMBER.format(0) + "<unitgradingtype>1</unitgradingtype><unitpenalty>0.5</unitpenalty><units><unit>"
        "<multiplier>1</multiplier><unit_name>m</unit_name></unit></units>",
        "costs a part of the points",
    ),
    Reads(
        "two pairs with the same right side",
        "moodle",
        moodle("matching", "<shuffleanswers>1</shuffleanswers>" + _pairs(("a", "1"), ("b", "1"), ("", "2"))),
        Result.WHOLE,
        gives={"pairs": [Pair("a", "1"), Pair("b", "1"), Pair("", "2")]},
    ),
    _refused(
        "pairs without a right side", "matching", _pairs(("a", "1"), ("b", ""), ("c", "2")), "do not match each item"
    ),
    _loss(
        "an ordering that is graded by its neighbours",
        "ordering",
        f"<gradingtype>RELATIVE_NEXT_EXCLUDE_LAST</gradingtype>{_ITEMS}",
        "RELATIVE_NEXT_EXCLUDE_LAST",
    ),
    _refused("a gap of another kind", "cloze", "", "of the kind REGEXP", "a {1:REGEXP:=a} b"),
    _loss("a short answer by case", "cloze", "", "case-sensitive in the file", "a {1:SAC:=a} b"),
    _loss("gaps of different weight", "cloze", "", "different weights", "a {1:SA:=a} b {2:SA:=b}"),
    _loss("the feedback of a gap", "cloze", "", "feedback of single gaps", "a {1:SA:=a#good} b"),
    Reads(
        "entities of HTML",
        "moodle",
        moodle("shortanswer", answer("a")).replace(
            "<![CDATA[What?]]>", "Caf&eacute;&nbsp;&amp; co <![CDATA[&nbsp;x]]>"
        ),
        Result.WHOLE,
        gives={"text": "Café\xa0& co \xa0x"},
    ),
]
