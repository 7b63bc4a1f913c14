"""Sixteen students who answer, hand in files and submit over HTTP, and remember what the site has acknowledged."""

import hashlib
import json
import threading
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.app import App
from tests.product import Product, wait_for

STUDENTS = 16
PASSWORD = "a long password"
COURSE = "every-kind"
# Runs in `manage.py shell` of the product.
SEED = f"""
from accounts.models import User
from allauth.account.models import EmailAddress
from courses.models import Course, Enrolment
from tests.e2e import every_kind_course
every_kind_course.make(attempts_allowed=None)
for number in range({STUDENTS}):
    user = User.objects.create_user(f"student{{number}}@learn.example", "{PASSWORD}")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    for course in Course.objects.all():
        Enrolment.objects.create(user=user, course=course, source=Enrolment.Source.ROSTER)
"""


@dataclass
class Acknowledged:
    """What the site has answered with success: answers as {(attempt, question): sequence}, hashes of files, submits."""

    answers: dict[tuple[str, str], int] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    submits: set[str] = field(default_factory=set)

    def copy(self) -> "Acknowledged":
        return Acknowledged(dict(self.answers), set(self.files), set(self.submits))


@dataclass
class Classroom:
    address: str
    acknowledged: Acknowledged = field(default_factory=Acknowledged)
    faults: list[str] = field(default_factory=list)
    attempts: int = 0

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._lock = threading.Lock()

    @contextmanager
    def working(self) -> Iterator["Classroom"]:
        """Let all students work until the end of the block."""
        threads = [threading.Thread(target=self._student, args=(number,)) for number in range(STUDENTS)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def snapshot(self) -> Acknowledged:
        """Return what has been acknowledged up to now."""
        with self._lock:
            return self.acknowledged.copy()

    def _student(self, number: int) -> None:
        try:
            app = App(self.address).sign_in(f"student{number}@learn.example", PASSWORD)
            quiz = next(entry for entry in app.get(f"courses/{COURSE}/outline")["entries"] if entry["kind"] == "quiz")
            while not self._stop.is_set():
                self._attempt(app, quiz["uuid"])
        except (AssertionError, OSError) as error:
            self.faults.append(f"student {number}: {error!r}")
            raise

    def _attempt(self, app: App, quiz: str) -> None:
        status, attempt = app.call("POST", f"/api/v1/quizzes/{quiz}/attempts", {})
        assert status in (200, 201), attempt
        questions = {question["kind"]: question["uuid"] for question in attempt["questions"]}
        self.attempts += 1
        for sequence in range(1, 4):
            if self._stop.is_set():
                return
            for kind in ("short_answer", "hand_in"):
                path = f"/api/v1/attempts/{attempt['uuid']}/answers/{questions[kind]}"
                body = {"response": {"text": f"answer {sequence}"}, "sequence": sequence}
                status, saved = app.call("PUT", path, body)
                assert status == 200, saved
                with self._lock:
                    self.acknowledged.answers[attempt["uuid"], questions[kind]] = sequence
        digest = hand_in(app, attempt["uuid"], questions["hand_in"])
        with self._lock:
            self.acknowledged.files.add(digest)
        assert app.submit(attempt) == 202
        with self._lock:
            self.acknowledged.submits.add(attempt["uuid"])


def hand_in(app: App, attempt: str, question: str) -> str:
    """Upload a file that no other upload equals. Return its SHA-256."""
    content = b"%PDF-1.7\n" + uuid.uuid4().bytes * 500
    head = '--x\r\nContent-Disposition: form-data; name="file"; filename="plan.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    request = urllib.request.Request(
        f"{app.address}/api/v1/attempts/{attempt}/answers/{question}/files",
        data=head.encode() + content + b"\r\n--x--\r\n",
        headers={**app.headers, "Content-Type": "multipart/form-data; boundary=x"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 201, json.loads(answer.read())
    return hashlib.sha256(content).hexdigest()


def open_classroom(product: Product) -> Classroom:
    """Start the product, with sixteen students and a quiz of every kind."""
    product.start().wait_until_ready()
    # `up` is ready before the demo's course is seen by all; the seed needs its tables only.
    product.manage("shell", "--no-imports", "-c", SEED)
    return Classroom(product.address)


def wait_until_busy(classroom: Classroom) -> None:
    """Wait until every kind of work has happened, so that a backup is taken in the middle of it."""
    wait_for(
        lambda: (
            classroom.faults
            or (
                len(classroom.acknowledged.submits) >= STUDENTS // 2 and len(classroom.acknowledged.answers) >= STUDENTS
            )
        ),
        seconds=120,
    )
    assert classroom.faults == []
