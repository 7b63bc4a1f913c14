"""The mail server of the bench counts what it takes, and the arguments of the bench bound how much that is."""

import smtplib
from email.message import EmailMessage

import pytest

from bench.__main__ import arguments
from bench.load import HOST
from bench.mails.server import sink

pytestmark = pytest.mark.enable_socket


def mail(name: str) -> EmailMessage:
    message = EmailMessage()
    message["Message-ID"] = f"<{name}@example.com>"
    message["To"] = "student@example.com"
    message.set_content("A line.\n.\nA line after a dot.\n")
    return message


@pytest.mark.processes
def test_mails_and_those_that_come_twice_are_counted() -> None:
    with sink() as server, smtplib.SMTP(HOST, server.port) as client:
        for name in ("one", "two", "one"):
            client.send_message(mail(name), "no-reply@example.com")
        counted = server.count()
    assert (counted["mails"], counted["duplicates"], counted["connections"]) == (3, 1, 1)
    assert counted["size"] > 100
    assert counted["first"] <= counted["last"]


def test_the_number_of_students_is_bounded(capsys: pytest.CaptureFixture[str]) -> None:
    assert arguments(["--only", "mails"]).recipients == 100_000
    with pytest.raises(SystemExit):
        arguments(["--only", "mails", "--recipients", "100001"])
    assert "between 1 and 100000" in capsys.readouterr().err
