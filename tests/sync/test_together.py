"""Operations of a batch that follow each other are carried out together, and it shows in nothing but the time."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from courses.models import Activity, Enrolment, ReadingPosition
from notes import writing
from notes.models import Note
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import start
from sync import reading
from sync.kinds.fields import FIELDS
from tests.api import Api
from tests.sync.sending import operation, send, statuses


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    return start.start(quiz=quiz, enrolment=enrolment, now=timezone.now())


def choosing(attempt: Attempt, number: int, **fields: Any) -> dict[str, Any]:
    question = next(each for each in attempt.public_questions if each["kind"] == "single_choice")
    response = {"choice": question["choices"][number]["uuid"]}
    return operation("answer", attempt=str(attempt.uuid), question=question["uuid"], response=response, **fields)


def mixed(attempt: Attempt, lesson: Activity, count: int) -> list[dict[str, Any]]:
    at = str(lesson.uuid)
    return [
        each
        for n in range(count)
        for each in (
            choosing(attempt, n % 3, sequence=1000 + n),
            operation("position", lesson=at, anchor=f"noise.{n}"),
            operation("note_write", lesson=at, anchor="noise.1", body=f"note {n}"),
        )
    ]


@pytest.mark.django_db
def test_more_operations_are_no_more_queries(alice_api: Api, attempt: Attempt, lesson: Activity) -> None:
    counts = []
    send(alice_api, *mixed(attempt, lesson, 1))
    for count in (2, 33):
        sent = mixed(attempt, lesson, count)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            found = statuses(alice_api, *sent)
        assert set(found) <= {"applied", "conflict"}
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Note.objects.count() == 36


@pytest.mark.django_db
def test_what_follows_sees_what_was_done_before_it(alice_api: Api, attempt: Attempt, lesson: Activity) -> None:
    note = operation("note_write", lesson=str(lesson.uuid), anchor="noise.1", body="first")
    sent = [
        choosing(attempt, 0, sequence=1),
        note,
        operation("note_change", note=note["id"], body="second", seen=1),
        choosing(attempt, 1, sequence=2),
        operation("attempt_submit", attempt=str(attempt.uuid)),
        choosing(attempt, 2, sequence=3),
        operation("note_delete", note=note["id"], seen=2),
    ]
    assert statuses(alice_api, *sent) == [*["applied"] * 5, "evidence", "applied"]
    assert Answer.objects.get().sequence == 2
    assert Note.objects.get().deleted_at is not None


@pytest.mark.django_db
def test_an_id_that_was_refused_may_come_again_in_the_same_batch(alice_api: Api, lesson: Activity) -> None:
    good = operation("position", lesson=str(lesson.uuid), anchor="noise.1")
    found = send(alice_api, {**good, "anchor": "no place"}, good, good, {**good, "anchor": "noise.2"})
    assert [each["status"] for each in found] == ["rejected", "applied", "duplicate", "rejected"]
    assert found[3]["problem"]["type"] == "/problems/operation-id-reused"
    assert ReadingPosition.objects.get().anchor == "noise.1"


@pytest.mark.django_db
def test_a_confirmed_answer_stands(alice_api: Api, attempt: Attempt) -> None:
    send(alice_api, choosing(attempt, 0, sequence=5))
    Answer.objects.update(confirmed_at=timezone.now())
    found = send(alice_api, *(choosing(attempt, n, sequence=4 + n) for n in (0, 1, 2)))
    assert [each["status"] for each in found] == ["applied", "conflict", "rejected"]
    assert found[2]["problem"]["type"] == "/problems/answer-checked"


@pytest.mark.django_db
def test_a_number_of_a_wrong_clock_does_not_win_for_ever(alice_api: Api, attempt: Attempt) -> None:
    in_a_year = int((timezone.now() + timedelta(days=365)).timestamp() * 1000)
    send(alice_api, choosing(attempt, 0))
    Answer.objects.update(sequence=in_a_year)
    assert statuses(alice_api, choosing(attempt, 1, sequence=1), choosing(attempt, 2, sequence=2)) == [
        "applied",
        "applied",
    ]
    assert Answer.objects.get().response == choosing(attempt, 2)["response"]


@pytest.mark.django_db
def test_the_notes_of_a_batch_count_towards_the_limit(
    alice_api: Api, lesson: Activity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MOST", 2)
    sent = [operation("note_write", lesson=str(lesson.uuid), anchor=".0", body=f"{n}") for n in range(3)]
    found = send(alice_api, *sent)
    assert [each["status"] for each in found] == ["applied", "applied", "rejected"]
    assert found[2]["problem"]["type"] == "/problems/too-many-notes"


@pytest.mark.django_db
def test_of_positions_in_one_batch_the_latest_stands(alice_api: Api, lesson: Activity, enrolment: Enrolment) -> None:
    now = timezone.now()
    Enrolment.objects.filter(pk=enrolment.pk).update(created_at=now - timedelta(days=1))
    sent = [
        operation("position", now - timedelta(hours=hours), lesson=str(lesson.uuid), anchor=f"noise.{hours}")
        for hours in (3, 1, 2)
    ]
    assert statuses(alice_api, *sent) == ["applied", "applied", "conflict"]
    stored = ReadingPosition.objects.get()
    assert (stored.anchor, stored.read_at) == ("noise.1", now - timedelta(hours=1))
    enrolment.refresh_from_db()
    assert enrolment.last_seen_at == now - timedelta(hours=1)


_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.uuids().map(str), st.just({}), st.just([1]),
    st.sampled_from(["noise.1", " noise.1 ", "x" * 121, "a\0", "가나", "ko", "2026-03-02",
        "2026-03-02T09:00:00", "20260302T090000+0900",
        "2026-03-02T09:00:00.123+09:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"]),
)  # fmt: skip


@given(
    kind=st.sampled_from(sorted(FIELDS)),
    usual=st.booleans(),
    more=st.dictionaries(st.sampled_from([*reading.SyncOperationInput._declared_fields, "other"]), _VALUES, max_size=3),
)
def test_the_quick_way_of_reading_reads_as_the_serializer(kind: str, usual: bool, more: dict[str, Any]) -> None:
    raw: dict[str, Any] = {"id": str(uuid4()), "at": "2026-03-02T09:00:00Z"}
    usually = {
        "anchor": "noise.1",
        "body": "text",
        "seen": 3,
        "turn": 2,
        "response": {"choice": "x"},
        "is_flagged": True,
    }
    if usual:
        raw |= {name: usually.get(name) or str(uuid4()) for name in FIELDS[kind][0]}
    raw |= more
    raw["kind"] = kind
    quick = reading._read_quickly(kind, raw)
    try:
        slow = reading._reader(kind).read(raw)
    except ValidationError:
        slow = None
    if slow is not None and not set(FIELDS[kind][0]) <= set(slow):
        slow = None
    assert quick is None or quick == slow
    if usual and not more:
        assert quick is not None
