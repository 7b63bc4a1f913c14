"""Send generated requests to a started product and compare the answers with docs/openapi.yaml; `./run fuzz` runs it.

`./run fuzz --readers SECONDS` does something else: see `tests.fuzz_readers`.

schemathesis makes the requests with all its checks, as nobody, as a student and as an instructor. `tests.fuzz_world` makes what
the ids in its addresses name, for the student and for another one: what one of them reads, the other must not get. A run fails
at a server error, at an answer that the document does not describe, and at whatever else a check finds. It is not in CI, because
it takes long.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests import fuzz_readers
from tests.contract import SCHEMA
from tests.product import ROOT, Product, free_port

BUILD = "from tests.fuzz_world import build; build()"
# Other people than those in the document's examples: a generated wrong password must not lock them out.
PASSWORD = "fuzz-9f41c7d2"
PEOPLE = ("student", "other student", "instructor")
NOBODY = "anonymous"
IDENTITIES = (NOBODY, "student", "instructor")
# Generated requests for each operation, and generated sequences of requests for each link.
EXAMPLES = 300
# The dictionary of `tests.fuzz_world` from which a parameter of these addresses takes most of its values.
REAL_IDS = {
    "/api/v1/attempts/": {"uuid": "attempts", "question": "questions", "file": "files"},
    "/api/v1/certificates/": {"uuid": "certificates", "language": "languages"},
    "/api/v1/courses/": {"slug": "slugs", "sha256": "hashes", "uuid": "enrolments", "activity": "quizzes"},
    "/api/v1/devices/": {"uuid": "devices"},
    "/api/v1/discussions/": {"uuid": "discussions"},
    "/api/v1/grading-queue/": {"uuid": "waiting"},
    "/api/v1/lessons/": {"uuid": "lessons", "question": "lesson_questions"},
    "/api/v1/mail-switches/": {"kind": "kinds"},
    "/api/v1/messages/": {"uuid": "messages"},
    "/api/v1/notes/": {"uuid": "notes"},
    "/api/v1/posts/": {"uuid": "posts"},
    "/api/v1/quizzes/": {"uuid": "quizzes"},
    "/api/v1/push-subscriptions/": {"uuid": "subscriptions"},
    "/api/v1/push-switches/": {"kind": "kinds"},
    "/api/v1/uploads/": {"uuid": "uploads"},
    "/api/v1/summaries/": {"uuid": "summaries"},
    "/api/v1/review/cards/": {"card": "cards"},
}
HOW_OFTEN_REAL = 0.8
# Operations whose 400 depends on more than the form of the request: a code, a question, an anchor, a search, a push service, a
# text of spaces only … Lists with cursors are added.
REFUSED_BY_MEANING = [
    "answer_file_add", "answer_save", "attempt_review", "attempt_start", "attempt_submit", "course_join", "course_progress_mark",
    "course_progress_mark_post", "course_roster", "courses_list", "device_name", "grading_queue", "lesson_position", "me_change",
    "messages_read", "open_courses_list", "quiz_attempts_list", "review_answer", "search_find", "session_handover",
    "changes_read",
    "calendar_read", "teaching_list", "answer_upload_begin", "upload_append",
    "address_confirm", "push_subscription_create", "discussion_ask", "lesson_question_answer",
]  # fmt: skip
TUS = ["answer_upload_begin", "upload_append", "upload_end"]
# A push service that nobody runs, and the keys of a browser from the example of RFC 8291.
PUSH_SERVICE = "http://127.0.0.1:9"
BROWSER = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
LOGIN = "/_allauth/app/v1/auth/login"
# Refusals that have nothing to do with the schema of a request, besides those that schemathesis expects: a precondition that
# does not hold (412), a token that has ended (410), a key that belongs to another request (422).
ALSO_EXPECTED = {
    "positive_data_acceptance": ["2xx", "3xx", "401", "403", "404", "409", "410", "412", "422", "429", "5xx"],
    "negative_data_rejection": [
        "400", "401", "403", "404", "405", "406", "409", "410", "412", "415", "422", "428", "429", "5xx",
    ],
}  # fmt: skip
# What cannot hold, by operation: lines of the configuration.
_WRONG_BUT_WELL_FORMED = "positive_data_acceptance.enabled = false"
EXCEPTIONS: tuple[tuple[str, list[str]], ...] = (
    # A password, a code or a key that is well formed and wrong is refused with 400. allauth answers 410 to a token that is none.
    ('include-path-regex = "^/_allauth/"', [_WRONG_BUT_WELL_FORMED, "ignored_auth.enabled = false"]),
    (f"include-operation-id = {json.dumps(REFUSED_BY_MEANING)}", [_WRONG_BUT_WELL_FORMED]),
    # An attempt that is submitted already stays as it is, whatever the answers are, as its description says.
    ('include-operation-id = "attempt_submit"', ["negative_data_rejection.enabled = false"]),
    # Operations are answered one by one, as its description says.
    ('include-operation-id = "sync"', ["negative_data_rejection.enabled = false"]),
    # A file that was taken out can still be downloaded, as its description says.
    ('include-operation-id = "answer_file_read"', ["use_after_free.enabled = false"]),
    # tus answers 412 to a request that does not say which version it speaks.
    (
        f"include-operation-id = {json.dumps(TUS)}",
        ['missing_required_header.expected-statuses = ["400", "401", "404", "412", "422"]'],
    ),
)


def email(person: str) -> str:
    return f"{person.replace(' ', '-')}@fuzz.example"


@dataclass(frozen=True, slots=True)
class Device:
    """A device on which somebody is signed in: its token, its uuid, and that of its subscription to notifications."""

    token: str
    uuid: str
    subscription: str


def sign_in(address: str, person: str) -> Device:
    """Sign somebody in once, on a device with notifications.

    The wrong passwords of others do not lock out who sends the token.
    """
    headers, answer = _post(address + LOGIN, {"email": email(person), "password": PASSWORD})
    session = {"X-Session-Token": answer["meta"]["session_token"]}
    wanted = {"endpoint": f"{PUSH_SERVICE}/{person.replace(' ', '-')}", "keys": BROWSER}
    _headers, subscribed = _post(f"{address}/api/v1/push-subscriptions", wanted, session)
    return Device(str(headers["X-Device-Token"]), str(subscribed["device"]), str(subscribed["uuid"]))


def _post(url: str, body: Any, headers: dict[str, str] | None = None) -> tuple[Any, Any]:
    given = {"Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers=given)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.headers, json.load(answer)


def write_identities(folder: Path, devices: dict[str, str]) -> Path:
    """Write who may sign in, in the format of Web Fuzzing Commons. A token that has ended is replaced by a new one."""
    token = {
        "extractFrom": "body",
        "extractSelector": "/meta/session_token",
        "sendIn": "header",
        "sendName": "X-Session-Token",
    }
    people = [
        {
            "name": person,
            "loginEndpointAuth": {
                "verb": "POST",
                "endpoint": LOGIN,
                "contentType": "application/json",
                "headers": [{"name": "X-Device-Token", "value": devices[person]}],
                "payloadRaw": json.dumps({"email": email(person), "password": PASSWORD}),
                "token": token,
            },
        }
        for person in PEOPLE
    ]
    return write(folder / "identities.json", json.dumps({"auth": people}))


def write_document(folder: Path, ids: dict[str, list[str]]) -> Path:
    """Write the document with addresses of this product's rows as its examples."""
    document: Any = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    for path, item in document["paths"].items():
        real = next((names for start, names in REAL_IDS.items() if path.startswith(start)), {})
        for operation in item.values():
            for parameter in operation["parameters"]:
                values = ids.get(real.get(parameter["name"], "")) if parameter["in"] == "path" else None
                if values:
                    parameter["example"] = values[0]
    return write(folder / "openapi.json", json.dumps(document))


