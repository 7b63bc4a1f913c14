"""Made-up histories of two devices without a network: at the end all agree, and nothing is lost, doubled or back from the dead.

1,000 of them: `./run test tests/sync/test_histories.py --hypothesis-profile nightly`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import Message
from courses.models import Activity, ActivityCompletion, Enrolment, ReadingPosition
from discussions import posting
from discussions.models import Post
from notes import writing
from notes.models import Note
from practice import queue
from practice.models import PracticeCard
from quizzes.attempts.models import Attempt, LateAnswer
from quizzes.authoring.models import Quiz
from quizzes.taking import start, submit
from sync import changes, forgetting
from sync.models import SyncOperation
from tests.factories import right_answers
from tests.practice.cards import make_check, take, wrong_answers
from tests.sync.devices import Device, Network, Server

HISTORIES = 1000 if settings().max_examples >= 1000 else 25
BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SKEWS = [timedelta(0), timedelta(seconds=-40), timedelta(hours=3), timedelta(days=-365), timedelta(days=365)]
PAUSES = [timedelta(seconds=1), timedelta(minutes=20), timedelta(days=2), timedelta(days=9), timedelta(days=360)]

_device = st.sampled_from([0, 1])
_small = st.integers(0, 3)
_lesson = st.integers(0, 1)
# (device, what it does, with what, and how)
STEPS = st.one_of(
    st.tuples(_device, st.just("answer"), _small, _small),
    st.tuples(_device, st.just("done"), _lesson),
    st.tuples(_device, st.just("position"), _lesson, _small),
    st.tuples(_device, st.just("write"), _lesson, _small),
    st.tuples(_device, st.sampled_from(["flag", "check"]), _small, _small),
    st.tuples(_device, st.just("ask"), _lesson),
    st.tuples(_device, st.sampled_from(["practise", "read"]), _small),
    st.tuples(_device, st.sampled_from(["change", "delete"]), _small),
    st.tuples(_device, st.sampled_from(["submit", "sync", "deliver"])),
    st.tuples(_device, st.just("sync"), st.sampled_from(list(Network))),
    st.tuples(_device, st.just("wait"), st.sampled_from(PAUSES)),
)


@dataclass(frozen=True)
class World:
    """What there is before a history: a lesson with a check, one of whose questions is a practice card, and a message."""

    enrolment: Enrolment
    lessons: list[Activity]
    quiz: Quiz
    card: PracticeCard
    # A question of the check that the student has answered right so far, with a right and a wrong answer.
    checked: UUID
    right: dict[str, Any]
    wrong: dict[str, Any]
    message: Message


@pytest.fixture
def world(enrolment: Enrolment, quiz: Quiz, lesson: Activity) -> World:
    Enrolment.objects.filter(pk=enrolment.pk).update(created_at=BEGINNING - timedelta(days=9))
    check = make_check(lesson)
    mistaken, checked, *_others = right = right_answers(check)
    before = BEGINNING - timedelta(days=2)
    take(check, enrolment, {**right, mistaken: wrong_answers(check)[mistaken]}, now=before)
    (card,) = queue.prepare_today(user=enrolment.user, now=BEGINNING - timedelta(days=1)).cards
    message = Message.objects.create(
        user=enrolment.user, kind="grade-changed", about="0", created_at=before, due_at=before
    )
    lessons = list(enrolment.course.activities.filter(kind=Activity.Kind.LESSON))
    return World(enrolment, lessons, quiz, card, checked, right[checked], wrong_answers(check)[checked], message)


class History:
    """Two devices of one student, who has an attempt of an hour."""

    def __init__(self, world: World, skews: list[timedelta]) -> None:
        self.world, enrolment = world, world.enrolment
        self.server = Server(enrolment.user, BEGINNING)
        self.devices = [Device(name, self.server, skew) for name, skew in zip(("a", "b"), skews, strict=True)]
        self.attempt = start.start(quiz=world.quiz, enrolment=enrolment, now=BEGINNING)
        Attempt.objects.filter(pk=self.attempt.pk).update(deadline=BEGINNING + timedelta(hours=1))
        self.lessons = [str(lesson.uuid) for lesson in world.lessons]
        choosing = [each for each in self.attempt.public_questions if each["kind"] == "single_choice"]
        self.responses = {each["uuid"]: [{"choice": one["uuid"]} for one in each["choices"]] for each in choosing}
        self.texts = 0

    def step(self, at: int, name: str, what: Any = 0, value: int = 0) -> None:  # noqa: C901, PLR0912 (one case for each step)
        device = self.devices[at]
        self.server.now += timedelta(milliseconds=50)
        match name:
            case "answer":
                question = list(self.responses)[what % len(self.responses)]
                responses = self.responses[question]
                device.answer(str(self.attempt.uuid), question, responses[value % len(responses)])
            case "done":
                device.do("lesson_done", lesson=self.lessons[what])
            case "position":
                device.do("position", lesson=self.lessons[what], anchor=f"noise.{value}")
            case "write":
                # A note, a highlight or a bookmark.
                quote = f"quote {self._text()}" if value in (1, 2) else ""
                device.write_note(self.lessons[what], self._text() if value < 2 else "", quote)
            case "flag":
                question = list(self.responses)[what % len(self.responses)]
                device.do("flag", attempt=str(self.attempt.uuid), question=question, is_flagged=value % 2 == 0)
            case "check":
                response = self.world.right if value % 2 else self.world.wrong
                lesson = str(self.world.card.quiz.activity.uuid)
                device.do("check_answer", lesson=lesson, question=str(self.world.checked), response=response)
            case "ask":
                device.do("discussion_ask", lesson=self.lessons[what], anchor="noise.1", body=self._text())
            case "practise":
                device.practise(str(self.world.card.uuid), self.world.card.next_turn, None)
            case "read":
                device.do("message_read", message=str(self.world.message.uuid))
            case "change":
                device.change_note(what, self._text())
            case "delete":
                device.delete_note(what)
            case "submit":
                device.do("attempt_submit", attempt=str(self.attempt.uuid))
            case "sync":
                device.sync(what or Network.GOOD)
            case "deliver":
                self.server.deliver_delayed()
            case "wait":
                self._wait(what)

    def _text(self) -> str:
        self.texts += 1
        return f"text {self.texts}"

    def _wait(self, pause: timedelta) -> None:
        self.server.now += pause
        submit.expire_overdue(now=self.server.now)
        writing.forget(now=self.server.now)
        forgetting.forget(now=self.server.now)

    def end(self) -> None:
        """Give both devices a good network until they have nothing to send and have read what the other one sent."""
        self.server.deliver_delayed()
        for _ in range(2):
            for device in self.devices:
                self.server.now += timedelta(seconds=1)
                device.sync(Network.GOOD)

    # --- What must hold ---

    def check(self) -> None:
        one, other = self.devices
        assert one.state == other.state
        assert [device.kept["queue"] for device in self.devices] == [[], []]
        self._check_server(one.state)
        self._check_answers()
        self._check_notes()
        self._check_practice()
        self._check_people()
        assert Attempt.objects.filter(quiz=self.world.quiz).count() == 1

    def _check_server(self, state: dict[str, Any]) -> None:
        (course,) = state["courses"]
        assert {each["activity"] for each in course["done"]} == _uuids(ActivityCompletion)
        stored = ReadingPosition.objects.select_related("activity")
        assert {(each["lesson"], each["anchor"]) for each in course["positions"]} == {
            (str(each.activity.uuid), each.anchor) for each in stored
        }
        assert {name: note["body"] for name, note in state["notes"].items()} == {
            str(note.uuid): note.body for note in Note.objects.filter(deleted_at=None)
        }
        for position in stored:
            of_lesson = [
                max(self.server.done_at[operation["id"]], BEGINNING - timedelta(days=9))
                for operation, _answer in self.server.log
                if operation["kind"] == "position" and operation["lesson"] == str(position.activity.uuid)
            ]
            assert position.read_at == max(of_lesson)
        answers = {each["question"]: each["response"] for opened in course["attempts"] for each in opened["answers"]}
        attempt = Attempt.objects.get(pk=self.attempt.pk)
        if attempt.status == Attempt.Status.IN_PROGRESS:
            assert answers == {str(each.question): each.response for each in attempt.answers.all()}
            assert [opened["flagged"] for opened in course["attempts"]] == [attempt.flagged or []]
        else:
            assert course["attempts"] == []
        done = {operation["lesson"] for operation, answer in self.server.log if operation["kind"] == "lesson_done"}
        assert done <= _uuids(ActivityCompletion)

    def _check_answers(self) -> None:
        """Each answer is in the attempt, was followed by a later one there, or is evidence."""
        stored = {str(each.question): each for each in self.attempt.answers.all()}
        late = [(str(each.question), each.response) for each in LateAnswer.objects.all()]
        arrived = [entry for entry in self.server.log if entry[0]["kind"] == "answer"]
        for place, (operation, answer) in enumerate(arrived):
            assert answer["status"] != "rejected", answer
            status, question = answer["first"] or answer["status"], operation["question"]
            here = question in stored and stored[question].response == operation["response"]
            if status == "evidence":
                assert (question, operation["response"]) in late
            elif status == "conflict":
                assert answer["sequence"] <= stored[question].sequence
            else:
                followed = any(
                    each["question"] == question and result["status"] == "applied"
                    for each, result in arrived[place + 1 :]
                )
                assert here or followed or answer["status"] == "duplicate"
        made = {operation["id"] for operation, _answer in arrived}
        known = set(SyncOperation.objects.filter(kind="answer").values_list("uuid", flat=True))
        assert {UUID(name) for name in made} >= known

    def _check_notes(self) -> None:
        """What was deleted is not there, and no text is there twice."""
        living = set(Note.objects.filter(deleted_at=None).values_list("uuid", flat=True))
        deleted = {
            UUID(operation["note"])
            for operation, answer in self.server.log
            if operation["kind"] == "note_delete" and (answer["first"] or answer["status"]) == "applied"
        }
        assert not living & deleted
        bodies = list(Note.objects.filter(deleted_at=None).values_list("body", flat=True))
        bodies = [body for body in bodies if body]
        assert len(bodies) == len(set(bodies))
        for operation, _answer in self.server.log:
            if operation["kind"] == "note_write" and UUID(operation["id"]) in deleted:
                assert operation["body"] not in bodies
        # A turn of a card that is not due yet is the only thing that may be refused.
        refused = [operation for device in self.devices for operation in device.kept["refused"]]
        assert {operation["kind"] for operation in refused} <= {"practice_answer"}

    def _check_practice(self) -> None:
        """No turn is answered twice, and a mistake in a lesson is a card, once."""
        turns = list(self.world.card.answers.values_list("turn", flat=True))
        assert len(turns) == len(set(turns))
        arrived = self._arrived("practice_answer")
        assert {operation["turn"] for operation, answer in arrived if answer["status"] == "applied"} <= set(turns)
        wrong = [
            operation
            for operation, _answer in self._arrived("check_answer")
            if operation["response"] == self.world.wrong
        ]
        cards = PracticeCard.objects.filter(enrolment=self.world.enrolment, question=self.world.checked)
        assert cards.count() == bool(wrong)

    def _check_people(self) -> None:
        """What was asked is asked once, and what was read on one device is read."""
        asked = {UUID(operation["id"]) for operation, _answer in self._arrived("discussion_ask")}
        assert set(Post.objects.values_list("uuid", flat=True)) == asked
        is_read = Message.objects.get(pk=self.world.message.pk).read_at is not None
        assert is_read == bool(self._arrived("message_read"))

    def _arrived(self, kind: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        return [entry for entry in self.server.log if entry[0]["kind"] == kind]


def _uuids(model: type[ActivityCompletion]) -> set[str]:
    return {str(uuid) for uuid in model.objects.values_list("activity__uuid", flat=True)}


@pytest.mark.django_db
@settings(
    max_examples=HISTORIES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
# Another device has submitted; another one has read on later; a deletion is forgotten before the other device asks.
@example(skews=SKEWS[:2], steps=[(1, "submit"), (1, "sync"), (0, "answer", 0, 1), (0, "sync")])
@example(skews=SKEWS[:2], steps=[(0, "position", 0, 1), (1, "position", 0, 2), (1, "sync"), (0, "sync")])
@example(
    skews=SKEWS[:2],
    steps=[(0, "write"), (0, "sync"), (1, "sync"), (0, "delete"), (0, "sync"), (0, "wait", PAUSES[3]), (1, "sync")],
)
# A device was away for a year. Meanwhile its note was deleted; it has changed that note, and written another one.
@example(
    skews=SKEWS[:2],
    steps=[
        (0, "write"), (0, "sync"), (1, "sync"), (0, "delete"), (0, "sync"), (0, "wait", PAUSES[4]),
        (1, "change"), (1, "write", 1, 1), (1, "sync"),
    ],
)  # fmt: skip
@given(
    skews=st.lists(st.sampled_from(SKEWS), min_size=2, max_size=2),
    steps=st.lists(STEPS, min_size=5, max_size=40),
)
def test_two_devices_and_the_server_agree(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    skews: list[timedelta],
    steps: list[tuple[Any, ...]],
) -> None:
    monkeypatch.setattr(changes, "PAGE", 2)
    monkeypatch.setattr(posting, "MOST_PER_HOUR", 100)
    with transaction.atomic():
        history = History(world, skews)
        for step in steps:
            history.step(*step)
        history.end()
        history.check()
        transaction.set_rollback(True)
