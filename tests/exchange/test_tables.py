"""Tables of questions: encodings, delimiters, workbooks, bad rows, the template."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from accounts.models import User
from exchange import refusals
from exchange.tables import template
from quizzes.authoring.models import Quiz
from tests.exchange.features.table_rows import table, workbook
from tests.exchange.files import one, read

KOREAN = "유형,문제,정답,보기 1,보기 2\n단일 선택,어느 것일까요?,2,하나,둘\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends(encoding: str, delimiter: str, end: str) -> None:
    parsed = read(KOREAN.replace(",", delimiter).replace("\n", end).encode(encoding), "ko")
    (question,) = parsed.questions
    assert (question.text, [part.text for part in question.parts]) == ("어느 것일까요?", ["하나", "둘"])
    assert [part.correct for part in question.parts] == [False, True]
    assert bool(parsed.notes) == (encoding in ("cp949", "utf-16"))


def test_each_bad_row_is_named_and_the_others_are_imported() -> None:
    rows = [
        "single,Which?,1,a,b",
        "single,Which one?,7,a,b",
        "",
        "essay,Why?",
        "short,,x",
        "number,How many?,3 kg",
        "short,Who?,Kim",
    ]
    parsed = read("\n".join(["type,question,answer,choice 1,choice 2", *rows]))
    assert [question.name for question in parsed.questions] == ["Which?", "Who?"]
    assert [(skipped.name, skipped.reason) for skipped in parsed.skipped] == [
        ("Row 3: Which one?", "The answer “7” is none of its choices."),
        ("Row 5: Why?", "This kind of question is not supported: essay."),
        ("Row 6", "It has no text."),
        ("Row 7: How many?", "“3 kg” is not a number."),
    ]


def test_quoted_cells_have_line_breaks_and_delimiters_and_are_plain_text() -> None:
    question = one('question,answer\n"a, *b*\nc <b>d</b>","x\ny"\n')
    assert question.text == "a, \\*b\\*\\\nc <b>d</b>"
    assert question.accept == ["x", "y"]


@pytest.mark.parametrize("text", ['question,answer\n"a,b\n', f'question,answer\n"{"x" * 200_000}",b\n'])
def test_a_table_that_cannot_be_read_is_refused(text: str) -> None:
    parsed_or_refused = ""
    try:
        parsed_or_refused = read(text).skipped[0].reason
    except refusals.ExchangeError as refused:
        parsed_or_refused = refused.message
    assert parsed_or_refused


def test_two_columns_for_the_same_are_refused() -> None:
    with pytest.raises(refusals.ExchangeError, match="two columns for the same: 정답"):
        read("question,answer,정답\na,b,c\n")


def test_a_text_with_commas_is_no_table() -> None:
    assert read("::q::What, the question, answer{=a}").questions[0].name == "q"


def test_dates_errors_and_numbers_of_a_workbook() -> None:
    import datetime

    book = Workbook()
    for row in (
        ["question", "answer", "type"],
        ["a", 3, "short"],
        ["b", 0.1, "number"],
        ["c", datetime.date(2026, 3, 1)],
    ):
        book.active.append(row)
    book.active["B5"] = "#REF!"
    book.active["A5"] = "d"
    book.create_sheet("other").append(["question", "answer"])
    file = io.BytesIO()
    book.save(file)
    parsed = read(file.getvalue())
    assert parsed.questions[0].accept == ["3"]
    assert parsed.questions[1].extra["value"] == 0.1
    reasons = [skipped.reason for skipped in parsed.skipped]
    assert "B4: The cell is a date or a time." in reasons[0]
    assert "B5: The cell has an error (#REF!)." in reasons[1]


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
def test_half_a_workbook_is_refused(cut: float) -> None:
    content = workbook(["question", "answer"], ["a", "b"])
    with pytest.raises(refusals.ExchangeError, match="damaged"):
        read(content[: int(len(content) * cut)])


def rewritten(content: bytes, name: str, text: str) -> bytes:
    """Return a workbook with one of its files replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, text if entry == name else old.read(entry))
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("xl/workbook.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "damaged"),
        ("xl/workbook.xml", "<workbook/>", "damaged"),
        ("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row>", "damaged"),
        ("xl/worksheets/sheet1.xml", " " * 31_000_000, "more than 30 MB"),
    ],
)
def test_a_workbook_with_a_bomb_or_a_fault_is_refused(name: str, text: str, reason: str) -> None:
    with pytest.raises(refusals.ExchangeError, match=reason):
        read(rewritten(workbook(["question", "answer"], ["a", "b"]), name, text))


# --- the template


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_the_template_is_read_whole(format: str, language: str) -> None:
    parsed = read(template.make(format, language=language).content, language)
    assert parsed.skipped == []
    assert parsed.notes == []
    assert [question.kind for question in parsed.questions] == [
        "single_choice", "multiple_choice", "single_choice", "short_answer", "numeric", "ordering", "matching", "fill_in",
        "fill_in",
    ]  # fmt: skip
    assert [bool(blank.choices) or blank.extra["value"] for blank in parsed.questions[-1].blanks] == [3, True]
    assert not any(question.remarks for question in parsed.questions)


def test_the_cells_of_the_template_are_text() -> None:
    """Otherwise Excel would make a date of the answer 3-1."""
    sheet = load_workbook(io.BytesIO(template.make("xlsx", language="ko").content)).active
    assert sheet is not None
    assert {cell.number_format for row in sheet.iter_rows() for cell in row} == {"@"}


def test_the_command_writes_the_template(tmp_path: Path) -> None:
    file = tmp_path / "questions.xlsx"
    call_command("question_template", "--output", str(file), "--language", "en")
    assert len(read(file.read_bytes()).questions) == 9
    with pytest.raises(CommandError, match="must end in"):
        call_command("question_template", "--output", str(tmp_path / "questions.doc"))
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("question_template", "--output", str(tmp_path / "missing" / "questions.csv"))


@pytest.mark.django_db
def test_the_page_offers_the_template(ines: User, client: Client, quiz: Quiz) -> None:
    client.force_login(ines)
    place = [quiz.activity.course.slug, quiz.activity.slug]
    page = client.get(reverse("exchange:import", args=place)).text
    for format in ("csv", "xlsx"):
        address = reverse("exchange:import-template", args=[*place, format])
        assert address in page
        response = client.get(address)
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert len(read(response.content, "ko").questions) == 9
    assert client.get(reverse("exchange:import-template", args=[*place, "doc"])).status_code == 404


def test_a_row_that_is_shorter_than_the_heading_has_empty_cells() -> None:
    assert one(table("short", "Who?", "Kim", headings="type,question,answer,points,category")).points is None
