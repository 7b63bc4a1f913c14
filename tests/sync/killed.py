"""Send a batch to the product, kill its web processes in the middle of it, and look at what is stored."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from typing import Any
from uuid import uuid4

from django.utils import timezone

from tests.app import App
from tests.product import Product, wait_for

COURSE = "data-analytics-week-2"
# How many rows one batch adds to each table. It also changes answers, flags and a place that are stored already.
ADDED = {"sync_syncoperation": 7, "notes_note": 2, "discussions_post": 1}
# The first table and the last one that a batch writes to.
FIRST, LAST = "notes_note", "sync_syncoperation"

Count = Callable[[str], int]


class Device:
    """An app with an attempt in progress. Each batch of it flags another question, and changes two answers."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.app = App(product.address).sign_in("student@example.com", "week2-demo")
        self.attempt = self.app.start_quiz(COURSE)
        self.choices = [each for each in self.attempt["questions"] if each["kind"] == "single_choice"]
        entries = self.app.get(f"courses/{COURSE}/outline")["entries"]
        self.lesson = next(entry["uuid"] for entry in entries if entry["kind"] == "lesson")
        self.batches, self.flagged = 0, ""

    def batch(self) -> list[dict[str, Any]]:
        """Return operations that write to several tables, one kind after the other."""
        self.batches += 1
        self.flagged = self.attempt["questions"][self.batches]["uuid"]
        at, lesson = timezone.now().isoformat(), self.lesson
        place = {"lesson": lesson, "anchor": f"life-cycle.{self.batches}"}
        operations = [
            {"kind": "note_write", **place, "body": "one"},
            *(
                {
                    "kind": "answer", "attempt": self.attempt["uuid"], "question": each["uuid"],
                    "response": {"choice": each["choices"][self.batches % 2]["uuid"]}, "sequence": 1 + self.batches,
                }
                for each in self.choices[:2]
            ),
            {"kind": "position", **place},
            {"kind": "note_write", **place, "body": "two"},
            {
                "kind": "flag", "attempt": self.attempt["uuid"], "question": self.flagged, "is_flagged": True,
            },
            {"kind": "discussion_ask", **place, "body": f"Why {self.batches}?"},
        ]  # fmt: skip
        return [{"id": str(uuid4()), "at": at, **each} for each in operations]

    def send(self, batch: list[dict[str, Any]]) -> list[str]:
        status, answer = self.app.call("POST", "/api/v1/sync", {"operations": batch})
        assert status == 200, answer
        return [result["status"] for result in answer["results"]]

    def stored(self) -> tuple[list[Any], bool, str]:
        """Return the two answers that batches change, whether the latest batch has set its flag, and the place in the lesson."""
        courses = self.app.get("changes")["courses"]
        state = next(each for each in courses if each["course"] == COURSE)
        attempt = next(each for each in state["attempts"] if each["uuid"] == self.attempt["uuid"])
        responses = {each["question"]: each["response"] for each in attempt["answers"]}
        place = next((each["anchor"] for each in state["positions"] if each["lesson"] == self.lesson), "")
        return [responses[each["uuid"]] for each in self.choices[:2]], self.flagged in attempt["flagged"], place

    @contextmanager
    def sending(self, batch: list[dict[str, Any]]) -> Iterator[list[list[str]]]:
        """Send a batch in a thread. Yield a list that gets the answer, if one arrives."""
        answers: list[list[str]] = []

        def send() -> None:
            # The process that should answer is killed.
            with suppress(OSError, HTTPException):
                answers.append(self.send(batch))

        thread = threading.Thread(target=send)
        thread.start()
        yield answers
        thread.join()

    def kill_web(self) -> None:
        """Kill all web processes, and wait for those that the supervisor starts instead."""
        killed = self.product.pids_in_role("web")
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: set(self.product.pids_in_role("web")).isdisjoint(killed))


def assert_nothing_is_stored(device: Device, count: Count, before: dict[str, int], stored: Any) -> None:
    device.product.wait_until_ready()
    assert {table: count(table) for table in ADDED} == before
    assert device.stored() == stored


def assert_stored_once(device: Device, count: Count, before: dict[str, int], batch: list[dict[str, Any]]) -> None:
    assert {table: count(table) - before[table] for table in ADDED} == ADDED
    changed = [operation["response"] for operation in batch if operation["kind"] == "answer"]
    place = next(operation["anchor"] for operation in batch if operation["kind"] == "position")
    assert device.stored() == (changed, True, place)


def kill_before_the_commit(device: Device, count: Count, stop: Callable[[str], Any], table: str) -> None:
    """Kill the web processes while a batch writes to `table`: nothing is stored, and the batch can be sent again.

    `stop` is a context manager that lets a batch write up to this table and holds it there before its body begins to run.
    """
    before = {each: count(each) for each in ADDED}
    batch = device.batch()
    stored = device.stored()
    with stop(table) as wait_until_there, device.sending(batch) as answers:
        wait_until_there()
        device.kill_web()
    assert answers == []
    assert_nothing_is_stored(device, count, before, stored)
    assert device.send(batch) == ["applied"] * len(batch)
    assert device.send(batch) == ["duplicate"] * len(batch)
    assert_stored_once(device, count, before, batch)


def kill_after_the_commit(device: Device, count: Count) -> None:
    """Kill the web processes as soon as a batch is stored: all of it is, and the app learns so when it sends it again."""
    before = {each: count(each) for each in ADDED}
    batch = device.batch()
    with device.sending(batch):
        wait_for(lambda: count(LAST) > before[LAST], every=0.001)
        device.kill_web()
    device.product.wait_until_ready()
    assert device.send(batch) == ["duplicate"] * len(batch)
    assert_stored_once(device, count, before, batch)
