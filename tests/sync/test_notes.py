"""Notes of two devices: both texts are kept, and what was deleted stays deleted."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from courses.models import Activity, Enrolment
from notes import writing
from notes.models import Note
from sync.models import SyncOperation
from tests.api import Api, api_for
from tests.factories import EnrolmentFactory, UserFactory
from tests.sync.sending import operation, send, statuses

pytestmark = pytest.mark.django_db


def write(lesson: Activity, **fields: Any) -> dict[str, Any]:
    return operation("note_write", lesson=str(lesson.uuid), anchor="noise.1", **fields)


def change(note: str, body: str, seen: int = 1) -> dict[str, Any]:
    return operation("note_change", note=note, body=body, seen=seen)


def bodies() -> list[str]:
    return sorted(Note.objects.filter(deleted_at=None).values_list("body", flat=True))


def test_a_note_a_highlight_and_a_bookmark_are_written_and_changed(alice_api: Api, lesson: Activity) -> None:
    note = write(lesson, body="first", quote="of the data", prefix="a ", suffix=" b", language="ko")
    results = send(alice_api, note, write(lesson, quote="of the data"), write(lesson), change(note["id"], "second"))
    assert [result["status"] for result in results] == ["applied"] * 4
    assert results[3]["note"] == note["id"]
    stored = alice_api.get(f"notes/{note['id']}")
    assert (stored["body"], stored["revision"], stored["language"]) == ("second", 2, "ko")
    assert len(alice_api.get("notes")["results"]) == 3


def test_two_texts_for_one_note_are_both_kept(alice_api: Api, lesson: Activity) -> None:
    note = write(lesson, body="first")
    send(alice_api, note)
    one, other = (send(alice_api, change(note["id"], body))[0] for body in ("of the phone", "of the tablet"))
    assert [(each["status"]) for each in (one, other)] == ["applied", "conflict"]
    assert alice_api.get(f"notes/{other['note']}")["body"] == "of the tablet"
    assert bodies() == ["of the phone", "of the tablet"]


def test_the_same_text_from_two_devices_is_one_note(alice_api: Api, lesson: Activity) -> None:
    note = write(lesson, body="first")
    assert statuses(alice_api, note, change(note["id"], "same"), change(note["id"], "same")) == ["applied"] * 3
    assert bodies() == ["same"]


def test_a_deleted_note_stays_deleted_and_a_new_text_for_it_is_kept(alice_api: Api, lesson: Activity) -> None:
    note = write(lesson, body="first")
    send(alice_api, note, operation("note_delete", note=note["id"]))
    result, again = send(alice_api, change(note["id"], "thought of on a train"), note)
    assert (result["status"], again["status"]) == ("conflict", "duplicate")
    alice_api.get(f"notes/{note['id']}", expect=404)
    assert bodies() == ["thought of on a train"]


def test_a_note_is_not_written_again_when_its_operation_is_forgotten(alice_api: Api, lesson: Activity) -> None:
    note = write(lesson, body="first")
    send(alice_api, note, operation("note_delete", note=note["id"]))
    again = {**note, "at": timezone.now().isoformat()}
    Note.objects.filter(uuid=note["id"]).update(body="deleted")
    SyncOperation.objects.all().delete()
    assert statuses(alice_api, again) == ["applied"]
    assert bodies() == []


def test_deleting_is_done_once_and_of_what_was_seen(alice_api: Api, lesson: Activity) -> None:
    note = write(lesson, body="first")
    send(alice_api, note, change(note["id"], "second"))
    old = operation("note_delete", note=note["id"], seen=1)
    assert statuses(alice_api, old) == ["conflict"]
    assert bodies() == ["second"]
    delete = [operation("note_delete", note=note["id"], seen=2), operation("note_delete", note=note["id"])]
    assert statuses(alice_api, *delete) == ["applied", "applied"]
    assert bodies() == []


def test_the_notes_of_others_are_not_there(alice_api: Api, lesson: Activity, enrolment: Enrolment) -> None:
    note = write(lesson, body="mine")
    send(alice_api, note)
    carla = api_for(EnrolmentFactory(course=enrolment.course, user=UserFactory(email="carla@example.com")).user)
    results = send(
        carla, change(note["id"], "hers"), operation("note_delete", note=note["id"]), write(lesson) | {"id": note["id"]}
    )
    assert [result["status"] for result in results] == ["rejected", "applied", "rejected"]
    assert bodies() == ["mine"]


@pytest.mark.parametrize("fields", [{"body": "x" * 5001}, {"quote": "x" * 501}, {"language": "de"}, {"anchor": "no"}])
def test_what_is_no_note_is_refused(alice_api: Api, lesson: Activity, fields: dict[str, str]) -> None:
    assert statuses(alice_api, write(lesson) | fields) == ["rejected"]
    assert not Note.objects.exists()


def test_a_note_at_a_paragraph_that_is_gone_is_kept(alice_api: Api, lesson: Activity) -> None:
    assert statuses(alice_api, write(lesson, body="x") | {"anchor": "gone.77"}) == ["applied"]


def test_the_text_of_a_note_that_the_site_has_forgotten_is_kept_at_its_place(alice_api: Api, lesson: Activity) -> None:
    note = write(lesson, body="first")
    send(alice_api, note, operation("note_delete", note=note["id"]))
    writing.forget(now=timezone.now() + timedelta(days=360))
    alone = change(note["id"], "from a year ago")
    placed = {**change(note["id"], "from a year ago"), "lesson": str(lesson.uuid), "anchor": "noise.1"}
    results = send(alice_api, alone, placed, placed, write(lesson, body="new"))
    assert [result["status"] for result in results] == ["rejected", "conflict", "duplicate", "applied"]
    assert results[0]["problem"]["type"] == "/problems/note-gone"
    assert results[1]["note"] == results[2]["note"] == placed["id"]
    assert bodies() == ["from a year ago", "new"]
    assert not Note.objects.filter(uuid=note["id"]).exists()


# --- What other devices read ---


def test_a_device_reads_what_another_one_wrote_and_deleted(alice_api: Api, lesson: Activity) -> None:
    full = alice_api.get("changes")
    assert (full["is_full"], full["notes"], full["deleted_notes"]) == (True, [], [])
    kept, gone = write(lesson, body="kept"), write(lesson, body="gone")
    send(alice_api, kept, gone, operation("note_delete", note=gone["id"]))
    found = alice_api.get(f"changes?since={full['cursor']}")
    assert found["is_full"] is False
    assert [note["uuid"] for note in found["notes"]] == [kept["id"]]
    assert found["deleted_notes"] == [gone["id"]]
    # Everything: what was deleted is not in it.
    again = alice_api.get("changes")
    assert ([note["uuid"] for note in again["notes"]], again["deleted_notes"]) == ([kept["id"]], [])


def test_what_did_not_change_comes_no_second_time(alice_api: Api, lesson: Activity) -> None:
    note = write(lesson, body="old")
    send(alice_api, note)
    Note.objects.update(updated_at=timezone.now() - timedelta(minutes=10))
    cursor = alice_api.get("changes")["cursor"]
    assert alice_api.get(f"changes?since={cursor}")["notes"] == []
    send(alice_api, change(note["id"], "new"))
    assert [each["body"] for each in alice_api.get(f"changes?since={cursor}")["notes"]] == ["new"]


def test_a_deletion_that_was_taken_back_on_the_page_comes_again(
    alice_api: Api, alice_client: Client, lesson: Activity
) -> None:
    note = write(lesson, body="back")
    send(alice_api, note, operation("note_delete", note=note["id"]))
    Note.objects.update(updated_at=timezone.now() - timedelta(days=1))
    cursor = alice_api.get("changes")["cursor"]
    alice_client.post(f"/notes/{note['id']}/restore/")
    assert [each["body"] for each in alice_api.get(f"changes?since={cursor}")["notes"]] == ["back"]


def test_a_cursor_is_refused_when_deletions_are_forgotten(
    alice_api: Api, lesson: Activity, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = write(lesson, body="gone")
    send(alice_api, note)
    cursor = alice_api.get("changes")["cursor"]
    send(alice_api, operation("note_delete", note=note["id"]))
    later = timezone.now() + writing.KEPT
    for moment, status in ((later - timedelta(minutes=2), 200), (later, 410)):
        # As long as the cursor is taken, the deletion is known.
        writing.forget(now=moment)
        monkeypatch.setattr("django.utils.timezone.now", lambda moment=moment: moment)
        found = alice_api.get(f"changes?since={cursor}", expect=status)
        assert status == 410 or found["deleted_notes"] == [note["id"]]
        monkeypatch.undo()
    assert found["type"] == "/problems/cursor-too-old"
    assert alice_api.get("changes")["notes"] == []


@pytest.mark.parametrize("cursor", ["", "x", "x:y", "%00", "a" * 5000])
def test_what_is_no_cursor_is_refused(alice_api: Api, cursor: str) -> None:
    assert alice_api.get(f"changes?since={cursor}", expect=400)["type"] == "/problems/invalid-cursor"


def test_the_cursor_of_another_person_is_refused(alice_api: Api, bob_api: Api) -> None:
    alice_api.get(f"changes?since={bob_api.get('changes')['cursor']}", expect=400)
