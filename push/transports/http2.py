"""Send POST requests over one connection of HTTP/2, which is kept for the next ones. h2 is imported when the first one is sent.

A service may take many connections for an attack, so there is one for each process.
"""

import socket
import ssl
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from push.transports import http
from push.transports.addresses import Target
from push.transports.http import Answer, Unanswered, Unreachable

if TYPE_CHECKING:
    from h2.events import Event

# A connection that was not used for longer may have been forgotten on its way.
_LONGEST_PAUSE = timedelta(minutes=5)
_BLOCK = 65536


class Channel:
    """The connection to one service. Requests of several threads wait for each other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: _Connection | None = None

    def post(self, target: Target, body: bytes, headers: dict[str, str], now: datetime) -> Answer:
        """Send the request and return the answer, whatever its status. Raises addresses.Refused, Unreachable, Unanswered."""
        with self._lock:
            connection = self._open(target, now)
            is_kept = False
            try:
                answer = connection.post(body, headers, target.path, now)
                is_kept = not connection.has_ended
            finally:
                if not is_kept:
                    self.close()
            return answer

    def close(self) -> None:
        """End the connection. The next request opens another one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _open(self, target: Target, now: datetime) -> "_Connection":
        known = self._connection
        if known is not None and known.origin == target.origin and known.is_usable(now):
            return known
        self.close()
        self._connection = _Connection(target)
        return self._connection


class _Connection:
    """One connection, with one request at a time. `has_ended`: the service takes no further request on it."""

    def __init__(self, target: Target) -> None:
        from h2.config import H2Configuration
        from h2.connection import H2Connection

        self.origin, self._authority = target.origin, target.origin.partition("://")[2]
        self._scheme = target.scheme
        self._used_at: datetime | None = None
        self.has_ended = False
        self._opened: list[socket.socket] = []
        self._protocol = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
        try:
            with http.within(self._opened, keep=True):
                self._socket = http.connect(target, self._opened, "h2")
                self._protocol.initiate_connection()
                self._write()
        except OSError as error:
            self.close()
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        for each in self._opened:
            each.close()

    def is_usable(self, now: datetime) -> bool:
        """Whether another request can be sent: it was used lately, and the service has not said that it ends."""
        from h2.exceptions import H2Error

        if self._used_at is None or not timedelta() <= now - self._used_at <= _LONGEST_PAUSE:
            return False
        self._socket.setblocking(False)
        try:
            while not self.has_ended:
                self._read()
        except OSError as error:
            return _is_empty(error) and not self.has_ended
        except H2Error:
            return False
        finally:
            self._socket.settimeout(http.STEP)
        return False

    def post(self, body: bytes, headers: dict[str, str], path: str, now: datetime) -> Answer:
        from h2.exceptions import H2Error

        self._used_at = now
        try:
            with http.within(self._opened, keep=True):
                stream = self._send(body, headers, path)
                return self._wait(stream, now)
        except (OSError, H2Error, UnicodeDecodeError) as error:
            raise Unanswered(f"{type(error).__name__}: {error}") from error

    def _send(self, body: bytes, headers: dict[str, str], path: str) -> int:
        stream = self._protocol.get_next_available_stream_id()
        named = {":method": "POST", ":scheme": self._scheme, ":authority": self._authority, ":path": path}
        named |= {name.lower(): value for name, value in headers.items()}
        self._protocol.send_headers(stream, [*named.items(), ("content-length", str(len(body)))])
        self._protocol.send_data(stream, body, end_stream=True)
        self._write()
        return stream

    def _wait(self, stream: int, now: datetime) -> Answer:
        """Return the answer of a stream. Raises Unreachable if the service says that it did not look at the request."""
        from h2 import events
        from h2.errors import ErrorCodes

        found: dict[str, str] = {}
        text = b""
        while True:
            for event in self._read():
                if isinstance(event, events.ConnectionTerminated) and (event.last_stream_id or 0) < stream:
                    raise Unreachable("The service has ended the connection before the request.")
                if getattr(event, "stream_id", None) != stream:
                    continue
                if isinstance(event, events.ResponseReceived):
                    found = {str(name): str(value) for name, value in event.headers}
                elif isinstance(event, events.DataReceived):
                    text = (text + event.data)[: http.MOST]
                elif isinstance(event, events.StreamReset):
                    if event.error_code == ErrorCodes.REFUSED_STREAM:
                        raise Unreachable("The service has refused the request unseen.")
                    raise ConnectionError(f"The service has ended the request: {event.error_code}")
                elif isinstance(event, events.StreamEnded):
                    wait = http.read_wait(found.get("retry-after", ""), now)
                    return Answer(int(found[":status"]), text.decode("utf-8", "replace"), wait)

    def _read(self) -> "list[Event]":
        """Read what has come, and answer what the protocol wants. Raises OSError, also if the service has hung up."""
        from h2 import events

        received = self._socket.recv(_BLOCK)
        if not received:
            raise ConnectionError("The service has hung up.")
        found = self._protocol.receive_data(received)
        for event in found:
            if isinstance(event, events.ConnectionTerminated):
                self.has_ended = True
            elif isinstance(event, events.DataReceived) and event.flow_controlled_length:
                self._protocol.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        self._write()
        return found

    def _write(self) -> None:
        self._socket.sendall(self._protocol.data_to_send())


def _is_empty(error: OSError) -> bool:
    """Whether the error says only that there is nothing to read now."""
    return isinstance(error, BlockingIOError | ssl.SSLWantReadError)
