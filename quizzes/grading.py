"""Owns grading: claim, grade, finish; and the sweep that finds what nobody graded.

The attempt's row is the queue. A grader claims it with a lease and a token (`tries`); it may finish only while the
row still carries its token, so that a grader that was thought dead changes nothing when it wakes up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F

from common.queue import publish_on_commit
from courses import gradebook
from courses.models import GradeChange
from quizzes.models import Answer, AnswerKey, Attempt, AttemptGrade
from quizzes.questions import KINDS, Score

log = structlog.get_logger(__name__)

GRADE_TASK = "quizzes.tasks.grade_attempt"
MAX_TRIES = 5
# How long a submitted attempt may wait before the sweep rings again for it.
SWEEP_AFTER = timedelta(seconds=10)
SWEEP_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one sweep did: attempts announced again, and given up as needing attention."""

    queued: int
    given_up: int


def grade_attempt(*, attempt_id: int, now: datetime) -> bool:
    """Grade one attempt if it waits for that. Safe to repeat and to run in several workers at once.

    Returns whether this call graded it. An error while grading leaves the claim: the lease runs out, the sweep rings
    again, and after MAX_TRIES a person is asked.
    """
    token = _claim(attempt_id, now)
    if token is None:
        return False
    attempt = Attempt.objects.select_related("quiz__activity", "enrolment", "version").get(pk=attempt_id)
    scores = scores_of(attempt)
    return _finish(attempt, token, scores, now)


def _claim(attempt_id: int, now: datetime) -> int | None:
    """Take the attempt for the lease's time; returns the token, None when there is nothing to take."""
    with transaction.atomic():
        claimed = (
            Attempt.objects.claimable(now=now)
            .filter(pk=attempt_id, tries__lt=MAX_TRIES)
            .update(
                status=Attempt.Status.GRADING,
                lease_until=now + timedelta(seconds=settings.GRADING_LEASE),
                tries=F("tries") + 1,
            )
        )
        # Read inside the same transaction: the row is still locked, so the token is the one just written.
        return Attempt.objects.values_list("tries", flat=True).get(pk=attempt_id) if claimed else None


def scores_of(attempt: Attempt, *, version_id: int | None = None) -> dict[str, Score]:
    """The score of every question of the attempt's version, or of another one: a pure function of answers and key."""
    key = AnswerKey.objects.get(version_id=version_id or attempt.version_id).content
    responses = {str(answer.question): answer.response for answer in Answer.objects.filter(attempt=attempt)}
    return {uuid: KINDS[spec["kind"]].grade(spec, responses.get(uuid, {})) for uuid, spec in key.items()}


def _finish(attempt: Attempt, token: int, scores: dict[str, Score], now: datetime) -> bool:
    points = sum((Decimal(score.points) for score in scores.values()), Decimal(0))
    with transaction.atomic():
        mine = Attempt.objects.filter(pk=attempt.pk, status=Attempt.Status.GRADING, tries=token).update(
            status=Attempt.Status.GRADED, points=points, graded_at=now, lease_until=None
        )
        if not mine:
            log.warning("grading_lease_lost", attempt=str(attempt.uuid))
            return False
        AttemptGrade.objects.create(
            attempt=attempt,
            version_id=attempt.version_id,
            points=points,
            max_points=attempt.max_points,
            details={uuid: score.as_dict() for uuid, score in scores.items()},
            at=now,
        )
        if attempt.quiz.is_graded:
            gradebook.record(
                activity=attempt.quiz.activity,
                enrolment=attempt.enrolment,
                source=attempt.uuid,
                source_number=attempt.number,
                points=points,
                max_points=attempt.max_points,
                reason=GradeChange.Reason.GRADED,
                now=now,
            )
    return True


def sweep(*, now: datetime) -> Sweep:
    """Ring again for what stayed submitted and for every expired lease; hand over to a person what failed too often."""
    given_up = (
        Attempt.objects.claimable(now=now)
        .filter(tries__gte=MAX_TRIES)
        .update(status=Attempt.Status.NEEDS_ATTENTION, lease_until=None)
    )
    if given_up:
        log.error("attempts_need_attention", count=given_up)
    waiting = (
        Attempt.objects.claimable(now=now)
        .filter(submitted_at__lte=now - SWEEP_AFTER)
        .order_by("submitted_at")
        .values_list("pk", flat=True)[:SWEEP_LIMIT]
    )
    for attempt_id in waiting:
        publish_on_commit(GRADE_TASK, attempt_id=attempt_id)
    return Sweep(queued=len(waiting), given_up=given_up)


def retry(*, attempt: Attempt) -> bool:
    """Give an attempt that could not be graded another MAX_TRIES; returns whether it was waiting for that."""
    with transaction.atomic():
        reopened = Attempt.objects.filter(pk=attempt.pk, status=Attempt.Status.NEEDS_ATTENTION).update(
            status=Attempt.Status.SUBMITTED, tries=0
        )
        if reopened:
            publish_on_commit(GRADE_TASK, attempt_id=attempt.pk)
    return bool(reopened)
