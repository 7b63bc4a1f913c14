"""Moodle XML: each kind of question and what is reported as lost."""

import pytest

from common.markup import plain_xml
from exchange import moodle
from exchange.items.questions import Blank, Pair, Part, Question, WrongAnswers
from tests.exchange.files import named, one, read, reason, sample


@pytest.fixture
def tea() -> dict[str, Question]:
    return named(read(sample("tea.en.xml")))


def test_a_single_choice(tea: dict[str, Question]) -> None:
    question = tea["bitterness"]
    assert question.kind == "single_choice"
    assert question.text == "Which tea is the **most** bitter?"
    assert question.points == "1"
    general = "See the lesson on tannin."
    assert question.parts == [
        Part("Black tea", correct=True, feedback=f"Steeped long, yes.\n\n{general}"),
        Part("White tea", feedback=general),
        Part("Barley & water", feedback=f"No tea at all.\n\n{general}"),
    ]
    assert question.remarks == [
        "A wrong choice earns or costs points in the file; here it earns none.",
        "Hints are left out: an attempt has none.",
    ]


def test_multiple_choice_with_this_sites_partial_credit(tea: dict[str, Question]) -> None:
    question = tea["Ingredients"]
    assert question.kind == "multiple_choice"
    assert question.credit == "partial"
    assert question.points == "2"
    assert [part.correct for part in question.parts] == [True, True, False, False]
    assert question.text == "What is in tea? A leaf"
    assert question.remarks == [
        "Left out: a picture: @@PLUGINFILE@@/leaf.png. This file is not a picture that a course can show. It takes PNG, "
        "JPEG, WebP and SVG."
    ]


def test_multiple_choice_with_other_percentages(tea: dict[str, Question]) -> None:
    question = tea["Lenient"]
    assert question.credit == "all"
    assert "differ from this site's partial credit" in question.remarks[0]


def test_true_or_false(tea: dict[str, Question]) -> None:
    assert tea["Herbal"].parts == [
        Part("True", "true", feedback="Mint is another plant."),
        Part("False", "false", correct=True, feedback="Right."),
    ]


def test_a_short_answer(tea: dict[str, Question]) -> None:
    question = tea["Astringent"]
    assert question.kind == "short_answer"
    assert question.accept == ["tannin"]
    assert question.wrong == [WrongAnswers(["caffeine"], "That wakes you up.")]
    assert question.correct_feedback == "Yes."
    assert question.incorrect_feedback == "No."
    assert question.remarks == [
        "“poly*” has a wild card. Wild cards are not supported.",
        "“acid” earns 50% in the file. Here a short answer is right or wrong.",
        "It is case-sensitive in the file. Here case never matters.",
    ]


def test_a_number_with_units(tea: dict[str, Question]) -> None:
    question = tea["Temperature"]
    assert question.extra == {
        "value": 0.35,
        "tolerance": 0.005,
        "unit": "m",
        "units": {"cm": 0.01},
        "unit_required": True,
    }


def test_matching_with_a_distractor(tea: dict[str, Question]) -> None:
    question = tea["Origins"]
    assert question.pairs == [Pair("Assam", "India"), Pair("Sencha", "Japan"), Pair("", "Peru")]
    assert question.correct_feedback == "All right."
    assert question.incorrect_feedback == "Look at a map."


def test_ordering(tea: dict[str, Question]) -> None:
    question = tea["Making"]
    assert [part.text for part in question.parts] == ["Boil", "Pour", "Wait"]
    assert "graded as RELATIVE_TO_CORRECT in the file" in question.remarks[0]


def test_embedded_answers(tea: dict[str, Question]) -> None:
    question = tea["Gaps"]
    assert question.text == "Green tea likes {{blank-1}} and black tea {{blank-2}}."
    assert question.blanks == [Blank("blank-1", ["80 degrees", "eighty"]), Blank("blank-2", ["boiling water"])]
    assert question.points == "2"
    assert any("part of its points" in remark for remark in question.remarks)


def test_an_essay(tea: dict[str, Question]) -> None:
    question = tea["Essay"]
    assert question.text == "Write about tea.\n\n- its past\n- its taste"
    assert question.extra == {"text": True, "files": {"max": 1}, "notes": "Be kind."}


