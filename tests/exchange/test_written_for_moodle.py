"""What is written keeps to what Moodle 4.5.6 was seen to read. docs/peers.md lists it; no registry carries Moodle."""

import re
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.markup import plain_xml
from common.markup.plain_xml import Node
from exchange import gift, moodle
from tests.exchange import generated

QUIET = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
# The percentages of Moodle that are a whole divided by a number of choices.
SHARES = {f"{Decimal(100) / n:.5f}".rstrip("0").rstrip(".") for n in (*range(1, 11), 20)}
_ESCAPED = re.compile(r"\\[:#={}~n\\]")


def written_gift(kind: str, data: st.DataObject) -> str:
    """Return the file of a generated question; "" if GIFT cannot express it."""
    question = data.draw(generated.questions(kind))
    return gift.write([question], language="en", name="quiz").content.decode().strip()


@QUIET
@pytest.mark.parametrize("kind", generated.KINDS)
@given(data=st.data())
def test_gift_has_no_line_that_ends_a_question_or_vanishes(kind: str, data: st.DataObject) -> None:
    """A blank line, or one with only 0, ends a question, and a line that begins with // is a comment: the first line is one."""
    _comment, *lines = written_gift(kind, data).split("\n")
    assert [line for line in lines if line.strip() in ("", "0") or line.lstrip().startswith("//")] == []


@QUIET
@pytest.mark.parametrize("kind", [kind for kind in generated.KINDS if kind != "ordering"])
@given(data=st.data())
def test_gift_has_one_pair_of_braces_and_arrows_only_between_pairs(kind: str, data: st.DataObject) -> None:
    text = _ESCAPED.sub("_", written_gift(kind, data))
    if not text:
        return
    assert (text.count("{"), text.count("}")) == (1, 1)
    answers = text[text.index("{") : text.index("}")]
    if kind == "matching":
        assert all(line.count("->") >= 1 for line in answers.split("\n")[1:-1])
    elif kind in ("short_answer", "fill_in"):
        assert "->" not in answers
    elif kind == "numeric":
        assert re.match(r"\{#\n\t=-?\d+(\.\d+)?:\d+(\.\d+)?(#|\n)", answers)


@QUIET
@given(data=st.data())
def test_the_items_of_an_ordering_in_gift_stand_alone_after_a_style(data: st.DataObject) -> None:
    """The words after SHOW are a numbering style, across the line break; `none` is one, so an item is not taken for it."""
    text = written_gift("ordering", data)
    if text:
        assert re.search(r"\{>\d+ ALL VERTICAL (ABSOLUTE_POSITION|ALL_OR_NOTHING) SHOW none\n", text)


def written_xml(kind: str, data: st.DataObject) -> Node:
    question = data.draw(generated.questions(kind))
    root = plain_xml.parse(moodle.write([question], language="en", name="quiz").content.decode())
    found = root.first("question")
    assert found is not None
    return found


@QUIET
@pytest.mark.parametrize("kind", ["single_choice", "multiple_choice", "short_answer", "numeric"])
@given(data=st.data())
def test_moodle_xml_has_only_percentages_that_moodle_has(kind: str, data: st.DataObject) -> None:
    question = written_xml(kind, data)
    fractions = [answer.attributes["fraction"] for answer in question.elements("answer")]
    assert {fraction.lstrip("-") for fraction in fractions} <= {*SHARES, "0"}
    if kind != "multiple_choice":
        assert set(fractions) <= {"100", "0"}
    assert (kind in ("single_choice", "multiple_choice")) == (question.first("single") is not None)


@QUIET
@given(data=st.data())
def test_moodle_xml_of_an_ordering_can_be_stored(data: st.DataObject) -> None:
    assert written_xml("ordering", data).first("shownumcorrect") is not None


@QUIET
@given(data=st.data())
def test_a_star_in_an_answer_is_no_wild_card_in_moodle_xml(data: st.DataObject) -> None:
    texts = [
        text.text()
        for answer in written_xml("short_answer", data).elements("answer")
        for text in answer.elements("text")
    ]
    # The last answer is `*`: every other one, with the feedback for wrong answers.
    assert not any("*" in text.replace("\\*", "") for text in texts if text != "*")


@QUIET
@given(data=st.data())
def test_numbers_in_moodle_xml_are_decimals_with_a_point(data: st.DataObject) -> None:
    answers = list(written_xml("numeric", data).elements("answer"))
    for words in [
        node.text() for answer in answers for node in (answer.first("text"), answer.first("tolerance")) if node
    ]:
        assert words == "*" or re.fullmatch(r"-?\d+(\.\d+)?", words)
