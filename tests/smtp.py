"""A real SMTP server on a free port that can be set to refuse or hang up at any command."""

import asyncio
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.test import override_settings

ACCEPTED = "250 OK"
HANG_UP = "hang up"
# smtplib gives up on a line this long.
ENDLESS_LINE = "250 " + "x" * 20_000


class _AnyPort(Controller):
    """A controller that uses a free port; aiosmtpd's own connects to the port number that it was given (0)."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd has no types here


class MailServer:
    """A server whose answer to each command can be set. `HANG_UP` closes the connection instead.

    `received` contains every message that was transmitted completely, whatever the answer was.
    """

    def __init__(self) -> None:
        self.rcpt = ACCEPTED
        self.data = ACCEPTED
        self.quit = "221 Bye"
        # Seconds between receiving a message and the answer.
        self.delay = 0.0
        self.received: list[EmailMessage] = []
        # The other ends of the connections over which messages came.
        self.peers: set[object] = set()
        self._transport: asyncio.BaseTransport | None = None
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=0)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        if not self._controller.loop.is_closed():
            self._controller.stop(no_assert=True)

    @property
    def port(self) -> int:
        return int(self._controller.port)

    def hang_up(self) -> None:
        """Close the connection over which the last message came."""
        assert isinstance(self._transport, asyncio.Transport)
        self._controller.loop.call_soon_threadsafe(self._transport.abort)

    def only(self) -> EmailMessage:
        """Return the only received message."""
        [message] = self.received
        return message

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's hook)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt == ACCEPTED:
            envelope.rcpt_tos.append(address)
        return self._answer(server, self.rcpt)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.peers.add(session.peer)
        self._transport = server.transport
        self.received.append(message_from_bytes(envelope.content, policy=policy.default))
        await asyncio.sleep(self.delay)
        return self._answer(server, self.data)

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return self._answer(server, self.quit)

    def _answer(self, server: SMTP, answer: str) -> str:
        if answer == HANG_UP:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "421 Gone"
        return answer


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A running server, and settings that send through it."""
    server = MailServer()
    server.start()
    with smtp_settings(server.port):
        yield server
    server.stop()


def smtp_settings(port: int) -> Any:
    return override_settings(
        EMAIL_BACKEND="common.mail.sending.SMTPBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        EMAIL_USE_TLS=False,
        EMAIL_USE_SSL=False,
        EMAIL_HOST_USER="",
        EMAIL_HOST_PASSWORD="",
        EMAIL_TIMEOUT=5,
        DEFAULT_FROM_EMAIL="Baeum <no-reply@example.com>",
    )


@pytest.fixture
def no_mail_server() -> Iterator[None]:
    """Settings with a port on which no server listens."""
    server = MailServer()
    server.start()
    port = server.port
    server.stop()
    with smtp_settings(port):
        yield
