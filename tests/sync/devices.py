"""An app as a model: it keeps what it knows and what it has not sent, and talks to the server through a bad network.

`Device.kept` is what is on its disk. A death of the app loses everything else, so an operation is kept before it is sent, and is
forgotten after its answer is kept. The network loses a request, loses an answer, or delivers a request later, after others.
"""

import copy
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID, uuid5

from accounts.models import User
from sync import batches, changes
from sync.api import ChangesSerializer, SyncAnswerSerializer

# Refusals that are about the site and pass.
PASSING = {"/problems/unknown-operation", "/problems/server-error"}
_NAMES = UUID("0b1f6f2e-5f0e-4a75-9d5b-1d2c3b4a5f60")


class Network(Enum):
    """What becomes of a request and its answer."""

    GOOD = "good"
    NO_REQUEST = "the request is lost"
    NO_ANSWER = "the answer is lost, or the app dies before it keeps it"
    LATER = "the request arrives later, and its answer is lost"


@dataclass
class Server:
    """The real functions, with a clock that the test moves. `log` is every operation that arrived, with its answer.

    `done_at` says of each when it was done, by the server's clock: what the device's clock said, set right by what it said at
    sending.
    """

    user: User
    now: datetime
    log: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    delayed: list[Any] = field(default_factory=list)
    done_at: dict[str, datetime] = field(default_factory=dict)

    def sync(self, body: str) -> list[dict[str, Any]]:
        sent = json.loads(body)
        sent_at = datetime.fromisoformat(sent["sent_at"])
        found = batches.apply(user=self.user, operations=sent["operations"], now=self.now, sent_at=sent_at)
        for operation in sent["operations"]:
            at = datetime.fromisoformat(operation["at"]) + (self.now - sent_at)
            self.done_at.setdefault(operation["id"], min(at, self.now))
        answers: list[dict[str, Any]] = json.loads(json.dumps(SyncAnswerSerializer.shape_all(found), default=str))
        self.log += zip(sent["operations"], answers, strict=True)
        return answers

    def changes(self, since: str | None) -> dict[str, Any] | None:
        """Return the answer, None if the cursor is too old."""
        try:
            found = changes.read_changes(user=self.user, since=since, now=self.now)
        except changes.CursorTooOld:
            return None
        shaped: dict[str, Any] = json.loads(json.dumps(ChangesSerializer.shape(found), default=str))
        return shaped

    def deliver_delayed(self) -> None:
        waiting, self.delayed = self.delayed, []
        for body in reversed(waiting):
            self.sync(body)


def _empty() -> dict[str, Any]:
    return {
        "cursor": None,
        "queue": [],
        "refused": [],
        "made": 0,
        "notes": {},
        "courses": [],
        "sequences": {},
        "turns": {},
    }


@dataclass
class Device:
    """One device of the student. Its clock is wrong by `skew`."""

    name: str
    server: Server
    skew: timedelta
    kept: dict[str, Any] = field(default_factory=_empty)

    @property
    def clock(self) -> datetime:
        return self.server.now + self.skew

    def do(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Keep an operation to send."""
        self.kept["made"] += 1
        name = str(uuid5(_NAMES, f"{self.name} {self.kept['made']}"))
        operation = {"id": name, "kind": kind, "at": self.clock.isoformat(), **fields}
        self.kept["queue"].append(operation)
        return operation

    def answer(self, attempt: str, question: str, response: Any) -> None:
        known = self.kept["sequences"].get(question, 0)
        sequence = max(int(self.clock.timestamp() * 1000), known + 1)
        self.kept["sequences"][question] = sequence
        self.do("answer", attempt=attempt, question=question, response=response, sequence=sequence)

    def write_note(self, lesson: str, body: str, quote: str = "") -> None:
        place = {"lesson": lesson, "anchor": "noise.1", "quote": quote}
        name = self.do("note_write", body=body, **place)["id"]
        self.kept["notes"][name] = {"body": body, "revision": 1, **place}

    def change_note(self, at: int, body: str) -> None:
        for name, note in self._one_of_the_notes(at):
            place = {name: note[name] for name in ("lesson", "anchor", "quote")}
            self.do("note_change", note=name, body=body, seen=note["revision"], **place)
            self.kept["notes"][name] = {"body": body, "revision": note["revision"] + 1, **place}

    def delete_note(self, at: int) -> None:
        for name, _note in self._one_of_the_notes(at):
            self.do("note_delete", note=name)
            del self.kept["notes"][name]

    def practise(self, card: str, first_turn: int, response: Any) -> None:
        """Answer the turn of a card that this device believes to be the next one."""
        turn = self.kept["turns"].get(card, first_turn)
        self.kept["turns"][card] = turn + 1
        self.do("practice_answer", card=card, turn=turn, response=response)

    def _one_of_the_notes(self, at: int) -> list[tuple[str, dict[str, Any]]]:
        notes = sorted(self.kept["notes"].items())
        return [notes[at % len(notes)]] if notes else []

    def sync(self, network: Network) -> None:
        """Send what waits, and read what has changed."""
        sent = self.kept["queue"][: batches.MOST]
        body = json.dumps({"operations": sent, "sent_at": self.clock.isoformat()})
        if network is Network.NO_REQUEST:
            return
        if network is Network.LATER:
            self.server.delayed.append(body)
            return
        answers = self.server.sync(body)
        if network is Network.NO_ANSWER:
            return
        for operation, answer in zip(sent, answers, strict=True):
            self._take(operation, answer)
        self._read()

    def _take(self, operation: dict[str, Any], answer: dict[str, Any]) -> None:
        assert answer["id"] == operation["id"]
        if answer["status"] == "rejected" and answer["problem"]["type"] in PASSING:
            return
        self.kept["queue"].remove(operation)
        if answer["status"] == "rejected":
            self.kept["refused"].append(operation)
        if answer["sequence"] is not None:
            question = operation["question"]
            self.kept["sequences"][question] = max(self.kept["sequences"].get(question, 0), answer["sequence"])

    def _read(self) -> None:
        found = self.server.changes(self.kept["cursor"])
        if found is None:
            self.kept["cursor"] = None
            found = self.server.changes(None)
        assert found is not None
        notes = {} if found["is_full"] else copy.deepcopy(self.kept["notes"])
        while True:
            notes |= {
                note["uuid"]: {
                    **{name: note[name] for name in ("body", "revision", "anchor", "quote")},
                    "lesson": note["lesson"]["uuid"],
                }
                for note in found["notes"]
            }
            for gone in found["deleted_notes"]:
                notes.pop(gone, None)
            if not found["has_more"]:
                break
            found = self.server.changes(found["cursor"])
            assert found is not None
        # One write, so that a death leaves the state before or the state after.
        self.kept |= {"notes": notes, "courses": found["courses"], "cursor": found["cursor"]}

    @property
    def state(self) -> dict[str, Any]:
        return {"notes": self.kept["notes"], "courses": self.kept["courses"]}
