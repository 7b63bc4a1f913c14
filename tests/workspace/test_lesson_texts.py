"""Authors write headings as they know them; ids are added."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workspace.drafts.lesson_texts import complete


@pytest.mark.parametrize(
    ("body", "like", "expected"),
    [
        ("## Why it works", "", "## Why it works {#why-it-works}"),
        ("# Top", "", "## Top {#top}"),
        ("## 이유", "", "## 이유 {#iyu}"),
        ("## 이유", "## Why {#why}", "## 이유 {#why}"),
        ("## 왜 필요할까요?", "", "## 왜 필요할까요? {#wae-pilyohalkkayo}"),
        ("## 학습", "", "## 학습 {#hakseup}"),
        ("## ★", "", "## ★ {#part-1}"),
        ("## Why {#here}", "## 이유 {#there}", "## Why {#here}"),
        ("## A\n\n## A", "", "## A {#a}\n\n## A {#a-2}"),
        ("#### Deep", "", "#### Deep"),
        ("## \ntext", "", "## \ntext"),
        ("```\n# not a heading\n```", "", "```\n# not a heading\n```"),
        ("## 3 reasons", "", "## 3 reasons {#part-1}"),
        ("text\r\n## B\r\n", "", "text\n## B {#b}"),
    ],
)
def test_headings_are_completed(body: str, like: str, expected: str) -> None:
    assert complete(body, like=like) == expected


@given(st.text(alphabet="#ab 가{}-`\n>*1.", max_size=60), st.text(alphabet="# ab\n{}", max_size=30))
def test_completing_twice_changes_nothing_more(body: str, like: str) -> None:
    once = complete(body, like=like)
    assert complete(once, like=like) == once
