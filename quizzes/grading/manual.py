"""Store reviews (manual decisions on answers) and regrade the attempt with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts.audit import recording
from accounts.models import User
from common.errors import DomainError
from questions import PENDING
from quizzes.attempts.models import Attempt
from quizzes.grading.models import AttemptGrade, Review
from quizzes.grading.revisions import last_grade, lock_graded_attempt, regrade_attempt

REVIEWED_REASON = gettext_noop("Your instructor has looked at it again.")
WITHDRAWN_REASON = gettext_noop("Your instructor has taken a decision back and will look at it again.")
# What a person decides on an answer.
_GIVEN = ("points", "criteria", "comment")


class ReviewOvertaken(DomainError):
    slug = "review-overtaken"
    status = 409
    help = gettext_lazy("Somebody else has graded the answer in the meantime. Look at it again.")


def pending_questions(attempt: Attempt) -> list[UUID]:
    """Return the questions that wait for manual grading, by the last grading."""
    details = last_grade(attempt).details
    return [UUID(uuid) for uuid, score in details.items() if score["outcome"] == PENDING]


def record_reviews(
    *, attempt: Attempt, decisions: Mapping[UUID, "Decision"], reviewer: User, now: datetime, seen: int | None = None
) -> AttemptGrade | None:
    """Store decisions by question and grade the attempt again. The gradebook gets the points when no question is pending.

    Return the new grading, or None if it is the same or the attempt has not been graded. A decision equal to the question's last
    review is not stored. `seen` is the id of the last review that the reviewer saw; a newer, other one raises ReviewOvertaken.
    """
    with transaction.atomic(), recording.together():
        if not lock_graded_attempt(attempt):
            return None
        last = {review.question: review for review in Review.objects.filter(attempt=attempt).order_by("pk")}
        for question, decision in decisions.items():
            known = last.get(question)
            given = (decision.points, decision.criteria, decision.comment)
            if known and not known.is_withdrawn and (known.points, known.criteria, known.comment) == given:
                continue
            if known and seen is not None and known.pk > seen:
                raise ReviewOvertaken(_("Somebody else has graded this in the meantime. Look at it again."))
            review = Review.objects.create(
                attempt=attempt,
                question=question,
                points=decision.points,
                criteria=decision.criteria,
                comment=decision.comment,
                reviewer=reviewer,
                at=now,
            )
            _record(attempt, known, review)
        return regrade_attempt(attempt=attempt, now=now, reason=REVIEWED_REASON, actor=reviewer)


def take_back(*, review: Review, actor: User, now: datetime) -> None:
    """Take back a person's own decision: the one before it counts again, or else nobody has decided. Idempotent.

    A grade that was given stays until somebody decides anew. Raises ReviewOvertaken if somebody else has decided since.
    """
    attempt = review.attempt
    with transaction.atomic(), recording.together():
        if not lock_graded_attempt(attempt):
            return
        reviews = list(Review.objects.filter(attempt=attempt, question=review.question).order_by("pk"))
        last, earlier = reviews[-1], [each for each in reviews if each.pk < review.pk]
        before = earlier[-1] if earlier and not earlier[-1].is_withdrawn else None
        given: dict[str, Any] = {"points": Decimal(0), "criteria": {}, "comment": ""}
        if before:
            given = {name: getattr(before, name) for name in _GIVEN}
        is_repeated = last.pk != review.pk and last.reviewer_id == actor.pk and last.is_withdrawn == (before is None)
        if is_repeated and all(getattr(last, name) == value for name, value in given.items()):
            return
        if last.pk != review.pk or review.reviewer_id != actor.pk:
            raise ReviewOvertaken(_("Somebody else has graded this in the meantime. Look at it again."))
        taken_back = Review.objects.create(
            attempt=attempt, question=review.question, is_withdrawn=before is None, reviewer=actor, at=now, **given
        )
        _record(attempt, review, taken_back)
        regrade_attempt(attempt=attempt, now=now, reason=WITHDRAWN_REASON, actor=actor)


def _record(attempt: Attempt, before: Review | None, after: Review) -> None:
    """Enter a decision in the audit log, with what the question's last decision was."""
    changes = {name: (getattr(before, name, None), getattr(after, name)) for name in _GIVEN}
    concerned = recording.Concerned(attempt.enrolment.user_id, after.pk, changes)
    recording.record(Review, [concerned], recording.Action.CHANGE)


@dataclass(frozen=True, slots=True)
class Decision:
    """The points of one answer by a person; `criteria` is {criterion uuid: points} of a rubric."""

    points: Decimal
    criteria: dict[str, str]
    comment: str = ""
