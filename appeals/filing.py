"""File and withdraw appeals: what students do."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appeals.models import Appeal
from appeals.reading import has_grade, is_appealable
from common.errors import DomainError
from courses.models import Enrolment
from quizzes.attempts.models import Attempt
from quizzes.results import attempt_results
from quizzes.results.attempt_results import Result
from quizzes.results.question_results import QuestionResult

Status = Appeal.Status
# The longest text of an appeal and of an answer to it, in characters.
LONGEST = 2000
# How many appeals of one student in one course may wait at the same time.
MOST_WAITING = 20


class NotAppealable(DomainError):
    slug = "not-appealable"
    status = 409
    help = gettext_lazy(
        "There is nothing to appeal against: the answer is not graded yet, has full points, was left empty, or its outcome "
        "is not shown."
    )


class AppealExists(DomainError):
    slug = "appeal-exists"
    status = 409
    help = gettext_lazy("There is an appeal about this answer already. Each answer can be appealed against once.")


class AppealText(DomainError):
    slug = "appeal-text"
    status = 400
    help = gettext_lazy("The appeal needs a text of at most 2,000 characters that says why the answer is right.")


class TooManyAppeals(DomainError):
    slug = "too-many-appeals"
    status = 409
    help = gettext_lazy("Too many appeals of this course wait for an answer. Wait for some, or withdraw one.")


def find_outcome(result: Result, question: UUID) -> QuestionResult | None:
    """Return the result of one question, None if the attempt does not have it or shows no result."""
    return next((each for each in result.questions if each.question["uuid"] == str(question)), None)


def file(*, attempt: Attempt, question: UUID, text: str, now: datetime) -> Appeal:
    """Store an appeal. Idempotent: the same text again changes nothing.

    Raises AppealText, NotAppealable, AppealExists or TooManyAppeals.
    """
    text = text.replace("\0", "").strip()
    if not text:
        raise AppealText(_("Say in a few words why your answer is right."))
    if len(text) > LONGEST:
        raise AppealText(_("The text is too long: at most %(limit)d characters.") % {"limit": LONGEST})
    with transaction.atomic():
        # Two requests of one student run one after the other.
        Enrolment.objects.select_for_update().get(pk=attempt.enrolment_id)
        found = Appeal.objects.filter(attempt=attempt, question=question).first()
        if found is not None and found.status != Status.WITHDRAWN:
            if found.text == text:
                return found
            raise AppealExists(_("You have appealed about this answer already."))
        outcome = find_outcome(attempt_results.get_result(attempt, now=now), question)
        if outcome is None or not has_grade(attempt) or not is_appealable(outcome):
            raise NotAppealable(_("This answer cannot be appealed against: look at your result again."))
        waiting = Appeal.objects.filter(attempt__enrolment=attempt.enrolment_id, status=Status.WAITING)
        if waiting.count() >= MOST_WAITING:
            raise TooManyAppeals(
                _("%(n)d of your appeals wait already. Wait for an answer first.") % {"n": MOST_WAITING}
            )
        appeal = found or Appeal(attempt=attempt, question=question)
        appeal.text, appeal.status, appeal.created_at = text, Status.WAITING, now
        appeal.save()
    return appeal


def withdraw(*, attempt: Attempt, question: UUID) -> bool:
    """Withdraw an appeal that waits; returns whether it did. What is decided stays."""
    with transaction.atomic():
        mine = Appeal.objects.select_for_update().filter(attempt=attempt, question=question)
        appeal = mine.filter(status=Status.WAITING).first()
        if appeal is None:
            return False
        appeal.status = Status.WITHDRAWN
        appeal.save(update_fields=["status"])
    return True
