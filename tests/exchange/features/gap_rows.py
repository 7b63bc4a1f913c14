"""Gaps in a text: words that are typed, menus and numbers, mixed."""

from exchange.items.questions import Blank, Part, Question
from tests.exchange.features.rows import MAP, Reads, Result, Writes, declare, moodle, qti

_MENU, _NUMBER, _MIXED = "a menu in a text", "a number in a text", "gaps of several types in a text"
_UP = [Part("up", correct=True), Part("down")]


def _cloze(gap: str) -> str:
    return moodle("cloze", "", f"It goes {gap}.")


def _words(kind: str, options: str, text: str = "The [[1]] is [[3]].") -> str:
    return moodle(kind, f"<defaultgrade>2</defaultgrade><shuffleanswers>1</shuffleanswers>{options}", text)


def _options(name: str, inside: str = "", texts: tuple[str, ...] = ("sky", "sea", "blue", "red")) -> str:
    return "".join(
        f"<{name}><text><![CDATA[{text}]]></text><group>{1 if text in texts[:2] else 2}</group>{inside}</{name}>"
        for text in texts
    )


_CHOSEN = {
    "kind": "fill_in",
    "text": "The {{blank-1}} is {{blank-2}}.",
    "points": "2",
    "blanks": [
        Blank("blank-1", choices=[Part("sky", correct=True), Part("sea")]),
        Blank("blank-2", choices=[Part("blue", correct=True), Part("red")]),
    ],
}
_INLINE = (
    '<p>It <inlineChoiceInteraction responseIdentifier="A" shuffle="true"><inlineChoice identifier="up">goes up</inlineChoice>'
    '<inlineChoice identifier="down">goes down</inlineChoice></inlineChoiceInteraction> by '
    '<textEntryInteraction responseIdentifier="B"/> <textEntryInteraction responseIdentifier="C"/>.</p>'
)
_DECLARED = (
    declare("identifier", "up", name="A", mapped={"up": 1})
    + declare("float", "3", name="B")
    + declare("string", "metres", name="C", mapped={"metres": 1})
)

# Points of a mapping for A and C, and two for the number.
_WEIGHTED = (
    "<responseProcessing>"
    + "".join(
        f"<responseCondition><responseIf>{condition}<setOutcomeValue identifier='SCORE'><sum><variable identifier='SCORE'/>"
        f"{worth}</sum></setOutcomeValue></responseIf></responseCondition>"
        for condition, worth in [
            ("<not><isNull><variable identifier='A'/></isNull></not>", "<mapResponse identifier='A'/>"),
            (
                "<equal toleranceMode='exact'><variable identifier='B'/><correct identifier='B'/></equal>",
                "<baseValue baseType='float'>2</baseValue>",
            ),
            ("<not><isNull><variable identifier='C'/></isNull></not>", "<mapResponse identifier='C'/>"),
        ]
    )
    + "</responseProcessing>"
)


def _written(*blanks: Blank, text: str = "It goes {{a}} now.", **fields: object) -> Question:
    return Question("q", "fill_in", text, "1", "partial", blanks=list(blanks), **fields)  # type: ignore[arg-type]


_A_MENU = _written(Blank("a", choices=[Part("up", "up", True), Part("a~b}", "down")]))
_A_NUMBER = _written(Blank("a", extra={"value": 2.5, "tolerance": 0.5}))
_A_UNIT = _written(Blank("a", extra={"value": 2.5, "unit": "km"}))

