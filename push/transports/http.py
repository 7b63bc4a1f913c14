"""Send one POST request to a checked address: no redirect is followed, no proxy used, and little of the answer is read."""

import contextlib
import http.client
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from push.transports import addresses
from push.transports.addresses import Target

# Seconds for each step of a request, and for all of it.
STEP, ALL = 5.0, 10.0
# Bytes of an answer that are read.
MOST = 4096
# A service that asks for more is asked again after a day.
LONGEST_WAIT = timedelta(days=1)


class Unreachable(Exception):
    """Raised when certainly nothing was sent."""


class Unanswered(Exception):
    """Raised when the request was sent, and nobody knows what became of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The status, the beginning of the body, and how long the service asks to wait, if it does."""

    status: int
    text: str
    wait: timedelta | None


def post(target: Target, body: bytes, headers: dict[str, str], now: datetime) -> Answer:
    """Send the request and return the answer, whatever its status. Raises addresses.Refused, Unreachable, Unanswered."""
    opened: list[socket.socket] = []
    with within(opened):
        connection = http.client.HTTPConnection(target.host, target.port, timeout=STEP)
        connection.sock = connect(target, opened)
        return _post(connection, target, body, headers, now)


@contextlib.contextmanager
def within(opened: list[socket.socket], *, keep: bool = False) -> Iterator[None]:
    """Cut the sockets of `opened` after ALL seconds: a service that answers a byte at a time keeps to the time of each step.

    Closes them at the end, unless they are kept.
    """
    watch = threading.Timer(ALL, _cut, [opened])
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
        if not keep:
            for each in opened:
                each.close()


def _post(
    connection: http.client.HTTPConnection, target: Target, body: bytes, headers: dict[str, str], now: datetime
) -> Answer:
    try:
        connection.request("POST", target.path, body, headers)
        response = connection.getresponse()
        text = response.read(MOST).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        raise Unanswered(f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()
    return Answer(response.status, text, read_wait(response.headers.get("Retry-After", ""), now))


def read_wait(text: str, now: datetime) -> timedelta | None:
    """Return what `Retry-After` says, in seconds or as a date; None if it says nothing. At most LONGEST_WAIT."""
    if re.fullmatch(r"[0-9]{1,9}", text.strip()):
        return min(timedelta(seconds=int(text)), LONGEST_WAIT)
    try:
        wait = parsedate_to_datetime(text) - now
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(wait, timedelta()), LONGEST_WAIT)


def connect(target: Target, opened: list[socket.socket], protocol: str = "") -> socket.socket:
    """Return a connection to the first address of the target that answers. Its sockets are added to `opened`.

    `protocol`: what the service must speak behind TLS. Raises addresses.Refused, Unreachable.
    """
    try:
        found = addresses.resolve(target)
    except addresses.Unresolved as error:
        raise Unreachable(f"The name was not found: {error}") from error
    problem: Exception | None = None
    for address in found:
        try:
            made = socket.create_connection((address, target.port), timeout=STEP)
            opened.append(made)
            return made if target.scheme == "http" else _secure(made, target.host, opened, protocol)
        except OSError as error:
            problem = error
    raise Unreachable(f"{type(problem).__name__}: {problem}") from problem


def _secure(made: socket.socket, host: str, opened: list[socket.socket], protocol: str) -> ssl.SSLSocket:
    # The certificate must be that of the name, although the connection was made to an address.
    context = ssl.create_default_context()
    if protocol:
        context.set_alpn_protocols([protocol])
    secured = context.wrap_socket(made, server_hostname=host, do_handshake_on_connect=False)
    opened.append(secured)
    secured.do_handshake()
    if protocol and secured.selected_alpn_protocol() != protocol:
        raise ssl.SSLError(f"The service does not speak {protocol}.")
    return secured


def _cut(opened: list[socket.socket]) -> None:
    for each in opened:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
