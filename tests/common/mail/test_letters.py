"""The bytes of a mail: what a mail program reads is the same as if Python's generator had written them."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage as Parsed
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.mail.message import BadHeaderError

from common.mail import letters
from common.mail.letters import Letter
from courses.summaries.picture import progress_ring

HEADERS = {"Date": "Mon, 30 Nov 2026 08:30:00 +0900", "Message-ID": "<one@example.com>"}
SITE = "배움 <no-reply@example.com>"


def letter(subject: str = "Hello", text: str = "One\nTwo\n", html: str = "<p>One</p>\n", **more: Any) -> Letter:
    headers = {**HEADERS, **more.pop("headers", {})}
    found = Letter(subject, text, SITE, ["alice@example.com"], headers=headers, **more)
    found.attach_alternative(html, "text/html")
    return found


def python_bytes(message: EmailMessage) -> bytes:
    """Return the message as Django and Python write it."""
    written: Any = message.message()
    return bytes(written.as_bytes(linesep="\r\n"))


@dataclass
class Part:
    """What a mail program reads of a part."""

    headers: list[tuple[str, str]]
    content: object


def read(raw: bytes) -> list[Part]:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, Parsed)
    parts = list(message.walk())
    assert not any(part.defects for part in parts)
    return [
        Part(
            # Boundaries are chosen by chance.
            sorted((name, part.get_content_type() if part.is_multipart() and name == "Content-Type" else str(value).strip())
                   for name, value in part.items()),
            None if part.is_multipart() else part.get_content(),
        )
        for part in parts
    ]  # fmt: skip


@pytest.mark.parametrize(
    "message",
    [
        letter(),
        letter("한 주 동안 강의 2개, 모두 8%까지 왔어요. 다음: 머신러닝이란 무엇이고 어디에 쓰이나요?"),
        letter("An English subject that is so long that no mail may have it in a single line of a header " * 2),
        letter(text="안녕하세요\r\n.\n..\nFrom here on\rend", html="<p>😀 안녕</p>"),
        letter(pictures=[progress_ring(0, 10), progress_ring(10, 90)]),
        letter(headers={"List-Unsubscribe": f"<https://example.com/{'a' * 100}/off/>", "X-Name": "김하늘"}),
        letter(html=f"<p>{'가' * 400}</p>"),
    ],
    ids=["short", "korean", "long subject", "lines", "pictures", "headers", "long line"],
)
def test_they_say_what_the_message_says(message: Letter) -> None:
    raw = letters.to_bytes(message)
    assert read(raw) == read(python_bytes(message))
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\r" in line or b"\n" in line for line in lines)


@pytest.mark.parametrize("has_file", [False, True])
def test_a_header_begins_beside_its_name(has_file: bool) -> None:
    """A line with nothing but the name is read as a value with a space in front, by some programs as an empty one."""
    subject = "한 주 동안 강의 2개, 모두 8%까지 왔어요. 다음: 머신러닝이란 무엇이고 어디에 쓰이나요?"
    address = f"<https://example.com/{'a' * 100}/off/>"
    message = letter(subject, headers={"List-Unsubscribe": address, "Content-Language": "ko"})
    if has_file:
        message.attach("dates.ics", "BEGIN:VCALENDAR", "text/calendar")
    raw = letters.to_bytes(message)
    found = message_from_bytes(raw, policy=policy.default)
    assert found["Subject"] == subject
    assert found["List-Unsubscribe"] == address
    assert found.get_all("Content-Language") == ["ko"]
    assert not re.search(rb"^[A-Za-z-]+: *\r\n", raw, re.MULTILINE)
    assert max(map(len, raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 160


def test_a_file_and_other_unusual_parts_are_in_it() -> None:
    message = letter(pictures=[progress_ring(0, 10)], cc=["bob@example.com"])
    message.attach("dates.ics", "BEGIN:VCALENDAR", "text/calendar")
    assert read(letters.to_bytes(message)) == read(python_bytes(message))
    plain = EmailMessage("Hello", "World", SITE, ["alice@example.com"], headers=HEADERS)
    assert read(letters.to_bytes(plain)) == read(python_bytes(plain))


@pytest.mark.parametrize("name", ["Subject", "To", "X-Course"])
def test_a_line_break_gets_into_no_header(name: str) -> None:
    message = letter(headers={"X-Course": "One\nBcc: eve@example.com"} if name == "X-Course" else {})
    if name == "Subject":
        message.subject = "One\r\nBcc: eve@example.com"
    elif name == "To":
        message.to = ["alice@example.com\nBcc: eve@example.com"]
    with pytest.raises(BadHeaderError):
        letters.to_bytes(message)


def test_no_two_mails_have_the_same_boundary() -> None:
    first, second = (message_from_bytes(letters.to_bytes(letter())).get_boundary() for _ in range(2))
    assert first != second
