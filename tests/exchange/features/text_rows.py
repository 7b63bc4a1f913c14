"""Texts: what of their layout is kept."""

from exchange.items.questions import Part, Question
from tests.exchange.features.rows import Reads, Result, Writes, answer, choice, declare, moodle, qti


def _moodle(feature: str, html: str, markdown: str, says: str = "") -> Reads:
    result = Result.LOSS if says else Result.WHOLE
    return Reads(feature, "moodle", moodle("shortanswer", answer("x"), html), result, says, {"text": markdown})


def _qti(feature: str, html: str, markdown: str, says: str = "") -> Reads:
    content = qti(f"{html}{choice('a', 'b')}", declare("identifier", "a"))
    return Reads(feature, "qti", content, Result.LOSS if says else Result.WHOLE, says, {"text": markdown})


def _gift(feature: str, text: str, markdown: str, says: str = "", form: str = "") -> Reads:
    result = Result.LOSS if says else Result.WHOLE
    return Reads(feature, "gift", f"::q::{form}{text}{{=x}}", result, says, {"text": markdown})


def _written(markdown: str) -> Question:
    return Question(
        "q", "single_choice", markdown, "1", parts=[Part("a", "a", True), Part("b", "b")], correct_feedback=""
    )


_SCRIPTS = "raised and lowered signs"
_FORMULA = "<math><msup><mi>x</mi><mn>2</mn></msup><mo>=</mo><mn>4</mn></math>"
_LONG_DIVISION = "<math><mlongdiv><mn>8</mn><mn>4</mn></mlongdiv></math>"
_WRITTEN = "a formula"
_LIST = "the first number of a list"
_TABLE = "a table with a heading only"

