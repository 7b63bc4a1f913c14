"""Files of other systems as people: encodings, separators, headings, names, who has left, and what is wrong with a row."""

import io
import zipfile

import pytest
from django.utils import translation

from rosters.reading import columns, people, tables
from rosters.reading.people import Person
from rosters.refusals import RosterError
from tests.rosters.files import PEOPLE, xlsx

EXPECTED = [("haneul@example.com", "김하늘"), ("ana@example.com", "Ana Lee")]


def read(content: bytes | str) -> list[Person]:
    rows = tables.read(content.encode() if isinstance(content, str) else content)
    with translation.override("en"):
        return people.read(rows, columns.recognise([cells for _line, cells in rows]))


def named(content: bytes | str) -> list[tuple[str, str]]:
    return [(person.email, person.name) for person in read(content)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_usual_encoding_and_separator_is_read(encoding: str, separator: str) -> None:
    assert named(PEOPLE.replace(",", separator).encode(encoding)) == EXPECTED


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_ends_of_lines_of_every_system_are_read(end: str) -> None:
    assert named(PEOPLE.replace("\n", end)) == EXPECTED


def test_a_big_endian_file_with_its_mark_is_read() -> None:
    assert named(b"\xfe\xff" + PEOPLE.encode("utf-16-be")) == EXPECTED


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("email", "name"),
        ("E-mail", "Full Name"),
        ("Email address", "Display name"),
        ("User Email", "User Name (Original Name)"),
        ("Email Address [Required]", "name"),
        ("이메일 주소", "성명"),
        ("E-Mail 주소(필수)", "학생 이름"),
        ("ＥＭＡＩＬ", "Student"),
    ],
)
def test_headings_of_other_systems_are_recognised(email: str, name: str) -> None:
    found = read(f"{name},{email}\nAna Lee,ana@example.com\n")
    assert [(person.line, person.email) for person in found] == [(2, "ana@example.com")]
    assert found[0].name == ("" if "Original" in name else "Ana Lee")


def test_lines_above_the_headings_are_skipped() -> None:
    text = f"2026학년도 2학기 데이터 분석 수강생 명단\n\n출력일: 2026-11-29,,\n{PEOPLE}"
    assert named(text) == EXPECTED
    assert [person.line for person in read(text)] == [5, 6]


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_line_that_names_the_separator_is_obeyed(first: str) -> None:
    text = f"{first}\nemail;name\nana@example.com;Lee, Ana\n"
    assert named(text) == [("ana@example.com", "Lee, Ana")]
    assert read(text)[0].line == 3


def test_family_and_given_names_are_put_together_as_their_script_does() -> None:
    rows = "lastname,firstname,email\n김,하늘,a@example.com\nLee,Ana,b@example.com\n"
    assert named(rows) == [("a@example.com", "김하늘"), ("b@example.com", "Ana Lee")]
    # Beside a family name “이름” is the given one.
    assert named("성,이름,이메일\n남궁,민수,a@example.com\n") == [("a@example.com", "남궁민수")]
    # A whole name is better than its parts.
    assert named("full name,first name,last name,email\nAna M. Lee,Ana,Lee,b@example.com\n")[0][1] == "Ana M. Lee"


def test_cohort_and_language_are_read() -> None:
    found = read("email,cohort1,language\na@example.com,2기,한국어\nb@example.com,,English\nc@example.com,1,fr\n")
    assert [(person.cohort, person.language) for person in found] == [("2기", "ko"), ("", "en"), ("1", "")]
    assert [person.problem for person in found] == ["", "", "The language is “ko” or “en”."]


@pytest.mark.parametrize(
    "status", ["deleted", "Inactive", "suspended", "deleted_last_completed", "withdrawn", "수강취소"]
)
def test_who_has_left_is_recognised(status: str) -> None:
    # The rows of a users.csv of Canvas.
    found = read(
        "user_id,login_id,first_name,last_name,email,status\n"
        f"1,ana,Ana,Lee,ana@example.com,active\n2,bo,Bo,Kim,bo@example.com,{status}\n"
    )
    assert [(person.name, person.has_left) for person in found] == [("Ana Lee", False), ("Bo Kim", True)]


def test_who_left_one_section_and_is_in_another_one_is_no_duplicate() -> None:
    found = read("email,status\na@example.com,deleted\na@example.com,active\n")
    assert [(person.has_left, person.problem) for person in found] == [(True, ""), (False, "")]


def test_moodle_says_zero_for_people_who_are_still_there() -> None:
    found = read("username,firstname,lastname,email,deleted\nu1,Ana,Lee,a@example.com,0\nu2,Bo,Kim,b@example.com,1\n")
    assert [person.has_left for person in found] == [False, True]


def test_people_who_teach_are_told_from_students() -> None:
    found = read("email,role\na@example.com,student\nb@example.com,teacher\nc@example.com,조교\n")
    assert [person.is_staff for person in found] == [False, True, True]


