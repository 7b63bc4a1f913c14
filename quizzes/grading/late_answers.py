"""Accept or decline late answers, and reduce late deductions after an override."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from accounts.audit import recording
from accounts.models import User
from common.errors import DomainError
from courses.models import Enrolment
from quizzes.attempts.models import Answer, Attempt, LateAnswer
from quizzes.attempts.rules import get_rules, late_deduction
from quizzes.authoring.models import Quiz
from quizzes.grading.revisions import lock_graded_attempt, regrade_attempt

LATE_ACCEPTED_REASON = gettext_noop("A late answer was accepted.")


class NothingToAccept(DomainError):
    slug = "nothing-to-accept"
    status = 409
    help = gettext_lazy("The attempt has no grade yet; accept late answers after that.")


def accept_late_answer(*, late: LateAnswer, actor: User, now: datetime) -> None:
    """Accept a late answer: it replaces the saved one, and the attempt is regraded. Idempotent.

    Raises NothingToAccept if the attempt has not been graded.
    """
    with transaction.atomic():
        if not lock_graded_attempt(late.attempt):
            raise NothingToAccept(_("The attempt is not graded yet."))
        if not _decide(late, LateAnswer.Verdict.ACCEPTED, actor, now):
            return
        # A late answer with a file has an empty response. Its file counts from now on, beside the text saved in time.
        if not late.files.exists():
            Answer.objects.update_or_create(
                attempt=late.attempt,
                question=late.question,
                defaults={"response": late.response, "saved_at": late.received_at},
            )
        regrade_attempt(attempt=late.attempt, now=now, reason=LATE_ACCEPTED_REASON, actor=actor)


def decline_late_answer(*, late: LateAnswer, actor: User, now: datetime) -> bool:
    """Decline a late answer; returns whether it was open. Nothing is regraded."""
    return _decide(late, LateAnswer.Verdict.DECLINED, actor, now)


def _decide(late: LateAnswer, verdict: LateAnswer.Verdict, actor: User, now: datetime) -> bool:
    with transaction.atomic():
        decided = LateAnswer.objects.filter(pk=late.pk, verdict=LateAnswer.Verdict.OPEN).update(
            verdict=verdict, decided_at=now, decided_by=actor
        )
        if decided:
            changes = {"verdict": (LateAnswer.Verdict.OPEN, verdict)}
            concerned = recording.Concerned(late.attempt.enrolment.user_id, late.pk, changes)
            recording.record(LateAnswer, [concerned], recording.Action.CHANGE)
    return bool(decided)


def reduce_late_deductions(*, quiz: Quiz, enrolment: Enrolment, reason: str, actor: User | None, now: datetime) -> int:
    """Reduce the deductions of attempts that are less late by the current due date, and regrade them; returns how many.

    Called after an override changes. A deduction is never raised.
    """
    rules = get_rules(quiz, enrolment)
    reduced = 0
    for attempt in Attempt.objects.filter(quiz=quiz, enrolment=enrolment, late_deduction__gt=0).select_related(
        "quiz__activity", "enrolment", "version"
    ):
        assert attempt.submitted_at is not None
        percent = late_deduction(
            due_at=rules.due_at, submitted_at=attempt.submitted_at, percent_per_day=rules.deduction
        )
        if percent >= attempt.late_deduction:
            continue
        with transaction.atomic():
            is_graded = lock_graded_attempt(attempt)
            Attempt.objects.filter(pk=attempt.pk).update(late_deduction=percent, due_at=rules.due_at)
            if is_graded:
                regrade_attempt(attempt=attempt, now=now, reason=reason, actor=actor)
        reduced += 1
    return reduced
