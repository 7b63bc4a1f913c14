"""Markdown: emphasis beside Korean, names, boxes, tables, figures, code; and no active content."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.markup import markdown, markdown_html
from common.markup.markdown import NoResolver, Picture, Term

SVG = '<svg viewBox="0 0 1 1"><title>t</title></svg>'


class Resolver(NoResolver):
    def lesson(self, slug: str, heading: str) -> str | None:
        return f"/lessons/{slug}/" + (f"#{heading}" if heading else "") if slug == "mlops" else None

    def quiz(self, slug: str) -> str | None:
        return f"/quizzes/{slug}/" if slug == "final" else None

    def asset(self, name: str) -> str | None:
        return f"/files/{name}" if name == "data.csv" else None

    def figure(self, name: str) -> str | Picture | None:
        if name == "photo.png":
            return Picture("/files/photo.png?v=1&w=2", 80, 50)
        return SVG if name == "cycle.ko.svg" else None

    def term(self, key: str, language: str) -> Term | None:
        return Term(f"/glossary/#term-{key}", f'"{language}" & <b>') if key == "data-drift" else None


def html(text: str, language: str = "en") -> str:
    return markdown_html.render(markdown.parse(text), language=language, resolver=Resolver()).strip()


def problems(text: str) -> list[str]:
    found = markdown.problems(markdown.parse(text), language="en", resolver=Resolver())
    return [f"{line}: {message}" for line, message in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**머신러닝(ML)**은", "<strong>머신러닝(ML)</strong>은"),
        ("**`code`**를", "<strong><code>code</code></strong>를"),
        ('**"인용"**은', '<strong>"인용"</strong>은'),
        ("**“인용”**이라고", "<strong>“인용”</strong>이라고"),
        ("그래서**(중요)**하다", "그래서<strong>(중요)</strong>하다"),
        ("**50%**의", "<strong>50%</strong>의"),
        ("**A/B 테스트(A/B Test)**와 **KPI**를", "<strong>A/B 테스트(A/B Test)</strong>와 <strong>KPI</strong>를"),
        ("*기울임(it)*은", "<em>기울임(it)</em>은"),
        ("***둘 다(x)***는", "<em><strong>둘 다(x)</strong></em>는"),
        ("~~지움(x)~~도", "<s>지움(x)</s>도"),
        ("**「C」**는", "<strong>「C」</strong>는"),
        ("**東京(トウキョウ)**は", "<strong>東京(トウキョウ)</strong>は"),
        ("**[3-5](lesson:mlops)**에서", '<strong><a href="/lessons/mlops/">3-5</a></strong>에서'),
        ("**중요**: **데이터**.", "<strong>중요</strong>: <strong>데이터</strong>."),
        ("가 * 나 * 다", "가 * 나 * 다"),
        ("2 ** 3 ** 4", "2 ** 3 ** 4"),
        ("snake_case_name", "snake_case_name"),
        ("plain **bold** text", "plain <strong>bold</strong> text"),
    ],
)
def test_emphasis_beside_korean(text: str, expected: str) -> None:
    assert html(text) == f"<p>{expected}</p>"


def test_heading_ids_are_kept_apart_from_the_words() -> None:
    document = markdown.parse("## 모델 **개발** {#life-cycle}\n\n### 그다음 {#next}\n")
    assert [(heading.level, heading.id, heading.text, heading.line) for heading in document.headings] == [
        (2, "life-cycle", "모델 개발", 1),
        (3, "next", "그다음", 3),
    ]
    assert html("## A {#a}") == '<h2 id="a">A</h2>'


def test_a_term_carries_its_definition() -> None:
    assert html("[[data-drift|드리프트(Drift)]]는", "ko") == (
        '<p><a class="term" href="/glossary/#term-data-drift" data-term="data-drift" '
        'data-definition="&quot;ko&quot; &amp; &lt;b&gt;">드리프트(Drift)</a>는</p>'
    )


def test_a_term_may_contain_marks_and_be_in_a_table() -> None:
    assert "<strong>D</strong>" in html("[[data-drift|**D**]]")
    assert 'class="term"' in html("| a |\n|---|\n| [[data-drift\\|d]] |\n")
    assert problems("| a | b |\n|---|---|\n| [[data-drift|d]] | x |\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[x](lesson:mlops)", '<a href="/lessons/mlops/">x</a>'),
        ("[x](lesson:mlops#data-drift)", '<a href="/lessons/mlops/#data-drift">x</a>'),
        ("[x](quiz:final)", '<a href="/quizzes/final/">x</a>'),
        ("[x](assets/data.csv)", '<a href="/files/data.csv" download="">x</a>'),
        ("[x](https://example.com/?a=1&b=2)", '<a href="https://example.com/?a=1&amp;b=2" rel="noopener">x</a>'),
        ("<https://example.com>", '<a href="https://example.com" rel="noopener">https://example.com</a>'),
        ("[x](mailto:a@example.com)", '<a href="mailto:a@example.com">x</a>'),
    ],
)
def test_links_to_known_targets(text: str, expected: str) -> None:
    assert html(text) == f"<p>{expected}</p>"
    assert problems(text) == []


def test_a_link_within_the_page_needs_its_heading() -> None:
    assert '<a href="#a">' in html("## A {#a}\n\n[x](#a)")
    assert problems("[x](#a)") == ["1: This link leads nowhere: #a"]


@pytest.mark.parametrize(
    "target",
    [
        "lesson:unknown",
        "quiz:unknown",
        "assets/unknown.csv",
        "assets/../secret",
        "http://example.com",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//example.com",
        "/admin/",
        "relative.html",
        "ftp://example.com",
        "https://",
    ],
)
def test_a_link_to_an_unknown_target_is_text_and_a_problem(target: str) -> None:
    assert html(f"[x]({target})") == "<p>x</p>"
    assert len(problems(f"a\nb [x]({target})")) == 1
    assert problems(f"a\nb [x]({target})")[0].startswith("2: ")


def test_a_figure_is_drawn_into_the_page() -> None:
    text = '![what it shows](assets/cycle.ko.svg "Caption <x>")'
    assert html(text) == f'<figure class="figure">{SVG}<figcaption>Caption &lt;x&gt;</figcaption></figure>'
    assert problems(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "![x](assets/unknown.svg)",
        "![x](https://example.com/x.png)",
        "words ![x](assets/cycle.ko.svg) words",
        "![](assets/cycle.ko.svg)",
        "![x](assets/cycle.ko.svg)\n\n![x](assets/cycle.ko.svg)",
    ],
)
def test_wrong_figures_are_problems(text: str) -> None:
    assert problems(text)
    assert "<img" not in html(text)


def test_the_placeholder_of_a_figure_cannot_be_forged() -> None:
    first = html("<div>figure-0.</div>\n\n![x](assets/cycle.ko.svg)")
    assert first.count(SVG) == 1
    assert first == html("<div>figure-0.</div>\n\n![x](assets/cycle.ko.svg)")


def test_boxes_are_titled_in_the_language_of_the_text() -> None:
    assert html("> [!WARNING]\n> **주의(x)**는\n>\n> b") == (
        '<div class="alert alert-warning" role="note">\n<p class="alert-title">Warning</p>\n'
        "<p><strong>주의(x)</strong>는</p>\n<p>b</p>\n</div>"
    )
    assert html("> [!TIP]").count("<p") == 1
    assert html("> [!OTHER]\n> x") == "<blockquote>\n<p>[!OTHER]\nx</p>\n</blockquote>"
    assert html("> quoted\n>\n> > [!NOTE]\n> > x").count("</div>") == 1


def test_problems_in_a_box_carry_their_line() -> None:
    assert problems("x\n\n> [!NOTE]\n> [x](nowhere)") == ["4: This link leads nowhere: nowhere"]


def test_the_empty_corner_of_a_table_is_no_header() -> None:
    page = html("| | a |\n|:--|--:|\n| b | **1** |\n")
    assert re.findall(r"<(t[hd])[^>]*>(.*?)</(t[hd])>", page) == [
        ("td", "", "td"), ("th", "a", "th"), ("td", "b", "td"), ("td", "<strong>1</strong>", "td"),
    ]  # fmt: skip


def test_tables_scroll_and_have_unique_names() -> None:
    table = "| a | b |\n|:--|--:|\n| 1 | 2 |\n"
    page = html(f"## Costs {{#costs}}\n\n{table}\n{table}")
    assert re.findall('aria-label="([^"]+)"', page) == ["Table: Costs", "Table: Costs (2)"]
    assert '<div class="table-scroll" role="region" tabindex="0" aria-label="Table: Costs"><table>' in page
    assert '<th class="align-left" scope="col">a</th>' in page
    assert '<td class="align-right">2</td>' in page
    assert "style=" not in page


def test_code_is_coloured_by_classes() -> None:
    page = html("```python\nprint('<b>')\n```")
    assert page.startswith('<pre class="code" tabindex="0" data-language="python"><code><span class="')
    assert "style=" not in page
    assert "&lt;b&gt;" in page
    assert html("```nosuch\n<b>\n```") == '<pre class="code" tabindex="0"><code>&lt;b&gt;\n</code></pre>'
    assert html("    <b>") == '<pre class="code" tabindex="0"><code>&lt;b&gt;\n</code></pre>'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# Title", "begin at ##"),
        ("## No id", "no id"),
        ("## A {#a}\n\n## B {#a}", "twice"),
        ("a <b>bold</b>", "HTML is not allowed"),
        ("<!-- x -->", "HTML is not allowed"),
        ("[[Unknown Key|x]]", "not a glossary term"),
        ("[[unknown|x]]", "not in the glossary"),
        ("[a [[data-drift|b]] c](lesson:mlops)", "not a link"),
    ],
)
def test_syntax_outside_the_format_is_a_problem(text: str, problem: str) -> None:
    assert any(problem in found for found in problems(text)), problems(text)


def test_inline_rendering_has_no_blocks() -> None:
    assert markdown_html.render_inline("**a(b)**은 [x](lesson:mlops)", language="ko", resolver=Resolver()) == (
        '<strong>a(b)</strong>은 <a href="/lessons/mlops/">x</a>'
    )
    assert markdown_html.render_inline("# a", language="ko", resolver=Resolver()) == "# a"


# --- no active content ----------------------------------------------------------------------------------------------

ALLOWED = {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "s", "sub", "sup",
    "ruby", "rt", "a", "table", "thead", "tbody", "tr", "th", "td", "div", "br", "hr", "span", "figure", "figcaption", "svg",
    "title",
}  # fmt: skip
ATTRIBUTES = {
    "href", "rel", "class", "download", "data-term", "data-definition", "role", "tabindex", "aria-label", "id", "scope",
    "start", "data-language", "viewbox",
}  # fmt: skip


class Inspector(HTMLParser):
    """Fails on any element, attribute or address that rendered text must not contain."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        for name, value in attrs:
            assert name in ATTRIBUTES, (tag, name)
            if name == "href":
                assert (value or "").startswith(("https://", "mailto:", "/", "#")), value
                assert not (value or "").startswith("//"), value

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "<svg onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](  javascript:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](https://example.com/\"onmouseover=\"alert(1))",
    '[x](https://example.com "title\\" onclick=\\"alert(1)")',
    "<javascript:alert(1)>",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "![x](javascript:alert(1))",
    '![x"onerror="alert(1)](assets/cycle.ko.svg "<script>alert(1)</script>")',
    "![x](x\" onerror=\"alert(1))",
    "[[data-drift|<img src=x onerror=alert(1)>]]",
    '[[data-drift"onclick="x|y]]',
    "## x {#a\"onclick=\"alert(1)}",
    "```html\" onclick=\"alert(1)\n<script>alert(1)</script>\n```",
    "```<script>\nx\n```",
    "| <script> |\n|---|\n| <img src=x onerror=alert(1)> |",
    "> [!NOTE]<script>alert(1)</script>\n> x",
    "## <script>alert(1)</script> {#x}\n\n| a |\n|---|\n| b |",
    "<style>*{display:none}</style>",
    "<math><mtext></mtext></math>",
    "<!--><script>alert(1)</script>-->",
    "`<script>`",
    "\\<script\\>alert(1)\\</script\\>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<form action=/logout method=post><button>",
    "<div style='position:fixed'>",
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_becomes_markup(attack: str) -> None:
    Inspector().feed(html(attack))
    Inspector().feed(markdown_html.render_inline(attack, language="ko", resolver=Resolver()))


