"""Run a WSGI application on granian's RSGI interface, with request bodies that are complete before it starts.

granian's own WSGI interface calls the application when the headers have arrived, and the application then waits for the body.
With one thread in each process, as many slow clients as there are processes would stop the site. Here the event loop receives
bodies, as many at a time as there are connections, and calls the application with a complete one. A body that makes no progress
is given up. Only of the piece of an upload that resumes, what has arrived is passed on (`common.cut_bodies`).

The application runs in the thread of the event loop, one request at a time in each process. granian reads and writes sockets
in a thread of its own, also while the application runs. If several requests wait, those that store something come first: when
everybody starts an exam in the same second, the starts are stored before the pages of those who started first are rendered.

What a request has stored is flushed to the disk in another thread (`operations.web.disk`). Its answer waits for that, the next
request does not.
"""

import asyncio
import contextvars
import functools
import heapq
import io
import itertools
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from typing import IO, Any, Protocol

from common.cut_bodies import BODY_CUT, is_kept
from operations.web.disk import UNFLUSHED, Disk

# Largest body in bytes. One answer has at most ten files of 10 MB, plus the form.
BODY_LIMIT = 110 * 1024 * 1024
# Largest body in bytes of a request without cookie and session token. Sign-in and sign-up need no more.
STRANGER_BODY_LIMIT = 1024 * 1024
# A body has BODY_GRACE seconds plus one second for each BODY_RATE bytes that have arrived.
BODY_GRACE, BODY_RATE = 20.0, 500
# Bytes of a body that are kept in memory; a larger one is written to a temporary file.
BODY_IN_MEMORY = 256 * 1024
FILE_BLOCK = 64 * 1024
# Seconds for which a waiting request that only reads lets later ones that store something pass.
READS_WAIT = 2.0
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# Set in the WSGI environment, with an HTTP status, if the body was not received. `wsgi.input` is empty then.
BODY_REFUSED = "baeum.body_refused"
# What stands for a header with bytes that are not ASCII, which granian does not tell. No header that means something equals it.
NOT_ASCII = "\x80"

Headers = list[tuple[str, str]]


class Transport(Protocol):
    """granian's stream of one response."""

    async def send_bytes(self, data: bytes) -> None: ...


class Exchange(Protocol):
    """granian's side of one request (`granian.rsgi.HTTPProtocol`): the body of the request, and the response."""

    async def __call__(self) -> bytes: ...
    def __aiter__(self) -> Any: ...
    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None: ...
    def response_stream(self, status: int, headers: Headers) -> Transport: ...


class _BodyRefusedError(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _CutOffError(Exception):
    """Only a part of the body has arrived."""


class _TooSlowError(_BodyRefusedError, _CutOffError):
    pass


class _DisconnectedError(_CutOffError):
    """The client closed the connection before its body was complete."""


class FileWrapper:
    """The `wsgi.file_wrapper`: a file that is sent in blocks, so that a slow reader blocks nobody."""

    def __init__(self, file: IO[bytes], block: int = FILE_BLOCK) -> None:
        self.file = file
        self._block = block

    def __iter__(self) -> "FileWrapper":
        return self

    def __next__(self) -> bytes:
        data = self.file.read(self._block)
        if not data:
            raise StopIteration
        return data

    def close(self) -> None:
        self.file.close()


class Adapter:
    """An RSGI application that calls a WSGI application.

    `on_start` is called in each worker process with its event loop. A body has `grace` seconds, and more while it arrives.
    """

    def __init__(
        self,
        application: Callable[..., Iterable[bytes]],
        on_start: Callable[[asyncio.AbstractEventLoop], None],
        grace: float = BODY_GRACE,
    ) -> None:
        self._application = application
        self._on_start = on_start
        self._grace = grace
        # One context for all requests: Django and asgiref keep connections in context variables, and a new context for each
        # request would connect again.
        self._context = contextvars.copy_context()
        # (when its turn is due, its number, what wakes it up) of the requests that wait, as a heap.
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._disk = Disk()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._on_start(loop)

    async def __rsgi__(self, scope: Any, exchange: Exchange) -> None:
        environ = build_environ(scope)
        try:
            environ["wsgi.input"] = await _receive(environ, exchange, self._grace)
        except _DisconnectedError:
            return
        except _BodyRefusedError as refused:
            environ = _refused(environ, refused.status)
        is_safe = environ["REQUEST_METHOD"] in SAFE_METHODS
        await self._turn(is_safe)
        unflushed: list[int] = []
        environ[UNFLUSHED] = unflushed
        status, headers, result = self._call(environ)
        # A repeated request stores nothing and is answered like the first one, whose flush may not have ended.
        if unflushed or (self._disk.is_busy and not is_safe):
            try:
                await self._disk.flush(unflushed)
            except OSError:
                if isinstance(result, FileWrapper):
                    result.close()
                status, headers, result = self._call(_refused(environ, 503))
        if BODY_REFUSED in environ or BODY_CUT in environ:
            headers.append(("Connection", "close"))
        try:
            if isinstance(result, FileWrapper):
                transport = exchange.response_stream(status, headers)
                for block in result:
                    await transport.send_bytes(block)
            else:
                exchange.response_bytes(status, headers, result)
        finally:
            if isinstance(result, FileWrapper):
                result.close()
            environ["wsgi.input"].close()

    async def _turn(self, is_safe: bool) -> None:
        """Wait until this request is the next one. Requests that have arrived meanwhile are considered, too."""
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._wake_next)
        heapq.heappush(self._waiting, (loop.time() + is_safe * READS_WAIT, next(self._numbers), turn))
        await turn

    def _wake_next(self) -> None:
        _due, _number, turn = heapq.heappop(self._waiting)
        # The client of a cancelled one is gone.
        if not turn.cancelled():
            turn.set_result(None)
        if self._waiting:
            # One in each round of the event loop, so that the requests that arrive while it runs can come first.
            asyncio.get_running_loop().call_soon(self._wake_next)

    def _call(self, environ: dict[str, Any]) -> tuple[int, Headers, bytes | FileWrapper]:
        # The event loop stands still during the call, so code that looks for a running loop must not find it: Django would
        # refuse to use the database.
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        try:
            return self._context.run(call, self._application, environ)
        finally:
            asyncio._set_running_loop(loop)


