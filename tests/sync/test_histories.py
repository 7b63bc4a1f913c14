"""Made-up histories of two devices without a network: at the end all agree, and nothing is lost, doubled or back from the dead.

1,000 of them: `./run test tests/sync/test_histories.py --hypothesis-profile nightly`.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from courses.models import Activity, ActivityCompletion, Enrolment, ReadingPosition
from notes import writing
from notes.models import Note
from quizzes.attempts.models import Answer, Attempt, LateAnswer
from quizzes.authoring.models import Quiz
from quizzes.taking import start, submit
from sync import changes, forgetting
from sync.models import SyncOperation
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
    st.tuples(_device, st.just("write"), _lesson),
    st.tuples(_device, st.sampled_from(["change", "delete"]), _small),
    st.tuples(_device, st.sampled_from(["submit", "sync", "deliver"])),
    st.tuples(_device, st.just("sync"), st.sampled_from(list(Network))),
    st.tuples(_device, st.just("wait"), st.sampled_from(PAUSES)),
)


class History:
    """Two devices of one student, who has an attempt of an hour."""

    def __init__(self, enrolment: Enrolment, lessons: list[Activity], quiz: Quiz, skews: list[timedelta]) -> None:
        self.server = Server(enrolment.user, BEGINNING)
        self.devices = [Device(name, self.server, skew) for name, skew in zip(("a", "b"), skews, strict=True)]
        self.attempt = start.start(quiz=quiz, enrolment=enrolment, now=BEGINNING)
        Attempt.objects.filter(pk=self.attempt.pk).update(deadline=BEGINNING + timedelta(hours=1))
        self.lessons = [str(lesson.uuid) for lesson in lessons]
        choosing = [each for each in self.attempt.public_questions if each["kind"] == "single_choice"]
        self.responses = {each["uuid"]: [{"choice": one["uuid"]} for one in each["choices"]] for each in choosing}
        self.texts = 0

    def step(self, at: int, name: str, what: Any = 0, value: int = 0) -> None:  # noqa: C901 (one case for each step)
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
                device.write_note(self.lessons[what], self._text())
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
        assert Attempt.objects.count() == 1

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
                max(self.server.done_at[operation["id"]], BEGINNING - timedelta(days=1))
                for operation, _answer in self.server.log
                if operation["kind"] == "position" and operation["lesson"] == str(position.activity.uuid)
            ]
            assert position.read_at == max(of_lesson)
        answers = {each["question"]: each["response"] for opened in course["attempts"] for each in opened["answers"]}
        if Attempt.objects.get().status == Attempt.Status.IN_PROGRESS:
            assert answers == {str(each.question): each.response for each in Answer.objects.all()}
        else:
            assert course["attempts"] == []
        done = {operation["lesson"] for operation, answer in self.server.log if operation["kind"] == "lesson_done"}
        assert done <= _uuids(ActivityCompletion)

    def _check_answers(self) -> None:
        """Each answer is in the attempt, was followed by a later one there, or is evidence."""
        stored = {str(each.question): each for each in Answer.objects.all()}
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
        assert len(bodies) == len(set(bodies))
        # A text that was refused is still with its device.
        refused = [operation for device in self.devices for operation in device.kept["refused"]]
        assert {operation["kind"] for operation in refused} <= {"note_change"}


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
@given(
    skews=st.lists(st.sampled_from(SKEWS), min_size=2, max_size=2),
    steps=st.lists(STEPS, min_size=5, max_size=40),
)
def test_two_devices_and_the_server_agree(
    enrolment: Enrolment,
    quiz: Quiz,
    lesson: Activity,
    monkeypatch: pytest.MonkeyPatch,
    skews: list[timedelta],
    steps: list[tuple[Any, ...]],
) -> None:
    monkeypatch.setattr(changes, "PAGE", 2)
    Enrolment.objects.filter(pk=enrolment.pk).update(created_at=BEGINNING - timedelta(days=1))
    lessons = list(enrolment.course.activities.filter(kind=Activity.Kind.LESSON))
    with transaction.atomic():
        history = History(enrolment, lessons, quiz, skews)
        for step in steps:
            history.step(*step)
        history.end()
        history.check()
        transaction.set_rollback(True)
