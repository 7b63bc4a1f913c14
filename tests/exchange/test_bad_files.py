"""Any upload is read or refused with ExchangeError, within limits of memory and time."""

import io
import zipfile

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange import files, refusals
from exchange.imports import importing
from exchange.imports.import_plan import merge_question
from exchange.items.questions import UnsupportedQuestion
from tests.exchange.features import file_rows, old_qti_rows
from tests.exchange.features.rows import Reads, Result
from tests.exchange.files import package, read, sample

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><quiz><question type="essay"><name><text>&c;</text></name></question></quiz>'
)
EXTERNAL = '<!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>'


def refusal(content: bytes | str, format: str = "") -> str:
    with pytest.raises(refusals.ExchangeError) as refused:
        importing.parse(content if isinstance(content, bytes) else content.encode(), language="en", format=format)
    return refused.value.message


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (LAUGHS, "Line 1 declares a document type."),
        (EXTERNAL, "Line 1 declares a document type."),
        ("<quiz><question>", "Line 1: the file is not well-formed XML"),
        ("<quiz>&nosuch;</quiz>", "Line 1: the file is not well-formed XML (undefined entity)"),
        (f"<quiz>{'<a>' * 100}{'</a>' * 100}</quiz>", "Line 1: the file is nested too deeply."),
        ("<html></html>", "The file begins with <html>: it is neither Moodle XML nor QTI."),
        ("# A lesson\n\nA set is written {a}.", "a text without the marks of GIFT"),
        ("<questestinterop/>", "There is no question in this file."),
        ("<quiz/>", "There is no question in this file."),
        ("<manifest/>", "upload the package (zip)"),
        ("", "The file is empty."),
        (b" \n ", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n\x00\xff\xd8", "neither UTF-8 nor cp949"),
        (b"a\x00b", "The file is not a text file."),
        ("안녕하세요".encode("utf-16")[:-1], "neither UTF-8 nor cp949"),
        (b"PK\x03\x04broken", "damaged or encrypted"),
        (b"x" * 10_000_001, "The file is larger than 10 MB."),
    ],
)
def test_an_unusable_file_is_refused_with_a_message(content: bytes | str, sentence: str) -> None:
    assert sentence in refusal(content)


def test_the_message_is_translated() -> None:
    with translation.override("ko"):
        message = refusal("")
    assert message == translation.gettext("The file is empty.") or message != "The file is empty."


def test_the_size_is_checked_before_the_file_is_read() -> None:
    """Otherwise the message would be that of an incomplete file."""
    assert refusal(b"<quiz>" + b"a" * 10_000_001) == "The file is larger than 10 MB."


@pytest.mark.parametrize("asked", ["gift", "qti"])
def test_a_wrong_format_is_refused_with_the_detected_one(asked: str) -> None:
    message = refusal(sample("tea.en.xml"), format=asked)
    assert message == f"This is not a {files.FORMATS[asked]} file; its content is Moodle XML."


