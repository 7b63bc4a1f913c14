"""Find notes by course and words, for the page of notes, the API and the search."""

from collections.abc import Sequence
from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.models import User
from courses import access
from courses.lessons.reading import get_place_url
from notes.models import Note, NoteQuerySet
from search.finding.matching import has_all
from search.finding.queries import Query, read_text
from search.finding.snippets import cut
from search.indexing.folding import compose, split
from search.own_texts import OwnText, OwnTexts
from search.sources import OwnHit

_NOTES = OwnTexts(Note.objects.of, "anchor", "quote", "body")


def chosen(user: User, *, course: str, wanted: str) -> NoteQuerySet:
    """Return a person's notes: those of one course if `course` is a slug, and those with all words of `wanted`.

    Raises SearchTooLong.
    """
    rows = Note.objects.of(user)
    if course:
        rows = rows.filter(activity__course__slug=course.replace("\0", ""))
    for word in split(read_text(wanted)):
        rows = rows.filter(folded__contains=word)
    return rows


def own_note(user: User, uuid: UUID) -> Note:
    """Return a note of the user. Raises Http404."""
    return get_object_or_404(Note.objects.of(user).select_related("activity__course", "enrolment"), uuid=uuid)


def note_to_take_back(user: User, uuid: UUID) -> Note:
    """Return a note of the user that may be deleted, while the site keeps it. Raises Http404."""
    rows = Note.objects.filter(enrolment__in=access.enrolments(user), activity__archived_at=None)
    return get_object_or_404(rows.select_related("activity__course"), uuid=uuid)


def find(user: User, query: Query, course: str, most: int) -> tuple[list[OwnHit], bool]:
    """Return what the search shows of a person's notes. One query."""
    rows = [row for row in _NOTES.find(user, query, course, most + 1) if has_all(_words(row), query.words)]
    return [_hit(row, query.words) for row in rows[:most]], len(rows) > most


def _words(row: OwnText) -> str:
    return compose(f"{row.columns['quote']} {row.columns['body']}")


def _hit(row: OwnText, words: Sequence[str]) -> OwnHit:
    url = get_place_url(row.course, row.slug, row.columns["anchor"])
    return OwnHit(row.lesson, cut(_words(row), words), url, row.course)