def configure(folder: Path, ids: dict[str, list[str]], devices: dict[str, str], identity: str) -> Path:
    """Write the configuration of schemathesis for one identity."""
    return write(
        folder / "schemathesis.toml", "\n".join([*_sign_in(folder, devices, identity), *_checks(), *_dictionaries(ids)])
    )


def write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def _sign_in(folder: Path, devices: dict[str, str], identity: str) -> Iterator[str]:
    yield "[auth]"
    yield "auto-signup = false"
    if identity != NOBODY:
        other = next(person for person in PEOPLE if person != identity)
        yield "[auth.wfc]"
        yield f"path = {json.dumps(str(write_identities(folder, devices)))}"
        yield f"user = {json.dumps(identity)}"
        yield f"peers = {json.dumps([identity, other])}"


def _checks() -> Iterator[str]:
    # All of them: on the command line, `--checks all` would be stronger than the exceptions.
    yield "[checks]"
    yield "enabled = true"
    for check, statuses in ALSO_EXPECTED.items():
        yield f"{check}.expected-statuses = {json.dumps(statuses)}"
    lists = f"include-operation-id = {json.dumps(_with_cursors())}"
    for operations, exceptions in (*EXCEPTIONS, (lists, [_WRONG_BUT_WELL_FORMED])):
        yield "[[operations]]"
        yield operations
        yield "[operations.checks]"
        yield from exceptions


