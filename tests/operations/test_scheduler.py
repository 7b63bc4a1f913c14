"""The scheduler as a process of its own, with the filesystem broker in a folder of the test."""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.product import ROOT, wait_for

pytestmark = pytest.mark.processes


@pytest.fixture
def start_scheduler(tmp_path: Path) -> Iterator[Callable[[], "subprocess.Popen[str]"]]:
    """Starts a scheduler that enqueues `some.task` for the queue `mail` four times a second."""
    for folder in ("messages", "control"):
        (tmp_path / folder).mkdir()
    options = {
        "data_folder_in": str(tmp_path / "messages"),
        "data_folder_out": str(tmp_path / "messages"),
        "control_folder": str(tmp_path / "control"),
    }
    entry = {"task": "some.task", "schedule": 0.25, "options": {"queue": "mail", "expires": 5}}
    celery = {
        "broker_url": "filesystem://",
        "broker_transport": "common.queue.filesystem_broker:Transport",
        "broker_transport_options": options,
        "task_ignore_result": True,
        "beat_schedule": {"often": entry},
    }
    plan = json.dumps({"lock": str(tmp_path / "scheduler.lock"), "celery": celery})
    running = []

    def start() -> "subprocess.Popen[str]":
        environment = {**os.environ, "BAEUM_SCHEDULE": plan, "PYTHONWARNINGS": "ignore"}
        process = subprocess.Popen(
            [sys.executable, "-m", "operations.scheduler"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def messages(folder: Path) -> list[Path]:
    return sorted((folder / "messages").glob("*.mail.msg"))


def test_it_enqueues_tasks_by_name(start_scheduler: Callable[[], "subprocess.Popen[str]"], tmp_path: Path) -> None:
    start_scheduler()
    first = wait_for(lambda: messages(tmp_path))[0]
    message = json.loads(first.read_text())
    assert message["headers"]["task"] == "some.task"
    assert message["headers"]["expires"]


def test_it_stops_at_once_when_asked(start_scheduler: Callable[[], "subprocess.Popen[str]"], tmp_path: Path) -> None:
    process = start_scheduler()
    wait_for(lambda: messages(tmp_path))
    process.terminate()
    assert process.wait(5) == 0


def test_a_second_one_enqueues_nothing_until_the_first_has_ended(
    start_scheduler: Callable[[], "subprocess.Popen[str]"], tmp_path: Path
) -> None:
    with (tmp_path / "scheduler.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = start_scheduler()
        assert second.stderr is not None
        assert "waiting" in second.stderr.readline()
        assert messages(tmp_path) == []
    assert wait_for(lambda: messages(tmp_path))


@pytest.mark.parametrize(
    ("folder", "what_happens"),
    [
        ("no folder", "[thread.join() for thread in threading.enumerate() if thread.name == 'beat']"),
        (".", "scheduler.THREAD_LIMIT = 0.0"),
    ],
)
def test_a_worker_whose_scheduler_has_died_or_hangs_sends_no_heartbeats(
    tmp_path: Path, folder: str, what_happens: str
) -> None:
    reading, writing = os.pipe()
    code = f"""
import threading
from operations import heartbeat, scheduler
threading.excepthook = lambda error: None
heartbeat.beat()
scheduler.start_thread()
{what_happens}
heartbeat.beat()
"""
    plan = json.dumps({"lock": str(tmp_path / folder / "scheduler.lock"), "celery": {}})
    environment = {**os.environ, "BAEUM_SCHEDULE": plan, "BAEUM_HEARTBEAT": str(writing)}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, pass_fds=[writing], check=True)
    os.close(writing)
    with os.fdopen(reading) as beats:
        assert len(beats.readlines()) == 1
