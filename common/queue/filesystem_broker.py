"""Write the messages of kombu's filesystem broker atomically. The embedded mode uses this broker.

kombu opens a message's file and then writes it. A worker that reads in between finds an empty file, cannot parse it and
stops. Here each file is written under a temporary name and then renamed. So is the file that lists the queues of an exchange.
"""

import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.json import dumps


def _write_atomically(path: Path, content: str) -> None:
    # Workers list files by the name of their queue; no queue has this name.
    unfinished = path.with_name(f".{uuid4()}")
    try:
        unfinished.write_text(content, encoding="utf-8")
        unfinished.rename(path)
    except OSError:
        # A full disk. Beat tries again every five seconds, so what is left behind would become many files.
        unfinished.unlink(missing_ok=True)
        raise


class Channel(filesystem.Channel):
    def _put(self, queue: Any, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # kombu differs from itself
        # Workers read messages in the order of their file names.
        name = f"{time.monotonic() * 1000:.0f}_{uuid4()}.{queue}.msg"
        _write_atomically(Path(self.data_folder_out) / name, dumps(payload))

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        known = self.get_table(exchange)  # type: ignore[no-untyped-call]
        if bound not in known:
            _write_atomically(self._exchange_file(exchange), dumps([bound, *known]))  # type: ignore[no-untyped-call]


class Transport(filesystem.Transport):
    Channel = Channel
