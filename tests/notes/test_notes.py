"""Notes: written, changed in two tabs, deleted and taken back, placed in a text that was edited, found, downloaded."""

import csv
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.lessons.rendering import render_edition
from courses.models import Activity, Course, Enrolment, LessonEdition
from notes import pages, placing, writing
from notes.models import Note
from tests.copied_rows import make_many

pytestmark = pytest.mark.django_db
HERE = "/courses/statistics/lessons/lesson-1/notes/"
MARKS = "/courses/statistics/lessons/lesson-1/marks/"
ENGLISH = {"Accept-Language": "en"}
BODY = """
Ask a question first.

## Noise {#noise}

Overfitting is learning the noise.

The noise is everywhere.

## Data {#data}

Data is collected.
"""


def edit(lesson: Activity, body: str) -> None:
    edition = LessonEdition.objects.get(lesson__activity=lesson, language="en")
    edition.body = body
    render_edition(edition)
    edition.save()


@pytest.fixture(autouse=True)
def written(lesson: Activity) -> None:
    edit(lesson, BODY)


def make(enrolment: Enrolment, lesson: Activity, **more: str) -> Note:
    given: dict[str, Any] = {
        "anchor": "noise.1",
        "quote": "learning the noise",
        "body": "Remember this",
        "language": "en",
        **more,
    }
    return writing.add(enrolment=enrolment, activity=lesson, now=timezone.now(), **given)


def test_a_bookmark_and_a_note_are_written_without_a_script(alice_client: Client) -> None:
    for body in ("", "<script>alert(1)</script>\nsecond line"):
        answer = alice_client.post(HERE, {"anchor": "noise.0", "body": body})
        assert answer.headers["Location"].startswith(f"{HERE}#note-")
    page = alice_client.get(HERE).text
    assert "Bookmark: to the place" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>second line" in page
    assert "<script>alert" not in page
    # A form at each heading.
    assert re.findall(r'name="anchor" value="([^"]+)"', page) == [".0", "noise.0", "data.0"]


def test_the_lesson_leads_to_its_notes_and_takes_no_query_more(alice_client: Client) -> None:
    lesson = "/courses/statistics/lessons/lesson-1/"
    alice_client.get(lesson)
    with CaptureQueriesContext(connection) as captured:
        page = alice_client.get(lesson).text
    assert f'data-notes="{HERE}"' in page
    assert len(captured) == 4


@pytest.mark.parametrize("fields", [{"anchor": "no place"}, {"anchor": "noise.1", "body": "x" * 5001}, {"anchor": ""}])
def test_what_cannot_be_stored_is_said_and_the_text_is_kept(alice_client: Client, fields: dict[str, str]) -> None:
    answer = alice_client.post(HERE, fields)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert not Note.objects.exists()


