"""Several mails over one connection: each is judged by itself, whatever happened to the one before."""

import pytest
from django.core.mail import EmailMessage

from common.mail import sending
from tests.smtp import HANG_UP, MailServer

pytestmark = pytest.mark.enable_socket


def letter() -> EmailMessage:
    return EmailMessage("Hello", "World", "site@example.com", ["alice@example.com"])


def test_mails_share_a_connection(mail_server: MailServer) -> None:
    with sending.one_connection():
        for _ in range(3):
            sending.deliver(letter())
    assert len(mail_server.received) == 3
    assert len(mail_server.peers) == 1
    sending.deliver(letter())
    assert len(mail_server.peers) == 2


def test_a_connection_that_the_server_closed_in_between_is_opened_again(mail_server: MailServer) -> None:
    with sending.one_connection():
        sending.deliver(letter())
        mail_server.hang_up()
        sending.deliver(letter())
    assert len(mail_server.received) == 2
    assert len(mail_server.peers) == 2


def test_a_mail_after_an_uncertain_one_goes_over_a_new_connection(mail_server: MailServer) -> None:
    with sending.one_connection():
        mail_server.data = HANG_UP
        with pytest.raises(sending.Uncertain):
            sending.deliver(letter())
        mail_server.data = "250 OK"
        sending.deliver(letter())
    assert len(mail_server.received) == 2


@pytest.mark.parametrize(
    ("answer", "error"), [("451 Busy", sending.Deferred), ("550 No such mailbox", sending.Refused)]
)
def test_a_refused_recipient_does_not_concern_the_next_mail(
    mail_server: MailServer, answer: str, error: type[Exception]
) -> None:
    with sending.one_connection():
        sending.deliver(letter())
        mail_server.rcpt = answer
        with pytest.raises(error):
            sending.deliver(letter())
        mail_server.rcpt = "250 OK"
        sending.deliver(letter())
    assert len(mail_server.received) == 2


def test_a_server_that_goes_away_after_an_accepted_mail_leaves_the_next_one_deferred(mail_server: MailServer) -> None:
    """The state of the accepted mail must not make the next one look as if it might have been sent."""
    with sending.one_connection():
        sending.deliver(letter())
        mail_server.hang_up()
        mail_server.stop()
        with pytest.raises(sending.Deferred):
            sending.deliver(letter())
    assert len(mail_server.received) == 1
