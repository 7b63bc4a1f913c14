"""Uploaded SVGs become figures of the course format: cleaned, with ids of their own, and told what was removed."""

import re
import signal
from contextlib import suppress
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.markup import figures
from common.uploads.pictures import Picture, markdown, read_picture
from common.uploads.refusals import PictureRefused
from tests.common.uploads import exports
from tests.common.uploads.cleaned import HEAD, clean, upload

SCRIPT = "A script was removed: a figure runs nothing."
OUTSIDE = "What belongs to another file was removed."
EFFECT = "An effect was removed: a shadow, a blur, a mask or a pattern."


def test_a_plain_drawing_stays_as_it_is() -> None:
    made = upload(f'{HEAD}<rect x="1" y="2" width="3" height="4" fill="#ff0000" stroke="black"/></svg>')
    assert made.name == "flow.en.svg"
    assert made.notes == []
    assert made.content.decode() == (
        '<svg xmlns="http://www.w3.org/2000/svg" class="fig-paper" width="100" viewBox="0 0 100 50" role="img" '
        'aria-labelledby="flow-title flow-desc">\n<title id="flow-title">A flow</title>\n'
        '<desc id="flow-desc">A flow</desc>\n'
        '<rect x="1" y="2" width="3" height="4" fill="#ff0000" stroke="black"/>\n</svg>\n'
    )


def test_cleaning_twice_changes_nothing_more() -> None:
    for text in exports.ALL.values():
        once = upload(text).content
        assert upload(once).content == once


def test_a_drawing_in_the_classes_of_the_page_keeps_them() -> None:
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 50" role="img" aria-labelledby="a-title a-desc">'
        '<title id="a-title">Steps</title><desc id="a-desc">Two steps.</desc>'
        '<defs><marker id="a-arrow" orient="auto"><path class="fig-arrow" d="M0 0L10 5L0 10z"/></marker></defs>'
        '<rect class="fig-box" x="1" y="2" width="3" height="4"/>'
        '<line class="fig-line" x1="0" y1="0" x2="1" y2="1" fill="red" marker-end="url(#a-arrow)"/></svg>'
    )
    made = upload(drawing)
    text = made.content.decode()
    assert "fig-paper" not in text
    assert "red" not in text
    assert '<title id="flow-title">Steps</title>\n<desc id="flow-desc">Two steps.</desc>' in text
    assert '<marker id="flow-1" orient="auto"><path class="fig-arrow"' in text
    assert 'class="fig-line" x1="0" y1="0" x2="1" y2="1" marker-end="url(#flow-1)"' in text
    assert made.notes == ["Colours were removed: this drawing takes the colours of the page."]


def test_the_words_are_the_title_and_the_description() -> None:
    words = "One step after another, " * 10
    text = upload(f'{HEAD}<path d="M0 0"/></svg>', alt=f" {words} & <end> ").content.decode()
    title = re.search(r"<title[^>]*>(.*)</title>", text)
    assert title
    assert len(title[1]) <= 101
    assert title[1].endswith("another,…") or title[1].endswith("…")
    assert f"{words} &amp; &lt;end&gt;</desc>" in text


def test_words_that_xml_cannot_have_are_spaces() -> None:
    text = upload(f'{HEAD}<path d="M0 0"/></svg>', alt="a\x00b\x0bc\ufffed\ne").content.decode()
    assert ">a b c d e</title>" in text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "euc-kr", "iso-8859-1"])
def test_other_encodings(encoding: str) -> None:
    words = "단계" if encoding != "iso-8859-1" else "Schön"
    declared = "" if encoding.startswith("utf") else f'<?xml version="1.0" encoding="{encoding.upper()}"?>'
    assert words in upload(f"{declared}{HEAD}<text>{words}</text></svg>".encode(encoding)).content.decode()


@pytest.mark.parametrize("width", ["1e999", "-5", "abc", "0", "100%", "1e-9", "99999999"])
def test_a_width_that_is_no_width(width: str) -> None:
    wanted = {"99999999": "1600", "1e-9": "1"}.get(width, "100")
    text = upload(f'{HEAD.replace("viewBox", f"""width="{width}" viewBox""")}<path d="M0 0"/></svg>').content.decode()
    assert f' width="{wanted}" ' in text or width == "-5"


