"""Lines without marks are converted without parsing them: the result is that of the parser."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from common.markup import markdown
from common.markup.markdown_syntax import PARSER
from common.markup.plain_xml import Node, XmlError, parse, stream
from exchange.html import conversion
from exchange.html.markdown_writer import means_itself
from exchange.html.tree import tree

# Mostly signs that mean something somewhere, at the start of a line or beside each other.
LINES = st.text(st.sampled_from(list("ab가 1.)-+#=*_`~[]<>&|!:;'\"{}$^\\/%\u00a0\u3000\u200b\ufeff")), max_size=12)
MANY = settings(max_examples=600, deadline=None)


@MANY
@given(LINES)
@example("1. a")
@example("1.5 a")
@example("a  ")
@example("\u3000a")
@example("setext\u2028=")
def test_a_line_that_means_itself_is_parsed_as_its_text(line: str) -> None:
    if means_itself(line):
        tokens = PARSER.parse(line)
        assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
        assert markdown.plain_text(tokens[1]) == line == conversion.to_plain(line)
        assert "".join(f"{child.type}:{child.content}" for child in tokens[1].children or []) == f"text:{line}"


@pytest.mark.parametrize(
    "line", ["What is it?", "가장 높은 산은 무엇인가요?", "42", "A, B (and C)", "100% of it: yes!"]
)
def test_most_lines_mean_themselves(line: str) -> None:
    assert means_itself(line)


@MANY
@given(
    LINES,
    st.sampled_from(["{}", "<p>{}</p>", '<p dir="ltr" style="x">{}</p>\n', "<p>{}", "{}</p>", "<p class='a'> {} </p>"]),
)
@example("a  b", "<p>{}</p>")
@example("", "<p>{}</p>")
def test_a_paragraph_of_html_becomes_what_its_tree_becomes(line: str, form: str) -> None:
    html = form.format(line)
    quick: list[str] = []
    slow: list[str] = []
    assert conversion.from_html(html, quick) == conversion.from_nodes(tree(html).children, slow)
    assert quick == slow


XML = '<quiz><a>x</a><question n="1"><question/>t<b/></question>\n<!-- c --><part><question n="2">{}</question></part></quiz>'


def found(node: Node) -> list[object]:
    return [node.name, node.attributes, [child if isinstance(child, str) else found(child) for child in node.children]]


def test_elements_are_streamed_as_they_are_in_the_tree() -> None:
    """Also if one is longer than what is read at a time, and without those that are inside another."""
    text = XML.format("long 글 " * 40_000)
    whole = [node for node in parse(text).all("question") if node.attributes]

    def joined(node: Node) -> list[object]:
        # A text may come in several pieces.
        return [node.name, node.attributes, node.text(), [joined(child) for child in node.elements()]]

    assert [joined(node) for node in stream(text, "question")] == [joined(node) for node in whole]


def test_what_is_before_the_fault_is_streamed() -> None:
    read = stream(XML.format("x") + "<", "question")
    assert found(next(read)) == ["question", {"n": "1"}, [["question", {}, []], "t", ["b", {}, []]]]
    next(read)
    with pytest.raises(XmlError):
        next(read)
