"""The elements of HTML that a text may have: raised and lowered signs, readings."""

import pytest

from common.markup import markdown
from tests.common.markup.test_markdown import html, problems


@pytest.mark.parametrize(
    ("text", "shown", "plain"),
    [
        ("10<sup>3</sup>은", "10<sup>3</sup>은", "10³은"),
        ("H<sub>2</sub>O", "H<sub>2</sub>O", "H₂O"),
        ("e<sup>**x**</sup>", "e<sup><strong>x</strong></sup>", "e^x"),
        ("a<sub>i, j</sub>", "a<sub>i, j</sub>", "a_(i, j)"),
        ("a<sup>b<sub>1</sub></sup>", "a<sup>b<sub>1</sub></sup>", "a^(b₁)"),
        ("`<sup>2</sup>`", "<code>&lt;sup&gt;2&lt;/sup&gt;</code>", "<sup>2</sup>"),
    ],
)
def test_signs_are_raised_and_lowered(text: str, shown: str, plain: str) -> None:
    assert html(text) == f"<p>{shown}</p>"
    assert problems(text) == []
    (inline,) = [token for token in markdown.parse(text).tokens if token.type == "inline"]
    assert markdown.plain_text(inline) == plain


@pytest.mark.parametrize("text", ["a<sup>2", "a<sup></sup>", "a</sup>", '<sup onclick="x">2</sup>', "\\<sup>2</sup>"])
def test_other_tags_of_raised_signs_are_text(text: str) -> None:
    assert "<sup" not in html(text)
    assert "HTML is not allowed" in problems(text)[0]


@pytest.mark.parametrize(
    ("text", "shown", "plain"),
    [
        ("<ruby>漢字<rt>한자</rt></ruby>를", "<ruby>漢字<rt>한자</rt></ruby>를", "漢字(한자)를"),
        ("**<ruby>a<rt>b</rt></ruby>**", "<strong><ruby>a<rt>b</rt></ruby></strong>", "a(b)"),
        ("<ruby>a\\*b<rt>*c*</rt></ruby>", "<ruby>a*b<rt><em>c</em></rt></ruby>", "a*b(c)"),
        (
            "`<ruby>a<rt>b</rt></ruby>`",
            "<code>&lt;ruby&gt;a&lt;rt&gt;b&lt;/rt&gt;&lt;/ruby&gt;</code>",
            "<ruby>a<rt>b</rt></ruby>",
        ),
    ],
)
def test_words_have_their_readings_above_them(text: str, shown: str, plain: str) -> None:
    assert html(text) == f"<p>{shown}</p>"
    assert problems(text) == []
    (inline,) = [token for token in markdown.parse(text).tokens if token.type == "inline"]
    assert markdown.plain_text(inline) == plain


@pytest.mark.parametrize(
    "text",
    [
        "<ruby>a</ruby>",
        "<ruby><rt>b</rt></ruby>",
        "<ruby>a<rt></rt></ruby>",
        '<ruby onclick="x">a<rt>b</rt></ruby>',
        "<ruby>a<img src=x><rt>b</rt></ruby>",
        "\\<ruby>a<rt>b</rt></ruby>",
    ],
)
def test_other_tags_of_readings_are_text(text: str) -> None:
    assert "<ruby" not in html(text)
    assert "<rt" not in html(text)
    assert "HTML is not allowed" in problems(text)[0]
