#!/usr/bin/env python3
"""Learn without a network: sign in, download a course, answer and write notes, and send it all when there is a network again.

    export BAEUM_SITE=http://127.0.0.1:8000 BAEUM_PASSWORD=week2-demo
    ./baeum_offline.py sign-in student@example.com
    ./baeum_offline.py download data-analytics-week-2
    ./baeum_offline.py start QUIZ          # with a network: the site draws the questions
    ./baeum_offline.py answer QUESTION '{"text": "data drift"}'
    ./baeum_offline.py hand-in QUESTION photo.jpg
    ./baeum_offline.py note LESSON life-cycle.2 'Ask first.'
    ./baeum_offline.py sync                # whenever there is a network

One file of SQLite (BAEUM_STORE) has everything: what was downloaded, what the site said last, and what was not sent yet. Each
command is one transaction of it, so the program may die at any moment. Needs Python 3.11 and nothing else.
"""

import argparse
import base64
import hashlib
import json
import os
import sqlite3
import sys
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SITE = os.environ.get("BAEUM_SITE", "http://127.0.0.1:8000")
STORE = os.environ.get("BAEUM_STORE", "baeum-offline.sqlite3")
TABLES = """
create table if not exists state (name text primary key, value text not null);
create table if not exists files (sha256 text primary key, content blob not null);
create table if not exists operations (number integer primary key, body text not null, problem text);
create table if not exists notes (uuid text primary key, note text not null);
create table if not exists hand_ins (
    number integer primary key, attempt text not null, question text not null, name text not null, content blob not null,
    upload text, problem text
);
"""
MOST = 100
# Bytes of a file that are sent at a time: what a bad network lets through in some seconds.
PIECE = 256 * 1024
TUS = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
# Refusals that pass by themselves: the site is older than the app, or has a fault.
PASSING = ("/problems/unknown-operation", "/problems/server-error")


