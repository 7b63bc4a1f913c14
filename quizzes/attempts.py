"""Owns an attempt's life: start, save, check, submit, expire.

Page and API call these functions with the attempt they loaded through `for_student`. Every write is a transaction of
its own that is safe to repeat; what cannot be right is refused with a DomainError and leaves everything else saved.
What arrives after the end changes nothing and is kept as evidence (`LateAnswer`).
"""

import random
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.models import User
from common.api import DomainError
from common.queue import publish_on_commit
from courses import progress
from courses.models import Enrolment
from quizzes.grading import GRADE_TASK, grade_anew, grading_of, lock_graded
from quizzes.models import Answer, Attempt, LateAnswer, Quiz, QuizVersion
from quizzes.questions import KINDS, Response, ResponseError
from quizzes.rules import Rules, late_deduction, rules_for

# Late answers kept for one attempt; more are no evidence but a flood.
LATE_LIMIT = 200


class NoAttemptsLeft(DomainError):
    slug = "no-attempts-left"
    status = 409


class AnswersRevealed(DomainError):
    slug = "answers-revealed"
    status = 409


class NothingToAnswer(DomainError):
    slug = "nothing-to-answer"
    status = 409


class NotOpenYet(DomainError):
    slug = "quiz-not-open"
    status = 409


class QuizClosed(DomainError):
    slug = "quiz-closed"
    status = 409


class WrongAccessCode(DomainError):
    slug = "wrong-access-code"
    status = 403


class AttemptClosed(DomainError):
    slug = "attempt-closed"
    status = 409


class DeadlinePassed(AttemptClosed):
    slug = "deadline-passed"


class AnswerChecked(DomainError):
    slug = "answer-checked"
    status = 409


class NotCheckable(DomainError):
    slug = "not-checkable"
    status = 409


class UnknownQuestion(DomainError):
    slug = "unknown-question"


class InvalidResponse(DomainError):
    slug = "invalid-response"


class UnknownChoice(InvalidResponse):
    slug = "unknown-choice"


class ResponseTooLong(InvalidResponse):
    slug = "too-long"


def start(*, quiz: Quiz, enrolment: Enrolment, now: datetime, access_code: str = "") -> Attempt:
    """Start an attempt on the quiz's current version, or resume the open one.

    Raises NothingToAnswer (no questions), NotOpenYet, QuizClosed, WrongAccessCode, AnswersRevealed (the student has seen
    the key), NoAttemptsLeft.
    """
    open_attempt = _open_attempt(quiz, enrolment)
    if open_attempt and not expire(attempt=open_attempt, now=now):
        return open_attempt
    version = quiz.current_version
    if version is None or not version.content["questions"]:
        raise NothingToAnswer(_("This quiz has no questions yet."))
    rules = rules_for(quiz, enrolment)
    _check_open(quiz, rules, access_code, now)
    try:
        with transaction.atomic():
            # The enrolment's row orders two starts at once on PostgreSQL; SQLite's transaction holds the write lock.
            Enrolment.objects.select_for_update().get(pk=enrolment.pk)
            if resumed := _open_attempt(quiz, enrolment):
                # Another tab started it between our look and the lock; it is no attempt more.
                return resumed
            earlier = Attempt.objects.filter(quiz=quiz, enrolment=enrolment).aggregate(
                last=Max("number"), revealed=Max("answers_revealed_at")
            )
            _check_may_start(quiz, rules, earlier)
            drawn = draw(quiz, version)
            return Attempt.objects.create(
                quiz=quiz,
                version=version,
                enrolment=enrolment,
                number=(earlier["last"] or 0) + 1,
                started_at=now,
                drawn=drawn,
                max_points=_max_points(version, drawn),
                deadline=rules.deadline(now),
                due_at=rules.due_at,
            )
    except IntegrityError:
        # The constraint of one open attempt: another tab started it between our look and our insert.
        resumed = _open_attempt(quiz, enrolment)
        if resumed is None:
            raise
        return resumed


def _check_open(quiz: Quiz, rules: Rules, access_code: str, now: datetime) -> None:
    if rules.opens_at and rules.opens_later(now):
        raise NotOpenYet(_("This quiz opens on %(when)s.") % {"when": told(rules.opens_at)}, opens_at=rules.opens_at)
    if rules.is_closed(now):
        raise QuizClosed(_("This quiz is closed."), closes_at=rules.closes_at)
    if quiz.access_code and not secrets.compare_digest(quiz.access_code.encode(), access_code.strip().encode()):
        raise WrongAccessCode(_("This is not the access code of this quiz."))


