"""A batch of operations: each is carried out by itself, once, and answered by itself."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.utils import timezone

from courses.models import Activity, ActivityCompletion, Enrolment
from notes.models import Note
from sync import batches, forgetting
from sync.kinds.fields import FIELDS, NEED_NETWORK
from sync.models import SyncOperation
from sync.outcomes import APPLIED, Outcome
from tests.api import Api
from tests.contract import operations
from tests.sync.sending import operation, send, statuses

pytestmark = pytest.mark.django_db


def test_one_that_is_wrong_stops_no_other(alice_api: Api, lesson: Activity) -> None:
    at = str(lesson.uuid)
    good = operation("lesson_done", lesson=at)
    sent: list[Any] = [
        operation("lesson_done", lesson=str(uuid4())),
        {**operation("lesson_done", lesson=at), "from_a_newer_version": True},
        operation("dance", song="x"),
        {"id": str(uuid4())},
        operation("lesson_done"),
        operation("lesson_done", lesson=7),
        operation("position", lesson=at, anchor="no place"),
        operation("position", lesson=at, anchor="noise.1", body="x"),
        {**operation("lesson_done", lesson=at), "at": "yesterday"},
        {**operation("note_write", lesson=at, anchor=".0"), "body": "\0"},
        "text", None, [], 5, {},
        {**good, "id": "7"},
        good,
    ]  # fmt: skip
    results = send(alice_api, *sent)
    assert [result["status"] for result in results] == ["rejected"] * (len(sent) - 1) + ["applied"]
    types = [result["problem"]["type"].removeprefix("/problems/") for result in results[:-1]]
    assert types == ["not-found", "invalid", "unknown-operation", *["invalid"] * 3, "no-anchor", *["invalid"] * 9]
    assert [result["id"] for result in results] == [
        *(one["id"] if isinstance(one, dict) and "id" in one else None for one in sent[:-2]), None, good["id"],
    ]  # fmt: skip
    assert results[1]["problem"]["errors"].keys() == {"from_a_newer_version"}
    assert results[4]["problem"]["errors"].keys() == {"lesson"}
    assert ActivityCompletion.objects.count() == 1


@pytest.mark.parametrize("kind", NEED_NETWORK)
def test_what_needs_a_network_is_refused_as_such_and_stops_no_other(
    alice_api: Api, lesson: Activity, kind: str
) -> None:
    done = operation("lesson_done", lesson=str(lesson.uuid))
    refused, other = send(alice_api, operation(kind, quiz=str(uuid4())), done)
    assert (refused["status"], other["status"]) == ("rejected", "applied")
    # Not `unknown-operation`, with which an app waits for a newer site.
    assert refused["problem"]["type"] == "/problems/needs-network"
    assert kind in operations()


def test_the_bundle_says_what_may_be_done_without_a_network(alice_api: Api, lesson: Activity) -> None:
    bundle = alice_api.get(f"courses/{lesson.course.slug}/bundle")
    assert bundle["offline"] == list(FIELDS)
    assert bundle["needs_network"] == list(NEED_NETWORK)


def test_the_same_batch_twice_does_everything_once(alice_api: Api, lesson: Activity) -> None:
    note = operation("note_write", lesson=str(lesson.uuid), anchor="noise.1", body="once")
    batch = [operation("lesson_done", lesson=str(lesson.uuid)), note]
    first = send(alice_api, *batch)
    again = send(alice_api, *batch, *batch)
    assert [result["status"] for result in again] == ["duplicate"] * 4
    assert [result["first"] for result in again] == ["applied"] * 4
    assert [result["note"] for result in again[:2]] == [result["note"] for result in first] == [None, note["id"]]
    assert Note.objects.get().body == "once"
    assert SyncOperation.objects.count() == 2


def test_an_operation_that_was_refused_is_tried_again(alice_api: Api, lesson: Activity) -> None:
    Activity.objects.filter(pk=lesson.pk).update(archived_at=timezone.now())
    done = operation("lesson_done", lesson=str(lesson.uuid))
    assert statuses(alice_api, done) == ["rejected"]
    Activity.objects.filter(pk=lesson.pk).update(archived_at=None)
    assert statuses(alice_api, done) == ["applied"]


def test_an_id_belongs_to_one_operation(alice_api: Api, lesson: Activity) -> None:
    done = operation("position", lesson=str(lesson.uuid), anchor="noise.1")
    (_first, other) = send(alice_api, done, {**done, "anchor": "noise.2"})
    assert (other["status"], other["problem"]["type"]) == ("rejected", "/problems/operation-id-reused")


def test_two_people_may_use_one_id(alice_api: Api, bob_api: Api, lesson: Activity) -> None:
    done = operation("lesson_done", lesson=str(lesson.uuid))
    assert statuses(alice_api, done) == ["applied"]
    # Bob is in no course.
    assert statuses(bob_api, done) == ["rejected"]


def test_a_fault_in_one_operation_is_undone_and_stops_no_other(
    alice_api: Api, lesson: Activity, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(batch: object, operations: object) -> Outcome:
        ActivityCompletion.objects.all().delete()
        raise RuntimeError("a fault of ours")

    monkeypatch.setitem(batches._TOGETHER, "position", half)
    place = operation("position", lesson=str(lesson.uuid), anchor="noise.1")
    done = operation("lesson_done", lesson=str(lesson.uuid))
    note = operation("note_write", lesson=str(lesson.uuid), anchor=".0", body="x")
    results = send(alice_api, done, place, note)
    assert [result["status"] for result in results] == ["applied", "rejected", "applied"]
    assert results[1]["problem"]["type"] == "/problems/server-error"
    assert ActivityCompletion.objects.exists()
    # When the fault is mended, the operation is not known yet.
    monkeypatch.setitem(batches._TOGETHER, "position", lambda batch, operations: [APPLIED])
    assert statuses(alice_api, place) == ["applied"]


def test_an_outage_undoes_the_batch_and_is_said(
    alice_api: Api, lesson: Activity, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(batch: object, operations: object) -> Outcome:
        raise OperationalError("database is locked")

    monkeypatch.setitem(batches._TOGETHER, "position", fails)
    done = operation("lesson_done", lesson=str(lesson.uuid))
    place = operation("position", lesson=str(lesson.uuid), anchor="noise.1")
    alice_api.client.raise_request_exception = False
    alice_api.post("sync", {"operations": [done, place]}, expect=503)
    assert not ActivityCompletion.objects.exists()
    assert not SyncOperation.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "operations"), ({"operations": {}}, "operations"), ({"operations": [], "more": 1}, "more"),
        ({"operations": [1] * 101}, "operations"), ({"operations": [], "sent_at": "now"}, "sent_at"),
    ],
)  # fmt: skip
def test_what_is_no_batch_is_refused(alice_api: Api, body: Any, field: str) -> None:
    assert alice_api.post("sync", body, expect=400)["errors"].keys() == {field}


def test_a_batch_of_more_than_2_mb_is_refused(alice_api: Api) -> None:
    alice_api.post("sync", {"operations": ["x" * 3_000_000]}, expect=413)


def test_an_empty_batch_is_no_error(alice_api: Api) -> None:
    assert send(alice_api) == []


def test_operations_are_forgotten_after_400_days(alice_api: Api, lesson: Activity) -> None:
    send(alice_api, operation("lesson_done", lesson=str(lesson.uuid)))
    now = timezone.now()
    assert forgetting.forget(now=now + timedelta(days=399)) == 0
    assert forgetting.forget(now=now + timedelta(days=401)) == 1


# --- Clocks ---


@pytest.mark.parametrize("days", [-365, -1, 0, 1, 365])
def test_a_wrong_clock_is_set_right_by_what_it_says_at_sending(
    alice_api: Api, enrolment: Enrolment, lesson: Activity, days: int
) -> None:
    now = timezone.now()
    Enrolment.objects.filter(pk=enrolment.pk).update(created_at=now - timedelta(days=10))
    wrong = now + timedelta(days=days)
    done = operation("lesson_done", wrong - timedelta(hours=2), lesson=str(lesson.uuid))
    send(alice_api, done, sent_at=wrong.isoformat())
    done_at = ActivityCompletion.objects.get().done_at
    assert abs(done_at - (now - timedelta(hours=2))) < timedelta(minutes=1)


@pytest.mark.parametrize(("days", "expected"), [(-5000, -10), (-3, -3), (3, 0), (5000, 0)])
def test_no_time_is_after_now_or_before_the_enrolment(
    alice_api: Api, enrolment: Enrolment, lesson: Activity, days: int, expected: int
) -> None:
    now = timezone.now()
    Enrolment.objects.filter(pk=enrolment.pk).update(created_at=now - timedelta(days=10))
    send(alice_api, operation("lesson_done", now + timedelta(days=days), lesson=str(lesson.uuid)))
    done_at = ActivityCompletion.objects.get().done_at
    assert abs(done_at - (now + timedelta(days=expected))) < timedelta(minutes=1)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00"])
@pytest.mark.parametrize("sent_at", [None, "0001-01-02T00:00:00Z", "9999-12-30T23:59:59Z"])
def test_the_ends_of_time_are_no_error(alice_api: Api, lesson: Activity, at: str, sent_at: str | None) -> None:
    more = {"sent_at": sent_at} if sent_at else {}
    done = {**operation("lesson_done", lesson=str(lesson.uuid)), "at": at}
    assert statuses(alice_api, done, **more)[0] in ("applied", "rejected")
