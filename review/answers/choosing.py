"""Choose the answer that somebody grades next: the longest waiting one that nobody else has."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT

from accounts.models import User
from questions import PENDING
from quizzes.attempts.models import Attempt
from quizzes.grading.models import AttemptGrade
from review.answers import leases
from review.answers.queue import RELATED, waiting_attempts, with_pending

Place = tuple[Attempt, UUID]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which answers somebody is grading: all, those of a quiz, or those to one question.

    `after` is (attempt, question) of the answer before.
    """

    quiz: int | None = None
    question: UUID | None = None
    after: tuple[UUID, UUID] | None = None


def waiting_for(user: User, wanted: Wanted) -> QuerySet[Attempt]:
    """Return the attempts with an answer that waits for this person and is wanted, the longest waiting first."""
    waiting = waiting_attempts(user)
    if wanted.quiz is not None:
        waiting = waiting.filter(quiz=wanted.quiz)
    if wanted.question is None:
        return waiting
    last = AttemptGrade.objects.filter(attempt=OuterRef("pk")).order_by("-revision")
    outcome = last.annotate(outcome=KT(f"details__{wanted.question}__outcome")).values("outcome")[:1]
    return waiting.annotate(outcome=Subquery(outcome)).filter(outcome=PENDING)


def find_next(user: User, wanted: Wanted, now: datetime) -> Place | None:
    """Return the next answer after `wanted.after`, else the first one of all; None if no other one waits. At most six queries."""
    busy = leases.get_busy(user, now)
    waiting = waiting_for(user, wanted).select_related("version", *RELATED)
    before = Attempt.objects.filter(uuid=wanted.after[0]).values("pk", "submitted_at").first() if wanted.after else None
    if wanted.after is None or before is None:
        return _first_free(waiting, busy, wanted)
    return _first_free(waiting.filter(_from(before)), busy, wanted, before["pk"]) or _first_free(waiting, busy, wanted)


def _from(before: Mapping[str, Any]) -> Q:
    later = Q(submitted_at__gt=before["submitted_at"])
    return later | Q(submitted_at=before["submitted_at"], pk__gte=before["pk"])


def _first_free(
    waiting: QuerySet[Attempt], busy: set[tuple[int, UUID]], wanted: Wanted, behind: int | None = None
) -> Place | None:
    """Return the first answer that nobody else has. `behind`: of this attempt only the questions after that of `wanted.after`."""
    # Each answer that somebody has, and the one before, can hide one attempt at most.
    rows = list(waiting[: len(busy) + 2])
    for attempt, pending in with_pending(rows):
        order = [UUID(question["uuid"]) for question in attempt.public_questions]
        if wanted.after and attempt.pk == behind and wanted.after[1] in order:
            order = order[order.index(wanted.after[1]) + 1 :]
        for question in order:
            is_wanted = str(question) in pending and wanted.question in (None, question)
            if is_wanted and (attempt.pk, question) not in busy and (attempt.uuid, question) != wanted.after:
                return attempt, question
    return None
