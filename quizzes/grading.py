"""Owns grading: claim, grade, finish; what a person decides; and the sweep that finds what nobody graded.

The attempt's row is the queue. A grader claims it with a lease and a token (`tries`); it may finish only while the
row still carries its token, so that a grader that was thought dead changes nothing when it wakes up.

A grade is a pure function of the answers, the key of a version, the decisions of persons so far and the deduction for
being late. Each grading is a revision that stays; one with a pending part earns no grade yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import Error as DatabaseFailure
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from common.api import DomainError
from common.durability import relaxed_durability
from common.prepared import PreparedInsert, PreparedUpdate
from common.queue import gather_on_commit, publish_all_on_commit, publish_on_commit
from courses import gradebook
from courses.models import GradeChange
from quizzes import lookups
from quizzes.models import AnswerKey, Attempt, AttemptGrade, GradeNotice, HandInFile, Review
from quizzes.questions import KINDS, PENDING, Outcome, Response, Score, Spec
from quizzes.rules import after_deduction

log = structlog.get_logger(__name__)

GRADE_TASK = "quizzes.tasks.grade_attempts"
NOTICE_TASK = "quizzes.tasks.send_grade_notice"
REVIEWED = gettext_noop("Your instructor has looked at it again.")
MAX_TRIES = 5
# How long a submitted attempt may wait before the sweep rings again for it.
SWEEP_AFTER = timedelta(seconds=10)
SWEEP_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one sweep did: attempts announced again, and given up as needing attention."""

    queued: int
    given_up: int


@dataclass(frozen=True, slots=True)
class Grading:
    """What an attempt is worth. `points` are after the deduction; `last_review` is the decision seen last."""

    scores: dict[str, Score]
    points: Decimal
    max_points: Decimal
    last_review: int | None

    @property
    def is_pending(self) -> bool:
        """Whether a part waits for a person."""
        return any(score.outcome == PENDING for score in self.scores.values())

    @property
    def details(self) -> dict[str, Any]:
        return {uuid: score.as_dict() for uuid, score in self.scores.items()}


class ReviewOvertaken(DomainError):
    slug = "review-overtaken"
    status = 409


def is_pending(grade: AttemptGrade) -> bool:
    """Whether a stored grading has a part that waits for a person, and so has entered no grade."""
    return any(score["outcome"] == PENDING for score in grade.details.values())


_MOMENTS = datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 2, 2, tzinfo=UTC)
_CLAIM = PreparedUpdate(
    lambda pk, now, lease_until: (
        Attempt.objects.claimable(now=now).filter(pk=pk, tries__lt=MAX_TRIES),
        {"status": Attempt.Status.GRADING, "lease_until": lease_until, "tries": F("tries") + 1},
    ),
    samples=(-1, *_MOMENTS),
    returning="tries",
)
# The lease as well as the token, because a retry counts `tries` from the beginning; and the deduction, because an
# exception that was granted meanwhile would be lost.
_FINISH = PreparedUpdate(
    lambda pk, token, lease, deduction, status, points, max_points, graded_at: (
        Attempt.objects.filter(
            pk=pk, status=Attempt.Status.GRADING, tries=token, lease_until=lease, late_deduction=deduction
        ),
        {"lease_until": None, "status": status, "points": points, "max_points": max_points, "graded_at": graded_at},
    ),
    samples=(-1, 101, _MOMENTS[0], 102, "status", Decimal("1.25"), Decimal("2.25"), _MOMENTS[1]),
)
_GRADE = PreparedInsert(AttemptGrade)


def announce(attempt_id: int) -> None:
    """Ring for a worker to grade an attempt, once the caller's transaction has been committed."""
    gather_on_commit(GRADE_TASK, "attempt_ids", attempt_id)


