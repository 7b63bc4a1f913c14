"""Texts of people in mails: on one line, and without effect on the direction of the text around them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.mail import text
from common.templatetags import mail

TURNING = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Kim", "Kim"),
        ("김하늘", "김하늘"),
        ("  a\r\n b\tc ", "a b c"),
        ("a\u2028b\u2029c", "a b c"),
        ("A\u202elice", "Alice"),
        ("\u2067A\u2069", "A"),
        ("zero\u200bwidth", "zerowidth"),
        ("علي", "\u2068علي\u2069"),
        ("Dr. משה\u200f", "\u2068Dr. משה\u2069"),
        # Emoji and Persian are made with joiners.
        ("👩\u200d💻", "👩\u200d💻"),
        ("", ""),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert text.isolated(name) == shown
    assert mail.isolated(name) == shown


@given(st.text())
def test_no_name_breaks_a_line_or_leaves_an_isolate_open(name: str) -> None:
    shown = text.isolated(name)
    assert not TURNING & set(shown)
    assert shown.count("\u2068") == shown.count("\u2069") <= 1
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Zl", "Zp"}


@given(st.text())
def test_a_longer_text_keeps_its_lines_and_its_isolates(body: str) -> None:
    kept = text.without_directions(body)
    assert kept == "".join(character for character in body if character not in TURNING)
