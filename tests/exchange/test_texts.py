"""Texts with any characters survive export and import in each format."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from exchange.exporting import WRITERS
from exchange.html import conversion
from exchange.imports import importing
from exchange.items.questions import Blank, Pair, Part, Question, WrongAnswers
from exchange.items.values import clean, to_key

QUIET = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
SIGNS = st.text(
    st.one_of(
        st.sampled_from(list("\\`*_{}[]()#+-.!|<>&~=:%\"'$^@/ \n가나다한글은는aAbB12,;?")),
        st.characters(exclude_categories=["Cs", "Cc", "Cn"]),
    ),
    min_size=1,
    max_size=60,
)
# Canonical and not empty; {{ would be a gap.
TEXTS = SIGNS.map(clean).filter(lambda text: bool(conversion.to_plain(text)) and "{{" not in text)
# Texts that HTML preserves: without line breaks and figures.
PLAIN = TEXTS.map(lambda text: clean(conversion.from_plain(" ".join(text.split())))).filter(bool)
TYPED = SIGNS.map(lambda text: clean(" ".join(text.split()))).filter(lambda text: bool(text) and len(text) < 60)


BOM = "\ufeff"  # A byte order mark.


def back(format: str, question: Question) -> Question:
    made = WRITERS[format]([question], language="ko", name="quiz")
    parsed = importing.parse(made.content, language="ko")
    assert not parsed.skipped, (parsed.skipped, made.content)
    return parsed.questions[0]


@QUIET
@pytest.mark.parametrize("format", list(WRITERS))
@given(text=PLAIN, choices=st.lists(PLAIN, min_size=3, max_size=3, unique=True), feedback=PLAIN)
@example(text=BOM, choices=[BOM, f"{BOM}a", f"{BOM}{BOM}a"], feedback=BOM)
def test_a_choice(format: str, text: str, choices: list[str], feedback: str) -> None:
    asked = Question(
        "q",
        "single_choice",
        text,
        parts=[Part(choice, f"c-{n}", n == 1, feedback) for n, choice in enumerate(choices)],
    )
    found = back(format, asked)
    assert conversion.renders_same(found.text, text)
    for before, after in zip(asked.parts, found.parts, strict=True):
        assert conversion.renders_same(after.text, before.text)
        assert conversion.renders_same(after.feedback, before.feedback)
        assert after.correct == before.correct


@QUIET
@pytest.mark.parametrize("format", list(WRITERS))
@given(accept=st.lists(TYPED, min_size=1, max_size=4, unique=True), wrong=TYPED, feedback=PLAIN)
@example(accept=[BOM, f"{BOM}a"], wrong=f"{BOM}b", feedback=BOM)
@example(accept=["0"], wrong="0%", feedback="->")
def test_typed_answers(format: str, accept: list[str], wrong: str, feedback: str) -> None:
    asked = Question(
        "q",
        "short_answer",
        "Q",
        accept=accept,
        wrong=[WrongAnswers([wrong], feedback)],
        correct_feedback="Yes",
        incorrect_feedback="No",
    )
    if format == "gift" and any("->" in text for text in [*accept, wrong]):
        return  # An arrow would make a matching question of it, so it is left out of the file.
    found = back(format, asked)
    assert found.accept == accept
    assert [group.answers for group in found.wrong] == [[wrong]]
    assert conversion.renders_same(found.wrong[0].feedback, feedback)


@QUIET
@pytest.mark.parametrize("format", ["moodle", "qti", "qti3"])
@given(accept=st.lists(st.lists(TYPED, min_size=1, max_size=3, unique=True), min_size=1, max_size=3))
@example(accept=[[BOM], [f"{BOM}a"]])
def test_gaps(format: str, accept: list[list[str]]) -> None:
    blanks = [Blank(f"b-{n}", answers) for n, answers in enumerate(accept)]
    asked = Question(
        "q", "fill_in", "A " + " and ".join(f"{{{{{b.key}}}}}" for b in blanks) + ".", "3", "partial", blanks=blanks
    )
    found = back(format, asked)
    assert [blank.accept for blank in found.blanks] == accept


@QUIET
@pytest.mark.parametrize("format", list(WRITERS))
@given(sides=st.lists(st.tuples(PLAIN, TYPED), min_size=2, max_size=4))
@example(sides=[(BOM, "a"), ("b", BOM)])
def test_pairs(format: str, sides: list[tuple[str, str]]) -> None:
    pairs = [
        Pair(left.replace("->", ""), clean(conversion.from_plain(right)), f"p-{n}")
        for n, (left, right) in enumerate(sides)
    ]
    if not all(conversion.to_plain(pair.left) and pair.right for pair in pairs):
        return
    asked = Question("q", "matching", "Q", "2", "partial", pairs=pairs, correct_feedback="", incorrect_feedback="")
    found = back(format, asked)
    for before, after in zip(asked.pairs, found.pairs, strict=True):
        assert conversion.renders_same(after.left, before.left)
        assert conversion.renders_same(after.right, before.right)


# White space and invisible signs that `str.strip`, XML or HTML treat in a special way.
UNUSUAL = ["\u00a0", "\u00ad", "\u1680", "\u200b", "\u200d", "\u2028", "\u2029", "\u202f", "\u2060", "\u3000", BOM]


@pytest.mark.parametrize("sign", UNUSUAL, ids=ascii)
@pytest.mark.parametrize("format", list(WRITERS))
def test_unusual_white_space_inside_a_text_survives(format: str, sign: str) -> None:
    text = f"a{sign}b"
    found = back(format, Question("q", "single_choice", text, parts=[Part(text, "c-0", True), Part("c", "c-1")]))
    assert found.text == text
    assert found.parts[0].text == text


@pytest.mark.parametrize("sign", ["\u00ad", "\u200b", "\u200d", "\u2060", BOM], ids=ascii)
@pytest.mark.parametrize("format", list(WRITERS))
def test_invisible_signs_at_the_ends_of_a_text_survive(format: str, sign: str) -> None:
    text = f"{sign}a{sign}"
    found = back(format, Question("q", "single_choice", text, parts=[Part(text, "c-0", True), Part(sign, "c-1")]))
    assert found.text == text
    assert [part.text for part in found.parts] == [text, sign]


@QUIET
@given(TEXTS)
def test_markdown_to_html_and_back_renders_the_same(text: str) -> None:
    html = conversion.to_html(text, language="en", losses=[])
    once = conversion.from_html(html, [])
    again = conversion.from_html(conversion.to_html(once, language="en", losses=[]), [])
    assert conversion.renders_same(once, again)


@QUIET
@given(SIGNS)
def test_plain_text_renders_unchanged(text: str) -> None:
    line = clean(" ".join(text.split()))
    if not line:
        return
    made = conversion.from_plain(line)
    assert " ".join(conversion.to_plain(made).split()) == " ".join(line.split())


@QUIET
@given(st.text(max_size=200))
def test_the_key_of_a_name_is_stable(name: str) -> None:
    key = to_key(name or "x")
    assert key == to_key(name or "x")
    assert len(key) <= 100
    assert to_key(key) == key


@pytest.mark.parametrize(
    ("formula", "line"),
    [
        ("<mlongdiv><mfrac><mn>1</mn><mn>2</mn></mfrac></mlongdiv>", "12"),
        ("<msup><mi>x</mi></msup>", "x"),
        ("<msup><mtext>a{b</mtext><mn>2</mn></msup>", "a{b<sup>2</sup>"),
    ],
)
def test_a_formula_without_a_form_in_tex_stands_on_a_line_or_keeps_its_signs(formula: str, line: str) -> None:
    losses: list[str] = []
    assert conversion.from_html(f"<math>{formula}</math>", losses) == line
    assert losses == [f"the look of the formula {line}"]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<b>a</b><b>b</b><strong>. c</strong>", "**ab. c**"),
        ("<i>a</i><em>b</em> <b>c</b>", "*ab* **c**"),
        ("<code>a</code><kbd>b</kbd>", "`ab`"),
        ("<b>a</b><b>\u00a0</b>b", "**a**\u00a0b"),
        ("a<i>\u00a0</i>b", "a\u00a0b"),
        ("<b>a<br></b>b<b><br>c</b>", "**a**\\\nb\\\n**c**"),
        ("<b>a</b><i>b</i>", "**a***b*"),
    ],
)
def test_marks_of_emphasis_are_never_text(html: str, text: str) -> None:
    losses: list[str] = []
    assert conversion.from_html(f"<p>{html}</p>", losses) == text
    assert losses == []


def test_emphasis_that_markdown_cannot_express_is_named() -> None:
    losses: list[str] = []
    assert conversion.from_html("<p>c<b>d.</b>e</p><p><b>f</b></p>", losses) == "cd.e\n\n**f**"
    assert losses == ["the emphasis in “cd.e”"]