def test_a_truncated_file_is_refused() -> None:
    whole = sample("tea.en.xml")
    assert "not well-formed XML" in refusal(whole[: len(whole) // 2])


def test_too_many_questions_are_refused() -> None:
    assert "more than 10000 questions" in refusal("\n\n".join(f"::q{n}::q{{=a}}" for n in range(10_001)))


def bomb(size: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made, made.open("imsmanifest.xml", "w") as entry:
        for _chunk in range(size // 1_000_000):
            entry.write(b" " * 1_000_000)
    return buffer.getvalue()


def test_a_zip_bomb_is_not_unpacked() -> None:
    content = bomb(200_000_000)
    assert len(content) < 500_000
    assert refusal(content) == "The package unpacks to more than 30 MB."


def test_a_false_size_in_the_zip_directory_is_refused() -> None:
    content = bytearray(bomb(40_000_000))
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (100).to_bytes(4, "little")
    with pytest.raises(refusals.ExchangeError):
        importing.parse(bytes(content), language="en")


@pytest.mark.parametrize("name", ["../x.xml", "/etc/x.xml", "a/../../x.xml", "a\\..\\x.xml"])
def test_names_outside_the_package_are_refused(name: str) -> None:
    assert "names a file outside itself" in refusal(package({"imsmanifest.xml": "<manifest/>", name: "<x/>"}))


def test_other_packages_are_refused() -> None:
    assert "no imsmanifest.xml" in refusal(package({"word/document.xml": "<x/>"}))
    many: dict[str, str | bytes] = {f"{n}.xml": "" for n in range(12_001)}
    assert "more than 12000 files" in refusal(package(many))
    assert "declares a document type" in refusal(package({"imsmanifest.xml": LAUGHS}))


def test_an_item_with_entities_in_a_package_is_skipped() -> None:
    manifest = '<manifest><resources><resource type="imsqti_item_xmlv2p1" href="a.xml"/></resources></manifest>'
    parsed = read(package({"imsmanifest.xml": manifest, "a.xml": EXTERNAL}))
    assert [skipped.name for skipped in parsed.skipped] == ["a.xml"]
    assert "document type" in parsed.skipped[0].reason


def test_a_declared_encoding_is_used() -> None:
    latin = '<?xml version="1.0" encoding="ISO-8859-1"?><quiz><question type="x"><name><text>café</text></name></question></quiz>'
    parsed = read(latin.encode("latin-1"))
    assert parsed.skipped[0].name == "café"
    korean = '<?xml version="1.0" encoding="EUC-KR"?><quiz><question type="x"><name><text>홍차</text></name></question></quiz>'
    assert read(korean.encode("euc-kr")).skipped[0].name == "홍차"
    for odd in ("base64", "rot13", "idna", "nonsense"):
        content = latin.replace("ISO-8859-1", odd).encode("latin-1")
        assert "neither UTF-8 nor cp949" in refusal(content)


# --- fuzz ------------------------------------------------------------------------------------------------------

SEEDS = [sample(name) for name in ("tea.en.xml", "tea.en.gift.txt", "tea.ko.gift.txt", "item.xml")]
# A file of each other format.
SEEDS += [
    row.content.encode() if isinstance(row.content, str) else row.content
    for row in (*old_qti_rows.ROWS, *file_rows.ROWS)
    if isinstance(row, Reads) and row.result is Result.WHOLE
]
QUIET = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def assert_read_or_refused(content: bytes) -> None:
    """Parse the content. It is read, or refused with ExchangeError; any other exception fails the test."""
    try:
        parsed = importing.parse(content, language="ko")
    except refusals.ExchangeError:
        return
    assert all(skipped.reason for skipped in parsed.skipped)


@QUIET
@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    assert_read_or_refused(content)


@QUIET
@given(
    st.text(max_size=500), st.sampled_from(["", "<quiz>", "::a::", "PK\x03\x04", "q{", "<assessmentItem><itemBody>"])
)
def test_any_text_is_read_or_refused(text: str, start: str) -> None:
    assert_read_or_refused((start + text).encode("utf-8", "surrogatepass"))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid file with pieces cut out, doubled, moved or overwritten."""
    content = bytearray(draw(st.sampled_from(SEEDS)))
    for _change in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 60))
        piece = draw(
            st.one_of(
                st.binary(max_size=20),
                st.sampled_from([b"{", b"}", b"=", b"~", b"<text>", b"]]>", b"100", b"\\", b"#", b"%"]),
            )
        )
        content[at : at + length] = piece
    return bytes(content)


@QUIET
@given(mutated())
def test_broken_files_are_read_or_refused(content: bytes) -> None:
    assert_read_or_refused(content)


@QUIET
@given(mutated())
def test_broken_items_in_a_package_are_read_or_refused(content: bytes) -> None:
    manifest = '<manifest><resources><resource type="imsqti_item_xmlv2p1" href="a.xml"/></resources></manifest>'
    assert_read_or_refused(package({"imsmanifest.xml": manifest, "a.xml": content}))


@QUIET
@given(st.binary(max_size=60), st.integers(0, 400))
def test_broken_packages_are_read_or_refused(piece: bytes, at: int) -> None:
    whole = bytearray(package({"imsmanifest.xml": "<manifest/>", "a.xml": "<x/>"}))
    whole[at : at + len(piece)] = piece
    assert_read_or_refused(bytes(whole))


def test_the_size_limit_is_the_one_in_the_page() -> None:
    assert files.MAX_BYTES == 10_000_000


@QUIET
@given(mutated(), st.sampled_from(["ko", "en"]))
def test_merging_a_question_twice_changes_nothing(content: bytes, language: str) -> None:
    """Each question is refused, or brought over so that a second time changes nothing."""
    try:
        parsed = importing.parse(content, language=language)
        again = importing.parse(content, language=language)
    except refusals.ExchangeError:
        return
    for first, second in zip(parsed.questions, again.questions, strict=True):
        try:
            fields = merge_question(first, None, language=language)
        except UnsupportedQuestion:
            continue
        assert merge_question(second, fields, language=language) == fields
