"""A mailbox for bounces is read by a program: each message once, whatever happens in between."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import User
from courses.models import SummaryDelivery
from mails.bounces import mailbox, reading
from mails.models import BounceMailbox
from mails.tasks import read_bounces
from tests.factories import UserFactory
from tests.imap import PASSWORD, USER, ImapServer, Mailbox
from tests.mails.bounces.test_bounces import make_report

pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=2)


@pytest.fixture
def box(imap_server: ImapServer, settings: Settings) -> Mailbox:
    """The folder that the settings name."""
    settings.BOUNCE_MAILBOX_URL = (
        f"imap://{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@127.0.0.1:{imap_server.port}/Bounces"
    )
    return imap_server.mailbox


@pytest.fixture
def sent() -> SummaryDelivery:
    """A summary that was sent."""
    row = SummaryDelivery(
        user=UserFactory(email="student@example.com"), iso_year=2026, iso_week=48, due_at=NOW, status="sent"
    )
    row.message_id = f"<weekly-{row.uuid}@localhost>"
    row.save()
    return row


def stopped() -> bool:
    return User.objects.get(email="student@example.com").is_mail_stopped


def test_a_bounce_in_the_mailbox_stops_further_mails(box: Mailbox, sent: SummaryDelivery) -> None:
    uid = box.add(make_report(sent.message_id))
    assert mailbox.read_new(now=NOW) == 1
    assert stopped()
    sent.refresh_from_db()
    assert sent.status == "bounced"
    assert box.seen == [uid]


def test_each_message_is_read_once(box: Mailbox, sent: SummaryDelivery) -> None:
    assert mailbox.read_new(now=NOW) == 0
    box.add(b"Subject: Hello\n\nAn answer of a person.\n")
    box.add(make_report(sent.message_id))
    assert mailbox.read_new(now=NOW) == 2
    assert mailbox.read_new(now=LATER) == 0
    last = box.add(b"Subject: Hello\n\nAnother one.\n")
    assert mailbox.read_new(now=LATER) == 1
    assert box.fetched == [1, 2, last]


def test_a_server_that_numbers_its_messages_anew_stops_nobody_twice(box: Mailbox, sent: SummaryDelivery) -> None:
    box.add(make_report(sent.message_id))
    mailbox.read_new(now=NOW)
    User.objects.update(bounced_address="")
    box.uid_validity += 1
    assert mailbox.read_new(now=LATER) == 1
    assert not stopped()


def test_what_was_not_noted_is_read_again(box: Mailbox, sent: SummaryDelivery) -> None:
    """The connection breaks after the consequences of a message are committed, before it is marked as seen."""
    box.add(make_report(sent.message_id))
    box.add(b"Subject: Hello\n\nHello.\n")
    box.hangs_up_at = "STORE"
    with pytest.raises(mailbox.Unreadable):
        mailbox.read_new(now=NOW)
    assert stopped()
    box.hangs_up_at = ""
    assert mailbox.read_new(now=LATER) == 1
    assert box.fetched == [1, 2]


def test_a_message_that_is_too_long_is_passed_over(box: Mailbox, sent: SummaryDelivery) -> None:
    box.add(b"Subject: long\n\n" + b"x" * reading.LONGEST)
    uid = box.add(make_report(sent.message_id))
    assert mailbox.read_new(now=NOW) == 2
    assert box.fetched == [uid]
    assert stopped()


def test_one_run_reads_some_and_the_next_one_goes_on(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox, "MOST", 2)
    for _ in range(3):
        box.add(b"Subject: Hello\n\nHello.\n")
    assert [mailbox.read_new(now=NOW) for _ in range(3)] == [2, 1, 0]


@pytest.mark.parametrize("command", ["AUTHENTICATE", "SELECT", "SEARCH", "FETCH"])
def test_a_failure_is_noted_without_the_password_and_forgotten_afterwards(box: Mailbox, command: str) -> None:
    box.add(b"Subject: Hello\n\nHello.\n")
    box.hangs_up_at = command
    read_bounces()
    row = BounceMailbox.objects.get()
    assert row.error
    assert PASSWORD not in f"{row.error} {row.name}"
    assert (mailbox.describe() or {})["error"] == row.error
    box.hangs_up_at = ""
    mailbox.read_new(now=LATER)
    assert mailbox.describe() == {"read_at": LATER, "error": ""}


def test_a_wrong_password_is_said(box: Mailbox, settings: Settings) -> None:
    settings.BOUNCE_MAILBOX_URL = settings.BOUNCE_MAILBOX_URL.replace(quote(PASSWORD, safe=""), "other")
    with pytest.raises(CommandError, match="AUTHENTICATIONFAILED"):
        call_command("read_bounces")


def test_a_server_without_plain_gets_the_password_by_login(box: Mailbox, settings: Settings) -> None:
    settings.BOUNCE_MAILBOX_URL = settings.BOUNCE_MAILBOX_URL.replace(quote(PASSWORD, safe=""), "secret")
    box.password, box.capabilities = "secret", "IMAP4rev1"
    assert mailbox.read_new(now=NOW) == 0


def test_the_command_says_how_many(box: Mailbox) -> None:
    box.add(b"Subject: Hello\n\nHello.\n")
    said = StringIO()
    call_command("read_bounces", stdout=said)
    assert said.getvalue() == "1 messages were read.\n"


def test_without_a_mailbox_nothing_is_read() -> None:
    assert mailbox.read_new(now=NOW) is None
    assert mailbox.describe() is None
    with pytest.raises(CommandError, match="is not set"):
        call_command("read_bounces")
