"""Owns the embedded mode's broker: kombu's folder of message files, with files that appear whole.

kombu opens a message's file and then writes it: a worker that looks in between finds an empty one, and what it cannot
parse ends it. Here a file is written under another name first. The same holds for the file of an exchange's queues.
"""

import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.json import dumps


def _appear(path: Path, content: str) -> None:
    """`path` holds `content`, whole from the first moment on."""
    # Whoever looks for a queue's messages finds no queue of this name.
    unfinished = path.with_name(f".{uuid4()}")
    unfinished.write_text(content, encoding="utf-8")
    unfinished.rename(path)


class Channel(filesystem.Channel):
    def _put(self, queue: Any, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # kombu differs from itself
        # Read in the order of their names.
        name = f"{time.monotonic() * 1000:.0f}_{uuid4()}.{queue}.msg"
        _appear(Path(self.data_folder_out) / name, dumps(payload))

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        known = self.get_table(exchange)  # type: ignore[no-untyped-call]
        if bound not in known:
            _appear(self._exchange_file(exchange), dumps([bound, *known]))  # type: ignore[no-untyped-call]


class Transport(filesystem.Transport):
    Channel = Channel
