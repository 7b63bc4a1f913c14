"""Files and names: which questions of a file are found, and what is said of those that are left out."""

from exchange.items.questions import Blank, Part
from tests.exchange.features.rows import MAP, Reads, Result, Writes, answer, choice, declare, moodle, qti, zipped

_QTI3 = (
    '<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="q" title="q">'
    '<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="string"><qti-correct-response>'
    '<qti-value>a</qti-value></qti-correct-response><qti-mapping default-value="0"><qti-map-entry map-key="a" mapped-value="2"/>'
    "</qti-mapping></qti-response-declaration><qti-item-body><p>Who?</p><p><qti-text-entry-interaction "
    'response-identifier="RESPONSE"/></p></qti-item-body><qti-response-processing '
    'template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml"/></qti-assessment-item>'
)
# One red pixel.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
_AIKEN = "Which is\nright?\nA. one\nB) two\nANSWER: B\n"
_TWO = [Part("one"), Part("two", correct=True)]

ROWS: list[Reads | Writes] = [
    Reads("a gap at the start", "gift", "{=a} is one.", Result.WHOLE, gives={"name": "_____ is one."}),
    Reads(
        "a kind that GIFT cannot express",
        "gift",
        "// question: 540  name: Rivers\n\n\n// question: 0  switch category to $course$\n$CATEGORY: $course$\n",
        Result.REFUSED,
        "The file has only its name",
    ),
    Reads(
        "a document type that declares nothing",
        "qti",
        f"<!DOCTYPE assessmentItem>{qti(choice('a', 'b'), declare('identifier', 'a'))}",
        Result.WHOLE,
        gives={"kind": "single_choice"},
    ),
    Reads(
        "true or false in another language",
        "moodle",
        moodle("truefalse", answer("Vrai", 0) + answer("Faux")),
        Result.LOSS,
        "“Vrai” and “Faux”. The first is taken as true",
        {"parts": [Part("True", "true"), Part("False", "false", True)]},
    ),
    Reads(
        "true or false in another language",
        "moodle",
        moodle("truefalse", answer("참") + answer("거짓", 0)),
        Result.WHOLE,
        gives={"parts": [Part("True", "true", True), Part("False", "false")]},
    ),
    Reads(
        "a short answer", "qti3", _QTI3, Result.WHOLE, gives={"kind": "short_answer", "accept": ["a"], "points": "2"}
    ),
    Reads(
        "a single choice",
        "aiken",
        _AIKEN,
        Result.WHOLE,
        gives={"kind": "single_choice", "text": "Which is right?", "parts": _TWO},
    ),
    Reads(
        "a wrong number with a feedback",
        "moodle",
        moodle("numerical", answer("3") + answer("4", 0)),
        Result.LOSS,
        "The wrong answer 4 is left out",
    ),
    Reads(
        "a tolerance that is no number",
        "gift",
        "::q::How many?{#3:5%}",
        Result.REFUSED,
        "Its tolerance “5%” is not a number",
    ),
    Reads(
        "several gaps for numbers",
        "qti",
        qti(
            '<p><textEntryInteraction responseIdentifier="A"/> <textEntryInteraction responseIdentifier="B"/></p>',
            declare("float", "1", name="A") + declare("float", "2", name="B"),
            MAP,
        ),
        Result.WHOLE,
        gives={
            "kind": "fill_in",
            "blanks": [
                Blank("a", extra={"value": 1, "tolerance": 0}),
                Blank("b", extra={"value": 2, "tolerance": 0}),
            ],
        },
    ),
    Reads(
        "a manifest that names only the test",
        "qti",
        zipped(
            {
                "imsmanifest.xml": '<manifest><resource type="imsqti_test_xmlv2p2" href="test.xml"/></manifest>',
                "test.xml": '<assessmentTest><assessmentItemRef href="items/q.xml"/></assessmentTest>',
                "items/q.xml": qti(choice("a", "b"), declare("identifier", "a")),
            }
        ),
        Result.WHOLE,
        gives={"kind": "single_choice"},
    ),
    Reads(
        "an XML declaration with a fault",
        "qti",
        f'\n<?xml version="1.0"encoding="UTF-8"?>\n{qti(choice("a", "b"), declare("identifier", "a"))}',
        Result.WHOLE,
        gives={"kind": "single_choice"},
    ),
    Reads(
        "a picture that is missing",
        "qti",
        qti(
            '<p>What is <object type="image/png" data="images/a.png">a leaf</object>?</p>' + choice("a", "b"),
            declare("identifier", "a"),
        ),
        Result.LOSS,
        "a picture: images/a.png. It is not in the file",
    ),
    Reads(
        "a right choice marked with both signs",
        "gift",
        "::q::Which?{\n~one\n~=two\n}",
        Result.WHOLE,
        gives={"kind": "single_choice", "parts": _TWO},
    ),
    Reads("tags", "gift", "// [tag:easy]\nWhy?{}", Result.LOSS, "Tags are left out: easy."),
    Reads(
        "a picture",
        "moodle",
        moodle("essay", "", '<img src="@@PLUGINFILE@@/a.png" alt="A">').replace(
            "]]></text>", f']]></text><file name="a.png" encoding="base64">{PNG}</file>', 1
        ),
        Result.WHOLE,
        gives={"kind": "hand_in"},
    ),
    Reads(
        "a picture that is missing",
        "gift",
        '[html]<img src\\="@@PLUGINFILE@@/a.png" alt\\="A">{}',
        Result.LOSS,
        "a picture: @@PLUGINFILE@@/a.png. It is not in the file",
    ),
    Reads(
        "a category of three levels",
        "moodle",
        moodle("essay", "").replace(
            "<quiz>",
            '<quiz><question type="category"><category><text>$course$/top/A/B/C/D</text></category></question>',
        ),
        Result.LOSS,
        "Categories are left out",
        {"category": "A / B / C / D"},
    ),
    Reads(
        "a category of three levels",
        "gift",
        "$CATEGORY: $course$/A/B/C\n\n::q::Who?{=a}",
        Result.LOSS,
        "Categories are left out",
        {"category": "A / B / C"},
    ),
    Reads(
        "tags",
        "moodle",
        moodle("essay", "<tags><tag><text>easy</text></tag></tags>"),
        Result.LOSS,
        "Tags are left out: easy.",
    ),
    Reads("tags", "gift", "// [id:q] [tag:easy]\n::q::Who?{=a}", Result.LOSS, "Tags are left out: easy."),
    Reads("a hidden question", "moodle", moodle("essay", "<hidden>1</hidden>"), Result.LOSS, "hidden in the file"),
    Reads(
        "a text with random numbers",
        "qti",
        qti(
            f'<p><printedVariable identifier="N"/></p>{choice("a", "b")}',
            declare("identifier", "a") + '<templateDeclaration identifier="N"/>',
        ),
        Result.REFUSED,
        "made anew for each student",
    ),
    Reads(
        "a limit of choices",
        "qti",
        qti(
            choice("a", "b", "c").replace('maxChoices="1"', 'maxChoices="2"'),
            declare("identifier", "a", cardinality="multiple"),
        ),
        Result.LOSS,
        "at most 2 choices",
    ),
    Reads(
        "feedback that belongs to no answer",
        "qti",
        qti(choice("a", "b"), declare("identifier", "a")).replace(
            "</itemBody>", '</itemBody><modalFeedback identifier="late">Late.</modalFeedback>'
        ),
        Result.LOSS,
        "A part of its feedback is left out",
    ),
]
