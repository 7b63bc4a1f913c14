"""The filesystem broker writes messages atomically: a reader beside many writers never reads half a file."""

from pathlib import Path
from queue import Empty
from threading import Thread

import pytest
from kombu.connection import Connection

from tests.disk import no_room_beyond

WRITERS, EACH = 4, 100


@pytest.fixture
def connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Connection:
    for name in ("messages", "control", "tmp"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    return Connection(
        "filesystem://",
        transport="common.queue.filesystem_broker:Transport",
        transport_options={
            "data_folder_in": str(tmp_path / "messages"),
            "data_folder_out": str(tmp_path / "messages"),
            "control_folder": str(tmp_path / "control"),
        },
    )


def test_a_reader_gets_complete_messages_while_others_write(connection: Connection) -> None:
    def write(number: int) -> None:
        channel = connection.clone().channel()
        for at in range(EACH):
            channel._put("grading", {"body": f"{number}-{at}", "padding": "x" * 2000})

    writers = [Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    reader = connection.channel()
    found: set[int] = set()
    while any(writer.is_alive() for writer in writers) or len(found) < WRITERS * EACH:
        try:
            found.add(reader._get("grading")["body"])
        except Empty:
            assert any(writer.is_alive() for writer in writers) or len(found) == WRITERS * EACH
    for writer in writers:
        writer.join()
    assert len(found) == WRITERS * EACH


def test_a_message_reaches_the_queue_that_is_bound(connection: Connection) -> None:
    # A unique name: a process remembers which queues it has bound, whatever the folder.
    with connection.SimpleQueue("bound-once") as queue:
        queue.put({"attempt_id": 1})
        message = queue.get(timeout=60)
        assert message.payload == {"attempt_id": 1}
        message.ack()


def test_binding_is_idempotent_and_keeps_the_other_queues(connection: Connection) -> None:
    channel = connection.channel()
    for queue in ("grading", "mail", "grading"):
        channel._queue_bind("all", queue, "", queue)
    assert sorted(bound.queue for bound in channel.get_table("all")) == ["grading", "mail"]


def test_a_full_disk_leaves_no_part_of_a_message(connection: Connection, tmp_path: Path) -> None:
    with no_room_beyond(100), pytest.raises(OSError, match="File too large"):
        connection.channel()._put("grading", {"padding": "x" * 2000})
    assert list((tmp_path / "messages").iterdir()) == []