def test_a_table_without_headings_is_read_by_its_addresses() -> None:
    assert named("Ana Lee,ana@example.com\nBo Kim,bo@example.com\n") == [
        ("ana@example.com", "Ana Lee"),
        ("bo@example.com", "Bo Kim"),
    ]
    assert named("학번,계정\n20261234,ana@example.com\n") == [("ana@example.com", "")]


ADDRESSES = [" ANA@Example.com\u00a0", "mailto:ana@example.com", "Ana Lee <ana@example.com>", "\ufeffana@example.com"]


@pytest.mark.parametrize("cell", ADDRESSES)
def test_an_address_is_read_as_it_is_copied(cell: str) -> None:
    assert read(f"email,name\n{cell},Ana\n")[0].email == "ana@example.com"


BAD = [
    ("ana", "Ana", "Enter a valid email address."),
    ("", "Ana", "There is no e-mail address."),
    ("아나@example.com", "Ana", "This one contains “아” (U+C544)."),
    ("ana@example.com", "A\u202eb", "no invisible characters"),
    ("ana@example.com", "x" * 101, "The name is longer than 100 characters."),
    ("ana@example.com", "=HYPERLINK(0)", "“=HYPERLINK(0)” begins with a sign that makes it a formula in Excel."),
    ("ana@example.com", "+82 10", "formula"),
    ("ana@example.com", "@SUM(A1)", "formula"),
    ("=1+1@example.com", "Ana", "formula"),
]


@pytest.mark.parametrize(("email", "name", "why"), BAD)
def test_a_bad_row_says_why_and_stops_no_other(email: str, name: str, why: str) -> None:
    found = read(f"email,name\nfirst@example.com,First\n{email},{name}\nlast@example.com,Last\n")
    assert [bool(person.problem) for person in found] == [False, True, False]
    assert why in found[1].problem


def test_the_second_row_of_an_address_names_the_first() -> None:
    found = read("email\na@example.com\nb@example.com\nA@example.com\n")
    assert [person.problem for person in found] == ["", "", "This address is in the file twice: in line 2, too."]


def test_a_quotation_mark_that_is_never_closed_costs_one_row() -> None:
    text = 'email,name\na@example.com,"Ana\nb@example.com,Bo\nc@example.com,Cho\n'
    assert named(text) == [("a@example.com", "Ana"), ("b@example.com", "Bo"), ("c@example.com", "Cho")]


# --- XLSX ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        xlsx([["이름", "이메일", "반"], ["김하늘", "haneul@example.com", None], ["Ana Lee", "ana@example.com", "봄"]]),
        b"name,email,class,,,\nHaneul,haneul@example.com,,,,\nAna,ana@example.com,A,,,\n",
    ],
    ids=["xlsx", "csv"],
)
def test_a_file_has_no_columns_but_those_with_something_in_them(content: bytes) -> None:
    rows = [cells for _line, cells in tables.read(content)]
    assert [len(cells) for cells in rows] == [3, 2, 3]
    assert len(columns.recognise(rows).fields) == 3


def test_a_workbook_is_read_with_what_stands_above_its_headings() -> None:
    content = xlsx([["수강생 명단"], [], ["번호", "이메일", "이름", "기수"], [1, "haneul@example.com", "김하늘", 2.0]])
    assert [(p.line, p.email, p.name, p.cohort) for p in read(content)] == [(4, "haneul@example.com", "김하늘", "2")]


def test_the_sheet_with_the_headings_is_chosen() -> None:
    content = xlsx([["Read me"], ["write to a@example.com"]], [["Email address", "Name"], ["b@example.com", "Bo"]])
    assert named(content) == [("b@example.com", "Bo")]


def test_formulas_are_never_read_as_text() -> None:
    """openpyxl stores no computed value, so the cell is empty; Excel's own files have one."""
    content = xlsx([["email", "name"], ["a@example.com", '=HYPERLINK("https://example.com","Ana")']])
    assert named(content) == [("a@example.com", "")]


REFUSED = {
    "empty": (b"", "empty"),
    "blank": (b"\n \n,,\n", "empty"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "neither UTF-8, UTF-16 nor cp949"),
    "half a character": ("이메일".encode("utf-16")[:-1], "neither UTF-8, UTF-16 nor cp949"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel file"),
    "a damaged workbook": (b"PK\x03\x04" + b"x" * 100, "cannot be read as XLSX"),
    "too large": (b"a" * (tables.SIZE_LIMIT + 1), "larger than 5 MB"),
    "too many lines": (b"email\n" + b"a@example.com\n" * (tables.ROW_LIMIT + 1), "more than 5000 lines"),
    "a huge cell": (b'email\n"' + b"a" * 200_000 + b'"\n', "cannot be read as CSV"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_list_is_refused_in_words(name: str) -> None:
    content, why = REFUSED[name]
    with translation.override("en"), pytest.raises(RosterError) as refused:
        tables.read(content)
    assert why in refused.value.message


def zipped(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    with pytest.raises(RosterError):
        tables.read(zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"))


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused() -> None:
    content = zipped(sheet=bytes(70_000_000))
    assert len(content) < 100_000
    with translation.override("en"), pytest.raises(RosterError) as refused:
        tables.read(content)
    assert "unpacks to more than 60 MB" in refused.value.message