ROWS: list[Reads | Writes] = [
    # As Moodle does: it makes a choice question of it, with a line in its text.
    Reads(
        "a missing word with choices",
        "gift",
        "The sky is {~red =blue} today.",
        Result.WHOLE,
        gives={
            "kind": "single_choice",
            "text": "The sky is _____ today.",
            "parts": [Part("red"), Part("blue", correct=True)],
        },
    ),
    Reads(
        "a missing word",
        "gift",
        "The sky is {=blue =azure} today.",
        Result.WHOLE,
        gives={"kind": "fill_in", "blanks": [Blank("blank-1", ["blue", "azure"])]},
    ),
    Reads(
        "several gaps",
        "gift",
        "The {=sky} is {=blue} today.",
        Result.REFUSED,
        "several sets of answers",
    ),
    Reads(
        _MENU,
        "moodle",
        _cloze("{2:MULTICHOICE_S:~down~=up}"),
        Result.WHOLE,
        gives={"kind": "fill_in", "points": "2", "blanks": [Blank("blank-1", choices=_UP[::-1])]},
    ),
    Reads("a menu that keeps its order", "moodle", _cloze("{1:MC:=up~down}"), Result.LOSS, "keep their order"),
    Reads("buttons in a text", "moodle", _cloze("{1:MCVS:=up~down}"), Result.LOSS, "Here they are a menu"),
    Reads(
        "a choice in a text that earns a part",
        "moodle",
        _cloze("{1:MCS:=up~%50%down}"),
        Result.LOSS,
        "part of its points for some answers",
        {"blanks": [Blank("blank-1", choices=_UP)]},
    ),
    Reads(
        "formatting in a menu",
        "moodle",
        _cloze("{1:MCS:=<b>up</b>~down}"),
        Result.LOSS,
        "a menu has none",
        {"blanks": [Blank("blank-1", choices=_UP)]},
    ),
    Reads(
        "a menu whose choices differ in formatting only",
        "moodle",
        _cloze("{1:MCS:=10<sup>3</sup>~103}"),
        Result.REFUSED,
        "the same without what is left out",
    ),
    Reads(
        "a menu without a right choice", "moodle", _cloze("{1:MCS:up~down}"), Result.REFUSED, "which answer is right"
    ),
    Reads("a menu with right choices only", "moodle", _cloze("{1:MCS:=up~=down}"), Result.REFUSED, "are right"),
    Reads("several choices at once in a text", "moodle", _cloze("{1:MR:=up~=down}"), Result.REFUSED, "of the kind MR"),
    Reads(
        _NUMBER,
        "moodle",
        _cloze("{1:NM:=2.5:0.5}"),
        Result.WHOLE,
        gives={"blanks": [Blank("blank-1", extra={"value": 2.5, "tolerance": 0.5})]},
    ),
    Reads("two numbers in one gap", "moodle", _cloze("{1:NM:=2~=3}"), Result.REFUSED, "exactly one right value"),
    Reads("a number in a text that is none", "moodle", _cloze("{1:NM:=two}"), Result.REFUSED, "not a number"),
    Reads(
        _MIXED,
        "moodle",
        _cloze("{1:SA:=far} or {1:NM:=2} or {1:MCS:=up~down}"),
        Result.WHOLE,
        gives={
            "text": "It goes {{blank-1}} or {{blank-2}} or {{blank-3}}.",
            "points": "3",
            "blanks": [
                Blank("blank-1", ["far"]),
                Blank("blank-2", extra={"value": 2, "tolerance": 0}),
                Blank("blank-3", choices=_UP),
            ],
        },
    ),
    Reads("select missing words", "moodle", _words("gapselect", _options("selectoption")), Result.WHOLE, gives=_CHOSEN),
    Reads(
        "select missing words of one place only",
        "moodle",
        _words("gapselect", _options("selectoption"), "The [[9]]."),
        Result.REFUSED,
        "which answer is right",
    ),
    Reads(
        "words dragged into a text",
        "moodle",
        _words("ddwtos", _options("dragbox", "<infinite/>")),
        Result.WHOLE,
        gives=_CHOSEN,
    ),
    Reads(
        "words dragged into a text, each once",
        "moodle",
        _words("ddwtos", _options("dragbox")),
        Result.LOSS,
        "used only once",
        _CHOSEN,
    ),
    Reads(
        _MIXED,
        "qti",
        qti(_INLINE, _DECLARED, MAP),
        Result.WHOLE,
        gives={
            "kind": "fill_in",
            "text": "It {{a}} by {{b}} {{c}}.",
            "blanks": [
                Blank("a", choices=[Part("goes up", "up", True), Part("goes down", "down")]),
                Blank("b", extra={"value": 3, "tolerance": 0}),
                Blank("c", ["metres"]),
            ],
        },
    ),
    Reads(
        "gaps of different weight",
        "qti",
        qti(_INLINE, _DECLARED, _WEIGHTED),
        Result.LOSS,
        "different weights in the file",
    ),
    Reads(
        "a menu that keeps its order",
        "qti",
        qti(_INLINE.replace('shuffle="true"', 'shuffle="false"'), _DECLARED, MAP),
        Result.LOSS,
        "keep their order",
    ),
    Reads(
        "formatting in a menu",
        "qti",
        qti(_INLINE.replace("goes up", "<b>goes</b> up"), _DECLARED, MAP),
        Result.LOSS,
        "a menu has none",
    ),
    Writes(_MENU, "moodle", _A_MENU, Result.WHOLE, holds=("{1:MULTICHOICE_S:=up~a&amp;#126;b&amp;#125;}",)),
    Writes(
        "a choice of a menu that begins like a weight",
        "moodle",
        _written(Blank("a", choices=[Part("%50% up", "u", True), Part("%50% down", "d")])),
        Result.WHOLE,
        holds=("=%50% up~%0%%50% down",),
    ),
    Writes(_NUMBER, "moodle", _A_NUMBER, Result.WHOLE, holds=("{1:NUMERICAL:=2.5:0.5}",)),
    Writes(
        "a number in a text that earns its part",
        "qti",
        _written(Blank("a", extra={"value": 1, "tolerance": 1}), correct_feedback="Yes"),
        Result.WHOLE,
    ),
    Writes(
        "two menus with the same keys",
        "qti",
        _written(*(Blank(key, choices=_A_MENU.blanks[0].choices) for key in "ab"), text="It goes {{a}} or {{b}}."),
        Result.WHOLE,
        holds=('identifier="a-up"', 'identifier="b-up"'),
        lacks=('identifier="up"',),
    ),
    Writes(_MENU, "qti", _A_MENU, Result.WHOLE, holds=("<inlineChoiceInteraction", 'mapKey="up"')),
    Writes(_NUMBER, "qti", _A_NUMBER, Result.WHOLE, holds=('baseType="float"', "<gte>", "<lte>")),
    *(
        Writes(feature, "gift", question, Result.REFUSED, "no menus and no numbers")
        for feature, question in ((_MENU, _A_MENU), (_NUMBER, _A_NUMBER))
    ),
    *(
        Writes("the unit of a number in a text", format, _A_UNIT, Result.LOSS, "the units of the numbers")
        for format in ("moodle", "qti")
    ),
]
