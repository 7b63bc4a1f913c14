"""QTI 1.2, as Canvas, Common Cartridge and text2qti write it."""

from collections.abc import Mapping

from exchange.items.questions import Blank, Pair, Part
from tests.exchange.features.rows import Reads, Result, Writes

_TWO = [Part("one", correct=True), Part("two")]


def item(kind: str, presentation: str, rules: str = "", more: str = "", fields: Mapping[str, str] | None = None) -> str:
    """Return a file with one item."""
    labels = {"question_type": kind, "points_possible": "2.0", **(fields or {})}
    metadata = "".join(
        f"<qtimetadatafield><fieldlabel>{label}</fieldlabel><fieldentry>{entry}</fieldentry></qtimetadatafield>"
        for label, entry in labels.items()
        if entry
    )
    return (
        f'<questestinterop><assessment><section><item ident="q" title="Question"><itemmetadata><qtimetadata>{metadata}'
        f"</qtimetadata></itemmetadata><presentation>{material('Which [a_b]?')}{presentation}</presentation><resprocessing>"
        f"<outcomes><decvar maxvalue='100' varname='SCORE'/></outcomes>{rules}</resprocessing>{more}</item></section>"
        "</assessment></questestinterop>"
    )


def material(text: str, kind: str = "text/plain") -> str:
    return f'<material><mattext texttype="{kind}">{text}</mattext></material>'


def lid(*choices: str, ident: str = "r", several: bool = False, left: str = "", shuffle: str = "") -> str:
    labels = "".join(f'<response_label ident="{name}">{material(name)}</response_label>' for name in choices)
    return (
        f'<response_lid ident="{ident}" rcardinality="{"Multiple" if several else "Single"}">{left}'
        f"<render_choice {shuffle}>{labels}</render_choice></response_lid>"
    )


def rule(condition: str, worth: str = "100", action: str = "Set", feedback: str = "") -> str:
    shown = f'<displayfeedback linkrefid="{feedback}"/>' if feedback else ""
    scored = f'<setvar action="{action}" varname="SCORE">{worth}</setvar>' if worth else ""
    return f"<respcondition><conditionvar>{condition}</conditionvar>{scored}{shown}</respcondition>"


def equal(value: str, ident: str = "r", name: str = "varequal", more: str = "") -> str:
    return f'<{name} respident="{ident}" {more}>{value}</{name}>'


def feedback(ident: str, text: str) -> str:
    return f'<itemfeedback ident="{ident}"><flow_mat>{material(text)}</flow_mat></itemfeedback>'


_FIB = (
    '<response_str ident="r" rcardinality="Single"><render_fib><response_label ident="a"/></render_fib></response_str>'
)
_LEFTS = lid("x", "y", "z", ident="one", left=material("l1")) + lid("x", "y", "z", ident="two", left=material("l2"))
_CHOICE, _SEVERAL, _TYPED = "multiple_choice_question", "multiple_answers_question", "short_answer_question"
_NUMBER, _PAIRS, _GAPS = "numerical_question", "matching_question", "fill_in_multiple_blanks_question"
_ALL = f"<and>{equal('one')}<not>{equal('two')}</not>{equal('six')}</and>"
_BOUNDS = f"<or>{equal('5')}<and>{equal('4', name='vargte')}{equal('6', name='varlte')}</and></or>"


def _row(
    feature: str, content: str, says: str = "", gives: Mapping[str, object] | None = None, *, refused: bool = False
) -> Reads:
    result = Result.REFUSED if refused else Result.LOSS if says else Result.WHOLE
    return Reads(feature, "qti1", content, result, says, gives or {})