def test_skipped_questions_are_listed_with_reasons() -> None:
    parsed = read(sample("tea.en.xml"))
    assert {skipped.name: skipped.reason for skipped in parsed.skipped} == {
        "Only wild cards": "It has no accepted answer without a wild card.",
        "Hello": "It is a text without a question.",
        "Drag": "This kind of question is not supported: ddimageortext.",
    }
    assert parsed.notes == [
        "Categories are left out, because a quiz has none. Choose one to import its questions only."
    ]


def question(kind: str, inside: str, text: str = "What?") -> str:
    return (
        f'<quiz><question type="{kind}"><name><text>q</text></name>'
        f'<questiontext format="html"><text><![CDATA[{text}]]></text></questiontext>{inside}</question></quiz>'
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (question("multichoice", '<single>true</single><answer fraction="50"><text>a</text></answer>'), "exactly one"),
        (question("truefalse", ""), "exactly one correct choice"),
        (question("numerical", '<answer fraction="100"><text>many</text></answer>'), "“many” is not a number."),
        (question("numerical", ""), "exactly one right value"),
        (question("multichoice", '<answer fraction="x"><text>a</text></answer>'), "“x” is not a percentage."),
        (question("shortanswer", "<defaultgrade>1e999999</defaultgrade>"), "is not a number of points"),
        (question("cloze", "", "{1:SHORTANSWER:=a"), "A gap of its text is not closed."),
        (question("cloze", "", "none"), "Its text has no gap."),
        (question("shortanswer", "", "<div>" * 500), "too long or nested too deeply"),
        (question("shortanswer", "", "a" * 30_000), "too long or nested too deeply"),
    ],
)
def test_the_reason_why_a_question_is_skipped(content: str, why: str) -> None:
    assert why in reason(content)


@pytest.mark.parametrize(
    ("form", "text", "markdown"),
    [
        ("html", "<p>a</p><p>b<br>c</p>", "a\n\nb\\\nc"),
        ("html", "1 &lt; 2 &amp;&amp; x_y", "1 < 2 && x_y"),
        ("html", "<b>정밀도</b>는", "**정밀도**는"),
        ("markdown", "a **b**", "a **b**"),
        ("plain_text", "<b> * _x_", "\\<b\\> \\* \\_x\\_"),
        ("moodle_auto_format", "a\nb", "a\\\nb"),
        ("moodle_auto_format", "a <b>b</b>\nc", "a **b**\\\nc"),
    ],
)
def test_texts_are_converted_from_their_format(form: str, text: str, markdown: str) -> None:
    answers = '<answer fraction="100"><text>x</text></answer>'
    content = question("shortanswer", answers, text).replace('format="html"', f'format="{form}"')
    assert one(content).text == markdown


def test_scripts_and_unsafe_links_are_left_out() -> None:
    answers = '<answer fraction="100"><text>x</text></answer>'
    found = one(question("shortanswer", answers, 'a<script>alert(1)</script> <a href="javascript:alert(1)">b</a>'))
    assert found.text == "a b"
    assert found.remarks == [
        "Left out: the element <script>.",
        "Left out: the link to javascript:alert(1).",
    ]


def test_the_layout_is_that_of_a_moodle_export() -> None:
    """Order and names of elements follow Moodle's own export (question/format/xml, 4.5)."""
    asked = Question(
        "q",
        "multiple_choice",
        "a & **b**",
        "2.00",
        "partial",
        [Part("x", "x", correct=True), Part("y", "y"), Part("z", "z")],
    )
    made = moodle.write([asked], language="en", name="quiz")
    root = plain_xml.parse(made.content.decode())
    (element,) = root.elements("question")
    assert element.attributes == {"type": "multichoice"}
    assert [child.name for child in element.elements()][:10] == [
        "name", "questiontext", "generalfeedback", "defaultgrade", "penalty", "hidden", "idnumber", "single",
        "shuffleanswers", "answernumbering",
    ]  # fmt: skip
    assert element.text("questiontext", "text") == "a &amp; <strong>b</strong>"
    assert element.text("defaultgrade") == "2"
    assert [answer.attributes["fraction"] for answer in element.elements("answer")] == ["100", "-50", "-50"]


def test_special_signs_in_embedded_answers_survive() -> None:
    accept = ["a}b", "c~d", "e#f", "=g", "%50%h", "i\\j", "k*l", "<m>", "&n;", '"o"']
    asked = Question("q", "fill_in", "Say {{gap}} now.", "1", "partial", blanks=[Blank("gap", accept)])
    made = moodle.write([asked], language="en", name="quiz")
    assert one(made.content).blanks == [Blank("blank-1", accept)]