# --- what is removed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "note"),
    [
        ("<script>alert(1)</script>", SCRIPT),
        ("<script href='https://example.com/x.js'/>", SCRIPT),
        ("<g><x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script></g>", SCRIPT),
        ('<rect width="1" onclick="alert(1)"/>', SCRIPT),
        ('<g onload="alert(1)"><path d="M0 0"/></g>', SCRIPT),
        ('<foreignObject><script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script></foreignObject>', SCRIPT),
        (
            '<a href="javascript:alert(1)"><path d="M0 0"/></a>',
            "A link was removed; its words stay.",
        ),
        ('<image href="https://example.com/x.png"/>', "A picture inside the drawing was removed."),
        ('<image xlink:href="data:image/svg+xml,x"/>', "A picture inside the drawing was removed."),
        ('<use href="https://example.com/x.svg#a"/>', OUTSIDE),
        ('<use xlink:href="//example.com/x.svg#a"/>', OUTSIDE),
        ('<rect fill="url(https://example.com/#a)"/>', OUTSIDE),
        ("<rect style=\"fill:url('//example.com/#a')\"/>", OUTSIDE),
        ('<animate attributeName="href" values="javascript:alert(1)"/>', "A movement was removed"),
        ('<set attributeName="onclick" to="alert(1)"/>', "A movement was removed"),
        ("<filter id='f'><feImage href='https://example.com/'/></filter>", EFFECT),
        ("<mask id='m'><path/></mask>", EFFECT),
        ("<style>@import url(https://example.com/x.css);</style>", ""),
        ("<style>@media print { rect { fill: red } }</style>", "A part of its style sheet was removed."),
        ("<style>rect:hover { fill: red }</style>", "A part of its style sheet was removed."),
        ("<metadata><x xmlns='https://example.com/'>me</x></metadata>", "What only the drawing program reads"),
        ("<x:namedview xmlns:x='https://example.com/' path='/home/me'/>", "What only the drawing program reads"),
        ("<g display='none'><path d='M9 9'/></g>", "Hidden parts were removed."),
        ("<text font-family='Arial'>x</text>", "Its fonts were replaced by the font of the page."),
        ("<view/><cursor/>", "Elements that a figure does not have were removed: <cursor>, <view>."),
        ("<iframe xmlns='http://www.w3.org/1999/xhtml' src='https://example.com/'/>", "What only the drawing program"),
    ],
)
def test_what_a_figure_may_not_have_is_removed_and_told(inside: str, note: str) -> None:
    made = upload(f"{HEAD}{inside}<path d='M0 0'/></svg>")
    for forbidden in (b"alert", b"example.com", b"javascript", b"script", b"style", b"image", b"home", b"filter"):
        assert forbidden not in made.content
    others = ["Formatted text became plain text."] if "foreignObject" in inside else []
    assert [text for text in made.notes if text.startswith(note) or text in others] == made.notes
    assert bool(made.notes) == bool(note)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + HEAD + "<text>&a;</text></svg>", "This SVG has a document type with"),
        ('<!DOCTYPE svg SYSTEM "x" [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + HEAD + "</svg>", "This SVG has a doc"),
        ("<!DOCTYPE html>" + HEAD + "</svg>", "This SVG has a document type with"),
        (HEAD + "<path d='M0 0'/>", "This SVG is damaged or not complete: it cannot be read from line 1 on."),
        (HEAD + "\n<path d='M0 0'></svg>", "This SVG is damaged or not complete: it cannot be read from line 2 on."),
        ("<html><svg/></html>", "This file is not an SVG: it does not begin with <svg>."),
        (HEAD + "</svg>", "Nothing in this SVG can be shown: it has no shapes and no text."),
        (HEAD + "<image href='data:image/png;base64,AAAA'/></svg>", "Nothing in this SVG can be shown"),
        (HEAD + "<defs><path d='M0 0'/></defs></svg>", "Nothing in this SVG can be shown"),
        (HEAD + "<rect fill='none' stroke='none'/></svg>", "Nothing in this SVG can be shown"),
        (HEAD + "<path d='M0 0'/>" * 2_001 + "</svg>", "This drawing has too many parts for a lesson."),
        (HEAD + "<g>" * 70 + "<path d='M0 0'/>" + "</g>" * 70 + "</svg>", "This drawing has too many parts"),
        (HEAD + "<g opacity='.9'>" * 30 + "<path d='M0 0'/>" + "</g>" * 30 + "</svg>", "This drawing cannot be made"),
        (HEAD + f"<path d='M{'0 0L' * 60_000}'/></svg>", "This drawing has too many parts for a lesson."),
        ("<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>", "This SVG does not say how large it is."),
        (HEAD.replace("100 50", "0 50") + "<path d='M0 0'/></svg>", "This SVG does not say how large it is."),
        (b"<?xml version='1.0'?><svg>\xff\xfe</svg>", "The text of this SVG cannot be read. Save it as UTF-8."),
    ],
)
def test_an_svg_that_cannot_be_shown_gets_one_sentence(text: str | bytes, sentence: str) -> None:
    with pytest.raises(PictureRefused) as refused:
        upload(text)
    assert refused.value.message.startswith(sentence)


