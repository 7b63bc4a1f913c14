"""Regrade attempts by a new answer key: propose, approve, run.

`propose` is a dry run that lists each grade that would change and why. A person approves it with a reason. `run` applies it
attempt by attempt and is safe to repeat.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit import recording
from accounts.models import User
from common.errors import DomainError
from common.queue.publishing import enqueue_on_commit
from courses import gradebook
from courses.models import GradeChange, GradeItem
from quizzes import sequences
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic, revisions, scoring
from quizzes.grading.models import AttemptGrade, GradeNotice, Regrade, RegradeLine

REGRADE_TASK = "quizzes.tasks.run_regrade"
# Seconds that one task spends on applying lines, well below the workers' time limit; the next task continues.
BUDGET = 8.0
# Characters of a reason, which is shown in each mail and on each result page.
REASON_LIMIT = 2000
_GRADED = [Attempt.Status.GRADED, Attempt.Status.NEEDS_REVIEW]


class NothingToRegrade(DomainError):
    slug = "nothing-to-regrade"
    status = 409
    help = gettext_lazy("The current key changes nobody's grade.")


class RegradeRefused(DomainError):
    slug = "regrade-refused"
    status = 409
    help = gettext_lazy("The regrade needs a reason and a dry run of the quiz as it is now.")


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a regrade: lines applied or overtaken, and all lines."""

    done: int
    total: int


def find_outdated(quiz: Quiz) -> QuerySet[Attempt]:
    """Return the graded attempts whose last grading used another version than the current one."""
    return (
        Attempt.objects.filter(quiz=quiz, status__in=_GRADED)
        .annotate(graded_by=Subquery(_last_grades().values("version_id")[:1]))
        .exclude(graded_by=F("quiz__current_version_id"))
        .select_related("version", "quiz__activity", "enrolment__user")
        .order_by("enrolment__user__name__by_code_point", "enrolment_id", "number")
    )


def _last_grades() -> QuerySet[AttemptGrade]:
    return AttemptGrade.objects.filter(attempt=OuterRef("pk")).order_by("-revision")


def count_missed(regrade: Regrade) -> int:
    """Return how many attempts were graded by a key older than the regrade's since its dry run; they need another regrade.

    Versions that were published later do not matter: what the regrade has graded by its own key was not missed by it.
    """
    since = AttemptGrade.objects.filter(attempt=OuterRef("pk"), at__gt=regrade.created_at)
    return (
        Attempt.objects.filter(Exists(since), quiz=regrade.quiz_id, status__in=_GRADED)
        .annotate(number_graded_by=Subquery(_last_grades().values("version__number")[:1]))
        .filter(number_graded_by__lt=regrade.version.number)
        .count()
    )


def find_notices(regrade: Regrade) -> QuerySet[GradeNotice]:
    """Return the notices about the gradings that the regrade has made, not those about later ones of the same attempts."""
    made = RegradeLine.objects.filter(
        regrade=regrade,
        applied_at__isnull=False,
        attempt=OuterRef("attempt"),
        revision=OuterRef("grade__revision") - 1,
    )
    return GradeNotice.objects.filter(Exists(made))


def propose(*, quiz: Quiz, actor: User, now: datetime) -> Regrade:
    """Create a draft with what the current version's key would change in each graded attempt. No grade changes.

    An existing draft is discarded. Raises NothingToRegrade (no grade would change) and RegradeRefused (one is running).
    """
    version = quiz.current_version
    if version is None:
        raise NothingToRegrade(_("This quiz has no questions yet."))
    lines = [line for attempt in find_outdated(quiz) if (line := _compute_line(attempt, version.pk)) is not None]
    if not lines:
        raise NothingToRegrade(_("The current key changes nobody's grade."))
    try:
        with transaction.atomic():
            Regrade.objects.filter(quiz=quiz, status=Regrade.Status.DRAFT).update(status=Regrade.Status.DISCARDED)
            regrade = Regrade.objects.create(quiz=quiz, version=version, created_by=actor, created_at=now)
            _add_item_percents(quiz, lines)
            for line in lines:
                line.regrade = regrade
            RegradeLine.objects.bulk_create(lines)
    except IntegrityError as error:
        raise RegradeRefused(_("A regrade of this quiz is running.")) from error
    return regrade


def _compute_line(attempt: Attempt, version_id: int) -> RegradeLine | None:
    """Return the unsaved line for one attempt graded with the version's key; None if it changes no question's score."""
    last = revisions.last_grade(attempt)
    graded = scoring.compute_grading(attempt, version_id=version_id)
    changes: list[dict[str, Any]] = []
    for uuid, score in graded.scores.items():
        old = last.details[uuid]
        if (old["points"], old["max_points"], old["outcome"]) != (score.points, score.max_points, score.outcome):
            changes.append(
                {
                    "question": uuid,
                    "old": old["points"],
                    "old_max": old["max_points"],
                    "new": score.points,
                    "new_max": score.max_points,
                }
            )
    if not changes:
        return None
    return RegradeLine(
        attempt=attempt,
        revision=last.revision,
        old_points=last.points,
        new_points=graded.points,
        old_max_points=last.max_points,
        new_max_points=graded.max_points,
        was_pending=scoring.is_pending(last),
        is_pending=graded.is_pending,
        changes=changes,
    )