def test_there_is_a_most(enrolment: Enrolment, lesson: Activity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST", 1)
    make(enrolment, lesson)
    with pytest.raises(writing.TooManyNotes):
        make(enrolment, lesson)


def test_two_tabs_keep_both_texts(alice_client: Client, enrolment: Enrolment, lesson: Activity) -> None:
    note = make(enrolment, lesson)
    for body in ("from one tab", "from the other"):
        alice_client.post(f"/notes/{note.uuid}/", {"seen": "1", "body": body})
    assert sorted(Note.objects.values_list("body", flat=True)) == ["from one tab", "from the other"]
    assert "Both texts are kept" in alice_client.get(HERE).text
    # The same text twice is one note.
    alice_client.post(f"/notes/{note.uuid}/", {"seen": "1", "body": "from one tab"})
    assert Note.objects.count() == 2


def test_a_deletion_is_taken_back(alice_client: Client, enrolment: Enrolment, lesson: Activity) -> None:
    note = make(enrolment, lesson)
    answer = alice_client.post(f"/notes/{note.uuid}/delete/")
    page = alice_client.get(answer.headers["Location"]).text
    assert "Remember this" not in page
    assert f"/notes/{note.uuid}/restore/" in page
    assert alice_client.get(f"/notes/{note.uuid}/").status_code == 404
    alice_client.post(f"/notes/{note.uuid}/restore/")
    assert "Remember this" in alice_client.get(HERE).text
    writing.delete(note, now=timezone.now())
    assert writing.forget(now=timezone.now() + writing.KEPT - timedelta(minutes=1)) == 0
    assert writing.forget(now=timezone.now() + writing.KEPT + timedelta(minutes=1)) == 1


@pytest.mark.parametrize(
    ("body", "anchor", "is_exact"),
    [
        (BODY, "noise.1", True),
        # A paragraph more, and a section moved.
        (BODY.replace("Overfitting is", "New.\n\nOverfitting is"), "noise.2", True),
        ("## Data {#data}\n\nOverfitting is learning the noise.", "data.1", True),
        # The words are gone: at the heading; the heading is gone, too: at the beginning.
        (BODY.replace("learning", "knowing"), "noise.0", False),
        ("Nothing of this.", ".0", False),
    ],
)
def test_a_note_stands_where_its_quotation_stands_now(
    enrolment: Enrolment, lesson: Activity, body: str, anchor: str, is_exact: bool
) -> None:
    note = make(enrolment, lesson)
    edit(lesson, body)
    html = LessonEdition.objects.get(lesson__activity=lesson, language="en").html
    text = placing.Text("en", placing.read_blocks_of(html))
    assert placing.find_place(note, text) == placing.Place(anchor, is_exact)


def test_of_several_places_it_is_the_one_with_the_same_surroundings(enrolment: Enrolment, lesson: Activity) -> None:
    note = make(enrolment, lesson, quote="noise", anchor="data.1", prefix="The ", suffix=" is everywhere")
    blocks = {".0": "some noise", "noise.1": "learning the noise.", "noise.2": "The noise is everywhere."}
    assert placing.find_place(note, placing.Text("en", blocks)).anchor == "noise.2"
    # In the other language only the place holds.
    assert placing.find_place(note, placing.Text("ko", {"data.1": "자료"})) == placing.Place("data.1", True)


def test_the_script_is_told_where_notes_stand(alice_client: Client, enrolment: Enrolment, lesson: Activity) -> None:
    page = "/courses/statistics/lessons/lesson-1/"
    assert "data-marked" not in alice_client.get(page).text
    make(enrolment, lesson)
    assert "data-marked" in alice_client.get(page).text
    [mark] = alice_client.get(MARKS, headers=ENGLISH).json()["notes"]
    assert (mark["anchor"], mark["exact"], mark["quote"]) == ("noise.1", True, "learning the noise")


def test_notes_are_found_by_the_search_and_on_their_page(
    alice_client: Client, bob_client: Client, enrolment: Enrolment, lesson: Activity
) -> None:
    make(enrolment, lesson, body="기억할 것")
    assert "<mark>기억</mark>할 것" in alice_client.get("/search/", {"q": "기억"}).text
    assert "기억할 것" in alice_client.get("/notes/", {"q": "기억"}).text
    assert "No note has these words" in alice_client.get("/notes/", {"q": "없는"}).text
    assert "No note has these words" in alice_client.get("/notes/", {"course": "elsewhere"}).text
    assert "기억할 것" not in bob_client.get("/search/", {"q": "기억"}).text
    assert "You have no notes yet" in bob_client.get("/notes/").text
    # PostgreSQL refuses a NUL.
    for address in ("/search/", "/notes/"):
        assert alice_client.get(address, {"q": "기억\0", "course": "x\0"}).status_code == 200


def test_downloads(alice_client: Client, enrolment: Enrolment, lesson: Activity) -> None:
    note = make(enrolment, lesson, body='A "tab"\there\nand a line')
    make(enrolment, lesson, quote="", body="")
    markdown = alice_client.get("/notes/export/markdown/", headers=ENGLISH)
    assert '> learning the noise\n\nA "tab"\there\nand a line' in markdown.text
    assert "http://testserver/courses/statistics/lessons/lesson-1/?at=noise.1#askedFor" in markdown.text
    anki = alice_client.get("/notes/export/anki/", headers=ENGLISH)
    assert anki.headers["Content-Disposition"].endswith('.txt"')
    lines = anki.text.split("\n")
    assert lines[:4] == ["#separator:tab", "#html:false", "#guid column:1", "#tags column:4"]
    [row] = csv.reader("\n".join(lines[4:-1]).splitlines(keepends=True), delimiter="\t")
    assert row[0] == str(note.uuid)
    assert row[1].startswith("learning the noise\n(")
    assert row[2:] == ['A "tab"\there\nand a line', "baeum::statistics"]
    assert alice_client.get("/notes/export/pdf/").status_code == 404


def test_notes_of_lessons_that_are_hidden_are_not_shown(
    alice_client: Client, enrolment: Enrolment, lesson: Activity
) -> None:
    make(enrolment, lesson)
    lesson.archived_at = timezone.now()
    lesson.save()
    assert alice_client.get(HERE).status_code == 404
    assert "Remember this" not in alice_client.get("/notes/").text
    assert "Remember" not in alice_client.get("/search/", {"q": "Something"}).text


def test_nobody_else_reads_or_changes_them(
    bob_client: Client, ines_client: Client, enrolment: Enrolment, lesson: Activity, course: Course
) -> None:
    note = make(enrolment, lesson)
    for client in (bob_client, ines_client):
        assert client.get(f"/notes/{note.uuid}/").status_code == 404
        for address in ("", "delete/", "restore/"):
            assert client.post(f"/notes/{note.uuid}/{address}", {"body": "x", "seen": "1"}).status_code == 404
    note.refresh_from_db()
    assert (note.body, note.deleted_at) == ("Remember this", None)


@pytest.mark.parametrize("number", [2, 200])
def test_pages_take_as_many_queries_for_many_notes(
    alice_client: Client, enrolment: Enrolment, lesson: Activity, number: int
) -> None:
    make_many(lambda: make(enrolment, lesson), number)
    counts = {}
    for address in (HERE, MARKS, "/notes/?q=remember", "/notes/export/markdown/", "/notes/export/anki/"):
        alice_client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert alice_client.get(address).status_code == 200
        counts[address] = len(captured)
    assert counts == {
        HERE: 4,
        MARKS: 5,
        "/notes/?q=remember": 5,
        "/notes/export/markdown/": 3,
        "/notes/export/anki/": 3,
    }


def test_the_next_page_keeps_what_was_looked_for(
    alice_client: Client, enrolment: Enrolment, lesson: Activity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE_SIZE", 1)
    make(enrolment, lesson)
    make(enrolment, lesson, quote="noise")
    shown = alice_client.get("/notes/", {"q": "remember", "deleted": "x"}, headers=ENGLISH).text
    assert 'href="?q=remember&amp;page=2"' in shown


@pytest.mark.parametrize("address", ["/notes/", HERE])
def test_an_address_that_names_no_deleted_note_offers_nothing_back(alice_client: Client, address: str) -> None:
    answer = alice_client.get(address, {"deleted": "x"})
    assert answer.status_code == 200
    assert "/restore/" not in answer.text


def test_words_that_are_too_long_to_look_for_are_refused(alice_client: Client) -> None:
    # The field cuts what is pasted, but not to a part that could be looked for.
    found = re.search(r'maxlength="(\d+)"', alice_client.get("/notes/").text)
    assert found
    pasted = {"q": "가" * int(found[1])}
    refused = alice_client.get("/notes/", pasted, headers=ENGLISH)
    assert (refused.status_code, "at most 200 characters" in refused.text) == (400, True)
    assert "No note has these words" not in refused.text
    assert alice_client.get("/notes/export/anki/", pasted, follow=True).status_code == 400
    assert alice_client.get("/notes/", {"q": "가" * 200}).status_code == 200
