"""A mail server that speaks as much IMAP (RFC 3501) as a program needs that reads a folder."""

import base64
import re
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

USER, PASSWORD = "bounces@learn.example", "p@ss/wörd"
_RANGE = re.compile(r"UID (\d+):\*")


@dataclass
class Mailbox:
    """A folder: {number: message}, the numbers that are marked as seen, and what the server refuses."""

    password: str = PASSWORD
    capabilities: str = "IMAP4rev1 AUTH=PLAIN"
    uid_validity: int = 7
    messages: dict[int, bytes] = field(default_factory=dict)
    seen: list[int] = field(default_factory=list)
    fetched: list[int] = field(default_factory=list)
    # A command whose connection the server ends.
    hangs_up_at: str = ""

    def add(self, message: bytes) -> int:
        """Let a message come."""
        uid = max(self.messages, default=0) + 1
        self.messages[uid] = message.replace(b"\n", b"\r\n")
        return uid


class ImapServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.mailbox = Mailbox()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Session(socketserver.StreamRequestHandler):
    server: ImapServer

    def handle(self) -> None:
        self._say(b"* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, command = line.split(" ", 1)
            name = command.removeprefix("UID ").split()[0]
            if name == self.server.mailbox.hangs_up_at:
                return
            done = getattr(self, f"_{name.lower()}")(command.removeprefix("UID "))
            self._say(f"{tag} {done or 'OK done'}".encode())
            if name == "LOGOUT":
                return

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def _capability(self, _command: str) -> None:
        self._say(f"* CAPABILITY {self.server.mailbox.capabilities}".encode())

    def _authenticate(self, _command: str) -> str:
        self._say(b"+ ")
        given = base64.b64decode(self.rfile.readline()).decode()
        return self._known(given == f"\0{USER}\0{self.server.mailbox.password}")

    def _login(self, command: str) -> str:
        return self._known(command == f'LOGIN {USER} "{self.server.mailbox.password}"')

    def _known(self, is_known: bool) -> str:
        return "" if is_known else "NO [AUTHENTICATIONFAILED] wrong"

    def _select(self, command: str) -> str:
        if command != 'SELECT "Bounces"':
            return "NO no such folder"
        self._say(f"* {len(self.server.mailbox.messages)} EXISTS".encode())
        self._say(f"* OK [UIDVALIDITY {self.server.mailbox.uid_validity}] valid".encode())
        return "OK [READ-WRITE] done"

    def _search(self, command: str) -> None:
        [first] = _RANGE.findall(command)
        uids = sorted(self.server.mailbox.messages)
        # As servers do: the last one belongs to each range up to the last one.
        found = [uid for uid in uids if uid >= int(first) or uid == uids[-1]]
        self._say(f"* SEARCH {' '.join(map(str, found))}".encode())

    def _fetch(self, command: str) -> None:
        _fetch, uid, wanted = command.split(" ", 2)
        message = self.server.mailbox.messages.get(int(uid))
        if message is None:
            return
        if "RFC822.SIZE" in wanted:
            self._say(f"* 1 FETCH (UID {uid} RFC822.SIZE {len(message)})".encode())
            return
        self.server.mailbox.fetched.append(int(uid))
        self._say(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(message)}}}".encode())
        self.wfile.write(message)
        self._say(b")")

    def _store(self, command: str) -> None:
        self.server.mailbox.seen.append(int(command.split()[1]))

    def _logout(self, _command: str) -> None:
        self._say(b"* BYE")


@pytest.fixture
def imap_server() -> Iterator[ImapServer]:
    """A running server with an empty folder."""
    with ImapServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
