"""Send one POST request to a checked address: no redirect is followed, no proxy used, and little of the answer is read."""

import contextlib
import http.client
import re
import socket
import ssl
import threading
from collections.abc import Sequence
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
    try:
        found = addresses.resolve(target)
    except addresses.Unresolved as error:
        raise Unreachable(f"The name was not found: {error}") from error
    opened: list[socket.socket] = []
    # A service that answers a byte at a time keeps to the time of each step.
    watch = threading.Timer(ALL, _cut, [opened])
    watch.daemon = True
    watch.start()
    try:
        return _post(_connect(target, found, opened), target, body, headers, now)
    finally:
        watch.cancel()
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


def _connect(target: Target, found: Sequence[str], opened: list[socket.socket]) -> http.client.HTTPConnection:
    """Return a connection to the first address that answers. Its sockets are added to `opened`. Raises Unreachable."""
    problem: Exception | None = None
    for address in found:
        try:
            made = socket.create_connection((address, target.port), timeout=STEP)
            opened.append(made)
            connection = http.client.HTTPConnection(target.host, target.port, timeout=STEP)
            connection.sock = made if target.scheme == "http" else _secure(made, target.host, opened)
        except OSError as error:
            problem = error
        else:
            return connection
    raise Unreachable(f"{type(problem).__name__}: {problem}") from problem


def _secure(made: socket.socket, host: str, opened: list[socket.socket]) -> ssl.SSLSocket:
    # The certificate must be that of the name, although the connection was made to an address.
    secured = ssl.create_default_context().wrap_socket(made, server_hostname=host, do_handshake_on_connect=False)
    opened.append(secured)
    secured.do_handshake()
    return secured


def _cut(opened: list[socket.socket]) -> None:
    for each in opened:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