def told(moment: datetime) -> str:
    """A moment as the reader's clock and language write it."""
    return formats.date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def draw(quiz: Quiz, version: QuizVersion) -> list[str] | None:
    """The questions of a new attempt, by uuid, in its order; None where that is the version as it stands."""
    pools: dict[str, dict[str, Any]] = version.content.get("pools", {})
    if not pools and not quiz.shuffle_questions:
        return None
    chance = random.SystemRandom()
    every = [view["uuid"] for view in version.content["questions"]]
    pooled = {uuid for pool in pools.values() for uuid in pool["questions"]}
    taken = {uuid for pool in pools.values() for uuid in chance.sample(pool["questions"], pool["draw"])}
    drawn = [uuid for uuid in every if uuid not in pooled or uuid in taken]
    if quiz.shuffle_questions:
        chance.shuffle(drawn)
    return drawn


def _max_points(version: QuizVersion, drawn: Sequence[str] | None) -> Decimal:
    if drawn is None:
        return version.max_points
    points = {view["uuid"]: Decimal(view["points"]) for view in version.content["questions"]}
    return sum((points[uuid] for uuid in drawn), Decimal(0))


def _open_attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt | None:
    return (
        Attempt.objects.filter(quiz=quiz, enrolment=enrolment, status=Attempt.Status.IN_PROGRESS)
        .select_related("version", "quiz__activity", "enrolment")
        .first()
    )


def _check_may_start(quiz: Quiz, rules: Rules, earlier: Mapping[str, Any]) -> None:
    # A check shows its answers after each attempt and may be repeated for practice: nothing is graded by it.
    if earlier["revealed"] and quiz.is_graded:
        raise AnswersRevealed(_("You have seen the answers, so this quiz cannot be taken again."))
    if rules.attempts_allowed is not None and (earlier["last"] or 0) >= rules.attempts_allowed:
        raise NoAttemptsLeft(_("You have used all the attempts this quiz allows."))


