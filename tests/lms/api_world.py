"""A course with everything that the API can name, and the people who ask for it.

All objects are Alice's. `ROLES` are the columns of the table in `tests.lms.test_api_access`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import DeviceSession, Message, User
from bundles import contents
from certificates.models import Certificate
from courses.lessons import reading
from courses.models import Activity, Course, Enrolment, SummaryDelivery
from courses.outline.published import get_published
from discussions.models import Post
from notes import writing
from practice import queue
from practice.models import PracticeCard
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import start, uploads
from tests.api import Api, api_for
from tests.factories import EnrolmentFactory, UserFactory
from tests.practice.cards import make_check, right_answer, take
from tests.push.rows import make_subscription
from tests.push.service import Browser
from tests.quizzes import every_kind
from tests.quizzes.graded import graded, of_every_kind, question_of
from tests.uploads.tus import PIECE, VERSION
from uploads import receiving

# Bob is a student of no course, Carla one of the same course. Otto teaches another course. Ada assists in this one, Oscar
# observes it, Ines teaches it. Alice owns what the address names.
ROLES = ("anonymous", "bob", "carla", "otto", "ada", "oscar", "ines", "alice")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PREFIX = "api/v1/"


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (address below /api/v1/, view) of each route of the API. The aliases with a slash at the end are left out."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, path)
        elif isinstance(entry, URLPattern) and path.startswith(PREFIX) and not path.endswith("/"):
            yield path.removeprefix(PREFIX), entry.callback


def methods_of(view: Any) -> list[str]:
    """Return the methods that a view answers, without HEAD and OPTIONS, which every view has."""
    answering = getattr(view, "cls", None)
    return ["GET"] if answering is None else [name for name in METHODS if hasattr(answering, name.lower())]


@dataclass
class World:
    """`names` replaces the parameters of addresses. `bodies` are valid bodies of the operations that need one."""

    people: dict[str, User]
    names: dict[str, str]
    bodies: dict[tuple[str, str], Any]

    def address(self, route: str) -> str:
        for placeholder, value in self.names.items():
            route = route.replace(placeholder, value)
        assert "<" not in route, f"{route}: a parameter without a value"
        return f"/{PREFIX}{route}"

    def ask(self, role: str, method: str, route: str) -> Any:
        """Send one request as an app of that person, with a session of its own."""
        api = Api() if role == "anonymous" else api_for(self.people[role])
        body, address = self.bodies.get((route, method), {}), self.address(route)
        if "/uploads" in f"/{route}":
            headers = {**api.headers, **VERSION, "Upload-Length": "4", "Upload-Metadata": "filename bW9yZS50eHQ="}
            headers |= {"Upload-Offset": "0", "Content-Type": PIECE}
            return api.client.generic(method, address, headers=headers)
        if isinstance(body, SimpleUploadedFile):
            body.seek(0)
            return api.client.post(address, {"file": body}, headers=api.headers)
        return api.client.generic(method, address, json.dumps(body), "application/json", headers=api.headers)


def _json(body: Any) -> str:
    import json

    return json.dumps(body)


def make_world(quiz: Quiz, enrolment: Enrolment, people: dict[str, User]) -> World:
    # An open course would tell strangers how to join; a course by roster is hidden from them.
    Course.objects.filter(pk=enrolment.course_id).update(enrolment_mode=Course.EnrolmentMode.ROSTER)
    carla = EnrolmentFactory(course=enrolment.course, user=UserFactory(email="carla@example.com", name="Carla"))
    people = {**people, "alice": enrolment.user, "carla": carla.user}
    every_kind.fill(quiz)
    quiz.refresh_from_db()
    earlier = timezone.now() - timedelta(days=1)
    waiting = graded(
        quiz,
        enrolment,
        of_every_kind(start.start(quiz=quiz, enrolment=enrolment, now=earlier)),
        now=earlier,
    )
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())
    hand_in = question_of(attempt, "hand_in")
    handed_in = uploads.add_file(
        attempt=attempt,
        question=UUID(str(hand_in)),
        upload=SimpleUploadedFile("essay.txt", b"essay"),
        now=timezone.now(),
    )
    upload = receiving.begin(
        user=enrolment.user, attempt=attempt, question=UUID(str(hand_in)), name="photo.pdf", size=9, metadata="",
        now=timezone.now(),
    )  # fmt: skip
    lesson = enrolment.course.activities.get(slug="lesson-1")
    card = make_card(lesson, enrolment)
    now = timezone.now()
    note = writing.add(enrolment=enrolment, activity=lesson, language="en", anchor=".0", body="mine", now=now)
    asked = Post.objects.create(activity=lesson, author=enrolment.user, anchor=".0", body="Why?", created_at=now)
    replied = Post.objects.create(
        activity=lesson, author=enrolment.user, question=asked, body="So it is.", created_at=now
    )
    gone = Post.objects.create(
        activity=lesson, author=enrolment.user, question=asked, body="Or not.", created_at=now, deleted_at=now
    )
    reading.record_position(enrolment=enrolment, activity=lesson, anchor="life-cycle.1", now=now)
    message = Message.objects.create(user=enrolment.user, kind="grade-changed", about="0", created_at=now, due_at=now)
    summary = SummaryDelivery.objects.create(user=enrolment.user, iso_year=2026, iso_week=1, due_at=now, status="sent")
    course = get_published(enrolment.course_id, enrolment.course.revision)
    certificate = Certificate.objects.create(
        enrolment=enrolment, name="Alice", titles={"en": "Statistics"}, rule={}, issued_at=now
    )
    certificate.files.create(language="en", content=b"%PDF")
    names = {
        "<str:sha256>": contents.list_files(course)[0].sha256,
        "<slug:slug>": enrolment.course.slug,
        "mail-switches/<slug:kind>": "mail-switches/weekly-summary",
        "push-switches/<slug:kind>": "push-switches/reminder",
        "notes-export/<slug:kind>": "notes-export/markdown",
        "messages/<uuid:uuid>": f"messages/{message.uuid}",
        "devices/<uuid:uuid>": f"devices/{make_device(enrolment.user).uuid}",
        "lessons/<uuid:uuid>/questions/<uuid:question>": f"lessons/{lesson.uuid}/questions/{card.question}",
        "push-subscriptions/<uuid:uuid>": f"push-subscriptions/{make_subscription(enrolment.user).uuid}",
        "lessons/<uuid:uuid>": f"lessons/{lesson.uuid}",
        "summaries/<uuid:uuid>": f"summaries/{summary.uuid}",
        "notes/<uuid:uuid>": f"notes/{note.uuid}",
        "discussions/<uuid:uuid>": f"discussions/{asked.uuid}",
        "posts/<uuid:uuid>/restore": f"posts/{gone.uuid}/restore",
        "posts/<uuid:uuid>": f"posts/{replied.uuid}",
        "uploads/<uuid:uuid>": f"uploads/{upload.uuid}",
        "certificates/<uuid:uuid>": f"certificates/{certificate.uuid}",
        "<slug:language>": "en",
        "quizzes/<uuid:uuid>": f"quizzes/{quiz.activity.uuid}",
        "gradebook/<uuid:uuid>": f"gradebook/{enrolment.uuid}",
        "<uuid:activity>": str(quiz.activity.uuid),
        "grading-queue/<uuid:uuid>": f"grading-queue/{waiting.uuid}",
        "attempts/<uuid:uuid>": f"attempts/{attempt.uuid}",
        "<uuid:question>": str(hand_in),
        "<uuid:file>": str(handed_in.uuid),
        "<uuid:card>": str(card.uuid),
        "<int:turn>": str(card.next_turn),
    }
    return World(people, names, _bodies(lesson, waiting, replied, card))


def make_card(lesson: Activity, enrolment: Enrolment) -> PracticeCard:
    """A question of a lesson check that Alice got wrong, and that is due today."""
    take(make_check(lesson), enrolment)
    return queue.prepare_today(user=enrolment.user, now=timezone.now()).cards[0]


def make_device(user: User) -> DeviceSession:
    key = api_for(user).headers["X-Session-Token"]
    return DeviceSession.objects.create(user=user, session_key=key, signed_in_at=timezone.now())


def _bodies(lesson: Activity, waiting: Attempt, replied: Post, card: PracticeCard) -> dict[tuple[str, str], Any]:
    question = str(question_of(waiting, "hand_in"))
    rubric = (waiting.find_question(question) or {})["rubric"]
    progress = {"activity": str(lesson.uuid), "done": True}
    decision = {"criteria": {line["uuid"]: "1" for line in rubric}, "comment": "Good"}
    return {
        ("certificates", "POST"): {"course": lesson.course.slug, "name": "Alice"},
        ("me", "PATCH"): {"name": "Somebody"},
        ("me/address", "POST"): {"email": "new@example.com"},
        ("me/address/confirm", "POST"): {"token": "of-another-account"},
        ("mail-switches/<slug:kind>", "PUT"): {"is_on": False},
        ("devices/<uuid:uuid>", "PATCH"): {"name": "Phone"},
        ("push-subscriptions", "POST"): Browser("https://192.0.2.1/").body,
        ("push-switches/<slug:kind>", "PUT"): {"is_on": True},
        ("courses/<slug:slug>/progress", "PUT"): progress,
        ("courses/<slug:slug>/progress", "POST"): progress,
        ("lessons/<uuid:uuid>/position", "PUT"): {"anchor": "life-cycle.3"},
        ("lessons/<uuid:uuid>/questions/<uuid:question>", "POST"): {"response": right_answer(card)},
        ("sync", "POST"): {"operations": []},
        ("lessons/<uuid:uuid>/discussions", "POST"): {"anchor": ".0", "body": "And why is that?"},
        ("discussions/<uuid:uuid>/replies", "POST"): {"body": "Because."},
        ("discussions/<uuid:uuid>/accepted", "PUT"): {"reply": str(replied.uuid)},
        ("posts/<uuid:uuid>", "PATCH"): {"body": "other"},
        ("posts/<uuid:uuid>/report", "POST"): {"reason": "Not nice"},
        ("notes", "POST"): {"lesson": str(lesson.uuid), "anchor": "life-cycle.3", "body": "mine"},
        ("notes/<uuid:uuid>", "PATCH"): {"body": "other"},
        ("attempts/<uuid:uuid>/answers/<uuid:question>", "PUT"): {"response": {"text": "My text"}},
        ("attempts/<uuid:uuid>/answers/<uuid:question>/files", "POST"): SimpleUploadedFile("more.txt", b"more"),
        ("review/cards/<uuid:card>/turns/<int:turn>", "PUT"): {"response": None},
        ("grading-queue/<uuid:uuid>/reviews", "POST"): {"seen": 0, "decisions": {question: decision}},
        ("attempts/<uuid:uuid>/appeals/<uuid:question>", "PUT"): {"text": "My answer is right."},
        ("session/handover", "POST"): {"next": "/courses/"},
    }