def test_instances_of_instances_end_early() -> None:
    levels = "".join(f"<g id='l{level}'>" + f"<use href='#l{level - 1}'/>" * 10 + "</g>" for level in range(1, 9))
    for leaf in ("<path id='l0' d='M0 0'/>", "<title id='l0'>nothing</title>"):
        with pytest.raises(PictureRefused, match="too many parts"):
            upload(f"{HEAD}{leaf}<defs>{levels}</defs><use href='#l8'/></svg>")


@pytest.mark.parametrize(
    "drawing",
    [
        "<style>" + "".join(f".q{n} .b .x {{fill: #111}}" for n in range(900)) + "</style>" + "<g class='a'>" * 20
        + "<rect class='x' display='none'/>" * 1_500 + "</g>" * 20 + "<path d='M0 0'/>",
        "<defs><text id='t'>a" + "<tspan/>" * 1_900 + "</text></defs>" + "<use href='#t'/>" * 60,
    ],
    ids=["rules", "words"],
)  # fmt: skip
def test_much_work_for_little_drawing_ends_early(drawing: str) -> None:
    with pytest.raises(PictureRefused, match="too many parts"):
        upload(f"{HEAD}{drawing}</svg>")


def test_labels_of_a_drawing_in_the_classes_of_the_page_have_no_sizes() -> None:
    label = (
        "<foreignObject width='80' height='20'><div xmlns='http://www.w3.org/1999/xhtml'>Words</div></foreignObject>"
    )
    made = upload(f"{HEAD}<rect class='fig-box' width='9' height='9'/>{label}</svg>")
    assert b">Words</text>" in made.content
    assert b"font-size" not in made.content


def test_a_long_chain_of_instances_ends_early() -> None:
    chain = "".join(f"<g id='c{level}'><use href='#c{level - 1}'/></g>" for level in range(1, 900))
    with pytest.raises(PictureRefused, match="too many parts"):
        upload(f"{HEAD}<defs><path id='c0' d='M0 0'/>{chain}</defs><use href='#c899'/></svg>")


@pytest.mark.parametrize(
    "start",
    [
        "<!-- a -->" * 30_000,
        "<?xml-stylesheet href='https://example.com/x.css'?>" * 100,
        "\n" * 200_000,
        "<style>" + "/*" * 300_000 + "</style>",
        "<style>" + "{" * 100_000 + "</style>",
        "<path fill='url(" + " " * 100_000 + "'/>",
        "<path fill='" + "light-dark(" * 100_000 + "'/>",
        "<path transform='" + "scale(1)" * 20_000 + "'/>",
        "<text font='" + "bold " * 50_000 + "'>x</text>",
    ],
    ids=range(9),
)
def test_what_is_long_comes_to_an_end(start: str) -> None:
    """Each takes a part of a second. A pattern that tries every way to match would take hours."""
    inside = "" if start.startswith(("<!", "<?", "\n")) else start
    signal.signal(signal.SIGALRM, _hangs)
    signal.alarm(120)
    try:
        with suppress(PictureRefused):
            upload(f"{'' if inside else start}{HEAD}{inside}<path d='M1 1'/></svg>")
    finally:
        signal.alarm(0)


def _hangs(number: int, frame: FrameType | None) -> None:
    pytest.fail("It takes more than two minutes.")


def test_an_instance_of_itself_is_nothing() -> None:
    assert clean("<g id='a'><path d='M0 0'/><use href='#a'/></g>") == '<path d="M0 0"/>'