def read_response(attempt: Attempt, question: UUID | str, raw: Any) -> Response:
    """The stored shape of an answer. Raises UnknownQuestion, UnknownChoice, ResponseTooLong, InvalidResponse."""
    view = attempt.view_of(question)
    if view is None:
        raise UnknownQuestion(_("This question is not part of the attempt."), question=str(question))
    try:
        return KINDS[view["kind"]].read_response(view, raw)
    except ResponseError as error:
        if error.code == "unknown-choice":
            raise UnknownChoice(_("This choice does not belong to the question."), question=str(question)) from error
        if error.code == "too-long":
            raise ResponseTooLong(
                _("The answer is too long: at most %(limit)d characters.") % {"limit": error.limit},
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
    later answer back. Without it the request that arrives last wins. Raises AttemptClosed, DeadlinePassed (the answer is
    kept as evidence), AnswerChecked and what `read_response` raises.
    """
    accepted = read_response(attempt, question, response)
    with transaction.atomic():
        locked = _locked(attempt)
        if locked.status == Attempt.Status.IN_PROGRESS and not is_over(locked, now):
            return _store(attempt, question, accepted, now, sequence)
        _keep_late(locked, {question: accepted}, now)
    raise _closed(locked, now)


def is_over(attempt: Attempt, now: datetime) -> bool:
    """Whether the deadline and its grace have passed, handed in or not."""
    return attempt.deadline is not None and now > attempt.deadline + _grace(attempt)


def _grace(attempt: Attempt) -> timedelta:
    return timedelta(seconds=attempt.quiz.grace)


def _locked(attempt: Attempt) -> Attempt:
    """The attempt's row, held, so that a submit cannot fall between the check and the write."""
    locked = Attempt.objects.select_for_update(of=("self",)).select_related("quiz")
    return locked.only("status", "deadline", "due_at", "is_expired", "quiz__grace").get(pk=attempt.pk)


def hold_open(attempt: Attempt, now: datetime) -> None:
    """Hold the row of an attempt that may still be answered, in the caller's transaction. Raises AttemptClosed."""
    locked = _locked(attempt)
    if locked.status != Attempt.Status.IN_PROGRESS or is_over(locked, now):
        raise _closed(locked, now)


def _closed(attempt: Attempt, now: datetime) -> AttemptClosed:
    if attempt.is_expired or is_over(attempt, now):
        return DeadlinePassed(
            _(
                "The time is up. What was saved by then has been submitted; what came later is kept for your instructor."
            ),
            deadline=attempt.deadline,
        )
    return AttemptClosed(_("This attempt has been submitted; its answers can no longer change."))


def _keep_late(attempt: Attempt, answers: Mapping[UUID, Response], now: datetime) -> None:
    """Keep what differs from what is stored, of an attempt whose time was up; the caller holds the attempt's row."""
    if not (attempt.is_expired or is_over(attempt, now)):
        return
    known = {answer.question: answer.response for answer in Answer.objects.filter(attempt=attempt)}
    late = LateAnswer.objects.filter(attempt=attempt)
    known |= {answer.question: answer.response for answer in late}
    room = LATE_LIMIT - late.count()
    fresh = [(question, response) for question, response in answers.items() if known.get(question) != response]
    LateAnswer.objects.bulk_create(
        LateAnswer(attempt=attempt, question=question, response=response, received_at=now)
        for question, response in fresh[: max(room, 0)]
    )


def _store(attempt: Attempt, question: UUID, response: Response, now: datetime, sequence: int | None) -> Answer:
    answer = Answer.objects.filter(attempt=attempt, question=question).first()
    if answer is None:
        return Answer.objects.create(
            attempt=attempt, question=question, response=response, sequence=sequence or 0, saved_at=now
        )
    if sequence is not None and sequence <= answer.sequence:
        return answer
    if answer.checked_at is not None:
        if answer.response == response:
            return answer
        raise AnswerChecked(_("You have checked this answer, so it can no longer change."), question=str(question))
    answer.response = response
    answer.sequence = answer.sequence + 1 if sequence is None else sequence
    answer.saved_at = now
    answer.save(update_fields=["response", "sequence", "saved_at"])
    return answer


def check_answer(*, attempt: Attempt, question: UUID, now: datetime) -> Answer:
    """Close the answer to one question, so that its feedback may be shown before the attempt is over. Twice is once.

    Raises NotCheckable where the quiz does not show feedback at once or nothing is answered, and AttemptClosed.
    """
    view = attempt.view_of(question)
    if attempt.quiz.show_answers != Quiz.ShowAnswers.AT_ONCE or view is None or KINDS[view["kind"]].by_person:
        raise NotCheckable(_("This question cannot be checked during the attempt."))
    with transaction.atomic():
        hold_open(attempt, now)
        answer = Answer.objects.filter(attempt=attempt, question=question).first()
        if answer is None or grading_of(attempt).scores[str(question)].outcome == "unanswered":
            raise NotCheckable(_("Answer the question first."))
        if answer.checked_at is None:
            answer.checked_at = now
            answer.save(update_fields=["checked_at"])
        return answer


def submit(*, attempt: Attempt, now: datetime, answers: Mapping[UUID, Any] | None = None) -> Attempt:
    """Hand the attempt in, with `answers` ({question: response}) saved in the same transaction. Twice is once.

    One of `answers` that cannot be right keeps the attempt open: the others are saved, and its error is raised. After
    the deadline and its grace the server hands in what it has, keeps `answers` as evidence, and DeadlinePassed is raised.
    """
    accepted, refused = _readable(attempt, answers or {})
    with transaction.atomic():
        locked = _locked(attempt)
        is_open = locked.status == Attempt.Status.IN_PROGRESS
        too_late = locked.is_expired or (is_open and is_over(locked, now))
        if too_late:
            _keep_late(locked, accepted, now)
            if is_open:
                _hand_in(attempt, due_at=locked.due_at, now=now, at=locked.deadline or now, expired=True)
        elif is_open:
            for question, response in accepted.items():
                try:
                    _store(attempt, question, response, now, None)
                except AnswerChecked:
                    # What was checked is closed; a form sends it along all the same.
                    continue
            if refused is None:
                _hand_in(attempt, due_at=locked.due_at, now=now, at=now, expired=False)
    if too_late and (accepted or refused or is_open):
        raise _closed(locked, now)
    if is_open and refused is not None:
        raise refused
    attempt.refresh_from_db(fields=["status", "submitted_at", "points", "graded_at", "is_expired", "late_deduction"])
    return attempt


def _readable(attempt: Attempt, answers: Mapping[UUID, Any]) -> tuple[dict[UUID, Response], DomainError | None]:
    """What of `answers` can be stored, and the first refusal among the others."""
    accepted: dict[UUID, Response] = {}
    refused: DomainError | None = None
    for question, raw in answers.items():
        try:
            accepted[question] = read_response(attempt, question, raw)
        except DomainError as error:
            refused = refused or error
    return accepted, refused


def _hand_in(attempt: Attempt, *, due_at: datetime | None, now: datetime, at: datetime, expired: bool) -> None:
    """in_progress → submitted, once; runs in the caller's transaction, which holds the row.

    `due_at` is the row's own: an exception may have been granted since `attempt` was read.
    """
    a_day = rules_for(attempt.quiz, attempt.enrolment).deduction if due_at else 0
    won = Attempt.objects.filter(pk=attempt.pk, status=Attempt.Status.IN_PROGRESS).update(
        status=Attempt.Status.SUBMITTED,
        submitted_at=at,
        is_expired=expired,
        late_deduction=late_deduction(due_at=due_at, submitted_at=at, a_day=a_day),
    )
    if not won:
        return
    if attempt.quiz.is_graded:
        progress.mark_done(enrolment=attempt.enrolment, activity=attempt.quiz.activity, now=now)
    publish_on_commit(GRADE_TASK, attempt_id=attempt.pk)


def expire(*, attempt: Attempt, now: datetime) -> bool:
    """Hand in what there is, if the deadline and its grace have passed; the time of the submit is the deadline.

    Returns whether the attempt is over by its deadline, by this call or an earlier one. Safe to repeat.
    """
    if attempt.status != Attempt.Status.IN_PROGRESS or not is_over(attempt, now):
        return attempt.is_expired
    with transaction.atomic():
        locked = _locked(attempt)
        if locked.status == Attempt.Status.IN_PROGRESS and locked.deadline and is_over(locked, now):
            _hand_in(attempt, due_at=locked.due_at, now=now, at=locked.deadline, expired=True)
    attempt.refresh_from_db(fields=["status", "submitted_at", "is_expired", "deadline", "late_deduction"])
    return attempt.is_expired


def expire_all(*, now: datetime, limit: int = 500) -> int:
    """Hand in every attempt whose time is up, the longest over first; returns how many."""
    running_out = Attempt.objects.running_out(now=now).order_by("deadline")
    attempts = running_out.select_related("quiz__activity", "enrolment", "version")[:limit]
    return sum(expire(attempt=attempt, now=now) for attempt in attempts)


class NothingToAccept(DomainError):
    slug = "nothing-to-accept"
    status = 409


def accept_late(*, late: LateAnswer, actor: User, now: datetime) -> None:
    """Let a late answer count after all: it replaces the stored one, and the attempt is graded anew. Twice is once.

    Raises NothingToAccept while the attempt has no grade yet.
    """
    with transaction.atomic():
        if not lock_graded(late.attempt):
            raise NothingToAccept(_("The attempt is not graded yet."))
        if not _decide(late, LateAnswer.Verdict.ACCEPTED, actor, now):
            return
        Answer.objects.update_or_create(
            attempt=late.attempt,
            question=late.question,
            defaults={"response": late.response, "saved_at": late.received_at},
        )
        grade_anew(attempt=late.attempt, now=now, reason=_("A late answer was accepted."), actor=actor)


def decline_late(*, late: LateAnswer, actor: User, now: datetime) -> bool:
    """Leave a late answer as evidence only; returns whether it was open."""
    return _decide(late, LateAnswer.Verdict.DECLINED, actor, now)


def _decide(late: LateAnswer, verdict: LateAnswer.Verdict, actor: User, now: datetime) -> bool:
    return bool(
        LateAnswer.objects.filter(pk=late.pk, verdict=LateAnswer.Verdict.OPEN).update(
            verdict=verdict, decided_at=now, decided_by=actor
        )
    )


def forgive_lateness(*, quiz: Quiz, enrolment: Enrolment, reason: str, actor: User | None, now: datetime) -> int:
    """After an exception: take the deduction off attempts that the new due date makes less late; returns how many."""
    rules = rules_for(quiz, enrolment)
    forgiven = 0
    for attempt in Attempt.objects.filter(quiz=quiz, enrolment=enrolment, late_deduction__gt=0).select_related(
        "quiz__activity", "enrolment", "version"
    ):
        assert attempt.submitted_at is not None
        percent = late_deduction(due_at=rules.due_at, submitted_at=attempt.submitted_at, a_day=rules.deduction)
        if percent >= attempt.late_deduction:
            continue
        with transaction.atomic():
            is_graded = lock_graded(attempt)
            Attempt.objects.filter(pk=attempt.pk).update(late_deduction=percent, due_at=rules.due_at)
            if is_graded:
                grade_anew(attempt=attempt, now=now, reason=reason, actor=actor)
        forgiven += 1
    return forgiven


def refresh_deadlines(*, quiz: Quiz) -> int:
    """Give open attempts the deadline and due date that the rules say now; returns how many were changed.

    An attempt that is over stays over. Called when a quiz's dates or a student's exception change.
    """
    changed = 0
    attempts = Attempt.objects.filter(quiz=quiz, status=Attempt.Status.IN_PROGRESS).select_related("enrolment")
    for attempt in attempts:
        rules = rules_for(quiz, attempt.enrolment)
        deadline = rules.deadline(attempt.started_at)
        if (deadline, rules.due_at) != (attempt.deadline, attempt.due_at):
            changed += Attempt.objects.filter(pk=attempt.pk, status=Attempt.Status.IN_PROGRESS).update(
                deadline=deadline, due_at=rules.due_at
            )
    return changed
