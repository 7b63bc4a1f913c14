"""Notes through the API."""

import pytest
from django.test import Client
from django.utils import timezone

from courses.models import Activity, Enrolment
from notes import writing
from notes.models import Note
from tests.api import Api

pytestmark = pytest.mark.django_db


def test_a_note_is_written_changed_and_deleted(alice_api: Api, bob_api: Api, lesson: Activity) -> None:
    body = {"lesson": str(lesson.uuid), "anchor": ".0", "quote": "some", "body": "mine"}
    made = alice_api.post("notes", body, expect=201, headers={"Idempotency-Key": "a"})
    again = alice_api.post("notes", body, expect=201, headers={"Idempotency-Key": "a"})
    assert again == made
    assert Note.objects.count() == 1
    path = f"notes/{made['uuid']}"
    assert alice_api.get(path)["body"] == "mine"
    known = alice_api.response.headers["ETag"]
    assert alice_api.patch(path, {"body": "other"}, headers={"If-Match": known})["body"] == "other"
    alice_api.patch(path, {"body": "lost"}, expect=412, headers={"If-Match": known})
    assert [each["body"] for each in alice_api.get("notes?q=other")["results"]] == ["other"]
    assert alice_api.get("notes?q=mine")["results"] == []
    for method in ("GET", "DELETE"):
        bob_api.call(method, path, expect=404)
    bob_api.post("notes", body, expect=404)
    alice_api.delete(path, expect=204)
    alice_api.get(path, expect=404)
    bob_api.post(f"{path}/restore", expect=404)
    for _ in range(2):
        assert alice_api.post(f"{path}/restore")["body"] == "other"
    alice_api.get(path)


def test_the_list_has_pages_and_filters(alice_api: Api, enrolment: Enrolment, lesson: Activity) -> None:
    for number in range(3):
        writing.add(
            enrolment=enrolment, activity=lesson, language="en", anchor=".0", body=str(number), now=timezone.now()
        )
    first = alice_api.get("notes?limit=2")
    assert [each["body"] for each in first["results"]] == ["2", "1"]
    assert [each["body"] for each in alice_api.get(first["next"])["results"]] == ["0"]
    assert len(alice_api.get(f"notes?lesson={lesson.uuid}")["results"]) == 3
    for given in ("nothing", "", "null"):
        assert alice_api.get(f"notes?lesson={given}", expect=400)["errors"].keys() == {"lesson"}


@pytest.mark.parametrize("kind", ["markdown", "anki"])
def test_the_notes_are_downloaded_as_on_their_page(
    alice_api: Api, bob_api: Api, alice_client: Client, enrolment: Enrolment, lesson: Activity, kind: str
) -> None:
    for body in ("keep this", "not this"):
        writing.add(enrolment=enrolment, activity=lesson, language="en", anchor=".0", body=body, now=timezone.now())

    def read(api: Api, query: str = "") -> str:
        # An app that asks for the type of the file gets it, too.
        headers = {**api.headers, "Accept": "text/markdown, text/plain", "Accept-Language": "en"}
        answer = api.client.get(f"/api/v1/notes-export/{kind}{query}", headers=headers)
        assert answer.status_code == 200
        assert "attachment" in answer.headers["Content-Disposition"]
        return str(answer.text)

    assert read(alice_api) == alice_client.get(f"/notes/export/{kind}/", headers={"Accept-Language": "en"}).text
    chosen = read(alice_api, f"?course={enrolment.course.slug}&q=keep")
    assert "keep this" in chosen
    assert "not this" not in chosen
    assert "keep this" not in read(bob_api)
    alice_api.get("notes-export/pdf", expect=404)


@pytest.mark.parametrize("change", [{"anchor": "no place"}, {"body": "x" * 5001}, {"lesson": "nothing"}, {"more": 1}])
def test_what_is_no_note_is_refused(alice_api: Api, lesson: Activity, change: dict[str, object]) -> None:
    alice_api.post("notes", {"lesson": str(lesson.uuid), "anchor": ".0", **change}, expect=400)


@pytest.mark.parametrize("path", ["notes", "notes-export/markdown"])
def test_words_that_are_too_long_to_look_for_are_a_problem(alice_api: Api, path: str) -> None:
    refused = alice_api.get(f"{path}?q={'a' * 201}", expect=400)
    assert refused["type"].endswith("search-too-long")
