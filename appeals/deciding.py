"""Decide on appeals: what staff do."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.messages import sending as messages
from accounts.models import User
from appeals.filing import LONGEST
from appeals.models import Appeal
from appeals.notifying import KIND
from common.errors import DomainError
from courses import gradebook
from courses.gradebook import ItemGrade
from courses.models import GradeItem
from questions.comparing.short_answers import normalise
from quizzes.attempts.models import Answer
from quizzes.grading import manual
from review.answers.reviewing import ReviewedQuestion, get_reviewed
from workspace.publishing import accepting
from workspace.publishing.accepting import Accepted, GivenAnswer

Status = Appeal.Status


class AppealDecided(DomainError):
    slug = "appeal-decided"
    status = 409
    help = gettext_lazy("Somebody has decided on the appeal, or the student has withdrawn it. Look at it again.")


def find_question(appeal: Appeal) -> ReviewedQuestion:
    """Return the answer as whoever grades it sees it."""
    found = get_reviewed(appeal.attempt).questions
    return next(each for each in found if each.question.uuid == str(appeal.question))


def has_full_points(asked: ReviewedQuestion) -> bool:
    return Decimal(asked.score["points"]) == Decimal(asked.score["max_points"])


def find_grade_by_hand(appeal: Appeal) -> ItemGrade | None:
    """Return the student's grade of the quiz if a person has set it: no decision on an answer changes it then. Two queries."""
    item = GradeItem.objects.filter(activity=appeal.attempt.quiz.activity_id).first()
    if item is None:
        return None
    grade = gradebook.get_item_grades(appeal.attempt.enrolment, [item], with_held=True)[0]
    return grade if grade.is_by_hand else None


def accept(*, appeal: Appeal, words: str, actor: User, now: datetime) -> None:
    """Accept an appeal: a person's decision gives the answer full points, if it does not have them by now.

    Raises AppealDecided if it does not wait any more.
    """
    with transaction.atomic():
        _decide(appeal, Status.ACCEPTED, words, actor, now)
        asked = find_question(appeal)
        if has_full_points(asked):
            return
        rubric = {part["uuid"]: f"{Decimal(part['points']):.2f}" for part in asked.spec.get("rubric", [])}
        comment = asked.last_review.comment if asked.last_review else ""
        full = manual.Decision(Decimal(asked.score["max_points"]), rubric, comment)
        manual.record_reviews(attempt=appeal.attempt, decisions={appeal.question: full}, reviewer=actor, now=now)


def answer(*, appeal: Appeal, words: str, actor: User, now: datetime) -> None:
    """Answer an appeal: the grade stays. Raises AppealDecided if it does not wait any more, ValueError without words."""
    if not words.strip():
        raise ValueError(_("Say to the student why the grade stays."))
    with transaction.atomic():
        _decide(appeal, Status.ANSWERED, words, actor, now)


def accept_for_everybody(*, appeal: Appeal, given: GivenAnswer, words: str, actor: User, now: datetime) -> Accepted:
    """Add the answer to the key, and accept all appeals about the same answer. Returns what became of the answer.

    If it is only in the draft yet, the appeals go on waiting. Raises what `accepting.accept` raises.
    """
    with transaction.atomic():
        outcome = accepting.accept(appeal.attempt.quiz.activity.course, given, actor=actor, now=now)
        if outcome is Accepted.DRAFTED:
            return outcome
        for each in _same(appeal, given.text):
            if outcome is Accepted.KNOWN:
                # No regrade comes of it, so each answer gets its points by itself.
                accept(appeal=each, words=words, actor=actor, now=now)
            else:
                _decide(each, Status.ACCEPTED, words, actor, now)
    return outcome


def _same(appeal: Appeal, text: str) -> list[Appeal]:
    """Return the waiting appeals about this question whose answer is the same. Two queries."""
    waiting = Appeal.objects.filter(
        question=appeal.question, attempt__quiz=appeal.attempt.quiz_id, status=Status.WAITING
    ).select_related("attempt__quiz__activity", "attempt__enrolment__user", "attempt__version")
    answers = Answer.objects.filter(attempt__appeals__in=waiting, question=appeal.question)
    texts: dict[int, str] = {each.attempt_id: str(each.response.get("text") or "") for each in answers}
    return [each for each in waiting if normalise(texts.get(each.attempt_id, "")) == normalise(text)]


def _decide(appeal: Appeal, status: str, words: str, actor: User, now: datetime) -> None:
    """Store a decision and tell the student. The row is locked until the transaction ends."""
    words = words.replace("\0", "").strip()
    if len(words) > LONGEST:
        raise ValueError(_("The text is too long: at most %(limit)d characters.") % {"limit": LONGEST})
    locked = Appeal.objects.select_for_update().get(pk=appeal.pk)
    if locked.status != Status.WAITING:
        raise AppealDecided(
            _("This appeal does not wait any more: somebody has decided, or the student has withdrawn it.")
        )
    appeal.status, appeal.answer, appeal.decided_at, appeal.decided_by = status, words, now, actor
    appeal.save(update_fields=["status", "answer", "decided_at", "decided_by"])
    messages.notify(KIND, about=appeal, now=now)


def course_appeal(course_id: int, uuid: UUID) -> Appeal | None:
    """Return an appeal of a course with what its page shows, or None. One query."""
    related = ("attempt__quiz__activity__course", "attempt__enrolment__user", "attempt__version", "decided_by")
    return Appeal.objects.select_related(*related).filter(attempt__enrolment__course=course_id, uuid=uuid).first()
