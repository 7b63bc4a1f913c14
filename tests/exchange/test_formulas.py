"""Formulas of MathML as TeX, and TeX as MathML."""

import pytest

from common.markup import formulas, markdown, markdown_html, plain_xml
from exchange.html import conversion, tex


@pytest.mark.parametrize(
    "written",
    [
        r"\frac{a}{b}", r"\sqrt{x + 1}", r"\sqrt[3]{x}", r"\hat{y}", r"\text{정밀도} = \frac{T P}{T P + F P}",
        r"P ( A \mid B )", r"\{ a \}", "a < b", r"\lim_{x \to 0} f", r"\begin{matrix} 1 & 2 \\ 3 & 4 \end{matrix}",
        r"\overset{a}{b}", r"\underset{i}{x}", r"\alpha \le \beta",
    ],
)  # fmt: skip
def test_mathml_becomes_the_tex_that_makes_it(written: str) -> None:
    mathml = formulas.write(written)
    assert mathml is not None
    again = tex.from_mathml(plain_xml.parse(mathml))
    assert again is not None
    assert formulas.write(again) == mathml


def test_the_tex_of_the_author_comes_first() -> None:
    mathml = formulas.write(r"x^2 \cdot y", annotated=True)
    assert mathml is not None
    assert tex.from_mathml(plain_xml.parse(mathml)) == r"x^2 \cdot y"


@pytest.mark.parametrize(
    "text",
    [r"The mean $$\bar{x}=\frac{1}{n}\sum_{i=1}^n x_i$$ is", "$$x^{2}$$", r"a \$\$ b $$a<b$$ *c*",
     r"$$\begin{pmatrix}1&2\\3&4\end{pmatrix}$$"],
)  # fmt: skip
def test_a_formula_comes_back_from_html_and_from_qti(text: str) -> None:
    losses: list[str] = []
    assert conversion.from_html(conversion.to_html(text, language="en", losses=losses), losses) == text
    nodes = conversion.to_nodes(text, language="en", losses=losses)
    written = "".join(plain_xml.write(node) for node in nodes)
    assert conversion.from_nodes(plain_xml.parse(f"<div>{written}</div>").children, losses) == text
    assert losses == []


def test_two_braces_beside_each_other_are_no_gap() -> None:
    assert conversion.from_html(r"<p>\(x^{{2}}\)</p>", []) == "$$x^{ {2} }$$"


@pytest.mark.parametrize("written", [r"\foo", "{", "x^", "", r"\\", "a" * 501, "{" * 31 + "}" * 31])
def test_what_cannot_be_read_is_no_formula(written: str) -> None:
    assert formulas.write(written) is None


@pytest.mark.parametrize("written", [r"\href{javascript:x}{y}", r"\class{y}{x}", r"\style{color: red}{y}"])
def test_tex_names_no_links_classes_and_styles(written: str) -> None:
    assert "=" not in (formulas.write(written) or "")


def test_a_formula_in_a_text() -> None:
    def html(text: str) -> str:
        return markdown_html.render(markdown.parse(text), language="en", resolver=markdown.NoResolver()).strip()

    assert html("So $$x_1*y*$$은") == "<p>So " + (formulas.write("x_1*y*") or "") + "은</p>"
    assert html("$$x$$") == '<p><math display="block"><mrow><mi>x</mi></mrow></math></p>'
    assert html("It costs $$ or $5, `$$x$$`") == "<p>It costs $$ or $5, <code>$$x$$</code></p>"
    assert html(r"$$\foo<b>$$") == r"<p><code>\foo&lt;b&gt;</code></p>"


def test_the_check_of_a_course_names_a_formula_that_cannot_be_read() -> None:
    found = markdown.problems(markdown.parse("a\n\n$$\\foo$$"), language="en", resolver=markdown.NoResolver())
    assert [line for line, _problem in found] == [3]
    assert r"\foo" in found[0][1]


def test_a_formula_in_plain_text_is_its_tex() -> None:
    assert conversion.to_plain("So $$x^2$$.") == "So x^2."


@pytest.mark.parametrize("text", [r"\$\$x\$\$", r"\\(x\\)"])
def test_a_text_that_another_system_takes_for_a_formula_is_named(text: str) -> None:
    losses: list[str] = []
    conversion.to_html(text, language="en", losses=losses)
    assert len(losses) == 1
    assert "takes it for a formula" in losses[0]