def _with_cursors() -> list[str]:
    """Return the lists that have pages: a cursor that the site has not made is refused."""
    document: Any = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    return [
        operation["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
        if any(parameter["name"] == "cursor" for parameter in operation["parameters"])
    ]


def _dictionaries(ids: dict[str, list[str]]) -> Iterator[str]:
    for name, values in ids.items():
        if values:
            yield f"[dictionaries.{name}]"
            yield f"values = {json.dumps(values)}"
    for start, names in REAL_IDS.items():
        yield "[[operations]]"
        yield f'include-path-regex = "^{start}"'
        yield "[operations.parameters]"
        for parameter, name in names.items():
            if ids[name]:
                yield f'"path.{parameter}" = {{ dictionary = "{name}", probability = {HOW_OFTEN_REAL} }}'


@dataclass(frozen=True, slots=True)
class Target:
    """A product that is filled: the ids of its rows, and the token of each person's device."""

    address: str
    ids: dict[str, list[str]]
    devices: dict[str, str]


def fill(product: Product) -> Target:
    ids: dict[str, list[str]] = json.loads(product.manage("shell", "--no-imports", "-c", BUILD))
    signed_in = {person: sign_in(product.address, person) for person in PEOPLE}
    ids["devices"] = [device.uuid for device in signed_in.values()]
    ids["subscriptions"] = [device.subscription for device in signed_in.values()]
    return Target(product.address, ids, {person: device.token for person, device in signed_in.items()})


def run(identity: str, target: Target, examples: int, more: list[str]) -> bool:
    """Run schemathesis once. Returns whether it found nothing."""
    print(f"\n=== {identity} ===", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [
            str(Path(sys.executable).with_name("st")),
            "--config-file", str(configure(folder, target.ids, target.devices, identity)),
            "run", str(write_document(folder, target.ids)), "--url", target.address, "--max-examples", str(examples),
            "--phases", "examples,coverage,fuzzing,stateful", "--continue-on-failure", "--warnings", "off", "--no-color",
            *more,
        ]  # fmt: skip
        environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.fuzz_hooks", "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, cwd=folder, env=environment, check=False).returncode == 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="./run fuzz", description=__doc__, epilog="Other arguments go to schemathesis."
    )
    parser.add_argument("--max-examples", type=int, default=EXAMPLES, help="requests for each operation (%(default)s)")
    parser.add_argument("--as", dest="identities", action="append", choices=IDENTITIES, help="only as this identity")
    given, more = parser.parse_known_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        environment = {"BAEUM_API_RATE": "0", "BAEUM_API_ANONYMOUS_RATE": "0", "BAEUM_PUSH_ORIGINS": PUSH_SERVICE}
        product = Product(Path(folder) / "home", free_port(), environment)
        try:
            product.start().wait_until_ready()
            target = fill(product)
            passed = [run(identity, target, given.max_examples, more) for identity in given.identities or IDENTITIES]
        finally:
            product.kill()
    return 0 if all(passed) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--readers"]:
        sys.exit(fuzz_readers.main(sys.argv[2:]))
    sys.exit(main(sys.argv[1:]))
