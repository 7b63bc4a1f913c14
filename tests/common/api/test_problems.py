"""Problem documents: what is wrong with a request, by field."""

from typing import Any

import pytest
from rest_framework.exceptions import ValidationError

from common.api.problems import problem_handler


@pytest.mark.parametrize(
    ("detail", "errors"),
    [
        ({"name": ["is long", "is odd"]}, {"name": ["is long", "is odd"]}),
        ({"name": "is long"}, {"name": ["is long"]}),
        (["is odd"], {"non_field_errors": ["is odd"]}),
        ("is odd", {"non_field_errors": ["is odd"]}),
        ({"answers": {"a": {"choice": ["is odd"]}, "b": ["is odd"]}}, {"answers.a.choice": ["is odd"], "answers.b": ["is odd"]}),
        ({"items": [{}, {"place": ["is odd"]}]}, {"items.1.place": ["is odd"]}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_list_of_texts_for_each_field_however_deep(
    detail: Any, errors: dict[str, list[str]]
) -> None:
    answer = problem_handler(ValidationError(detail), {})
    assert answer is not None
    assert answer.data["errors"] == errors
