"""How failures of sending are classified, with a real SMTP server; and the files of the inbox backend."""

import re
import smtplib
import ssl
import stat
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from pytest_django import Settings

from common.mail import sending
from courses.summaries.course_weeks import Title
from courses.summaries.picture import progress_ring
from tests.smtp import ENDLESS_LINE, HANG_UP, MailServer


class SilentlyBroken(BaseEmailBackend):
    """A foreign backend that fails without recording how far the message came."""

    def send_messages(self, email_messages: object) -> int:
        raise OSError("the line broke")


def letter(to: str = "alice@example.com") -> EmailMessage:
    return EmailMessage("안녕하세요", "첫 줄\n둘째 줄\n", "Baeum <no-reply@example.com>", [to])


@pytest.mark.enable_socket
class TestDeliver:
    def test_arrives_as_it_was_written(self, mail_server: MailServer) -> None:
        sending.deliver(letter())
        assert mail_server.only()["Subject"] == "안녕하세요"
        assert mail_server.only().get_content().splitlines() == ["첫 줄", "둘째 줄"]

    @pytest.mark.parametrize("answer", ["451 Busy", "421 Closing", "452 Full"])
    def test_a_temporary_error_is_deferred(self, mail_server: MailServer, answer: str) -> None:
        for command in ("rcpt", "data"):
            mail_server.rcpt = mail_server.data = "250 OK"
            setattr(mail_server, command, answer)
            with pytest.raises(sending.Deferred, match=answer[:3]):
                sending.deliver(letter())

    def test_a_permanent_error_is_refused(self, mail_server: MailServer) -> None:
        for command in ("rcpt", "data"):
            mail_server.rcpt = mail_server.data = "250 OK"
            setattr(mail_server, command, "550 No such mailbox")
            with pytest.raises(sending.Refused, match="550"):
                sending.deliver(letter())

    def test_a_hang_up_before_the_text_is_deferred(self, mail_server: MailServer) -> None:
        mail_server.rcpt = HANG_UP
        with pytest.raises(sending.Deferred):
            sending.deliver(letter())
        assert mail_server.received == []

    def test_a_hang_up_after_the_text_is_uncertain(self, mail_server: MailServer) -> None:
        mail_server.data = HANG_UP
        with pytest.raises(sending.Uncertain):
            sending.deliver(letter())
        assert len(mail_server.received) == 1

    def test_an_invalid_answer_after_the_text_is_uncertain(self, mail_server: MailServer) -> None:
        mail_server.data = "299 Perhaps"
        with pytest.raises(sending.Uncertain):
            sending.deliver(letter())

    @pytest.mark.parametrize("goodbye", [HANG_UP, ENDLESS_LINE])
    def test_an_accepted_message_is_sent_even_if_closing_fails(self, mail_server: MailServer, goodbye: str) -> None:
        mail_server.quit = goodbye
        sending.deliver(letter())
        assert len(mail_server.received) == 1

    @pytest.mark.usefixtures("no_mail_server")
    def test_an_unreachable_server_is_deferred(self) -> None:
        with pytest.raises(sending.Deferred, match="Connection refused"):
            sending.deliver(letter())

    def test_a_server_without_the_required_encryption_is_deferred(
        self, mail_server: MailServer, settings: Settings
    ) -> None:
        settings.EMAIL_USE_TLS = True
        with pytest.raises(sending.Deferred, match="STARTTLS"):
            sending.deliver(letter())
        assert mail_server.received == []

    def test_an_invalid_address_is_refused_without_a_connection(self, mail_server: MailServer) -> None:
        with pytest.raises(sending.Refused, match="only alice@example\\.com could be parsed"):
            sending.deliver(letter(to="alice@example.com, bob"))

    def test_a_failure_of_a_foreign_backend_is_uncertain(self, settings: Settings) -> None:
        settings.EMAIL_BACKEND = f"{__name__}.SilentlyBroken"
        with pytest.raises(sending.Uncertain, match="the line broke"):
            sending.deliver(letter())


def test_implicit_tls_uses_the_same_tracking() -> None:
    backend = sending.SMTPBackend(use_ssl=True, host="127.0.0.1")
    assert issubclass(backend.connection_class, smtplib.SMTP_SSL)
    assert backend.ssl_context.verify_mode == ssl.CERT_REQUIRED
    assert backend.handed_over is False
    assert backend.accepted is False


class TestInboxBackend:
    @pytest.fixture(autouse=True)
    def home(self, settings: Settings, tmp_path: Path) -> Path:
        settings.EMAIL_BACKEND = "common.mail.sending.InboxBackend"
        settings.INBOX_HOME = home = tmp_path / "state" / "inbox"
        return home

    def test_a_message_is_a_file_for_its_owner_only(self, home: Path) -> None:
        sending.deliver(letter())
        [path] = home.iterdir()
        assert re.fullmatch(r"\d{20}-[0-9a-f]{8}\.eml", path.name)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert "둘째 줄" in path.read_text()

    def test_the_oldest_messages_are_pruned(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sending, "INBOX_LIMIT", 3)
        for number in range(5):
            sending.deliver(EmailMessage(f"Number {number}", "", None, ["alice@example.com"]))
        subjects = [re.findall(r"Subject: (.*)", path.read_text())[0] for path in sorted(home.iterdir())]
        assert subjects == ["Number 2", "Number 3", "Number 4"]

    def test_a_folder_that_cannot_be_written_is_deferred(self, home: Path) -> None:
        home.parent.write_text("a file where the folder should be")
        with pytest.raises(sending.Deferred):
            sending.deliver(letter())

    def test_a_failed_write_leaves_no_file(self, home: Path) -> None:
        with pytest.raises(sending.Refused):
            sending.deliver(EmailMessage("two\nlines", "", None, ["alice@example.com"]))
        assert list(home.iterdir()) == []


def test_compose_writes_in_the_readers_language_and_zone() -> None:
    picture = progress_ring(50, 100)
    summary = {"reader": {"start": datetime(2026, 11, 16, 2, 0, tzinfo=UTC)}, "picture": picture, "gained": 50}

    main = {
        "title": Title("Basics of\ndata", "en"),
        "percent": 100,
        "path": "/c/",
        "done_count": 3,
        "required_count": 3,
    }
    message = sending.compose(
        "courses/weekly_summary",
        {
            "summary": summary,
            "main": {**main, "next": None},
            "user": {"name": "하나", "zone": ZoneInfo("America/New_York")},
            "unsubscribe_url": "https://x/off/",
            **dict.fromkeys(("others", "sections", "numbers"), ()),
            **dict.fromkeys(("ask", "day", "time", "page_path", "settings_path", "picture_text"), ""),
        },
        to="alice@example.com",
        language="en",
        zone=ZoneInfo("America/New_York"),
        now=datetime(2026, 11, 23, 13, 0, tzinfo=UTC),
        headers={"Message-ID": sending.message_id("one")},
        pictures=[picture],
    )
    assert message.subject == "You have finished “Basics of data”"  # a line break would be a second header
    assert "since 15 November 2026" in message.body  # the reader's date, not Greenwich's
    assert "\n\n\n" not in message.body
    assert message.message()["Date"] == "Mon, 23 Nov 2026 08:00:00 -0500"
    assert message.message()["Message-ID"] == "<one@localhost>"
    html = str(message.alternatives[0][0])
    assert 'lang="en"' in html
    assert "prefers-color-scheme: dark" in html  # what cannot be inlined is kept
    assert '<a class="button" href="http://127.0.0.1:8000/c/" style="' in html
    assert django_mail.outbox == []  # written is not sent
