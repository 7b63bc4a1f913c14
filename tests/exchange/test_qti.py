"""QTI 2.1: single items, packages, and the structure of an export."""

import io
import zipfile

import pytest

from common.markup import plain_xml
from exchange import qti
from exchange.items.questions import Part, Question
from tests.exchange.features import old_qti_rows
from tests.exchange.files import one, package, read, reason, sample

_MANIFEST = """<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="m"><resources>
<resource identifier="t" type="imsqti_test_xmlv2p1" href="tests/t.xml"/>{}</resources></manifest>"""
_TEST = """<assessmentTest xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="t" title="t"><testPart><assessmentSection>
<assessmentItemRef identifier="i" href="../items/tea%20choice.xml"><weight identifier="W" value="1.5"/></assessmentItemRef>
</assessmentSection></testPart></assessmentTest>"""


def test_an_item() -> None:
    question = one(sample("item.xml"))
    assert question.name == "tea-choice"
    assert question.kind == "multiple_choice"
    assert question.credit == "partial"
    assert question.points == "2"
    assert question.text == "Tea holds *several* things.\n\nA leaf\n\nWhich of these?"
    assert question.parts == [
        Part("Caffeine", "a", True, "Yes, it wakes you up."),
        Part("Tannin", "b", True),
        Part("Iron", "c"),
        Part("Gold", "d"),
    ]
    assert question.remarks == ["Left out: a picture: images/leaf.png. It is not in the file."]


def test_a_package_has_weights_and_missing_items_are_listed() -> None:
    resources = "".join(
        f'<resource identifier="r{n}" type="imsqti_item_xmlv2p1" href="{href}"/>'
        for n, href in enumerate(["items/gone.xml", "items/tea%20choice.xml", "items/broken.xml"])
    )
    parsed = read(
        package(
            {
                "imsmanifest.xml": _MANIFEST.format(resources),
                "tests/t.xml": _TEST,
                "items/tea choice.xml": sample("item.xml"),
                "items/broken.xml": "<assessmentItem><itemBody>",
            }
        )
    )
    assert [(question.name, question.points) for question in parsed.questions] == [("tea-choice", "3")]
    assert [(skipped.name, skipped.reason) for skipped in parsed.skipped] == [
        ("items/gone.xml", "Its file is missing in the package."),
        ("items/broken.xml", "Line 1: the file is not well-formed XML (no element found)."),
    ]


def item(body: str, declaration: str = "", processing: str = "") -> str:
    return (
        '<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="q" title="q">'
        f"{declaration}<itemBody>{body}</itemBody>{processing}</assessmentItem>"
    )


def declared(base: str, cardinality: str, *values: str, name: str = "RESPONSE") -> str:
    correct = "".join(f"<value>{value}</value>" for value in values)
    return (
        f'<responseDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}">'
        f"<correctResponse>{correct}</correctResponse></responseDeclaration>"
    )


ENTRY = '<textEntryInteraction responseIdentifier="RESPONSE"/>'


def test_an_entry_below_the_text_is_a_short_answer_and_inside_it_a_gap() -> None:
    below = one(item(f"<p>Who?</p><p>{ENTRY}</p>", declared("string", "single", "Me")))
    inside = one(item(f"<p>I am {ENTRY}, am I?</p>", declared("string", "single", "me")))
    assert below.kind == "short_answer"
    assert below.accept == ["Me"]
    assert inside.kind == "fill_in"
    assert inside.text == "I am {{blank-1}}, am I?"


def test_a_number_with_a_relative_tolerance() -> None:
    processing = '<responseProcessing><equal toleranceMode="relative" tolerance="5 5"/></responseProcessing>'
    found = one(item(f"<p>How many?</p><p>{ENTRY}</p>", declared("float", "single", "80"), processing))
    assert found.extra == {"value": 80, "tolerance": 4}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (item("<p>Hello</p>"), "a text without a question"),
        (item(f"<p>{ENTRY}</p>").replace(' title="q"', ' title="q" adaptive="true"'), "asks in several steps"),
        (item(f"<p>{ENTRY}</p>"), "does not declare its response"),
        (
            item('<hotspotInteraction responseIdentifier="RESPONSE"/>', declared("point", "single")),
            "hotspotInteraction",
        ),
        (item(f"<p>{ENTRY}</p>", declared("string", "single")), "does not say which answer is right"),
        (item(f"<p>{ENTRY}</p>", declared("float", "single", "x")), "“x” is not a number."),
        (
            item(
                '<orderInteraction responseIdentifier="RESPONSE"><simpleChoice identifier="a">a</simpleChoice>'
                "</orderInteraction>",
                declared("identifier", "ordered", "b"),
            ),
            "does not contain each of its items once",
        ),
        (
            item('<matchInteraction responseIdentifier="RESPONSE"/>', declared("directedPair", "multiple", "a b")),
            "does not match two sets",
        ),
        (
            item(
                f"<p>{ENTRY}</p>",
                declared("float", "single", "1"),
                '<responseProcessing><equal toleranceMode="absolute" tolerance="1 2"/></responseProcessing>',
            ),
            "not the same above and below",
        ),
    ],
)
def test_the_reason_why_a_question_is_skipped(content: str, why: str) -> None:
    assert why in reason(content)


