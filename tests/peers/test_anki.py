"""Anki 25.9.4 imports what a student downloads of the own notes, and changes the same cards at the next import."""

from typing import Any
from uuid import UUID

import pytest

from courses.models import Activity, Course
from notes.exports import write_anki
from notes.models import Note
from tests.peers import tools

pytestmark = pytest.mark.peers
LESSON = Activity(course=Course(slug="statistics"), code="3-1", title="Noise")
UUIDS = [UUID(int=number) for number in range(1, 4)]


def imported(*files: str) -> list[dict[str, Any]]:
    found: list[list[dict[str, Any]]] = tools.ask("python", "pypi_peers.py", {"peer": "anki", "given": [files]})
    return found[0]


def test_anki_reads_the_notes_and_changes_them_at_the_next_import() -> None:
    script = "<script>alert(1)</script>"
    notes = [
        Note(uuid=UUIDS[0], activity=LESSON, quote="잡음을 배우는 것", body='한 줄\t"둘째"\n둘째 줄'),
        Note(uuid=UUIDS[1], activity=LESSON, body=script),
        # A bookmark is no card.
        Note(uuid=UUIDS[2], activity=LESSON),
    ]
    before = write_anki(notes)
    notes[1].body = "바꾼 메모"
    first, again, changed = imported(before, before, write_anki(notes))

    assert (first["new"], again["new"], changed["new"]) == (2, 0, 0)
    cards = {guid: (fields, tags) for guid, fields, tags in first["notes"]}
    assert set(cards) == {str(UUIDS[0]), str(UUIDS[1])}
    fields, tags = cards[str(UUIDS[0])]
    assert fields[0].startswith("잡음을 배우는 것<br>(3-1 ")
    assert fields[1].replace("&quot;", '"').split("<br>") == ['한 줄\t"둘째"', "둘째 줄"]
    assert tags == ["baeum::statistics"]
    assert cards[str(UUIDS[1])][0][1] == script.replace("<", "&lt;").replace(">", "&gt;")
    assert [fields[1] for guid, fields, _tags in changed["notes"] if guid == str(UUIDS[1])] == ["바꾼 메모"]
