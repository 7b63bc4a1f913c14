"""Hangul is written in Latin letters that a Korean reader recognises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.korean.romanization import has_hangul, romanise


@pytest.mark.parametrize(
    ("korean", "latin"),
    [
        ("한국어", "hangukeo"),
        ("데이터와 모델", "deiteowa model"),
        ("꽃, 빵, 쌀, 찜", "kkot, ppang, ssal, jjim"),
        ("왜 의사", "wae uisa"),
        ("AI 3주차", "AI 3jucha"),
    ],
)
def test_syllables_are_written_letter_by_letter(korean: str, latin: str) -> None:
    assert romanise(korean) == latin


@given(st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=20))
def test_every_syllable_becomes_lower_case_latin_letters(text: str) -> None:
    assert has_hangul(text)
    assert not has_hangul(romanise(text))
    assert romanise(text).isascii()
    assert romanise(text).islower()
