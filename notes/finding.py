"""Find notes by their words, for the page of notes and for the search."""

from collections.abc import Sequence
from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.models import User
from courses.lessons.reading import get_place_url
from notes.models import Note, NoteQuerySet
from search.finding.matching import has_all
from search.finding.queries import Query
from search.finding.snippets import cut
from search.indexing.folding import compose
from search.sources import OwnHit


def with_words(rows: NoteQuerySet, words: Sequence[str]) -> NoteQuerySet:
    """Return the notes whose quotation or text has all folded words."""
    for word in words:
        rows = rows.filter(folded__contains=word)
    return rows


def own_note(user: User, uuid: UUID) -> Note:
    """Return a note of the user. Raises Http404."""
    return get_object_or_404(Note.objects.of(user).select_related("activity__course", "enrolment"), uuid=uuid)


def find(user: User, query: Query, course: str, most: int) -> tuple[list[OwnHit], bool]:
    """Return what the search shows of a person's notes. One query."""
    rows = Note.objects.of(user).select_related("activity__course")
    if course:
        rows = rows.filter(activity__course__slug=course.replace("\0", ""))
    found = [note for note in with_words(rows, query.words)[: most + 1] if has_all(_words(note), query.words)]
    return [_hit(note, query.words) for note in found[:most]], len(found) > most


def _words(note: Note) -> str:
    return compose(f"{note.quote} {note.body}")


def _hit(note: Note, words: Sequence[str]) -> OwnHit:
    activity = note.activity
    url = get_place_url(activity.course.slug, activity.slug, note.anchor)
    return OwnHit(str(activity), cut(_words(note), words), url, activity.course.slug)
