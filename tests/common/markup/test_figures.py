"""Figures are rebuilt from an allow-list; anything else is reported."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.markup import figures

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 50" role="img" aria-labelledby="a-title a-desc">'
TEXTS = '<title id="a-title">T &amp; t</title><desc id="a-desc">D</desc>'


def drawing(inside: str) -> str:
    return f"{HEAD}{TEXTS}{inside}</svg>"


def read(text: str) -> figures.Figure:
    return figures.read(text.encode(), name="a")


def test_an_allowed_figure_is_rebuilt_unchanged() -> None:
    figure = read(
        drawing(
            '<defs><marker id="a-m" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
            '<path class="fig-arrow" d="M0 0L10 5L0 10z"/></marker></defs><!-- note -->'
            '<g transform="translate(1,2) rotate(45)"><rect class="fig-box" x="1" y="2" width="3.5" height="4" rx="1"/></g>'
            '<line class="fig-line" x1="0" y1="0" x2="1" y2="1" marker-end="url(#a-m)"/>'
            '<text class="fig-text" x="1" y="2" text-anchor="middle">가 &lt; 나<tspan x="1" dy="18">다</tspan></text>'
        )
    )
    assert figure.problems == []
    assert figure.title == "T & t"
    assert figure.words == ["T & t", "D", "가 < 나", "다"]
    assert '<rect class="fig-box" x="1" y="2" width="3.5" height="4" rx="1"></rect>' in figure.svg
    assert "가 &lt; 나" in figure.svg
    assert "xmlns" not in figure.svg
    assert "note" not in figure.svg


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<style>*{}</style>",
        '<a href="javascript:alert(1)"><text>x</text></a>',
        '<image href="https://example.com/x.png"/>',
        '<use href="#a-title"/>',
        '<foreignObject><div xmlns="http://www.w3.org/1999/xhtml">x</div></foreignObject>',
        '<animate attributeName="x"/>',
        '<rect onclick="alert(1)"/>',
        '<rect style="fill:red"/>',
        '<rect fill="red"/>',
        '<rect class="page-header"/>',
        '<rect id="b-x"/>',
        '<rect id="a-title"/>',
        '<rect x="javascript:1"/>',
        '<path d="M0 0 url(x)"/>',
        '<line marker-end="url(https://example.com/#a)"/>',
        '<line marker-end="url(#a-missing)"/>',
        '<rect transform="matrix(1 0 0 1 0 0)"/>',
        '<linearGradient id="a-g"/>',
        '<h:script xmlns:h="http://www.w3.org/1999/xhtml">1</h:script>',
        '<rect xmlns:x="http://www.w3.org/1999/xlink" x:href="#a"/>',
        "<svg/>",
        "<g>words</g>",
        "<?php x ?>",
    ],
)
def test_anything_not_on_the_list_is_a_problem(inside: str) -> None:
    figure = read(drawing(inside))
    assert figure.problems
    assert figure.svg == ""


def paper(inside: str) -> str:
    return drawing(inside).replace("<svg ", '<svg class="fig-paper" ', 1)


def test_a_figure_on_paper_has_colours_gradients_and_clips() -> None:
    inside = (
        '<defs><linearGradient id="a-g" x1="0" y1="0" x2="100%" y2="0" gradientUnits="userSpaceOnUse" '
        'gradientTransform="matrix(1,0,0,1,2,3)"><stop offset="50%" stop-color="#ff000080" stop-opacity=".5"></stop>'
        '</linearGradient><clipPath id="a-c"><rect width="5" height="5"></rect></clipPath></defs>'
        '<g fill="url(#a-g)" stroke="black" stroke-width="1.5px" clip-path="url(#a-c)" font-size="12px" font-weight="700">'
        '<path d="M0 0h1" fill="none" stroke-dasharray="4 2" stroke-linecap="round" opacity="0.5"></path>'
        '<text x="1" y="2" letter-spacing="-0.1em">abc</text></g>'
    )
    figure = read(paper(inside))
    assert figure.problems == []
    assert inside in figure.svg
    assert figure.svg.startswith('<svg class="fig-paper" viewBox=')


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<style>*{}</style>",
        '<image href="data:image/png;base64,AAAA"/>',
        '<use href="#a-title"/>',
        "<foreignObject/>",
        "<filter/>",
        "<animate/>",
        '<rect onclick="alert(1)"/>',
        '<rect style="fill:red"/>',
        '<rect fill="url(https://example.com/#a)"/>',
        '<rect fill="url(#a-missing)"/>',
        '<rect fill="url(#a-title) red"/>',
        '<rect fill="rgb(0,0,0)"/>',
        '<rect fill="var(--x)"/>',
        '<rect fill="red;}"/>',
        '<rect clip-path="circle(1px)"/>',
        '<rect class="fig-paper"/>',
        '<g class="fig-paper"/>',
        '<text font-family="Arial">x</text>',
        '<rect stroke-width="calc(1px)"/>',
        '<rect transform="url(#a-title)"/>',
        '<radialGradient id="a-r" href="#a-title"/>',
        '<clipPath id="a-c"><rect clip-path="url(#a-c)"/></clipPath>',
        '<clipPath id="a-c"/><marker id="a-m"><g clip-path="url(#a-c)"><path/></g></marker>',
        '<marker id="a-m"><path marker-end="url(#a-m)"/></marker>',
    ],
)
def test_paper_allows_nothing_that_runs_loads_or_multiplies(inside: str) -> None:
    figure = read(paper(inside))
    assert figure.problems
    assert figure.svg == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<svg",
        '<!DOCTYPE svg [<!ENTITY a "b">]>' + drawing("<text>&a;</text>"),
        '<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + drawing(""),
        "<svg/>",
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        f"{HEAD}<desc id='a-desc'>D</desc><title id='a-title'>T</title></svg>",
        f"{HEAD}<title id='a-title'> </title><desc id='a-desc'>D</desc></svg>",
        drawing("<g>" * 30 + "</g>" * 30),
        drawing("<rect/>" * 3000),
        drawing("<text>" + "x" * 300_000 + "</text>"),
    ],
)
def test_files_that_are_no_figures_are_refused(text: str) -> None:
    assert read(text).problems
    assert read(text).svg == ""


def test_problems_carry_their_line() -> None:
    assert [line for line, _message in read(drawing("\n\n<script/>")).problems] == [3]


@given(st.text(max_size=300))
def test_no_text_becomes_markup(text: str) -> None:
    svg = read(drawing(f"<text>{text}</text>")).svg
    assert "<script" not in svg
    assert "onload=" not in svg.split("<text>")[0]
