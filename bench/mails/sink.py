"""A mail server that takes everything and counts it, in a process of its own (`python -m bench.mails.sink`).

It prints its port. For each line that it reads it prints what has come so far as JSON: see `Counted`.
"""

import asyncio
import json
import re
import sys
import time
from dataclasses import asdict, dataclass

from bench.load import HOST

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)
_LONGEST = 2**20
# What a command is answered with. Every other command gets the last one.
_ANSWERS = {b"DATA": b"354 Go on\r\n", b"QUIT": b"221 Bye\r\n", b"EHLO": b"250-sink\r\n250 8BITMIME\r\n"}
_OK = b"250 OK\r\n"


@dataclass
class Counted:
    """The mails that came: how many, how many of them for a second time, with a picture, their bytes, and over how many
    connections. `first` and `last` are seconds since the epoch.
    """

    mails: int = 0
    duplicates: int = 0
    pictures: int = 0
    size: int = 0
    connections: int = 0
    first: float = 0.0
    last: float = 0.0


class Sink:
    def __init__(self) -> None:
        self.counted = Counted()
        self._seen: set[bytes] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it ends."""
        self.counted.connections += 1
        writer.write(b"220 sink\r\n")
        try:
            while command := (await reader.readline())[:4].upper():
                writer.write(_ANSWERS.get(command, _OK))
                if command == b"DATA":
                    self._note(await reader.readuntil(b"\r\n.\r\n"))
                    writer.write(_OK)
                elif command == b"QUIT":
                    break
        except (OSError, asyncio.IncompleteReadError):
            # The sender has hung up.
            pass
        finally:
            writer.close()

    def _note(self, mail: bytes) -> None:
        now, found = time.time(), _MESSAGE_ID.search(mail)
        name = found[1] if found else b""
        counted = self.counted
        counted.duplicates += name in self._seen
        self._seen.add(name)
        counted.mails += 1
        counted.pictures += b"Content-ID: <" in mail
        counted.size += len(mail)
        counted.first, counted.last = counted.first or now, now


async def _main() -> None:
    sink = Sink()
    server = await asyncio.start_server(sink.serve, HOST, 0, limit=_LONGEST)
    print(server.sockets[0].getsockname()[1], flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(asdict(sink.counted)), flush=True)


if __name__ == "__main__":
    asyncio.run(_main())
