"""Each feature of a question is read and written whole, or what is lost is named, or the question is refused with a reason."""

import io
import zipfile

import pytest

from exchange.exporting import WRITERS
from exchange.items.questions import ExportedFile
from exchange.refusals import ExchangeError
from tests.exchange.features.rows import Reads, Result, Writes
from tests.exchange.features.table import PAGE, ROWS, with_table
from tests.exchange.files import read


def _id(row: Reads | Writes) -> str:
    return f"{row.format}-{type(row).__name__.lower()}-{row.feature}"


@pytest.mark.parametrize("row", [row for row in ROWS if isinstance(row, Reads)], ids=_id)
def test_reading(row: Reads) -> None:
    parsed = read(row.content)
    if row.result is Result.REFUSED:
        assert not parsed.questions
        assert any(row.says in skipped.reason for skipped in parsed.skipped), parsed.skipped
        return
    assert not parsed.skipped, parsed.skipped
    question = parsed.questions[0]
    # How many pictures come along is no loss.
    said = [*question.remarks, *(note for note in parsed.notes if not note.startswith("Pictures that come along"))]
    if row.result is Result.WHOLE:
        assert said == []
    else:
        assert any(row.says in remark for remark in said), said
    assert {name: getattr(question, name) for name in row.gives} == dict(row.gives)


def text_of(exported: ExportedFile) -> str:
    if not exported.name.endswith(".zip"):
        return exported.content.decode()
    with zipfile.ZipFile(io.BytesIO(exported.content)) as package:
        return "\n".join(package.read(name).decode() for name in package.namelist() if name.startswith("items/"))


@pytest.mark.parametrize("row", [row for row in ROWS if isinstance(row, Writes)], ids=_id)
def test_writing(row: Writes) -> None:
    exported = WRITERS[row.format]([row.question], language="en", name="quiz")
    losses, text = [loss for _key, loss in exported.losses], text_of(exported)
    if row.result is Result.WHOLE:
        assert losses == []
    else:
        assert any(row.says in loss for loss in losses), losses
    if row.result is Result.REFUSED:
        with pytest.raises(ExchangeError):
            read(exported.content)
    else:
        assert [question.kind for question in read(exported.content).questions] == [row.question.kind]
    for words in row.holds:
        assert words in text
    for words in row.lacks:
        assert words not in text


def test_the_table_in_the_documentation_is_that_of_these_rows() -> None:
    """If it fails: `.venv/bin/python -m tests.exchange.features.table`."""
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page)
