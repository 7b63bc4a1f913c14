"""Files at the limits are read or refused within a second: limits are checked before texts are converted."""

import time

import pytest

from exchange import refusals
from exchange.imports import import_plan, importing
from tests.exchange.files import read, reason

ITEM = (
    '<assessmentItem identifier="i"><responseDeclaration identifier="R" cardinality="single"><correctResponse>'
    "<value>c1</value></correctResponse></responseDeclaration><itemBody>"
    '<choiceInteraction responseIdentifier="R"><prompt>x</prompt>{}</choiceInteraction></itemBody></assessmentItem>'
)
MOODLE = (
    '<question type="multichoice"><name><text>q</text></name><questiontext format="html"><text>x</text></questiontext>'
    "<single>true</single>{}</question>"
)
MOODLE_ANSWER = '<answer fraction="0"><text>b</text></answer>'

TOO_MANY_QUESTIONS = {
    "gift": "\n\n".join(f"::q{n}::What is q{n}? {{=right answer#good ~wrong#bad ~other}}" for n in range(60_000)),
    "gift-without-answers": "::a::" + "a\n\n" * 900_000,
    "moodle": f"<quiz>{MOODLE.format(2 * MOODLE_ANSWER) * 11_000}</quiz>",
}
TOO_MANY_ANSWERS = {
    "choices": "::q::x{" + "~a " * 900_000 + "}",
    "answers": "::q::x{" + "=a " * 900_000 + "}",
    "pairs": "::q::x{" + "=a -> b " * 350_000 + "}",
    "items": "::q::x{>2 ALL\n" + "a\n" * 1_400_000 + "}",
    "numbers": "::q::x{#" + "=1:0 " * 500_000 + "}",
    "moodle": f"<quiz>{MOODLE.format(MOODLE_ANSWER * 60_000)}</quiz>",
    "qti": ITEM.format("".join(f'<simpleChoice identifier="c{n}">a</simpleChoice>' for n in range(60_000))),
}
TOO_LONG = {
    "plain": "::q::" + "a b " * 700_000 + "{=a}",
    "html": "::q::[html]" + "<p>a</p>" * 350_000 + "{=a}",
    "moodle": f"<quiz>{MOODLE.format('').replace('<text>x<', '<text><![CDATA[' + '<p>a</p>' * 350_000 + ']]><')}</quiz>",
}


class Within:
    """Fails if its block takes longer than `seconds` of this process's processor time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __enter__(self) -> None:
        self.began = time.process_time()

    def __exit__(self, *error: object) -> None:
        assert time.process_time() - self.began < self.seconds


@pytest.mark.parametrize("name", TOO_MANY_QUESTIONS)
def test_too_many_questions_are_refused_before_they_are_converted(name: str) -> None:
    with Within(1.5), pytest.raises(refusals.ExchangeError, match="more than 10000 questions"):
        importing.parse(TOO_MANY_QUESTIONS[name].encode(), language="en")


@pytest.mark.parametrize("name", TOO_MANY_ANSWERS)
def test_a_question_with_too_many_answers_is_skipped_before_they_are_converted(name: str) -> None:
    with Within(1.5):
        assert reason(TOO_MANY_ANSWERS[name]) == "It has more than 200 answers."


@pytest.mark.parametrize("name", TOO_LONG)
def test_a_text_that_is_too_long_is_skipped_before_it_is_converted(name: str) -> None:
    with Within(1.5):
        assert reason(TOO_LONG[name]) == "Its text is too long or nested too deeply."


def test_blank_lines_cost_nothing() -> None:
    with Within(1.5):
        assert len(read("\n" * 2_800_000 + "::q::x{=a}").questions) == 1


def test_blank_lines_in_a_file_like_aiken_cost_nothing() -> None:
    with Within(1.5):
        assert len(read("Which?\nA. one\nB. two\nANSWER: A\n" + " \n" * 100_000).questions) == 1


def test_a_thousand_questions_of_2_kb_are_read_within_a_second() -> None:
    content = "\n\n".join(f"::q{n}::[html]<p>What <b>is</b> it?</p> {'word ' * 400}{{=a ~b}}" for n in range(1000))
    with Within(1.5):
        assert len(read(content).questions) == 1000


def test_exactly_200_answers_are_read() -> None:
    assert len(read("::q::x{=a " + "~b " * 199 + "}").questions[0].parts) == 200


def test_the_keys_of_many_equal_names_take_a_linear_time() -> None:
    parsed = importing.parse(("Question,OptionA,OptionB,CorrectOption\n" + "Q?,1,2,A\n" * 8000).encode(), language="en")
    start = time.process_time()
    plan = import_plan.plan(slug="quiz", records={}, parsed=parsed, language="en")
    assert time.process_time() - start < 4
    assert len({entry.key for entry in plan.entries}) == 8000