ROWS: list[Reads | Writes] = [
    _moodle("breaks at the end of a text", "<p>Q?</p><br><br>", "Q?"),
    _moodle("breaks at the end of a text", "Q?<br/><br/>", "Q?"),
    _moodle("breaks at the end of a text", "<br><br>Q \\ ?<br>", "Q \\\\ ?"),
    _moodle("breaks in code", "<pre>a = 1<br>if a:<br>    b = 2</pre>", "```\na = 1\nif a:\n    b = 2\n```"),
    _moodle("breaks in code", "<pre><div>a</div><div>b</div></pre>", "```\na\nb\n```"),
    _gift("breaks in code", "[html]<pre>\nif a:\n    b\n</pre>", "```\nif a:\n    b\n```"),
    _moodle(_SCRIPTS, "10<sup>3</sup> H<sub>2</sub>O", "10<sup>3</sup> H<sub>2</sub>O"),
    _moodle(_SCRIPTS, "a<sup> b<sup>c</sup></sup>", "a <sup>b^c</sup>"),
    _gift(_SCRIPTS, "10<sup>3</sup>", "10<sup>3</sup>", form="[html]"),
    _qti(_SCRIPTS, "<p>10<sup>3</sup></p>", "10<sup>3</sup>"),
    *(
        Writes(_SCRIPTS, format, _written("10<sup>3</sup>"), Result.WHOLE, holds=("10<sup>3</sup>",))
        for format in ("gift", "qti")
    ),
    Writes(_SCRIPTS, "moodle", _written("10<sup>3</sup>"), Result.WHOLE, holds=("10&lt;sup&gt;3&lt;/sup&gt;",)),
    Reads(
        "choices that differ in raised signs only",
        "moodle",
        moodle("multichoice", answer("10<sup>3</sup>") + answer("103", 0)),
        Result.WHOLE,
        gives={"parts": [Part("10<sup>3</sup>", correct=True), Part("103")]},
    ),
    Reads(
        "choices that differ in what is left out",
        "moodle",
        moodle("multichoice", answer('a<img src="1.png">') + answer('a<img src="2.png">', 0)),
        Result.REFUSED,
        "Two of its choices are the same",
    ),
    _moodle(_LIST, '<ol start="3"><li>c</li><li>d</li></ol>', "3. c\n4. d"),
    _qti(_LIST, '<ol start="3"><li>c</li></ol>', "3. c"),
    Writes(_LIST, "moodle", _written("3. c\n4. d"), Result.WHOLE, holds=('ol start="3"',)),
    Writes(_LIST, "gift", _written("3. c\n4. d"), Result.WHOLE, holds=("3. c\\n4. d",)),
    Writes(_LIST, "qti", _written("3. c\n4. d"), Result.LOSS, "the first number of a list", lacks=("start=",)),
    _moodle("a list with letters", '<ol type="a"><li>c</li></ol>', "1. c", "the numbering of a list"),
    _moodle("names of elements as text", "What is &lt;head&gt; for?", "What is <head> for?"),
    _gift("names of elements as text", "What is <head> for, and where?", "What is <head> for, and where?"),
    _gift("names of elements as text", "A List<String> of what?", "A List<String> of what?", form="[html]"),
    _moodle("an element without content", "Use <input> now", "Use now", "the element <input>"),
    _moodle(
        "several blocks in a table cell",
        "<table><tr><td><p>a</p><p>b</p></td><td>c<br>d</td></tr></table>",
        "| a b | c d |\n| --- | --- |",
        "the lines of a table cell",
    ),
    _moodle("a formula in MathML", f"So {_FORMULA}.", "So $$x^{2} = 4$$."),
    _qti("a formula in MathML", f"<p>So {_FORMULA}.</p>", "So $$x^{2} = 4$$."),
    _moodle(
        "a formula in MathML that has no form in TeX", f"So {_LONG_DIVISION}.", "So 84.", "the look of the formula 84"
    ),
    _moodle("a formula in TeX", "So \\(x^2\\) &gt; \\[ \\frac{a}{b} \\].", "So $$x^2$$ \\> $$\\frac{a}{b}$$."),
    _gift("a formula in TeX", "So $$x^2$$.", "So $$x^2$$."),
    _gift("a formula in TeX", "So \\\\(x^2\\\\) \\= 4.", "So $$x^2$$ = 4.", form="[html]"),
    _moodle(
        "TeX that cannot be shown", "So $$\\foo$$.", "So \\$\\$\\\\foo\\$\\$.", "the look of the formula $$\\foo$$"
    ),
    Writes(_WRITTEN, "moodle", _written("So $$\\frac{a}{2}$$."), Result.WHOLE, holds=("So \\(\\frac{a}{2}\\).",)),
    Writes(
        _WRITTEN, "qti", _written("So $$\\frac{a}{2}$$."), Result.WHOLE, holds=("<mfrac>", "\\frac{a}{2}</annotation>")
    ),
    Writes(
        _WRITTEN, "qti3", _written("So $$\\frac{a}{2}$$."), Result.WHOLE, holds=("<mfrac>", "\\frac{a}{2}</annotation>")
    ),
    Writes(_WRITTEN, "gift", _written("So $$x^2$$."), Result.WHOLE, holds=("So $$x^2$$.",)),
    Writes(
        "a formula with signs of Markdown",
        "gift",
        _written("So $$x_1$$."),
        Result.LOSS,
        "Moodle's Markdown reads the signs",
        holds=("So $$x_1$$.",),
    ),
    _moodle(
        "ruby",
        "<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>",
        "<ruby>漢<rt>かん</rt></ruby><ruby>字<rt>じ</rt></ruby>",
    ),
    _gift("ruby", "So <ruby>漢<rt>か*ん</rt></ruby>.", "So <ruby>漢<rt>か\\*ん</rt></ruby>.", form="[html]"),
    _moodle(
        "ruby around other elements", "<ruby><b>漢</b><rt>かん</rt></ruby>", "**漢**(かん)", "it stands in brackets"
    ),
    *(
        Writes(
            "ruby",
            format,
            _written("<ruby>漢<rt>かん</rt></ruby>"),
            Result.WHOLE,
            holds=("漢", "かん"),
            lacks=("(かん)",),
        )
        for format in ("gift", "moodle")
    ),
    Writes(
        "ruby", "qti", _written("<ruby>漢<rt>かん</rt></ruby>"), Result.LOSS, "stands in brackets", holds=("漢(かん)",)
    ),
    _moodle("emphasis of a sign of Markdown", "an <em>*</em> and <b>a*b</b>", "an *\\** and **a\\*b**"),
    _moodle("underlining", "<u>a</u>", "a", "the underlining of “a”"),
    _moodle("a heading with a name", '<h2 id="ab">A</h2><p>b</p>', "## A {#ab}\n\nb"),
    Writes("a heading with a name", "moodle", _written("## A {#ab}\n\nb"), Result.WHOLE, holds=('h2 id="ab"',)),
    Writes("a heading with a name", "qti", _written("## A {#ab}\n\nb"), Result.WHOLE, holds=('<h2 id="ab">A</h2>',)),
    Writes(_TABLE, "qti", _written("| a | b |\n| --- | --- |"), Result.WHOLE, holds=("<tbody>",), lacks=("<thead>",)),
]
