"""A page that is kept for all students has nothing that differs between them: menus in a text are shuffled for each."""

from types import SimpleNamespace
from typing import Any

import pytest

from quizzes.templatetags.answer_tags import is_alike


@pytest.mark.parametrize(
    ("pieces", "alike"),
    [([{"html": "<p>"}, {"uuid": "a"}], True), ([{"html": "<p>"}, {"uuid": "a", "choices": []}], False)],
)
def test_a_text_with_a_menu_is_rendered_for_each_student(pieces: list[dict[str, Any]], alike: bool) -> None:
    question: Any = SimpleNamespace(kind="fill_in", response={}, body={"pieces": pieces})
    assert is_alike(question) is alike
