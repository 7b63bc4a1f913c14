"""Owns an attempt's life: start, save, submit.

Page and API call these functions with the attempt they loaded through `for_student`. Every write is a transaction of
its own that is safe to repeat; what cannot be right is refused with a DomainError and leaves everything else saved.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from common.api import DomainError
from common.queue import publish_on_commit
from courses import progress
from courses.models import Enrolment
from quizzes.grading import GRADE_TASK
from quizzes.models import Answer, Attempt, Quiz
from quizzes.questions import KINDS, SHORT_ANSWER_LIMIT, Response, ResponseError


class NoAttemptsLeft(DomainError):
    slug = "no-attempts-left"
    status = 409


class AnswersRevealed(DomainError):
    slug = "answers-revealed"
    status = 409


class NothingToAnswer(DomainError):
    slug = "nothing-to-answer"
    status = 409


class AttemptClosed(DomainError):
    slug = "attempt-closed"
    status = 409


class UnknownQuestion(DomainError):
    slug = "unknown-question"


class InvalidResponse(DomainError):
    slug = "invalid-response"


class UnknownChoice(InvalidResponse):
    slug = "unknown-choice"


class ResponseTooLong(InvalidResponse):
    slug = "too-long"


def start(*, quiz: Quiz, enrolment: Enrolment, now: datetime) -> Attempt:
    """Start an attempt on the quiz's current version, or resume the open one.

    Raises NothingToAnswer (no questions), AnswersRevealed (the student has seen the key), NoAttemptsLeft.
    """
    open_attempt = _open_attempt(quiz, enrolment)
    if open_attempt:
        return open_attempt
    version = quiz.current_version
    if version is None or not version.content["questions"]:
        raise NothingToAnswer(_("This quiz has no questions yet."))
    try:
        with transaction.atomic():
            # The enrolment's row orders two starts at once on PostgreSQL; SQLite's transaction holds the write lock.
            Enrolment.objects.select_for_update().get(pk=enrolment.pk)
            earlier = Attempt.objects.filter(quiz=quiz, enrolment=enrolment)
            _check_may_start(quiz, earlier.aggregate(last=Max("number"), revealed=Max("answers_revealed_at")))
            return Attempt.objects.create(
                quiz=quiz,
                version=version,
                enrolment=enrolment,
                number=(earlier.aggregate(last=Max("number"))["last"] or 0) + 1,
                started_at=now,
                max_points=version.max_points,
            )
    except IntegrityError:
        # The constraint of one open attempt: another tab started it between our look and our insert.
        resumed = _open_attempt(quiz, enrolment)
        if resumed is None:
            raise
        return resumed


def _open_attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt | None:
    return (
        Attempt.objects.filter(quiz=quiz, enrolment=enrolment, status=Attempt.Status.IN_PROGRESS)
        .select_related("version")
        .first()
    )


def _check_may_start(quiz: Quiz, earlier: Mapping[str, Any]) -> None:
    # A check shows its answers after each attempt and may be repeated for practice: nothing is graded by it.
    if earlier["revealed"] and quiz.is_graded:
        raise AnswersRevealed(_("You have seen the answers, so this quiz cannot be taken again."))
    if quiz.attempts_allowed is not None and (earlier["last"] or 0) >= quiz.attempts_allowed:
        raise NoAttemptsLeft(_("You have used all the attempts this quiz allows."))


def read_response(attempt: Attempt, question: UUID | str, raw: Any) -> Response:
    """The stored shape of an answer. Raises UnknownQuestion, UnknownChoice, ResponseTooLong, InvalidResponse."""
    view = next((view for view in attempt.version.content["questions"] if view["uuid"] == str(question)), None)
    if view is None:
        raise UnknownQuestion(_("This question is not part of the attempt."), question=str(question))
    try:
        return KINDS[view["kind"]].read_response(view, raw)
    except ResponseError as error:
        if error.code == "unknown-choice":
            raise UnknownChoice(_("This choice does not belong to the question."), question=str(question)) from error
        if error.code == "too-long":
            raise ResponseTooLong(
                _("The answer is too long: at most %(limit)d characters.") % {"limit": SHORT_ANSWER_LIMIT},
                question=str(question),
            ) from error
        raise InvalidResponse(
            _("The answer does not have the form this question asks for."), question=str(question)
        ) from error


def save_answer(
    *, attempt: Attempt, question: UUID, response: Any, now: datetime, sequence: int | None = None
) -> Answer:
    """Keep one answer of an open attempt.

    `sequence` is the client's own count: a request that was overtaken by a later one changes nothing and gets the
    later answer back. Without it the request that arrives last wins. Raises AttemptClosed and what `read_response`
    raises.
    """
    accepted = read_response(attempt, question, response)
    with transaction.atomic():
        _lock_open(attempt)
        return _store(attempt, question, accepted, now, sequence)


def _lock_open(attempt: Attempt) -> None:
    """Hold the attempt's row, so that a submit cannot fall between the check and the write."""
    locked = Attempt.objects.select_for_update().only("status").get(pk=attempt.pk)
    if locked.status != Attempt.Status.IN_PROGRESS:
        raise AttemptClosed(_("This attempt has been submitted; its answers can no longer change."))


def _store(attempt: Attempt, question: UUID, response: Response, now: datetime, sequence: int | None) -> Answer:
    answer = Answer.objects.filter(attempt=attempt, question=question).first()
    if answer is None:
        return Answer.objects.create(
            attempt=attempt, question=question, response=response, sequence=sequence or 0, saved_at=now
        )
    if sequence is not None and sequence <= answer.sequence:
        return answer
    answer.response = response
    answer.sequence = answer.sequence + 1 if sequence is None else sequence
    answer.saved_at = now
    answer.save(update_fields=["response", "sequence", "saved_at"])
    return answer


def submit(*, attempt: Attempt, now: datetime, answers: Mapping[UUID, Any] | None = None) -> Attempt:
    """Hand the attempt in, with `answers` ({question: response}) saved in the same transaction. Twice is once.

    One of `answers` that cannot be right keeps the attempt open: the others are saved, and its error is raised.
    """
    accepted: dict[UUID, Response] = {}
    refused: DomainError | None = None
    for question, raw in (answers or {}).items():
        try:
            accepted[question] = read_response(attempt, question, raw)
        except DomainError as error:
            refused = refused or error
    with transaction.atomic():
        if refused is None:
            won = Attempt.objects.filter(pk=attempt.pk, status=Attempt.Status.IN_PROGRESS).update(
                status=Attempt.Status.SUBMITTED, submitted_at=now
            )
        else:
            # Not handed in; only held, as for a save.
            won = Attempt.objects.select_for_update().filter(pk=attempt.pk, status=Attempt.Status.IN_PROGRESS).count()
        if won:
            for question, response in accepted.items():
                _store(attempt, question, response, now, None)
        if won and refused is None:
            if attempt.quiz.is_graded:
                progress.mark_done(enrolment=attempt.enrolment, activity=attempt.quiz.activity, now=now)
            publish_on_commit(GRADE_TASK, attempt_id=attempt.pk)
    if won and refused is not None:
        raise refused
    attempt.refresh_from_db(fields=["status", "submitted_at", "points", "graded_at"])
    return attempt