def grade_attempts(*, attempt_ids: Sequence[int], now: datetime) -> int:
    """Grade those that wait for it, each by itself: one that cannot be graded keeps no other from its grade.

    Returns how many this call graded. Raises what the database does, and what ends a task that takes too long.
    """
    graded = 0
    for attempt_id in attempt_ids:
        try:
            graded += grade_attempt(attempt_id=attempt_id, now=now)
        except (DatabaseFailure, SoftTimeLimitExceeded):
            raise
        except Exception:
            log.exception("grading_failed", attempt=attempt_id)
    return graded


def grade_attempt(*, attempt_id: int, now: datetime) -> bool:
    """Grade one attempt if it waits for that. Safe to repeat and to run in several workers at once.

    Returns whether this call graded it. An error while grading leaves the claim: the lease runs out, the sweep rings
    again, and after MAX_TRIES a person is asked.
    """
    token = _claim(attempt_id, now)
    if token is None:
        return False
    attempt = lookups.attempt(attempt_id)
    lease = attempt.lease_until
    while (attempt.status, attempt.tries, attempt.lease_until) == (Attempt.Status.GRADING, token, lease):
        if _finish(attempt, token, grading_of(attempt, key=lookups.key_of(attempt.version)), now):
            return True
        # Lost, or a deduction was taken off meanwhile: then it is graded again at once.
        attempt = lookups.attempt(attempt_id)
    log.warning("grading_lease_lost", attempt=str(attempt.uuid))
    return False


def _claim(attempt_id: int, now: datetime) -> int | None:
    """Take the attempt for the lease's time; returns the token, None when there is nothing to take.

    Does not wait for the disk: a power cut that takes the claim leaves an attempt that waits for a grader.
    """
    with relaxed_durability():
        tokens = _CLAIM.apply(attempt_id, now, now + timedelta(seconds=settings.GRADING_LEASE))
    return tokens[0] if tokens else None


def responses_of(attempt: Attempt) -> dict[str, Response]:
    """What was answered to each question, with the files of those that take files."""
    responses = {str(answer.question): answer.response for answer in lookups.answers(attempt)}
    if any(KINDS[view["kind"]].with_files for view in attempt.views):
        for question, uuid in HandInFile.objects.standing().filter(attempt=attempt).values_list("question", "uuid"):
            responses.setdefault(str(question), {}).setdefault("files", []).append(str(uuid))
    return responses


def key_of(attempt: Attempt, version_id: int) -> dict[str, Spec]:
    """The specs that the attempt's questions are graded by the key of a version."""
    own = AnswerKey.objects.get(version_id=attempt.version_id).content
    other = own if version_id == attempt.version_id else AnswerKey.objects.get(version_id=version_id).content
    return {view["uuid"]: spec_of(view["uuid"], own=own, other=other) for view in attempt.views}


def spec_of(question: str, *, own: Mapping[str, Spec], other: Mapping[str, Spec]) -> Spec:
    """By what a question is graded: the other version's key, or the attempt's own where the question is no longer in it
    or has become one of another kind, which the answer was not given to."""
    spec = other.get(question)
    return spec if spec and spec["kind"] == own[question]["kind"] else own[question]


def grading_of(
    attempt: Attempt,
    *,
    version_id: int | None = None,
    last_review: int | None = None,
    key: Mapping[str, Spec] | None = None,
) -> Grading:
    """Grade by the attempt's version or another one, with the decisions of persons up to `last_review` (None: all).

    `key` is that of the attempt's own version, where it is at hand.
    """
    key = key or key_of(attempt, version_id or attempt.version_id)
    responses = responses_of(attempt)
    decided = {
        str(review.question): review
        for review in lookups.reviews(attempt)
        if last_review is None or review.pk <= last_review
    }
    scores = {}
    for uuid in (view["uuid"] for view in attempt.views):
        spec = key[uuid]
        score = KINDS[spec["kind"]].grade(spec, responses.get(uuid, {}))
        scores[uuid] = _decided(score, decided[uuid]) if uuid in decided else score
    points = sum((Decimal(score.points) for score in scores.values()), Decimal(0))
    return Grading(
        scores,
        after_deduction(points, attempt.late_deduction),
        sum((Decimal(score.max_points) for score in scores.values()), Decimal(0)),
        max((review.pk for review in decided.values()), default=None),
    )


