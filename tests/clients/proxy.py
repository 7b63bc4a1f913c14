"""An HTTP server between a client and the product. It keeps every answer, or answers as a later version of the server may."""

import http.client
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.clients.schemas import Description, Schema

# What concerns one connection only, and what makes an answer unreadable here.
NOT_PASSED_ON = {"connection", "keep-alive", "transfer-encoding", "content-length", "accept-encoding", "host"}


@dataclass(frozen=True)
class Exchange:
    """An answer of the product and its schema."""

    schema: Schema
    answer: Any

    @property
    def name(self) -> str:
        """The name of the schema among the components."""
        return str(self.schema["$ref"]).rpartition("/")[2]


@dataclass
class Proxy:
    """Where it listens, and what it has seen."""

    product: str
    description: Description
    is_later: bool
    address: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def answer(
        self, method: str, path: str, headers: dict[str, str], sent: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Pass a request on. Return the status, the headers and the body of the answer."""
        connection = http.client.HTTPConnection(urlsplit(self.product).netloc, timeout=60)
        try:
            connection.request(method, path, body=sent or None, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            if body:
                media = str(answer.headers.get_content_type())
                body = self._kept(method, path, answer.status, media, body)
            return answer.status, answer.getheaders(), body
        finally:
            connection.close()

    def _kept(self, method: str, path: str, status: int, media: str, body: bytes) -> bytes:
        found = json.loads(body)
        try:
            schema = self.description.answer(method, urlsplit(path).path, status, media)
        except LookupError as fault:
            self.faults.append(f"{method} {path} answers {status} {media}, which is not described: {fault}")
            return body
        self.exchanges.append(Exchange(schema, found))
        return json.dumps(self.description.later(schema, found)).encode() if self.is_later else body


def _handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in NOT_PASSED_ON}
            status, answered, body = proxy.answer(self.command, self.path, headers, sent)
            self.send_response_only(status)
            for name, value in answered:
                if name.lower() not in NOT_PASSED_ON:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on  # noqa: N815 (the names that the base class looks for)

        def log_message(self, format: str, *args: Any) -> None:
            """Print nothing."""

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing if a client has closed its connection, as each does that ends."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def started(product: str, description: Description, *, is_later: bool = False) -> Iterator[Proxy]:
    proxy = Proxy(product, description, is_later)
    server = _Server(("127.0.0.1", 0), _handler(proxy))
    proxy.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
