"""QTI 2: what an item has besides its text and its choices, and kinds that have no place here."""

from exchange.items.questions import Blank, Part
from tests.exchange.features.rows import MAP, Reads, Result, choice, declare, entry, qti, scored

_A = declare("identifier", "a")
_AB = [Part("a", "a", True), Part("b", "b")]
_CHOICE = choice("a", "b")
_TEXT = f"<p>x</p><p>{entry()}</p>"
_SETS = (
    '<matchInteraction responseIdentifier="RESPONSE" shuffle="true"><simpleMatchSet>'
    '<simpleAssociableChoice identifier="a" matchMax="2">a</simpleAssociableChoice>'
    '<simpleAssociableChoice identifier="b" matchMax="1">b</simpleAssociableChoice></simpleMatchSet><simpleMatchSet>'
    '<simpleAssociableChoice identifier="x" matchMax="1">x</simpleAssociableChoice>'
    '<simpleAssociableChoice identifier="y" matchMax="1">y</simpleAssociableChoice></simpleMatchSet></matchInteraction>'
)
_IS_RIGHT = "<variable identifier='RESPONSE'/><correct identifier='RESPONSE'/>"
_KINDS = (
    "associate customInteraction drawing endAttempt gapMatch graphicAssociate graphicGapMatch graphicOrder hotspot hottext "
    "media portableCustom positionObject selectPoint slider"
)


def _paired(*pairs: str, mapped: dict[str, float] | None = None) -> str:
    return qti(_SETS, declare("directedPair", *pairs, cardinality="multiple", mapped=mapped), MAP if mapped else "")


def _loss(feature: str, content: str, says: str, **gives: object) -> Reads:
    return Reads(feature, "qti", content, Result.LOSS, says, gives)


