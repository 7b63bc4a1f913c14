"""GIFT: each kind of question, escapes, formats, encodings."""

import pytest

from exchange import gift
from exchange.items.questions import Blank, Pair, Part, Question, WrongAnswers
from tests.exchange.files import named, one, read, reason, sample


@pytest.fixture
def tea() -> dict[str, Question]:
    return named(read(sample("tea.en.gift.txt")))


def test_a_single_choice_named_by_its_id(tea: dict[str, Question]) -> None:
    question = tea["bitterness"]
    assert question.kind == "single_choice"
    assert question.text == "Which tea is the most bitter?"
    assert question.parts == [
        Part("Black tea", correct=True, feedback="Steeped long, yes."),
        Part("White tea"),
        Part("Barley = water", feedback="No tea at all."),
    ]
    assert "earns or costs points" in question.remarks[0]
    assert question.points is None


def test_multiple_choice(tea: dict[str, Question]) -> None:
    question = tea["Ingredients"]
    assert question.kind == "multiple_choice"
    assert question.credit == "partial"
    assert question.text == "What is **in** tea?"


def test_true_or_false(tea: dict[str, Question]) -> None:
    assert tea["Herbal"].parts == [
        Part("True", "true", feedback="Mint is another plant."),
        Part("False", "false", correct=True, feedback="Right."),
    ]


def test_typed_answers(tea: dict[str, Question]) -> None:
    question = tea["Astringent"]
    assert question.accept == ["tannin"]
    assert question.wrong == [WrongAnswers(["caffeine"], "That wakes you up.")]
    assert question.correct_feedback == "Yes."
    assert question.incorrect_feedback == "No."
    untitled = tea["Untitled question about oolong?"]
    assert untitled.accept == ["yes", "indeed"]
    assert untitled.correct_feedback == "Oolong is half oxidised."


def test_a_missing_word(tea: dict[str, Question]) -> None:
    question = tea["Gap"]
    assert question.kind == "fill_in"
    assert question.text == "Green tea likes {{blank-1}} of heat."
    assert question.blanks == [Blank("blank-1", ["80 degrees", "eighty"])]


def test_numbers(tea: dict[str, Question]) -> None:
    assert tea["Temperature"].extra == {"value": 80, "tolerance": 2.5}
    question = tea["Range"]
    assert question.extra == {"value": 3, "tolerance": 1}
    assert question.correct_feedback == "About three."
    assert question.incorrect_feedback == "No."


def test_matching_and_ordering(tea: dict[str, Question]) -> None:
    assert tea["Origins"].pairs == [Pair("Assam", "India"), Pair("Sencha", "Japan"), Pair("", "Peru")]
    assert [part.text for part in tea["Making"].parts] == ["Boil", "Pour", "Wait"]
    assert tea["Making"].credit == "partial"


def test_an_essay_in_html(tea: dict[str, Question]) -> None:
    assert tea["Essay"].kind == "hand_in"
    assert tea["Essay"].text == "Write *about* tea."


def test_a_line_break_is_escaped(tea: dict[str, Question]) -> None:
    assert tea["Lines"].text == "First\\\nsecond"


def test_skipped_questions_are_listed_with_reasons() -> None:
    parsed = read(sample("tea.en.gift.txt"))
    assert {skipped.name: skipped.reason for skipped in parsed.skipped} == {
        "Only text": "It has no answers in braces, so it is not a question.",
        "Broken": "The braces around its answers do not match, or there is a blank line between them.",
    }
    assert parsed.notes == [
        "Categories are left out, because a quiz has none. Choose one to import its questions only."
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("::a::q{=x}{=y}", "several sets of answers"),
        ("::a::q}x{", "do not match"),
        ("::a::q{#}", "exactly one right value"),
        ("::a::q{#x}", "is not a number"),
        ("::a::q{=a -> b =c}", "no arrow"),
        ("::a::_____ {=x} and", "underscores"),
        ("::a::q{=%50%x}", "no accepted answer without a wild card"),
    ],
)
def test_the_reason_why_a_question_is_skipped(content: str, why: str) -> None:
    assert why in reason(content)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_encodings(encoding: str) -> None:
    text = sample("tea.ko.gift.txt").decode()
    parsed = read(text.encode(encoding), "ko")
    assert named(parsed)["bitterness"].parts[0].text == "홍차"
    expected = {
        "cp949": ["The file was read as cp949, not as UTF-8."],
        "utf-16": ["The file was read as UTF-16, not as UTF-8."],
    }
    assert parsed.notes == expected.get(encoding, [])


def test_escapes_survive_export_and_import() -> None:
    text = "a:b#c={d}~e\\f\\n\ng"
    asked = Question("q", "short_answer", text, accept=["x=y~z#{}:\\*n"], correct_feedback="", incorrect_feedback="")
    made = gift.write([asked], language="en", name="quiz")
    found = one(made.content)
    assert found.text == text
    assert found.accept == asked.accept


def test_aiken_names_what_it_leaves_out() -> None:
    parsed = read("Which?\nA. one\nB. two\n\nAnd this?\nA. x\nB. y\nANSWER: C\n\nGood?\nA) no\nB) yes\nANSWER: B\n")
    assert [question.text for question in parsed.questions] == ["Good?"]
    assert [(one.name, one.reason) for one in parsed.skipped] == [
        ("Which?", "It does not say which answer is right."),
        ("And this?", "A single choice question has exactly one correct choice."),
    ]
