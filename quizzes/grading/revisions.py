"""Add gradings of an attempt: the first one and each regrade."""

from datetime import datetime
from typing import Any

from accounts.messages import sending as messages
from accounts.models import User
from common.queue.publishing import enqueue_on_commit
from courses import gradebook
from courses.models import GradeChange
from quizzes.attempts.models import Attempt
from quizzes.grading.models import AttemptGrade, GradeNotice
from quizzes.grading.scoring import Grading, compute_grading, is_pending

NOTICE_TASK = "quizzes.tasks.send_grade_notice"
# The line in the bell: see `quizzes.message_kinds.grade_changed`.
NOTICE_KIND = "grade-changed"
# To a student whose answers waited for a person: see `quizzes.message_kinds.result_ready`.
READY_KIND = "result-ready"


def grade_fields(grading: Grading, now: datetime) -> dict[str, Any]:
    """Return the fields of the attempt's row after a grading."""
    if grading.is_pending:
        return {"status": Attempt.Status.NEEDS_REVIEW, "points": None, "max_points": grading.max_points}
    return {
        "status": Attempt.Status.GRADED,
        "points": grading.points,
        "max_points": grading.max_points,
        "graded_at": now,
    }


def add_revision(
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
    """Store a grading as a revision; record it in the gradebook if the quiz is graded and no question is pending."""
    grade = AttemptGrade.objects.create(
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
        gradebook.record_change(
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


def regrade_attempt(
    *, attempt: Attempt, now: datetime, version_id: int | None = None, reason: str = "", actor: User | None = None
) -> AttemptGrade | None:
    """Grade a graded attempt again; returns the new revision, None if nothing changes.

    Uses the key of `version_id`, by default that of the last revision. If the points differ from the last complete
    grading, a grade notice is enqueued. If this is the first complete one, because no answer waits for a person any more,
    the student is told that the result is ready. Runs in the caller's transaction, which must have locked the attempt.
    """
    revisions = list(AttemptGrade.objects.filter(attempt=attempt).order_by("revision"))
    last = revisions[-1]
    # The last grade that the student got. Later revisions with a pending question do not replace it.
    given = next((grade for grade in reversed(revisions) if not is_pending(grade)), None)
    version_id = version_id or last.version_id
    attempt.refresh_from_db(fields=["late_deduction"])
    grading = compute_grading(attempt, version_id=version_id)
    if grading.details == last.details and grading.points == last.points:
        return None
    grade = add_revision(
        attempt,
        grading,
        revision=last.revision + 1,
        version_id=version_id,
        now=now,
        reason=reason,
        actor=actor,
        recorded_as=GradeChange.Reason.REGRADED if given else GradeChange.Reason.GRADED,
    )
    Attempt.objects.filter(pk=attempt.pk).update(**grade_fields(grading, now))
    if not given and not grading.is_pending:
        messages.notify(READY_KIND, about=attempt, now=now)
    if given and attempt.quiz.is_graded and not grading.is_pending and _points_differ(given, grade):
        notice = GradeNotice.objects.create(
            attempt=attempt, grade=grade, old_points=given.points, old_max_points=given.max_points, created_at=now
        )
        messages.notify(NOTICE_KIND, about=notice, now=now)
        enqueue_on_commit(NOTICE_TASK, notice_id=notice.pk)
    return grade


def _points_differ(one: AttemptGrade, other: AttemptGrade) -> bool:
    return (one.points, one.max_points) != (other.points, other.max_points)


def lock_graded_attempt(attempt: Attempt) -> bool:
    """Lock the attempt's row if it has been graded, in full or in part; returns whether it has."""
    return (
        Attempt.objects.select_for_update()
        .filter(pk=attempt.pk, status__in=[Attempt.Status.GRADED, Attempt.Status.NEEDS_REVIEW])
        .exists()
    )


def last_grade(attempt: Attempt) -> AttemptGrade:
    """Return the last grading. Raises AttemptGrade.DoesNotExist if there is none."""
    return AttemptGrade.objects.filter(attempt=attempt).latest("revision")
