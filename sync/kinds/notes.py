"""Merge notes: of two texts for one note both are kept, and what was deleted stays deleted."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from courses.models import Enrolment
from notes import writing
from notes.models import Note
from sync.batch import Batch
from sync.kinds.together import outcome_of_each
from sync.outcomes import APPLIED, OperationIdReused, Outcome, Refusal, Stored
from sync.reading import Operation

_TEXTS = ("anchor", "quote", "prefix", "suffix", "body")


class NoteGone(DomainError):
    slug = "note-gone"
    status = 404
    help = gettext_lazy(
        "The site no longer knows the note: it was deleted more than a week ago, or is another person's. The text is not stored. "
        "Send it again with the place of the note, or as a new note."
    )


def notes(batch: Batch, operations: Sequence[Operation]) -> list[Outcome | Refusal]:
    """Write notes whose uuids are the ids of the operations. One that was written before, and may be deleted, stays as it is.

    Refused with Http404, OperationIdReused, and the errors of `writing.add`.
    """
    together = writing.Together()

    def write_one(operation: Operation) -> Outcome:
        lesson, enrolment = batch.lesson(operation)
        known = batch.writers.get(operation.id)
        if known == batch.user.pk:
            return Outcome(Stored.APPLIED, note=operation.id)
        if known is not None:
            raise OperationIdReused(_("This id belongs to another operation."))
        texts = {name: operation.values[name] for name in _TEXTS if name in operation.values}
        language = operation.values.get("language") or batch.language(lesson)
        writing.add(
            enrolment=enrolment,
            activity=lesson,
            language=language,
            now=batch.now,
            uuid=operation.id,
            together=together,
            **texts,
        )
        return Outcome(Stored.APPLIED, note=operation.id)

    found = outcome_of_each(operations, write_one)
    together.store()
    return found


def note_change(batch: Batch, operation: Operation) -> Outcome:
    """Change the text of a note. A conflict: it was changed or deleted elsewhere, and this text became a note of its own.

    The site forgets a deleted note after a week. The text then needs the place of the note; without it, it is refused with
    NoteGone, and stays with the app.
    """
    values = operation.values
    note = _find(batch, operation)
    if note is not None:
        stored = writing.change(note, body=values["body"], seen=values["seen"], now=batch.now)
        return Outcome(Stored.APPLIED if stored.pk == note.pk else Stored.CONFLICT, note=stored.uuid)
    if "lesson" not in values or "anchor" not in values:
        raise NoteGone(_("This note was deleted on another device. Its text is still with your app."))
    (kept,) = notes(batch, [operation])
    if not isinstance(kept, Outcome):
        raise kept
    return Outcome(Stored.CONFLICT, note=kept.note)


def note_delete(batch: Batch, operation: Operation) -> Outcome:
    """Delete a note. Applied as well if there is none. A conflict: it was changed since the device has seen it, and stays."""
    note = _find(batch, operation)
    if note is None or note.deleted_at is not None:
        return APPLIED
    if operation.values.get("seen", note.revision) != note.revision:
        return Outcome(Stored.CONFLICT, note=note.uuid)
    writing.delete(note, now=batch.now)
    return APPLIED


def _find(batch: Batch, operation: Operation) -> Note | None:
    """Return the note, which may be deleted. None if the person has no such note in a course that they may read."""
    enrolments = Enrolment.objects.for_student(batch.user)
    return (
        Note.objects.filter(uuid=operation.values["note"], enrolment__in=enrolments).select_related("enrolment").first()
    )