ROWS: list[Reads] = [
    Reads(
        "instructions for candidates",
        "qti",
        qti(f'<rubricBlock view="candidate"><p>Read this.</p></rubricBlock>{_CHOICE}', _A),
        Result.WHOLE,
        gives={"text": "Read this."},
    ),
    _loss(
        "notes for graders of a choice",
        qti(f'<rubricBlock view="scorer"><p>Strictly.</p></rubricBlock>{_CHOICE}', _A),
        "notes for graders",
        text="",
    ),
    _loss(
        "a text that several items share",
        qti(f"<p>x</p>{_CHOICE}", f'<assessmentStimulusRef identifier="s" href="s.xml"/>{_A}'),
        "shares with other items",
    ),
    _loss(
        "a hint behind a button",
        qti(f'<p>x</p><infoControl title="Hint"><p>It is a.</p></infoControl>{_CHOICE}', _A),
        "Hints are left out",
        text="x",
    ),
    _loss(
        "a short answer by case",
        qti(
            _TEXT,
            declare("string", "York", mapped={"York": 1}).replace("mappedValue=", 'caseSensitive="true" mappedValue='),
            MAP,
        ),
        "case-sensitive in the file",
    ),
    _loss(
        "a short answer by case",
        qti(_TEXT, declare("string", "York"), scored(f"<match>{_IS_RIGHT}</match>")),
        "case-sensitive in the file",
    ),
    _loss(
        "a pattern for an answer",
        qti(_TEXT.replace("/></p>", ' patternMask="[A-Z]*"/></p>'), declare("string", "A")),
        "patternMask",
    ),
    _loss(
        "a number of choices that must be selected",
        qti(
            _CHOICE.replace('maxChoices="1"', 'minChoices="2" maxChoices="0"'),
            declare("identifier", "a", "b", cardinality="multiple"),
        ),
        "minChoices",
    ),
    _loss(
        "kinds of files",
        qti(
            '<p>x</p><uploadInteraction responseIdentifier="RESPONSE" type="application/pdf"/>',
            declare("file"),
        ),
        "Which kinds of files",
    ),
    Reads(
        "an example of a long answer",
        "qti",
        qti('<p>x</p><extendedTextInteraction responseIdentifier="RESPONSE"/>', declare("string", "An example.")),
        Result.WHOLE,
        gives={"kind": "hand_in", "extra": {"text": True, "files": {"max": 0}, "notes": "An example."}},
    ),
    _loss(
        "a number whose bounds are wrong",
        qti(
            _TEXT,
            declare("float", "3"),
            scored(f'<equal toleranceMode="absolute" tolerance="0.5" includeLowerBound="false">{_IS_RIGHT}</equal>'),
        ),
        "the bounds of its numbers are wrong",
    ),
    _loss(
        "a right answer that earns nothing",
        qti(_CHOICE, declare("identifier", "a", mapped={"b": 1}), MAP),
        "not what earns its points",
        parts=[Part("a", "a"), Part("b", "b", True)],
    ),
    _loss(
        "a right answer that earns nothing",
        qti(_TEXT, declare("string", "York", mapped={"Paris": 1}), MAP),
        "not what earns its points",
        accept=["Paris"],
    ),
    Reads(
        "two choices of which each is right",
        "qti",
        qti(_CHOICE, declare("identifier", "a", mapped={"a": 1, "b": 1}), MAP),
        Result.REFUSED,
        "exactly one correct choice",
    ),
    Reads(
        "a menu with two right choices",
        "qti",
        qti(
            '<p>It is <inlineChoiceInteraction responseIdentifier="RESPONSE" shuffle="true"><inlineChoice identifier="a">a'
            '</inlineChoice><inlineChoice identifier="b">b</inlineChoice><inlineChoice identifier="c">c</inlineChoice>'
            "</inlineChoiceInteraction>.</p>",
            declare("identifier", "a", mapped={"a": 1, "b": 1}),
            MAP,
        ),
        Result.WHOLE,
        gives={"blanks": [Blank("blank-1", choices=[Part("a", "a", True), Part("b", "b", True), Part("c", "c")])]},
    ),
    Reads(
        "a right answer by its points only",
        "qti",
        qti(_CHOICE, declare("identifier", mapped={"a": 1, "b": 0}), MAP),
        Result.WHOLE,
        gives={"parts": _AB},
    ),
    Reads("an item with several right partners", "qti", _paired("a x", "a y", "b y"), Result.REFUSED, "right partners"),
    Reads(
        "pairs by their points only",
        "qti",
        _paired(mapped={"a x": 1, "b y": 1}),
        Result.WHOLE,
        gives={"kind": "matching", "credit": "partial"},
    ),
    Reads(
        "an ordering of some items only",
        "qti",
        qti(
            _CHOICE.replace("choiceInteraction", "orderInteraction"),
            declare("identifier", "a", cardinality="ordered"),
        ),
        Result.REFUSED,
        "each of its items once",
    ),
    _loss(
        "a number that is rounded",
        qti(
            _TEXT,
            declare("float", "3.14"),
            scored(f'<equalRounded roundingMode="decimalPlaces" figures="2">{_IS_RIGHT}</equalRounded>'),
        ),
        "equalRounded",
    ),
    _loss(
        "a pattern that decides what is right",
        qti(
            _TEXT,
            declare("string", "3"),
            scored('<patternMatch pattern="[0-9]"><variable identifier="RESPONSE"/></patternMatch>'),
        ),
        "patternMatch",
    ),
    _loss("a film or a sound", qti(f'<p>x <object data="a.mp4" type="video/mp4">v</object></p>{_CHOICE}', _A), "a.mp4"),
    Reads(
        "a menu in a text",
        "qti",
        qti(
            '<p>It is <inlineChoiceInteraction responseIdentifier="RESPONSE" shuffle="true"><inlineChoice identifier="a">a'
            '</inlineChoice><inlineChoice identifier="b">b</inlineChoice></inlineChoiceInteraction>.</p>',
            _A,
        ),
        Result.WHOLE,
        gives={"text": "It is {{blank-1}}.", "blanks": [Blank("blank-1", choices=_AB)]},
    ),
    *(
        Reads(
            "a kind of interaction that this site does not have",
            "qti",
            qti(f'<p>x</p><{name} responseIdentifier="RESPONSE"/>', _A),
            Result.REFUSED,
            name,
        )
        for name in (kind if kind.endswith("Interaction") else f"{kind}Interaction" for kind in _KINDS.split())
    ),
    Reads(
        "several interactions",
        "qti",
        qti(_CHOICE + _CHOICE, _A),
        Result.REFUSED,
        "would be a question of its own",
    ),
    Reads("a text only", "qti", qti("<p>Read.</p>", ""), Result.REFUSED, "a text without a question"),
]
