"""Apple's push service as far as the site uses it: HTTP/2 behind TLS on the loopback interface, by h2's side of a server."""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, RequestReceived, StreamEnded

HOST = "127.0.0.1"
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Asked:
    """One request."""

    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Apple:
    """What was asked, over how many connections, and with what it answers: 200 if `answers` is empty.

    An answer None ends the connection without one; `ends_after` requests it says that it ends, as a service that stops does.
    """

    origin: str
    asked: list[Asked] = field(default_factory=list)
    answers: list[Answer | None] = field(default_factory=list)
    connections: int = 0
    ends_after: int = 100

    def serve(self, connection: socket.socket) -> None:
        self.connections += 1
        protocol = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        protocol.initiate_connection()
        connection.sendall(protocol.data_to_send())
        streams: dict[int, Asked] = {}
        while received := connection.recv(65536):
            for event in protocol.receive_data(received):
                if isinstance(event, RequestReceived):
                    headers = {str(name): str(value) for name, value in event.headers}
                    streams[event.stream_id] = Asked(headers)
                elif isinstance(event, DataReceived):
                    streams[event.stream_id].body += event.data
                elif isinstance(event, StreamEnded):
                    self.asked.append(streams[event.stream_id])
                    if not self._answer(protocol, event.stream_id):
                        return
                elif isinstance(event, ConnectionTerminated):
                    return
            connection.sendall(protocol.data_to_send())

    def _answer(self, protocol: H2Connection, stream: int) -> bool:
        answer = self.answers.pop(0) if self.answers else (200, {}, b"")
        if answer is None:
            return False
        status, headers, body = answer
        protocol.send_headers(stream, [(":status", str(status)), *headers.items()])
        protocol.send_data(stream, body, end_stream=True)
        if len(self.asked) % self.ends_after == 0:
            protocol.close_connection()
        return True


def certify(folder: Path) -> Path:
    """Write a certificate of the loopback address with its key. Return the file, which is also the authority that signed it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "service.pem"
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    return file


@contextmanager
def running(certificate: Path, protocols: list[str]) -> Iterator[Apple]:
    """Run the service. It speaks one of `protocols`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.set_alpn_protocols(protocols)
    listener = socket.create_server((HOST, 0))
    apple = Apple(f"https://{HOST}:{listener.getsockname()[1]}")

    def serve(raw: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(raw, server_side=True) as connection:
            apple.serve(connection)

    def accept() -> None:
        with suppress(OSError):
            while True:
                Thread(target=serve, args=[listener.accept()[0]], daemon=True).start()

    thread = Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield apple
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def reason(text: str) -> bytes:
    """Return the body of a refusal."""
    return json.dumps({"reason": text}).encode()
