"""Write, change, delete and take back notes. Of two texts for one note none is lost."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db.models import Count, F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.database.prepared import Prepared
from common.errors import DomainError
from courses.lessons.reading import check_anchor
from courses.models import Activity, Enrolment
from notes.models import Note
from search.indexing.folding import compose, fold

LONGEST_BODY, LONGEST_QUOTE, LONGEST_AROUND = 5000, 500, 40
MOST = 2000
# How long a deleted note can be taken back.
KEPT = timedelta(days=7)


# Prepared statement: how many notes a student has in a course. No row if there is none.
_COUNT = Prepared(
    lambda enrolment: (
        Note.objects.filter(enrolment=enrolment, deleted_at=None)
        .order_by()
        .values("enrolment")
        .annotate(count=Count("pk"))
        .values("count")
    ),
    samples=(-1,),
)


class NoteTooLong(DomainError):
    slug = "note-too-long"
    help = gettext_lazy("A note has at most 5,000 characters, and a quotation at most 500.")


class TooManyNotes(DomainError):
    slug = "too-many-notes"
    status = 409
    help = gettext_lazy("A person has at most 2,000 notes in a course. Delete some, or export them first.")


class Together:
    """Notes that are stored by one statement. The notes of a course are counted once."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self._counts: dict[int, int] = {}

    def count(self, enrolment: Enrolment) -> None:
        """Count one more note of this student in this course. Raises TooManyNotes."""
        if enrolment.pk not in self._counts:
            counted = _COUNT.values(enrolment.pk)
            self._counts[enrolment.pk] = counted[0]["count"] if counted else 0
        if self._counts[enrolment.pk] >= MOST:
            raise TooManyNotes(_("You have 2,000 notes in this course. Delete some before you write more."))
        self._counts[enrolment.pk] += 1

    def store(self) -> None:
        Note.objects.bulk_create(self.notes)


def add(
    *,
    enrolment: Enrolment,
    activity: Activity,
    language: str,
    anchor: str,
    now: datetime,
    quote: str = "",
    prefix: str = "",
    suffix: str = "",
    body: str = "",
    uuid: UUID | None = None,
    together: Together | None = None,
) -> Note:
    """Write a note. `uuid` is a new one unless it is given. With `together` it is stored later, with others.

    Raises NoAnchor, NoteTooLong and TooManyNotes.
    """
    check_anchor(anchor)
    quote, body = compose(quote), clean(body)
    if len(quote) > LONGEST_QUOTE:
        raise NoteTooLong(_("That is too long to quote. Choose at most 500 characters."))
    (together or Together()).count(enrolment)
    note = Note(
        uuid=uuid or uuid4(),
        enrolment=enrolment,
        activity=activity,
        language=language,
        anchor=anchor,
        quote=quote,
        prefix=compose(prefix)[-LONGEST_AROUND:],
        suffix=compose(suffix)[:LONGEST_AROUND],
        body=body,
        folded=fold_note(quote, body),
        created_at=now,
        updated_at=now,
    )
    if together is None:
        note.save(force_insert=True)
    else:
        together.notes.append(note)
    return note


def change(note: Note, *, body: str, seen: int, now: datetime) -> Note:
    """Change the text of a note that was read at revision `seen`. Return the note with the text.

    If the text was changed elsewhere meanwhile, that one stays, and this one becomes a note of its own at the same place.
    """
    body = clean(body)
    if body == note.body:
        return note
    changed = Note.objects.filter(pk=note.pk, revision=seen, deleted_at=None).update(
        body=body, folded=fold_note(note.quote, body), revision=F("revision") + 1, updated_at=now
    )
    if changed:
        note.refresh_from_db()
        return note
    return add(
        enrolment=note.enrolment,
        activity=note.activity,
        language=note.language,
        anchor=note.anchor,
        quote=note.quote,
        prefix=note.prefix,
        suffix=note.suffix,
        body=body,
        now=now,
    )


def delete(note: Note, *, now: datetime) -> None:
    """Delete a note. It can be taken back for a week."""
    Note.objects.filter(pk=note.pk, deleted_at=None).update(deleted_at=now)


def take_back(note: Note, *, now: datetime) -> None:
    """Take the deletion of a note back. The note counts as changed, so that other devices get it again."""
    Note.objects.filter(pk=note.pk).update(deleted_at=None, updated_at=now)


def forget(*, now: datetime) -> int:
    """Remove the notes that can no longer be taken back; return how many."""
    return Note.objects.filter(deleted_at__lt=now - KEPT).delete()[0]


def clean(body: str) -> str:
    """Return the text of a note as it is stored. Raises NoteTooLong."""
    body = body.replace("\0", "").replace("\r\n", "\n").strip()
    if len(body) > LONGEST_BODY:
        raise NoteTooLong(_("The note is too long: it may have 5,000 characters."))
    return body


def fold_note(quote: str, body: str) -> str:
    return fold(compose(f"{quote} {body}"))
