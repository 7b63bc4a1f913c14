"""Send requests over loopback and measure the time of the answers: with wrk if it is installed, else with a loop of our own.

Both are closed loops: a connection sends its next request when it has received the answer to the last one. One run of the bench
uses the same sender for the product and for the yardstick. Our own loop uses more CPU time than wrk, so figures of the two cannot
be compared.
"""

import asyncio
import itertools
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

HOST = "127.0.0.1"
# Timeout of one answer in seconds. Each answer that is measured here takes much less than a second.
PATIENCE = 30.0


# Statuses whose answers have no body, whatever their headers say.
WITHOUT_BODY = (204, 304)


class BenchError(RuntimeError):
    """Raised if something is not as expected, so that a measurement would be wrong or impossible."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, and the status that its answer must have."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: str = ""
    expect: int = 200

    def to_bytes(self, port: int) -> bytes:
        headers = {"Host": f"{HOST}:{port}", **self.headers}
        if self.method != "GET":
            headers["Content-Length"] = str(len(self.body.encode()))
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n" + self.body).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    # The address of a redirect, in lower case as all addresses of the product are.
    location: str = ""
    retry_after: str = ""
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """The result of one run: answers per second, and the latency in milliseconds."""

    rps: float
    p50_ms: float
    p95_ms: float


def timing(seconds: Sequence[float], took: float) -> Timing:
    """Return the timing of answers with these durations (in seconds), which all came within `took` seconds."""
    cuts = statistics.quantiles(seconds, n=20, method="inclusive") if len(seconds) > 1 else [*seconds] * 19
    return Timing(len(seconds) / took, cuts[9] * 1000, cuts[18] * 1000)


class Connection:
    """A persistent connection for one request at a time."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, request: Request) -> Answer:
        """Return the answer to `request`. Raises BenchError if its status is not the expected one."""
        answer = await self.ask(request)
        if answer.status != request.expect:
            start = answer.body[:300].decode(errors="replace")
            raise BenchError(f"{request.method} {request.path} answered {answer.status}, not {request.expect}: {start}")
        return answer

    async def ask(self, request: Request) -> Answer:
        """Return the answer to `request`, whatever its status. Raises TimeoutError after PATIENCE seconds."""
        async with asyncio.timeout(PATIENCE):
            return await self._exchange(request.to_bytes(self.port))

    async def _exchange(self, data: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection(HOST, self.port)
        reader, writer = self._streams
        writer.write(data)
        sent = await reader.readuntil(b"\r\n\r\n")
        head = sent.lower()
        status = int(head[9:12])
        _, found, rest = head.partition(b"\r\ncontent-length:")
        if not found and status not in WITHOUT_BODY:
            raise BenchError("An answer has no Content-Length.")
        location, retry_after = (
            head.partition(b"\r\n%s:" % name)[2].split(b"\r\n", 1)[0].strip().decode()
            for name in (b"location", b"retry-after")
        )
        # An ETag is compared byte by byte.
        at = head.find(b"\r\netag:")
        etag = sent[at:].split(b":", 1)[1].split(b"\r\n", 1)[0].strip().decode() if at >= 0 else ""
        body = b"" if status in WITHOUT_BODY else await reader.readexactly(int(rest.split(b"\r\n", 1)[0]))
        return Answer(status, body, location, retry_after, etag)

    def close(self) -> None:
        """Close the connection. The next request opens it again."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def ask_each(port: int, requests: Iterable[Request]) -> list[Answer]:
    """Send each request once, one after another. Raises BenchError if an answer does not have the expected status."""
    return asyncio.run(_ask_each(Connection(port), requests))


async def _ask_each(connection: Connection, requests: Iterable[Request]) -> list[Answer]:
    try:
        return [await connection.send(request) for request in requests]
    finally:
        connection.close()


def tool() -> str:
    return "wrk" if shutil.which("wrk") else "own loop"


def check(port: int, requests: Sequence[Request], *, samples: int = 48) -> int:
    """Send `samples` of the requests, evenly spread, over several connections. Return the size of the smallest body.

    This also warms up the workers of the server. Raises BenchError if an answer does not have the expected status.
    """
    return asyncio.run(_check(port, requests[:: max(1, len(requests) // samples)]))


async def _check(port: int, requests: Sequence[Request]) -> int:
    connections = [Connection(port) for _ in range(8)]
    try:
        lanes = [requests[at::8] for at in range(8)]
        sizes = await asyncio.gather(
            *(_sizes(connection, lane) for connection, lane in zip(connections, lanes, strict=True))
        )
    finally:
        for connection in connections:
            connection.close()
    return min(itertools.chain.from_iterable(sizes))


async def _sizes(connection: Connection, requests: Iterable[Request]) -> list[int]:
    return [len((await connection.send(request)).body) for request in requests]


def run(port: int, requests: Sequence[Request], *, connections: int, seconds: int) -> Timing:
    """Send the requests in turn, again and again, for `seconds`. Raises BenchError if a single answer is wrong."""
    smallest = check(port, requests)
    if tool() == "wrk":
        return _run_wrk(port, requests, connections, seconds, smallest)
    return run_own(port, requests, connections=connections, seconds=seconds)


def run_own(port: int, requests: Sequence[Request], *, connections: int, seconds: float) -> Timing:
    """Send the requests as `run` does, but never with wrk. The result is compared with flows, which wrk cannot send."""
    return asyncio.run(_run_own(port, requests, connections, seconds))


async def _run_own(port: int, requests: Sequence[Request], connections: int, seconds: float) -> Timing:
    line = itertools.cycle(requests)
    start = time.perf_counter()
    took = await asyncio.gather(*(_keep_sending(port, line, start + seconds) for _ in range(connections)))
    return timing(list(itertools.chain.from_iterable(took)), time.perf_counter() - start)


async def _keep_sending(port: int, line: Iterable[Request], until: float) -> list[float]:
    connection = Connection(port)
    took: list[float] = []
    try:
        for request in line:
            before = time.perf_counter()
            if before >= until:
                break
            await connection.send(request)
            took.append(time.perf_counter() - before)
    finally:
        connection.close()
    return took


# wrk calls `request` for each request and `done` at the end. It counts an answer with a status of 400 or more as an error.
WRK_SCRIPT = """
local requests = {
%s
}
local at = 0

function request()
  at = at %% #requests + 1
  return requests[at]
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\\n{"requests": %%d, "micros": %%d, "bytes": %%d, "errors": %%d, "p50": %%d, "p95": %%d}\\n',
    summary.requests, summary.duration, summary.bytes, e.status + e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(95)))
end
"""


def _lua_string(data: bytes) -> str:
    plain = (chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03d}" for byte in data)
    return '"' + "".join(plain) + '"'


def _run_wrk(port: int, requests: Sequence[Request], connections: int, seconds: int, smallest: int) -> Timing:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(WRK_SCRIPT % ",\n".join(_lua_string(request.to_bytes(port)) for request in requests))
        script.flush()
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={PATIENCE:.0f}s",
             "-s", script.name, f"http://{HOST}:{port}/"],
            capture_output=True, text=True, check=False, timeout=seconds + 2 * PATIENCE,
        )  # fmt: skip
    try:
        report = json.loads(done.stdout.rstrip().splitlines()[-1])
    except (IndexError, ValueError) as error:
        raise BenchError(f"wrk gave no result: {done.stdout} {done.stderr}") from error
    # wrk does not count a redirect as an error, but its body is short.
    if report["errors"] or not report["requests"] or report["bytes"] / report["requests"] < smallest:
        raise BenchError(f"{requests[0].method} {requests[0].path}: some answers were wrong: {report}")
    return Timing(report["requests"] / report["micros"] * 1e6, report["p50"] / 1000, report["p95"] / 1000)
