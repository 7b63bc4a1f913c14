"""How dates are written in each language."""

from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.dateparse import parse_date
from django.utils.formats import get_format

MOMENT = datetime(2026, 11, 29, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "name", "written"),
    [
        ("en", "DATE_FORMAT", "29 November 2026"),
        ("en", "DATETIME_FORMAT", "29 November 2026, 23:05"),
        ("en", "SHORT_DATETIME_FORMAT", "29 Nov 2026, 23:05"),
        ("en", "MONTH_DAY_FORMAT", "29 November"),
        ("ko", "DATE_FORMAT", "2026년 11월 29일"),
        ("ko", "DATETIME_FORMAT", "2026년 11월 29일 오후 11:05"),
        ("ko", "SHORT_DATETIME_FORMAT", "2026-11-29 23:05"),
    ],
)
def test_dates_are_written_as_the_texts_spell(language: str, name: str, written: str) -> None:
    with translation.override(language):
        assert Template(f'{{{{ at|date:"{name}" }}}}').render(Context({"at": MOMENT})) == written


def test_forms_take_iso_dates_first() -> None:
    with translation.override("en"):
        assert parse_date(MOMENT.strftime(get_format("DATE_INPUT_FORMATS")[0])) == MOMENT.date()