class Refused(Exception):
    """The site has refused a request. `problem` says why, as `type`, `title` and `status`."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail") or problem["title"])
        self.problem = problem


class App:
    def __init__(self, store: str) -> None:
        self.store = sqlite3.connect(store)
        self.store.executescript(TABLES)

    # --- What is stored ---

    def get(self, name: str) -> Any:
        found = self.store.execute("select value from state where name = ?", [name]).fetchone()
        return json.loads(found[0]) if found else None

    def put(self, name: str, value: Any) -> None:
        self.store.execute("insert or replace into state values (?, ?)", [name, json.dumps(value)])

    def do(self, kind: str, **values: Any) -> None:
        """Store something that the student did. From here on it cannot be lost, and `sync` sends it until it is answered."""
        operation = {"id": str(uuid.uuid4()), "kind": kind, "at": now(), **values}
        self.store.execute("insert into operations (body) values (?)", [json.dumps(operation)])
        self.store.commit()

    # --- The network ---

    def ask(self, method: str, path: str, body: Any = None, more: dict[str, str] | None = None) -> bytes:
        """Return the body of the answer. `more` are headers. Raises Refused, and OSError without a network."""
        headers = {"Content-Type": "application/json", "X-Client-Version": "offline-cli/1.0", **(more or {})}
        if token := self.get("token"):
            headers["X-Session-Token"] = token
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(SITE + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                content: bytes = answer.read()
                return content
        except urllib.error.HTTPError as error:
            raise Refused(json.load(error)) from error

    def ask_json(self, method: str, path: str, body: Any = None, more: dict[str, str] | None = None) -> Any:
        return json.loads(self.ask(method, path, body, more))

    # --- Commands that need it ---

    def sign_in(self, email: str) -> None:
        body = {"email": email, "password": os.environ["BAEUM_PASSWORD"]}
        answer = self.ask_json("POST", "/_allauth/app/v1/auth/login", body)
        self.put("token", answer["meta"]["session_token"])
        print(f"Signed in as {email}.")

    def download(self, course: str) -> None:
        """Fetch the files that the store does not have, and drop those that the course no longer has."""
        bundle = self.ask_json("GET", f"/api/v1/courses/{course}/bundle")
        known = {sha256 for (sha256,) in self.store.execute("select sha256 from files")}
        new = [file for file in bundle["files"] if file["sha256"] not in known]
        for file in new:
            content = self.ask("GET", file["url"])
            if hashlib.sha256(content).hexdigest() != file["sha256"]:
                raise OSError(f"{file['url']} arrived damaged.")
            self.store.execute("insert or replace into files values (?, ?)", [file["sha256"], content])
            # A download that breaks off goes on here.
            self.store.commit()
        for sha256 in known - {file["sha256"] for file in bundle["files"]}:
            self.store.execute("delete from files where sha256 = ?", [sha256])
        self.put("bundle", bundle)
        print(f"{len(new)} of {len(bundle['files'])} files downloaded.")

    def start(self, quiz: str) -> None:
        self.put("attempt", self.ask_json("POST", f"/api/v1/quizzes/{quiz}/attempts", {}))
        self.questions()

    def sync(self) -> None:
        """Send what waits, then read what has changed. What is refused stays, with the reason."""
        # First, because an operation may submit the attempt to which a file belongs.
        self._send_files()
        while waiting := self._waiting():
            body = {"operations": [operation for _, operation in waiting], "sent_at": now()}
            results = self.ask_json("POST", "/api/v1/sync", body)["results"]
            for (number, operation), result in zip(waiting, results, strict=True):
                self._take(number, operation, result)
            # Were the answer lost before this line, the same operations would be sent again, and done once.
            self.store.commit()
        self._read_changes()

    def _waiting(self) -> list[tuple[int, dict[str, Any]]]:
        rows = self.store.execute(
            "select number, body from operations where problem is null order by number limit ?", [MOST]
        )
        return [(number, json.loads(body)) for number, body in rows]

    def _take(self, number: int, operation: dict[str, Any], result: dict[str, Any]) -> None:
        if result["status"] == "rejected":
            problem = result["problem"]
            self.store.execute("update operations set problem = ? where number = ?", [json.dumps(problem), number])
            print(f"{operation['kind']}: rejected, {problem['title']}")
            return
        self.store.execute("delete from operations where number = ?", [number])
        both = ", and both texts are kept" if result["status"] == "conflict" and result["note"] else ""
        print(f"{operation['kind']}: {result['status']}{both}")

    def _send_files(self) -> None:
        waiting = "select number, attempt, question, name, content, upload from hand_ins where problem is null"
        for number, attempt, question, name, content, upload in self.store.execute(waiting).fetchall():
            try:
                address = upload or self._begin(
                    f"/api/v1/attempts/{attempt}/answers/{question}/uploads", name, len(content)
                )
                self.store.execute("update hand_ins set upload = ? where number = ?", [address, number])
                self.store.commit()
                status = self._send_pieces(address, content)
            except Refused as refused:
                if refused.problem["status"] in (404, 410) and upload:
                    # The site keeps an upload for a week. The next `sync` begins a new one.
                    self.store.execute("update hand_ins set upload = null where number = ?", [number])
                elif refused.problem["status"] in (401, 408, 429, 503):
                    raise
                else:
                    problem = json.dumps(refused.problem)
                    self.store.execute("update hand_ins set problem = ? where number = ?", [problem, number])
                    print(f"{name}: rejected, {refused.problem['title']}")
            else:
                self.store.execute("delete from hand_ins where number = ?", [number])
                print(f"{name}: {status}")
            self.store.commit()

    def _begin(self, path: str, name: str, size: int) -> str:
        metadata = f"filename {base64.b64encode(name.encode()).decode()}"
        more = {**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata}
        return str(self.ask_json("POST", path, b"", more)["url"])

    def _send_pieces(self, address: str, content: bytes) -> str:
        """Send what the site does not have. Return what became of the file."""
        while (state := self.ask_json("GET", address))["status"] == "open":
            at = state["offset"]
            self.ask("PATCH", address, content[at : at + PIECE], {**TUS, "Upload-Offset": str(at)})
        return str(state["status"])

    def _read_changes(self) -> None:
        cursor = self.get("cursor")
        has_more = True
        while has_more:
            try:
                found = self.ask_json("GET", f"/api/v1/changes?since={cursor}" if cursor else "/api/v1/changes")
            except Refused as refused:
                if refused.problem["status"] != 410 or not cursor:
                    raise
                # The site has forgotten what was deleted meanwhile. What is not sent is in another table, and stays.
                cursor = None
                continue
            if found["is_full"] and cursor is None:
                self.store.execute("delete from notes")
            for note in found["notes"]:
                self.store.execute("insert or replace into notes values (?, ?)", [note["uuid"], json.dumps(note)])
            self.store.executemany("delete from notes where uuid = ?", [[gone] for gone in found["deleted_notes"]])
            cursor, has_more = found["cursor"], found["has_more"]
        self.put("courses", found["courses"])
        self.put("cursor", cursor)
        for course in found["courses"]:
            print(f"{course['course']}: {course['progress_percent']} percent")

    # --- Commands that do not ---

    def read(self, lesson: str) -> None:
        for file in (self.get("bundle") or {"files": []})["files"]:
            if file["kind"] == "lesson" and lesson in (file["activity"]["slug"], file["activity"]["uuid"]):
                content = self.store.execute("select content from files where sha256 = ?", [file["sha256"]]).fetchone()
                print(json.loads(content[0])["text"])

    def questions(self) -> None:
        for question in self.get("attempt")["questions"]:
            print(f"{question['uuid']} ({question['kind']}) {question['text']}")
            for choice in question["choices"]:
                print(f"    {choice['uuid']} {choice['text']}")

    def answer(self, question: str, response: str) -> None:
        self.do("answer", attempt=self.get("attempt")["uuid"], question=question, response=json.loads(response))

    def hand_in(self, question: str, path: str) -> None:
        """Keep a file for a question. `sync` sends it in pieces, and goes on where the network has failed."""
        values = [self.get("attempt")["uuid"], question, Path(path).name, Path(path).read_bytes()]
        self.store.execute("insert into hand_ins (attempt, question, name, content) values (?, ?, ?, ?)", values)

    def submit(self) -> None:
        self.do("attempt_submit", attempt=self.get("attempt")["uuid"])

    def note(self, lesson: str, anchor: str, text: str) -> None:
        self.do("note_write", lesson=lesson, anchor=anchor, body=text)

    def change(self, number: str, text: str) -> None:
        """Change a note by its number in `notes`. If the site has forgotten it, the place that goes along makes it a new one."""
        rows = [json.loads(note) for (note,) in self.store.execute("select note from notes order by uuid")]
        note = rows[int(number) - 1]
        place = {name: note[name] for name in ("anchor", "quote", "prefix", "suffix", "language")}
        lesson = note["lesson"]["uuid"]
        self.do("note_change", note=note["uuid"], seen=note["revision"], body=text, lesson=lesson, **place)

    def done(self, lesson: str) -> None:
        self.do("lesson_done", lesson=lesson)

    def notes(self) -> None:
        for (note,) in self.store.execute("select note from notes order by uuid"):
            print(json.loads(note)["body"])

    def waiting(self) -> None:
        """Show what was not sent, and what was refused."""
        for body, problem in self.store.execute("select body, problem from operations order by number"):
            print(json.loads(body)["kind"], json.loads(problem)["title"] if problem else "waits")
        for name, problem in self.store.execute("select name, problem from hand_ins order by number"):
            print(name, json.loads(problem)["title"] if problem else "waits")

    def again(self) -> None:
        """Let `sync` send once more what was refused for a reason that passes."""
        refused = self.store.execute("select number, problem from operations where problem is not null").fetchall()
        for number, problem in refused:
            if json.loads(problem)["type"] in PASSING:
                self.store.execute("update operations set problem = null where number = ?", [number])
        # What is wrong with a file may have changed: another one was taken out.
        self.store.execute("update hand_ins set problem = null")


def now() -> str:
    return datetime.now(UTC).isoformat()


COMMANDS = {
    "sign-in": ["email"], "download": ["course"], "start": ["quiz"], "sync": [], "read": ["lesson"], "questions": [],
    "answer": ["question", "response"], "hand-in": ["question", "path"], "submit": [], "note": ["lesson", "anchor", "text"],
    "change": ["number", "text"],
    "done": ["lesson"], "notes": [], "waiting": [], "again": [],
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, values in COMMANDS.items():
        command = commands.add_parser(name)
        for value in values:
            command.add_argument(value)
    given = vars(parser.parse_args())
    app = App(STORE)
    try:
        getattr(app, given.pop("command").replace("-", "_"))(**given)
    except Refused as refused:
        print(f"The site refused this: {refused}", file=sys.stderr)
        return 1
    except OSError as error:
        counts = [
            app.store.execute(f"select count(*) from {table}").fetchone()[0] for table in ("operations", "hand_ins")
        ]
        waiting = "{} operations and {} files wait".format(*counts)
        print(f"No network ({error}). Nothing is lost: {waiting}.", file=sys.stderr)
        return 2
    app.store.commit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