def _decided(score: Score, review: Review) -> Score:
    """A person's decision goes before the machine's; it is worth no more than the question."""
    top = Decimal(score.max_points)
    points = min(review.points, top)
    outcome: Outcome = "correct" if points == top else "partial" if points else "incorrect"
    return replace(score, points=f"{points:.2f}", outcome=outcome, rule="by-person", matched="", parts=[])


def _finish(attempt: Attempt, token: int, grading: Grading, now: datetime) -> bool:
    with transaction.atomic():
        standing = _standing(grading, now)
        mine = _FINISH.apply(
            attempt.pk,
            token,
            attempt.lease_until,
            attempt.late_deduction,
            standing["status"],
            standing["points"],
            standing["max_points"],
            # What waits for a person has not been graded before: this is the first grading.
            standing.get("graded_at"),
        )
        if not mine:
            return False
        _add_revision(attempt, grading, revision=1, version_id=attempt.version_id, now=now)
    return True


def _standing(grading: Grading, now: datetime) -> dict[str, Any]:
    if grading.is_pending:
        return {"status": Attempt.Status.NEEDS_REVIEW, "points": None, "max_points": grading.max_points}
    return {
        "status": Attempt.Status.GRADED,
        "points": grading.points,
        "max_points": grading.max_points,
        "graded_at": now,
    }


def _add_revision(
    attempt: Attempt,
    grading: Grading,
    *,
    revision: int,
    version_id: int,
    now: datetime,
    reason: str = "",
    actor: User | None = None,
    recorded_as: GradeChange.Reason = GradeChange.Reason.GRADED,
) -> AttemptGrade:
    grade = _GRADE.create(
        attempt=attempt,
        revision=revision,
        version_id=version_id,
        points=grading.points,
        max_points=grading.max_points,
        details=grading.details,
        late_deduction=attempt.late_deduction,
        last_review_id=grading.last_review,
        reason=reason,
        actor=actor,
        at=now,
    )
    if attempt.quiz.is_graded and not grading.is_pending:
        gradebook.record(
            activity=attempt.quiz.activity,
            enrolment=attempt.enrolment,
            source=attempt.uuid,
            source_number=attempt.number,
            revision=revision,
            points=grading.points,
            max_points=grading.max_points,
            reason=recorded_as,
            actor=actor,
            now=now,
        )
    return grade


# --- After the first grading ----------------------------------------------------------------------------------


def grade_anew(
    *, attempt: Attempt, now: datetime, version_id: int | None = None, reason: str = "", actor: User | None = None
) -> AttemptGrade | None:
    """Add a revision to an attempt that has been graded, if it would be another one; the student is told by mail when
    it is not the grade that was given last.

    By the version of the last revision, or by `version_id`. Runs in the caller's transaction, which holds the attempt's
    row. None: nothing changes.
    """
    revisions = list(AttemptGrade.objects.filter(attempt=attempt).order_by("revision"))
    last = revisions[-1]
    # What the student was given: a part that waits for a person since then has taken nothing of it away.
    given = next((grade for grade in reversed(revisions) if not is_pending(grade)), None)
    version_id = version_id or last.version_id
    attempt.refresh_from_db(fields=["late_deduction"])
    grading = grading_of(attempt, version_id=version_id)
    if grading.details == last.details and grading.points == last.points:
        return None
    grade = _add_revision(
        attempt,
        grading,
        revision=last.revision + 1,
        version_id=version_id,
        now=now,
        reason=reason,
        actor=actor,
        recorded_as=GradeChange.Reason.REGRADED if given else GradeChange.Reason.GRADED,
    )
    Attempt.objects.filter(pk=attempt.pk).update(**_standing(grading, now))
    if given and attempt.quiz.is_graded and not grading.is_pending and _differ(given, grade):
        notice = GradeNotice.objects.create(
            attempt=attempt, grade=grade, old_points=given.points, old_max_points=given.max_points, created_at=now
        )
        publish_on_commit(NOTICE_TASK, notice_id=notice.pk)
    return grade