PIECES = st.sampled_from(
    [
        *ATTACKS,
        "**",
        "*",
        "~~",
        "`",
        "```",
        "\n",
        "\n\n",
        "> ",
        "- ",
        "| ",
        "[",
        "](",
        ")",
        "[[",
        "]]",
        "{#a}",
        "가",
        "(",
        "<",
        ">",
    ]
)


@given(st.lists(PIECES | st.text(max_size=10), max_size=20).map("".join))
def test_no_mixture_becomes_markup(text: str) -> None:
    Inspector().feed(html(text))
    problems(text)


@given(st.text(max_size=300))
def test_any_text_renders(text: str) -> None:
    Inspector().feed(html(text))


@pytest.mark.parametrize("piece", ["[", "[[a|", "> ", "*", "- ", "`", "![", "|", "**가(", "<"])
def test_the_time_to_render_repetition_is_linear(piece: str) -> None:
    html(piece * 5000)


def test_a_picture_is_shown_by_its_address_and_size() -> None:
    text = '![what <it> "shows"](assets/photo.png "Caption")'
    assert html(text) == (
        '<figure class="figure"><img src="/files/photo.png?v=1&amp;w=2" width="80" height="50" '
        'alt="what &lt;it&gt; &quot;shows&quot;" loading="lazy" decoding="async">'
        "<figcaption>Caption</figcaption></figure>"
    )
    assert problems(text) == []
    assert problems("![](assets/photo.png)") == ["1: This figure has no description in its brackets."]
    assert "<img" not in html("words ![x](assets/photo.png) words")
    assert "<img" not in html('<img src="/files/photo.png">')