def _add_item_percents(quiz: Quiz, lines: list[RegradeLine]) -> None:
    """Set each line's item grade before and after all lines are applied. A lesson check has no item grade.

    A pending grading is not recorded in the gradebook, so the earlier grade of that attempt still counts.
    """
    item = GradeItem.objects.filter(activity_id=quiz.activity_id).first()
    if item is None:
        return
    ledger = gradebook.get_changes_by_enrolment(item)
    new: dict[int, list[GradeChange]] = {}
    for line in lines:
        if not line.is_pending:
            new.setdefault(line.attempt.enrolment_id, []).append(
                GradeChange(
                    item=item,
                    source=line.attempt.uuid,
                    source_number=line.attempt.number,
                    revision=line.revision + 1,
                    points=line.new_points,
                    max_points=line.new_max_points,
                )
            )
    for line in lines:
        student = line.attempt.enrolment_id
        before = ledger.get(student, [])
        line.old_percent = gradebook.compute_item_grade(item, before).percent
        line.new_percent = gradebook.compute_item_grade(item, [*before, *new.get(student, [])]).percent


def approve(*, regrade: Regrade, reason: str, actor: User, now: datetime) -> None:
    """Approve a draft with a reason that the students will read, and enqueue it. Raises RegradeRefused."""
    reason = reason.strip()
    if not reason:
        raise RegradeRefused(_("Say why: the students whose grade changes will read it."))
    if len(reason) > REASON_LIMIT:
        raise RegradeRefused(_("The reason is too long: at most %(limit)d characters.") % {"limit": REASON_LIMIT})
    with transaction.atomic():
        quiz = Quiz.objects.select_for_update().get(pk=regrade.quiz_id)
        if quiz.current_version_id != regrade.version_id:
            raise RegradeRefused(_("The quiz has been changed since. Make the dry run again."))
        approved = Regrade.objects.filter(pk=regrade.pk, status=Regrade.Status.DRAFT).update(
            status=Regrade.Status.APPROVED, reason=reason, approved_by=actor, approved_at=now
        )
        if not approved:
            raise RegradeRefused(_("This regrade is no draft any more."))
        _record_approved(regrade)
        enqueue_on_commit(REGRADE_TASK, regrade_id=regrade.pk)


def _record_approved(regrade: Regrade) -> None:
    """Enter in the audit log what will change, for each student. The worker that applies the lines acts for nobody."""
    lines = regrade.lines.values_list("pk", "attempt__enrolment__user_id", "old_points", "new_points")
    concerned = [recording.Concerned(person, pk, {"points": (old, new)}) for pk, person, old, new in lines]
    recording.record(RegradeLine, concerned, recording.Action.CHANGE)


def run(*, regrade_id: int, now: datetime, budget: float = BUDGET) -> Progress:
    """Apply the open lines of an approved regrade, each in its own transaction; returns the progress.

    After `budget` seconds another task is enqueued to continue. Idempotent, also in concurrent workers.
    """
    start = time.monotonic()
    regrade = Regrade.objects.select_related("approved_by").get(pk=regrade_id)
    if regrade.status == Regrade.Status.APPROVED:
        for line_id in list(_open_lines(regrade).values_list("pk", flat=True)):
            if time.monotonic() - start >= budget:
                enqueue_on_commit(REGRADE_TASK, regrade_id=regrade.pk)
                return get_progress(regrade)
            _apply(regrade, line_id, now)
        Regrade.objects.filter(pk=regrade.pk, status=Regrade.Status.APPROVED).update(
            status=Regrade.Status.DONE, finished_at=now
        )
    return get_progress(regrade)


def _open_lines(regrade: Regrade) -> QuerySet[RegradeLine]:
    return RegradeLine.objects.filter(regrade=regrade, applied_at=None, is_overtaken=False)


def _apply(regrade: Regrade, line_id: int, now: datetime) -> None:
    with transaction.atomic():
        line = RegradeLine.objects.select_for_update().get(pk=line_id)
        if line.applied_at is not None or line.is_overtaken:
            return
        attempt = Attempt.objects.select_related("version", "quiz__activity", "enrolment").get(pk=line.attempt_id)
        revisions.lock_graded_attempt(attempt)
        attempt.refresh_from_db(fields=["late_deduction"])
        graded = scoring.compute_grading(attempt, version_id=regrade.version_id)
        approved = (line.revision, line.new_points, line.new_max_points)
        if (revisions.last_grade(attempt).revision, graded.points, graded.max_points) != approved:
            # A review, a late answer or an override has changed the grading since the dry run, so the result would not be
            # what was approved.
            RegradeLine.objects.filter(pk=line.pk).update(is_overtaken=True)
            return
        revisions.regrade_attempt(
            attempt=attempt, now=now, version_id=regrade.version_id, reason=regrade.reason, actor=regrade.approved_by
        )
        RegradeLine.objects.filter(pk=line.pk).update(applied_at=now)


def get_progress(regrade: Regrade) -> Progress:
    """Return how many lines are applied or overtaken."""
    total = RegradeLine.objects.filter(regrade=regrade).count()
    return Progress(total - _open_lines(regrade).count(), total)


def sweep(*, now: datetime) -> int:
    """Enqueue approved regrades again that are not done and have applied no line lately; returns how many."""
    # What is dated after `ahead` is from a server whose clock was ahead.
    threshold, ahead = now - automatic.SWEEP_AFTER, now + sequences.TOLERANCE
    moving = RegradeLine.objects.filter(regrade=OuterRef("pk"), applied_at__gt=threshold, applied_at__lte=ahead)
    has_waited = Q(approved_at__lte=threshold) | Q(approved_at__gt=ahead)
    waiting = Regrade.objects.filter(~Exists(moving), has_waited, status=Regrade.Status.APPROVED)
    for regrade_id in waiting.values_list("pk", flat=True):
        enqueue_on_commit(REGRADE_TASK, regrade_id=regrade_id)
    return len(waiting)
