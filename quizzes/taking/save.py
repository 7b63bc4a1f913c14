"""Save single answers of an open attempt and confirm them for instant feedback."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from questions import KINDS, Response
from quizzes import sequences
from quizzes.attempts import queries
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading.scoring import compute_grading
from quizzes.taking.deadline import closed_error, grace_period, is_over, lock_open_attempt
from quizzes.taking.late_arrivals import store_late_answers
from quizzes.taking.responses import read_response


class AnswerConfirmed(DomainError):
    slug = "answer-checked"
    status = 409
    help = gettext_lazy("The student has looked at this question's feedback, so its answer can no longer change.")


class AnswerChanged(DomainError):
    slug = "answer-changed"
    status = 409
    help = gettext_lazy(
        "Another tab or device has changed the answer since this one has seen it. Nothing was saved; `sequence` is the "
        "number of the stored answer."
    )


class NotConfirmable(DomainError):
    slug = "not-checkable"
    status = 409
    help = gettext_lazy("The question cannot be checked during the attempt, or nothing is answered yet.")


def save_answer(
    *,
    attempt: Attempt,
    question: UUID,
    response: Any,
    now: datetime,
    sequence: int | None = None,
    base: int | None = None,
) -> Answer:
    """Save one answer of an open attempt; returns the answer that is stored afterwards.

    `sequence` orders the client's requests: one that arrives after a later one changes nothing, and the later answer is
    returned. Of a clock that is far ahead, the moment of arrival counts instead (`quizzes.sequences`). Without it the request
    that arrives last wins. `base` is the number of the answer that the client has seen, 0 for none: if another answer is
    stored, nothing changes. Raises AnswerChanged for that; AttemptClosed, DeadlinePassed (the answer is stored as evidence),
    AnswerConfirmed and the errors of `read_response`. One statement, and a second one if that stored nothing; more only if
    the answer is refused.
    """
    accepted = read_response(attempt, question, response)
    sequence = sequences.believed(sequence, now)
    stored = Answer.objects.store_if_open(
        attempt, question, accepted, sequence=sequence, now=now, due=now - grace_period(attempt), base=base
    )
    if stored is not None:
        return Answer(attempt=attempt, question=question, response=accepted, sequence=stored, saved_at=now)
    # Nothing was stored. Most often the same answer has arrived twice, or after a later one. That needs no lock.
    known = queries.find_answer(attempt, question)
    if known is not None and _is_open(known.attempt, now) and _stands(known, accepted, sequence, base):
        return known
    # The answer is confirmed, another tab has changed it, or the attempt is over.
    with transaction.atomic():
        locked = queries.lock_attempt(attempt)
        if _is_open(locked, now):
            return _store(attempt, question, accepted, now=now, sequence=sequence, base=base)
        store_late_answers(locked, {question: accepted}, now, sequences.moment_of(sequence, locked.started_at, now))
    raise closed_error(locked, now)


def _is_open(attempt: Attempt, now: datetime) -> bool:
    return attempt.status == Attempt.Status.IN_PROGRESS and not is_over(attempt, now)


def _stands(stored: Answer, response: Response, sequence: int | None, base: int | None) -> bool:
    """Return whether the stored answer is rightly kept: it says the same as `response`, or is later than it."""
    is_overtaken = base is None and sequence is not None and sequence <= stored.sequence
    return is_overtaken or bool(stored.response == response)


def _store(
    attempt: Attempt,
    question: UUID,
    response: Response,
    *,
    now: datetime,
    sequence: int | None,
    base: int | None,
) -> Answer:
    stored = Answer.objects.store(attempt, {question: response}, sequence=sequence, now=now, base=base)
    if question in stored:
        return Answer(attempt=attempt, question=question, response=response, sequence=stored[question], saved_at=now)
    answer = queries.find_answer(attempt, question)
    assert answer is not None
    if _stands(answer, response, sequence, base):
        return answer
    if answer.confirmed_at is None:
        raise AnswerChanged(
            _("This answer was changed in another tab or on another device."),
            question=str(question),
            sequence=answer.sequence,
        )
    raise AnswerConfirmed(_("You have checked this answer, so it can no longer change."), question=str(question))


def confirm_answer(*, attempt: Attempt, question: UUID, now: datetime) -> Answer:
    """Confirm the answer to one question: it can no longer change, and its feedback may be shown. Idempotent.

    Raises AttemptClosed, and NotConfirmable if the quiz does not show feedback at once or holds its grades back, if a person
    grades the question or it is not answered.
    """
    public = attempt.find_question(question)
    is_offered = attempt.quiz.show_answers == Quiz.ShowAnswers.AT_ONCE and not attempt.is_held
    if not is_offered or public is None or KINDS[public["kind"]].by_person:
        raise NotConfirmable(_("This question cannot be checked during the attempt."))
    with transaction.atomic():
        lock_open_attempt(attempt, now)
        answer = Answer.objects.filter(attempt=attempt, question=question).first()
        if answer is None or compute_grading(attempt).scores[str(question)].outcome == "unanswered":
            raise NotConfirmable(_("Answer the question first."))
        if answer.confirmed_at is None:
            answer.confirmed_at = now
            answer.save(update_fields=["confirmed_at"])
        return answer
