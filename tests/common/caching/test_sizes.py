"""The size of a cached value is that of the texts in it, however they are wrapped, and of nothing that belongs to others."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.utils.safestring import mark_safe

from common.caching.sizes import estimate_size
from courses.models import Activity, Course

TEXT = "배" * 10_000
ENTRY = {"html": TEXT}


@dataclass(slots=True)
class Wrapped:
    text: Any


@pytest.mark.parametrize(
    "value",
    [
        TEXT,
        TEXT.encode("utf-16-le"),
        mark_safe(TEXT),
        [TEXT],
        (1, {"a": [TEXT]}),
        Wrapped(TEXT),
        Wrapped({TEXT: None}),
        [ENTRY, ENTRY, TEXT],
        Course(summary_ko=TEXT),
    ],
)
def test_a_text_counts_once(value: Any) -> None:
    assert 20_000 <= estimate_size(value) < 25_000


def test_related_rows_do_not_count() -> None:
    assert estimate_size(Activity(course=Course(summary_ko=TEXT))) < 5_000
    assert estimate_size(None) > 0


def test_what_contains_itself_has_a_size() -> None:
    value: list[Any] = [TEXT]
    value.append(value)
    assert 20_000 <= estimate_size(value) < 25_000