def _differ(one: AttemptGrade, other: AttemptGrade) -> bool:
    return (one.points, one.max_points) != (other.points, other.max_points)


def lock_graded(attempt: Attempt) -> bool:
    """Hold the row of an attempt that has been graded, wholly or in part; returns whether it has."""
    return (
        Attempt.objects.select_for_update()
        .filter(pk=attempt.pk, status__in=[Attempt.Status.GRADED, Attempt.Status.NEEDS_REVIEW])
        .exists()
    )


def last_grade(attempt: Attempt) -> AttemptGrade:
    """The grading that stands, of an attempt that has been graded, wholly or in part."""
    return AttemptGrade.objects.filter(attempt=attempt).latest("revision")


def pending_questions(attempt: Attempt) -> list[UUID]:
    """The questions that wait for a person."""
    details = last_grade(attempt).details
    return [UUID(uuid) for uuid, score in details.items() if score["outcome"] == PENDING]


def review(
    *,
    attempt: Attempt,
    decisions: Mapping[UUID, "Decision"],
    reviewer: User,
    now: datetime,
    seen: int | None = None,
) -> AttemptGrade | None:
    """Store what a person decided on some questions of a graded attempt, and grade it anew; it is a grade once no part
    is pending.

    Returns the new grading, None where nothing changes. The same decision twice is one. `seen` is the last review that
    the reviewer knew of: raises ReviewOvertaken where somebody else has decided otherwise since.
    """
    with transaction.atomic():
        if not lock_graded(attempt):
            return None
        last = {review.question: review for review in Review.objects.filter(attempt=attempt).order_by("pk")}
        for question, decision in decisions.items():
            known = last.get(question)
            if known and (known.points, known.criteria, known.comment) == (
                decision.points,
                decision.criteria,
                decision.comment,
            ):
                continue
            if known and seen is not None and known.pk > seen:
                raise ReviewOvertaken(_("Somebody else has graded this in the meantime. Look at it again."))
            Review.objects.create(
                attempt=attempt,
                question=question,
                points=decision.points,
                criteria=decision.criteria,
                comment=decision.comment,
                reviewer=reviewer,
                at=now,
            )
        return grade_anew(attempt=attempt, now=now, reason=REVIEWED, actor=reviewer)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person thinks an answer is worth; `criteria` is {criterion uuid: points} of a rubric."""

    points: Decimal
    criteria: dict[str, str]
    comment: str = ""


# --- What nobody graded ---------------------------------------------------------------------------------------


def sweep(*, now: datetime, after: timedelta = SWEEP_AFTER) -> Sweep:
    """Ring again for what stayed submitted for so long and for every expired lease; hand over to a person what failed
    too often."""
    given_up = (
        Attempt.objects.claimable(now=now)
        .filter(tries__gte=MAX_TRIES)
        .update(status=Attempt.Status.NEEDS_ATTENTION, lease_until=None)
    )
    if given_up:
        log.error("attempts_need_attention", count=given_up)
    waiting = list(
        Attempt.objects.claimable(now=now)
        .filter(submitted_at__lte=now - after)
        .order_by("submitted_at")
        .values_list("pk", flat=True)[:SWEEP_LIMIT]
    )
    publish_all_on_commit(GRADE_TASK, "attempt_ids", waiting)
    return Sweep(queued=len(waiting), given_up=given_up)


def retry(*, attempt: Attempt) -> bool:
    """Give an attempt that could not be graded another MAX_TRIES; returns whether it was waiting for that."""
    with transaction.atomic():
        reopened = Attempt.objects.filter(pk=attempt.pk, status=Attempt.Status.NEEDS_ATTENTION).update(
            status=Attempt.Status.SUBMITTED, tries=0
        )
        if reopened:
            announce(attempt.pk)
    return bool(reopened)