# --- what survives -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<path d='M0 0' style='fill:#F00;stroke:rgb(0, 128, 255)'/>", '<path d="M0 0" fill="#f00" stroke="#0080ff"/>'),
        ("<path d='M0 0' fill='red' style='fill: inherit'/>", '<path d="M0 0" fill="red"/>'),
        ("<path d='M0 0' style='fill: rgba(255,0,0,.5) !important'/>", '<path d="M0 0" fill="#ff000080"/>'),
        ("<path d='M0 0' style='fill: hsl(120, 100%, 50%)'/>", '<path d="M0 0" fill="#00ff00"/>'),
        (
            "<path d='M0 0' style='fill:#D9D9D9;fill:color(display-p3 1 0 0);fill-opacity:1'/>",
            '<path d="M0 0" fill="#ff0000" fill-opacity="1"/>',
        ),
        (
            "<path d='M0 0' style='fill: light-dark(#fff, var(--dark, #121212)); stroke: var(--x, #abc)'/>",
            '<path d="M0 0" fill="#fff" stroke="#abc"/>',
        ),
        ("<path d='M0 0' stroke='currentColor' fill='transparent'/>", '<path d="M0 0" stroke="#000000" fill="none"/>'),
        ("<path d='M0 0' stroke-width='3pt'/>", '<path d="M0 0" stroke-width="4"/>'),
        ("<path d='M0 0' stroke-width='1e-3'/>", '<path d="M0 0" stroke-width="0.001"/>'),
        ("<path d='M0.123456 0a1 1 0 01.55555.5'/>", '<path d="M0.123 0a1 1 0 01.555.5"/>'),
        ("<path d='M0 0' transform='rotate(45deg) translate(1px, 2px)'/>", None),
        ("<path d='M0 0' style='font-family:x;pointer-events:none;-inkscape-x:1'/>", '<path d="M0 0"/>'),
        ("<g><g id='x'><g class='y'><path d='M0 0'/></g></g></g>", '<path d="M0 0"/>'),
        ("<g fill='red'><g><path d='M0 0'/></g></g>", '<g fill="red"><path d="M0 0"/></g>'),
        ("<text x='1 2 3' y='4'>a <tspan font-weight='bold'>b</tspan> &lt;c</text>", None),
        ("<text x='1' style='font: bold 12px/1.2 Arial'>a</text>", '<text x="1" font-weight="bold" font-size="12">a</text>'),
        ("<text dy='.35em' alignment-baseline='before-edge'>a</text>", '<text dy="0.35em" dominant-baseline="hanging">a</text>'),
        (
            "<symbol id='s'><path d='M0 0'/></symbol><use href='#s' x='1' y='2' fill='red'/>",
            '<path fill="red" transform="translate(1,2)" d="M0 0"/>',
        ),
        (
            "<defs><path id='s' d='M0 0' transform='scale(2)'/></defs><use href='#s' transform='rotate(9)' x='1'/>",
            '<path transform="rotate(9) translate(1,0) scale(2)" d="M0 0"/>',
        ),
        (
            "<svg x='5' y='6' width='20' height='20' viewBox='1 1 10 10'><path d='M0 0'/></svg>",
            '<g transform="translate(5,6)scale(2)translate(-1,-1)"><path d="M0 0"/></g>',
        ),
        (
            "<switch><g/><text>not shown</text></switch><path d='M0 0'/>",
            '<path d="M0 0"/>',
        ),
        (
            "<pattern id='p'><rect fill='white'/><rect fill='#abcdef'/></pattern><path d='M0 0' fill='url(#p)'/>",
            '<path d="M0 0" fill="#abcdef"/>',
        ),
    ],
)  # fmt: skip
def test_what_drawing_programs_write_becomes_plain_attributes(inside: str, expected: str | None) -> None:
    cleaned = clean(inside)
    expected = (
        expected
        or {
            "<path d": '<path d="M0 0" transform="rotate(45) translate(1, 2)"/>',
            "<text x": '<text x="1" y="4">a <tspan font-weight="bold">b</tspan> &lt;c</text>',
        }[inside[:7]]
    )
    assert cleaned == expected


def test_style_sheets_with_simple_rules() -> None:
    sheet = (
        "/* c */ * { stroke-linejoin: round } path { fill: red; stroke: blue } .a { fill: green } #b { fill: black }"
        ".box path, .other { stroke: none } g.a.b > .c { fill: white } @font-face { src: url(x) }"
    )
    svg = upload(
        f"{HEAD}<style><![CDATA[{sheet}]]></style><path class='a' d='M1 1'/><path class='a' id='b' d='M2 2'/>"
        "<g class='box'><g><path d='M3 3' style='fill: #123'/></g></g><g class='b a'><path class='c' d='M4 4'/></g></svg>"
    ).content.decode()
    assert 'viewBox="0 0 100 50" stroke-linejoin="round"' in svg
    assert '<path d="M1 1" fill="green" stroke="blue"/>' in svg
    assert '<path d="M2 2" fill="black" stroke="blue"/>' in svg
    assert '<path d="M3 3" fill="#123" stroke="none"/>' in svg
    assert '<path d="M4 4" fill="white" stroke="blue"/>' in svg


