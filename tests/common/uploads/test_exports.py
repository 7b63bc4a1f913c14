"""What drawing programs export survives: shapes, colours, words and arrows."""

import re

from tests.common.uploads import exports
from tests.common.uploads.cleaned import upload


def test_draw_io() -> None:
    made = upload(exports.DRAW_IO, "그림.drawio.svg")
    text = made.content.decode()
    assert made.name == "geurim.en.svg"
    assert "mxfile" not in text
    assert "Text is not SVG" not in text
    assert '<rect x="0" y="0" width="120" height="60" fill="#ffffff" stroke="#000000"/>' in text
    assert '<text x="60" y="27" text-anchor="middle" font-size="12" fill="#000000">데이터 수집</text>' in text
    assert '<text x="60" y="41.4" text-anchor="middle" font-size="12" fill="#000000">Collect</text>' in text
    # The label of the arrow is on white, and is beside its point.
    assert re.search(r'<rect x="70" y="80.4" width="[0-9.]+" height="13.2" fill="#ffffff" stroke="none"/>', text)
    assert (
        '<text x="70" y="90.85" text-anchor="start" font-size="11" fill="#000000" font-weight="bold">HTTPS</text>'
        in text
    )
    assert made.notes == ["A link was removed; its words stay.", "Formatted text became plain text."]


def test_excalidraw() -> None:
    made = upload(exports.EXCALIDRAW)
    text = made.content.decode()
    assert 'd="M32 0 C86.77 0.25, 144.8 0.67, 197.17 0" stroke="#1e1e1e" stroke-width="2" fill="none"' in text
    assert '<text x="40.5" y="17.6" font-size="20" fill="#1e1e1e" text-anchor="middle"' in text
    assert "invert" not in text


def test_inkscape() -> None:
    made = upload(exports.INKSCAPE)
    text = made.content.decode()
    assert 'width="397" viewBox="0 0 105 74"' in text
    assert "/home/me" not in text
    assert (
        '<g transform="matrix(1,0,0,1,2,3)"><rect width="50" height="20" x="5" y="5" fill="url(#flow-1)" stroke="#000000"'
        in text
    )
    assert 'stroke-width="0.2646"' in text
    assert '<stop offset="0" stop-color="#ff0000" stop-opacity="1"/>' in text
    assert '<tspan x="10" y="18" font-size="4.9389">Two <tspan' in text
    assert 'marker-end="url(#flow-2)"' in text
    assert "M99 99" not in text


def test_figma() -> None:
    text = upload(exports.FIGMA).content.decode()
    assert 'viewBox="0 0 320 200" fill="none"' in text
    assert '<g clip-path="url(#flow-2)"><rect width="320" height="200" fill="white"/>' in text
    assert '<rect x="20" y="20" width="100" height="60" rx="8" fill="#d9e6ff"/>' in text
    assert '<circle cx="200" cy="50" r="30" fill="url(#flow-1)" stroke="black" stroke-width="2"/>' in text


def test_mermaid() -> None:
    text = upload(exports.MERMAID).content.decode()
    assert '<rect x="-50" y="-27" width="100" height="54" fill="#ececff" stroke="#9370db" stroke-width="1"/>' in text
    assert re.search(r'<text x="25" y="[0-9.]+" text-anchor="middle" font-size="16">시작</text>', text)
    assert 'stroke="#333333"' in text
    assert 'marker-end="url(#flow-1)"' in text


def test_matplotlib() -> None:
    text = upload(exports.MATPLOTLIB).content.decode()
    assert 'width="480" viewBox="0 0 360 216" stroke-linejoin="round" stroke-linecap="butt"' in text
    assert '<path transform="translate(38.3,206.8) scale(0.1,-0.1)"' not in text
    assert 'clip-path="url(#flow-1)" fill="none" stroke="#1f77b4" stroke-width="1.5" stroke-linecap="square"' in text
    assert text.count('d="M 2034 4250') == 2