# The parts of an assessmentItem in the order of QTI 2.1's information model.
_ORDER = ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback"]
_BLOCKS = {
    "p", "ul", "ol", "blockquote", "pre", "table", "hr", "h2", "h3", "rubricBlock", "choiceInteraction", "orderInteraction",
    "matchInteraction", "extendedTextInteraction", "uploadInteraction",
}  # fmt: skip


def test_an_export_has_the_structure_of_qti() -> None:
    asked = Question(
        "1-q",
        "single_choice",
        "a & **b**\n\n- c\n- d",
        "2.00",
        parts=[Part("x", "1", True, "yes"), Part("y", "n", feedback="no")],
    )
    made = qti.write([asked], language="ko", name="quiz")
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        assert archive.namelist() == ["imsmanifest.xml", "test.xml", "items/1-q.xml"]
        root = plain_xml.parse(archive.read("items/1-q.xml").decode())
        test = plain_xml.parse(archive.read("test.xml").decode())
        manifest = plain_xml.parse(archive.read("imsmanifest.xml").decode())
    assert root.name == "assessmentItem"
    assert root.namespace == "http://www.imsglobal.org/xsd/imsqti_v2p1"
    assert root.attributes["identifier"] == "_1-q"  # an identifier begins with a letter or _
    places = [_ORDER.index(child.name) for child in root.elements()]
    assert places == sorted(places)
    body = root.first("itemBody")
    assert body is not None
    assert {child.name for child in body.elements()} <= _BLOCKS
    names = {node.attributes["identifier"] for node in root.all("simpleChoice")}
    assert {node.text() for node in root.all("value") if node.text() != "0"} <= names
    assert {node.attributes["identifier"] for node in root.elements("modalFeedback")} == names
    (weight,) = test.all("weight")
    assert weight.attributes["value"] == "2"
    hrefs = {node.attributes["href"] for node in manifest.all("file")}
    assert hrefs == {"test.xml", "items/1-q.xml"}


_CANVAS = """<manifest><resources><resource identifier="a" type="imsqti_xmlv1p2/imscc_xmlv1p1/assessment">
<file href="a/assessment_qti.xml"/></resource><resource identifier="gone" type="imsqti_xmlv1p2" href="gone.xml"/>
<resource identifier="broken" type="imsqti_xmlv1p2" href="broken.xml"/></resources></manifest>"""


def test_a_package_of_canvas_is_read_once_and_whole() -> None:
    """A cartridge has each quiz a second time, without the kinds that it does not know."""
    choice = old_qti_rows.item("", old_qti_rows.lid("one", "two"), old_qti_rows.rule(old_qti_rows.equal("one")))
    number = old_qti_rows.item("numerical_question", old_qti_rows._FIB, old_qti_rows.rule(old_qti_rows.equal("5")))
    whole = choice.replace("</questestinterop>", "") + number.replace('ident="q"', f'ident="{"n" * 60}"').replace(
        "<questestinterop>", ""
    )
    parsed = read(
        package(
            {
                "imsmanifest.xml": _CANVAS,
                "a/assessment_qti.xml": choice,
                "a/assessment_meta.xml": "<quiz><shuffle_answers>false</shuffle_answers></quiz>",
                "non_cc_assessments/a.xml.qti": whole,
                "broken.xml": "<questestinterop>",
            }
        )
    )
    # An identifier that nobody can read is replaced by the beginning of the text.
    assert [(question.name, question.kind) for question in parsed.questions] == [
        ("q", "single_choice"),
        ("Which [a_b]?", "numeric"),
    ]
    assert [skipped.name for skipped in parsed.skipped] == ["gone.xml", "broken.xml"]
    assert [note for note in parsed.notes if "does not shuffle" in note] == parsed.notes != []