def test_gradients_clips_and_markers_get_ids_of_the_figure() -> None:
    svg = clean(
        "<defs><linearGradient id='base'><stop offset='0' style='stop-color:#f00;stop-opacity:.5'/>"
        "<stop offset='100%' stop-color='blue'/></linearGradient>"
        "<linearGradient id='mine' xlink:href='#base' x1='0' x2='10' gradientUnits='userSpaceOnUse'/>"
        "<linearGradient id='unused'/><clipPath id='c'><g><rect width='5' height='5' clip-path='url(#c)'/></g></clipPath>"
        "<marker id='m' orient='auto'><path d='M0 0' marker-end='url(#m)'/></marker></defs>"
        "<path d='M1 1' fill='url(#mine)' stroke='url(\"#mine\")' clip-path='url(#c)' style='marker:url(#m)'/>"
        "<path d='M2 2' fill='url(#missing)' stroke='url(#c)'/>"
    )
    assert svg == (
        '<defs><linearGradient id="flow-1" x1="0" x2="10" gradientUnits="userSpaceOnUse">'
        '<stop offset="0" stop-color="#f00" stop-opacity="0.5"/><stop offset="100%" stop-color="blue"/></linearGradient>'
        '<clipPath id="flow-2"><rect width="5" height="5"/></clipPath>'
        '<marker id="flow-3" orient="auto"><path d="M0 0"/></marker></defs>\n'
        '<path d="M1 1" fill="url(#flow-1)" stroke="url(#flow-1)" clip-path="url(#flow-2)" '
        'marker-start="url(#flow-3)" marker-mid="url(#flow-3)" marker-end="url(#flow-3)"/>'
    )


def test_a_gradient_takes_from_one_of_the_other_kind_what_both_have() -> None:
    svg = clean(
        "<linearGradient id='a' x1='1' y1='2' gradientUnits='userSpaceOnUse'><stop stop-color='red'/></linearGradient>"
        "<radialGradient id='b' cx='5' xlink:href='#a'/><path d='M1 1' fill='url(#b)'/>"
    )
    assert svg.partition("\n")[0] == (
        '<defs><radialGradient id="flow-1" gradientUnits="userSpaceOnUse" cx="5"><stop stop-color="red"/>'
        "</radialGradient></defs>"
    )


def test_a_shape_whose_colours_are_gone_is_not_black() -> None:
    assert clean("<path d='M2 2' fill='url(#missing)' stroke='red'/>") == '<path d="M2 2" fill="none" stroke="red"/>'


# --- anything ------------------------------------------------------------------------------------------------------

PIECES = sorted(
    {piece for text in exports.ALL.values() for piece in re.findall(r"<[^>]*>|[^<]+", text)}
    | {"<script>", "</script>", "<g onload='x'>", "</g>", "<style>", "</style>", "*{fill:url(x)}", "<![CDATA[", "]]>",
       "<use href='#a'/>", "<g id='a'>", "<svg>", "</svg>", "<!DOCTYPE svg>", "&amp;", "<path d='M0 0'/>"}
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_any_pieces_are_a_figure_or_refused(pieces: list[str]) -> None:
    try:
        made = read_picture(f"{HEAD}{''.join(pieces)}</svg>".encode(), "x.svg", alt="x", language="ko")
    except PictureRefused as refused:
        assert refused.message  # noqa: PT017
        return
    assert figures.read(made.content, name="x").problems == []
    assert b"<script" not in made.content
    assert not re.search(rb"\son[a-z]+=", made.content)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(exports.ALL)), st.data())
def test_any_damage_is_a_figure_or_refused(name: str, data: st.DataObject) -> None:
    content = bytearray(exports.ALL[name].encode())
    for _each in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(content) - 1))
        content[start : start + data.draw(st.integers(0, 40))] = data.draw(
            st.sampled_from([b"", b"9e999", b"url(#", b'"', b"<g>", b"</g>", b"-", b"nan", b"%", b"\xff", b"e"])
        )
    try:
        made = read_picture(bytes(content), "x.svg", alt="x", language="ko")
    except PictureRefused as refused:
        assert refused.message  # noqa: PT017
        return
    assert figures.read(made.content, name="x").problems == []


def test_markdown_of_a_picture() -> None:
    picture = Picture("cup.png", b"")
    assert markdown(picture, alt="a [cup]\nof *tea*") == "![a \\[cup\\] of \\*tea\\*](assets/cup.png)"
    assert markdown(picture, alt="tea", caption='the "best"') == '![tea](assets/cup.png "the \\"best\\"")'