ROWS: list[Reads | Writes] = [
    _row(
        "a single choice",
        item(_CHOICE, lid("one", "two"), rule(equal("one"))),
        gives={"kind": "single_choice", "parts": _TWO, "points": "2", "text": "Which [a_b]?"},
    ),
    _row(
        "a single choice of Common Cartridge",
        item(
            "",
            lid("one", "two"),
            rule(equal("one")),
            fields={"cc_profile": "cc.multiple_choice.v0p1", "points_possible": ""},
        ),
        gives={"kind": "single_choice", "parts": _TWO, "points": None},
    ),
    _row(
        "feedback of a choice",
        item(
            _CHOICE,
            lid("one", "two"),
            rule(equal("two"), "", feedback="two_fb") + rule(equal("one")),
            feedback("two_fb", "no") + feedback("general_fb", "so"),
        ),
        gives={"parts": [Part("one", correct=True, feedback="so"), Part("two", feedback="no\n\nso")]},
    ),
    _row(
        "feedback of the question",
        item(_TYPED, _FIB, rule(equal("four")), feedback("correct_fb", "yes") + feedback("general_incorrect_fb", "no")),
        gives={"correct_feedback": "yes", "incorrect_feedback": "no"},
    ),
    _row(
        "feedback of a choice question",
        item(_CHOICE, lid("one", "two"), rule(equal("one")), feedback("correct_fb", "yes")),
        "combined feedback is left out",
    ),
    _row(
        "graded choices",
        item(_CHOICE, lid("one", "two"), rule(equal("one")) + rule(equal("two"), "50")),
        "earn a part of the points",
        {"parts": _TWO},
    ),
    _row(
        "choices that keep their order",
        item(_CHOICE, lid("one", "two", shuffle='shuffle="No"'), rule(equal("one"))),
        "keep their order",
    ),
    _row(
        "a single choice without a right one",
        item(_CHOICE, lid("one", "two")),
        "exactly one correct choice",
        refused=True,
    ),
    _row(
        "multiple choice",
        item(_SEVERAL, lid("one", "two", "six", several=True), rule(_ALL)),
        gives={
            "kind": "multiple_choice",
            "credit": "all",
            "parts": [Part("one", correct=True), Part("two"), Part("six", correct=True)],
        },
    ),
    _row(
        "multiple choice in parts",
        item(
            _SEVERAL,
            lid("one", "two", "six", several=True),
            rule(equal("one"), "50", "Add") + rule(equal("six"), "50", "Add") + rule(equal("two"), "100", "Subtract"),
        ),
        gives={"kind": "multiple_choice", "credit": "partial"},
    ),
    _row(
        "multiple choice with other weights",
        item(
            _SEVERAL,
            lid("one", "two", "six", several=True),
            rule(equal("one"), "70", "Add") + rule(equal("six"), "30", "Add"),
        ),
        "differ from this site's partial credit",
    ),
    _row(
        "multiple choice with a part of the points",
        item(_SEVERAL, lid("one", "two", several=True), rule(equal("one")) + rule(equal("one") + equal("two"), "50")),
        "a part of the right choices earns points",
    ),
    _row(
        "alternative sets of choices",
        item(_SEVERAL, lid("one", "two", several=True), rule(f"<or>{equal('one')}{equal('two')}</or>")),
        "Several sets of its choices",
        refused=True,
    ),
    _row(
        "a short answer",
        item(_TYPED, _FIB, rule(equal("four") + equal("4"))),
        gives={"kind": "short_answer", "accept": ["four", "4"]},
    ),
    _row("a short answer by case", item(_TYPED, _FIB, rule(equal("a", more='case="Yes"'))), "case-sensitive"),
    _row(
        "a part of an answer",
        item(_TYPED, _FIB, rule(equal("a") + equal("b", name="varsubstring"))),
        "a part of an answer is enough",
        {"accept": ["a"]},
    ),
    _row(
        "graded answers",
        item(_TYPED, _FIB, rule(equal("a")) + rule(equal("b"), "50")),
        "earn a part",
        {"accept": ["a"]},
    ),
    _row("a number", item(_NUMBER, _FIB, rule(_BOUNDS)), gives={"extra": {"value": 5, "tolerance": 1}}),
    _row("a number", item(_NUMBER, _FIB, rule(equal("5"))), gives={"extra": {"value": 5, "tolerance": 0}}),
    _row(
        "a number by its type",
        item("", _FIB.replace("<render_fib>", '<render_fib fibtype="Decimal">'), rule(equal("5"))),
        gives={"kind": "numeric"},
    ),
    _row(
        "bounds that are wrong themselves",
        item(_NUMBER, _FIB, rule(equal("4", name="vargt") + equal("6", name="varlte"))),
        "the bounds of its numbers are wrong",
    ),
    _row(
        "a number above one bound", item(_NUMBER, _FIB, rule(equal("4", name="vargte"))), "other ranges", refused=True
    ),
    _row(
        "several numbers", item(_NUMBER, _FIB, rule(equal("4")) + rule(equal("5"))), "exactly one right", refused=True
    ),
    _row("a number that is none", item(_NUMBER, _FIB, rule(equal("x"))), "cannot be read", refused=True),
    _row(
        "pairs",
        item(_PAIRS, _LEFTS, rule(equal("x", "one"), "50", "Add") + rule(equal("y", "two"), "50", "Add")),
        gives={"kind": "matching", "credit": "partial", "pairs": [Pair("l1", "x"), Pair("l2", "y"), Pair("", "z")]},
    ),
    _row(
        "pairs by their structure",
        item("", _LEFTS, rule(equal("x", "one") + equal("y", "two"))),
        gives={"credit": "all"},
    ),
    _row(
        "pairs without a right side",
        item(_PAIRS, _LEFTS, rule(equal("x", "one"))),
        "do not match each item",
        refused=True,
    ),
    _row(
        "gaps",
        item(_GAPS, lid("x", "y", ident="response_a_b"), rule(equal("x", "response_a_b") + equal("y", "response_a_b"))),
        gives={"kind": "fill_in", "text": "Which {{blank-1}}?", "blanks": [Blank("blank-1", ["x", "y"])]},
    ),
    _row(
        "gaps beside emphasis",
        item(
            _GAPS,
            material("&lt;b&gt;B&lt;/b&gt; [c_d]", "text/html") + lid("x", ident="response_c_d"),
            rule(equal("x", "response_c_d"), action="Add"),
        ),
        gives={"text": "Which [a_b]?\n\n**B** {{blank-1}}", "credit": "partial"},
    ),
    _row(
        "gaps without a mark",
        item(_GAPS, lid("x", ident="response_c"), rule(equal("x", "response_c"))),
        "does not say",
        refused=True,
    ),
    _row("an essay", item("essay_question", _FIB), gives={"extra": {"text": True, "files": {"max": 0}}}),
    _row("a text without a key", item("", _FIB), gives={"kind": "hand_in"}),
    _row("a file", item("file_upload_question", ""), gives={"extra": {"text": False, "files": {"max": 1}}}),
    _row("a text only", item("text_only_question", ""), "a text without a question", refused=True),
    _row("a text only", item("a_file_upload_question", ""), "a text without a question", refused=True),
    _row("computed questions", item("calculated_question", _FIB), "calculated_question", refused=True),
    _row(
        "menus in a text",
        item("multiple_dropdowns_question", lid("x", "y", ident="response_a_b"), rule(equal("y", "response_a_b"))),
        gives={
            "kind": "fill_in",
            "text": "Which {{blank-1}}?",
            "blanks": [Blank("blank-1", choices=[Part("x"), Part("y", correct=True)])],
        },
    ),
    _row(
        "the feedback of a gap",
        item(
            "multiple_dropdowns_question",
            lid("x", "y", ident="response_a_b"),
            rule(equal("y", "response_a_b")) + rule(equal("x", "response_a_b"), worth="", feedback="x_fb"),
            more=feedback("x_fb", "Read it again"),
        ),
        "The feedback of single gaps is left out",
    ),
    _row(
        "menus without a right choice",
        item("multiple_dropdowns_question", lid("x", "y", ident="response_a_b")),
        "does not say which answer is right",
        refused=True,
    ),
    _row("several interactions", item("", _FIB + lid("a")), "several interactions", refused=True),
    Reads(
        "a question of a bank that is not in the file",
        "qti1",
        '<questestinterop><assessment><section><bankentry_item sourcebank_ref="b" item_ref="q"/></section></assessment>'
        "</questestinterop>",
        Result.REFUSED,
        "a bank that is not in the file",
    ),
    _row(
        "a picture that is missing",
        item(
            _CHOICE, lid("one", "two") + "<flow><material><matimage uri='a.png'/></material></flow>", rule(equal("one"))
        ),
        "a picture: a.png. It is not in the file",
    ),
    _row(
        "points that are none",
        item(_CHOICE, lid("one", "two"), rule(equal("one")), fields={"points_possible": "x"}),
        "number of points",
        refused=True,
    ),
]
