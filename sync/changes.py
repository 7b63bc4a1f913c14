"""Read what has changed for a student since a device asked last.

What is small is always complete: what is done, where somebody stopped, the open attempts. Of notes come those that changed, with
the deleted ones. A device applies values, so getting one twice does no harm: each cursor goes back by `OVERLAP`, for transactions
that were not committed yet when the device asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.api.pagination import InvalidCursor
from common.errors import DomainError
from courses import access
from courses.models import ActivityCompletion, Enrolment, ReadingPosition
from notes.models import Note
from notes.writing import KEPT
from quizzes.attempts.models import Answer, Attempt

# No transaction takes longer (HANG_LIMIT).
OVERLAP = timedelta(minutes=1)
# The most notes of one answer.
PAGE = 200


class CursorTooOld(DomainError):
    slug = "cursor-too-old"
    status = 410
    help = gettext_lazy(
        "The cursor is more than a week old, and the site no longer knows what was deleted since. Send the operations that wait, "
        "then read `changes_read` without `since` to its end, and drop what it does not contain. Keep what is not sent yet."
    )

    def __init__(self) -> None:
        super().__init__(_("The app was not connected for more than a week, so it has to read everything again."))


@dataclass(frozen=True, slots=True)
class _Cursor:
    """A window of time, and the last note that was read of it, 0 if all were. `since` is None for everything."""

    since: datetime | None
    until: datetime
    after: int = 0

    def sign(self, user: User) -> str:
        packed = [self.since and self.since.isoformat(), self.until.isoformat(), self.after]
        return signing.Signer(salt=_salt(user)).sign_object(packed)


@dataclass(slots=True)
class CourseState:
    """One student's state in one course, complete but for notes."""

    enrolment: Enrolment
    done: list[ActivityCompletion] = field(default_factory=list)
    positions: list[ReadingPosition] = field(default_factory=list)
    attempts: list["OpenAttempt"] = field(default_factory=list)


@dataclass(slots=True)
class OpenAttempt:
    attempt: Attempt
    answers: list[Answer] = field(default_factory=list)

    @property
    def flagged(self) -> list[str]:
        return self.attempt.flagged or []


@dataclass(frozen=True, slots=True)
class Changes:
    """`is_full`: from the beginning, so that what is not in it is not there. `has_more`: go on with `cursor` at once."""

    cursor: str
    is_full: bool
    has_more: bool
    server_time: datetime
    courses: Sequence[CourseState]
    notes: Sequence[Note]
    deleted_notes: Sequence[UUID]


def read_changes(*, user: User, since: str | None, now: datetime) -> Changes:
    """Return what has changed since the cursor `since`; everything without one. Six queries at most.

    Raises InvalidCursor and CursorTooOld.
    """
    cursor = _Cursor(None, now) if since is None else _open(since, user, now)
    found = list(_notes(user, cursor)[: PAGE + 1])
    has_more = len(found) > PAGE
    shown = found[:PAGE]
    following = _Cursor(cursor.since, cursor.until, shown[-1].pk) if has_more else _Cursor(None, cursor.until - OVERLAP)
    return Changes(
        cursor=following.sign(user),
        is_full=cursor.since is None,
        has_more=has_more,
        server_time=now,
        courses=[] if has_more else _read_states(user),
        notes=[note for note in shown if note.deleted_at is None and note.activity.archived_at is None],
        deleted_notes=[note.uuid for note in shown if note.deleted_at is not None],
    )


def _salt(user: User) -> str:
    return f"changes of {user.pk}"


def _open(signed: str, user: User, now: datetime) -> _Cursor:
    try:
        since, until, after = signing.Signer(salt=_salt(user)).unsign_object(signed)
    except (signing.BadSignature, ValueError) as error:
        raise InvalidCursor from error
    cursor = _Cursor(datetime.fromisoformat(since) if since else None, datetime.fromisoformat(until), after)
    if not after:
        # The window before is read, and a new one begins.
        cursor = _Cursor(cursor.until, now)
    if (cursor.since or cursor.until) < now - KEPT:
        raise CursorTooOld
    return cursor


def _notes(user: User, cursor: _Cursor) -> QuerySet[Note]:
    rows = Note.objects.filter(enrolment__in=Enrolment.objects.for_student(user), pk__gt=cursor.after)
    if cursor.since is None:
        rows = rows.filter(deleted_at=None)
    else:
        rows = rows.filter(Q(updated_at__gte=cursor.since) | Q(deleted_at__gte=cursor.since))
    return rows.select_related("activity__course").order_by("pk")


def _read_states(user: User) -> list[CourseState]:
    states = {enrolment.pk: CourseState(enrolment) for enrolment in access.enrolments(user)}
    visible = {"enrolment__in": states, "activity__archived_at": None}
    for done in ActivityCompletion.objects.filter(**visible).select_related("activity").order_by("pk"):
        states[done.enrolment_id].done.append(done)
    for position in ReadingPosition.objects.filter(**visible).select_related("activity").order_by("pk"):
        states[position.enrolment_id].positions.append(position)
    opened = Attempt.objects.filter(enrolment__in=states, status=Attempt.Status.IN_PROGRESS)
    attempts: dict[int, OpenAttempt] = {}
    for attempt in opened.select_related("quiz__activity").order_by("pk"):
        attempts[attempt.pk] = OpenAttempt(attempt)
        states[attempt.enrolment_id].attempts.append(attempts[attempt.pk])
    for answer in Answer.objects.filter(attempt__in=attempts).order_by("pk"):
        attempts[answer.attempt_id].answers.append(answer)
    return list(states.values())
