"""Particles after every class of word in docs/korean-particles.md."""

import pytest
from django.template import Context, Template

from common.korean.particles import particle


@pytest.mark.parametrize(
    ("text", "form"),
    [
        # Hangul
        ("책", "을"),
        ("사과", "를"),
        ("ㄱ", "을"),
        # Brackets: the word before them decides.
        ("재현율(recall)", "을"),
        ("정밀도 (precision)", "를"),
        ("재현율(recall) ", "을"),
        ("(recall)", "을"),
        # Quotes, tags and entities are not read.
        ("“Python”", "을"),
        ("<b>Redis</b>", "를"),
        ("name&quot;", "을"),
        ("B)", "를"),
        # Numbers
        ("0", "을"),
        ("2", "를"),
        ("3-6", "을"),
        ("0.5", "를"),
        ("10", "을"),
        ("1,000", "을"),
        ("1000000000000", "를"),
        ("10000000000000000", "을"),
        ("1" + "0" * 40, "을"),
        ("GPT-4", "를"),
        ("F1", "을"),
        ("80 %", "를"),
        ("80%", "를"),
        # Units
        ("5 kg", "을"),
        ("5 km", "를"),
        ("5 ml", "를"),
        # Abbreviations
        ("ROC", "를"),
        ("A/B", "를"),
        ("LLM", "을"),
        ("URL", "을"),
        ("PostgreSQL", "을"),
        ("MLOps", "를"),
        # English words
        ("pipeline", "을"),
        ("model", "을"),
        ("chatbot", "을"),
        ("notebook", "을"),
        ("test", "를"),
        ("server", "를"),
        ("web", "을"),
        ("/var/backups/site.zip", "을"),
        # Symbols, and nothing that can be read
        ("C#", "을"),
        ("C++", "를"),
        ("😀", "를"),
        ("", "를"),
        # Only the end of a long text is looked at.
        ("사과" + " " * 100_000 + "책", "을"),
        ("책" + "(" * 100_000, "를"),
    ],
)
def test_the_form_after_each_class_of_word(text: str, form: str) -> None:
    assert particle(text, "을/를") == form


@pytest.mark.parametrize(
    ("text", "form"),
    [("서울", "로"), ("부산", "으로"), ("나무", "로"), ("URL", "로"), ("UTF-8", "로"), ("1", "로"), ("3", "으로"), ("ㄹ", "로")],
)  # fmt: skip
def test_rieul_takes_the_form_of_a_vowel_before_ro(text: str, form: str) -> None:
    assert particle(text, "으로/로") == form


@pytest.mark.parametrize(
    ("pair", "form"), [("은/는", "은"), ("이/가", "이"), ("과/와", "과"), ("이라는/라는", "이라는")]
)
def test_every_other_pair_treats_rieul_as_a_consonant(pair: str, form: str) -> None:
    assert particle("모델", pair) == form


def test_in_a_template() -> None:
    page = Template('{% load korean %}{{ name }}{{ name|particle:"이/가" }} 있어요')
    assert page.render(Context({"name": "재현율"})) == "재현율이 있어요"
    assert page.render(Context({"name": "정밀도"})) == "정밀도가 있어요"