def call(
    application: Callable[..., Iterable[bytes]], environ: dict[str, Any]
) -> tuple[int, Headers, bytes | FileWrapper]:
    """Call a WSGI application. Return status, headers and the body: complete, or a file that the caller closes."""
    started: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, exc_info: object = None) -> None:
        started.append((status, headers))

    result = application(environ, start_response)
    body: bytes | FileWrapper
    if isinstance(result, FileWrapper):
        body = result
    else:
        try:
            body = b"".join(result)
        finally:
            close = getattr(result, "close", None)
            if close:
                close()
    status, headers = started[-1]
    return int(status[:3]), headers, body


def build_environ(scope: Any) -> dict[str, Any]:
    """Return the WSGI environment of a request, without its body."""
    server, _, port = scope.server.rpartition(":")
    environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode(errors="surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
    }
    for name, value in scope.headers.items():
        key = _environ_name(name)
        if key in environ:
            environ[key] += ("; " if key == "HTTP_COOKIE" else ",") + value
        elif key:
            environ[key] = value
    # As if it had not been sent, an If-Match would be ignored.
    for name in scope.headers.keys():  # noqa: SIM118 (it is no dictionary)
        if key := _environ_name(name):
            environ.setdefault(key, NOT_ASCII)
    return environ


def _refused(environ: dict[str, Any], status: int) -> dict[str, Any]:
    """Return the environment of the same request without its body. The application answers it with `status`."""
    return {**environ, "CONTENT_LENGTH": "", "wsgi.input": io.BytesIO(), BODY_REFUSED: status}


@functools.lru_cache(maxsize=256)
def _environ_name(header: str) -> str:
    """Return the name of a header in the WSGI environment; "" for one with "_", which could pose as another header."""
    if "_" in header:
        return ""
    name = header.upper().replace("-", "_")
    return name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"


def body_limit_of(environ: Mapping[str, Any]) -> int:
    """Return how many bytes the body of a request may have."""
    is_known = "HTTP_COOKIE" in environ or "HTTP_X_SESSION_TOKEN" in environ
    return BODY_LIMIT if is_known else STRANGER_BODY_LIMIT


async def _receive(environ: dict[str, Any], exchange: Exchange, grace: float) -> IO[bytes]:
    """Return the complete body. Raises _BodyRefusedError or _DisconnectedError."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        # granian does not tell the end of such a body from a lost connection.
        raise _BodyRefusedError(411)
    announced = environ.get("CONTENT_LENGTH", "")
    if announced in ("", "0"):
        return io.BytesIO()
    # Content-Length is a number here: the server refuses a request with another one.
    length = int(announced)
    if length > body_limit_of(environ):
        raise _BodyRefusedError(413)
    # The type differs, the use does not: SpooledTemporaryFile is a binary file in memory until it grows.
    body: Any = io.BytesIO() if length <= BODY_IN_MEMORY else tempfile.SpooledTemporaryFile(BODY_IN_MEMORY)  # noqa: SIM115
    try:
        await _fill(body, length, exchange, grace)
    except BaseException as error:
        if not (is_kept(environ) and isinstance(error, _CutOffError)):
            body.close()
            raise
        environ |= {"CONTENT_LENGTH": str(body.tell()), BODY_CUT: True}
    body.seek(0)
    file: IO[bytes] = body
    return file


async def _fill(body: IO[bytes], length: int, exchange: Exchange, grace: float) -> None:
    received = 0
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(grace) as limit:
            async for chunk in exchange:
                body.write(chunk)
                received += len(chunk)
                if received >= length:
                    # Asking once more only to hear that nothing follows would cost a turn of the event loop.
                    break
                limit.reschedule(began + grace + received / BODY_RATE)
    except TimeoutError:
        raise _TooSlowError(408) from None
    except OSError:
        raise _BodyRefusedError(503) from None
    if received < length:
        raise _DisconnectedError
