"""Owns an attempt's life: start, save, check, submit, expire.

Page and API call these functions with the attempt they loaded through `for_student`. Every write is a transaction of
its own that is safe to repeat; what cannot be right is refused with a DomainError and leaves everything else saved.
What arrives after the end changes nothing and is kept as evidence (`LateAnswer`).
"""

import random
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from common.api import DomainError
from common.prepared import PreparedInsert, PreparedUpdate
from courses import progress
from courses.models import Enrolment
from quizzes import lookups
from quizzes.grading import announce, grade_anew, grade_attempt, grading_of, lock_graded
from quizzes.models import Answer, Attempt, LateAnswer, Quiz, QuizVersion
from quizzes.questions import KINDS, Response, ResponseError, Spec
from quizzes.rules import Rules, late_deduction, rules_for, rules_for_all

# What becomes of an attempt when it is over; `lookups.hold` and other processes change it under a loaded one.
STANDING = ("status", "submitted_at", "points", "graded_at", "is_expired", "deadline", "late_deduction")

# Late answers kept for one attempt; more are no evidence but a flood.
LATE_LIMIT = 200
LATE_ACCEPTED = gettext_noop("A late answer was accepted.")

_ATTEMPT = PreparedInsert(Attempt)
_SUBMITTED = PreparedUpdate(
    lambda pk, at, expired, deduction: (
        Attempt.objects.filter(pk=pk, status=Attempt.Status.IN_PROGRESS),
        {"status": Attempt.Status.SUBMITTED, "submitted_at": at, "is_expired": expired, "late_deduction": deduction},
    ),
    samples=(-1, datetime(2001, 1, 1, tzinfo=UTC), True, 101),
)


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


def start(
    *, quiz: Quiz, enrolment: Enrolment, now: datetime, access_code: str = "", number: int | None = None
) -> Attempt:
    """Start an attempt on the quiz's current version, or resume the open one.

    `number` is the attempt that the caller means: one that has been made already is returned as it stands, so that the
    same request twice starts one.

    Raises NothingToAnswer (no questions), NotOpenYet, QuizClosed, WrongAccessCode, AnswersRevealed (the student has seen
    the key), NoAttemptsLeft.
    """
    open_attempt = lookups.open_attempt(quiz, enrolment)
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
            lookups.hold_enrolment(enrolment)
            earlier = lookups.attempts_at(quiz, enrolment)
            # The one that the caller means has been made already, or another tab started one between our look and the
            # lock: it is no attempt more.
            made = [a for a in earlier if a.number == number or a.status == Attempt.Status.IN_PROGRESS]
            if made:
                return lookups.attempt(made[-1].pk)
            _check_may_start(quiz, rules, earlier)
            drawn = draw(quiz, version)
            return _ATTEMPT.create(
                quiz=quiz,
                version=version,
                enrolment=enrolment,
                number=earlier[0].number + 1 if earlier else 1,
                started_at=now,
                drawn=drawn,
                max_points=_max_points(version, drawn),
                deadline=rules.deadline(now),
                due_at=rules.due_at,
            )
    except IntegrityError:
        # The constraint of one open attempt: another tab started it between our look and our insert.
        resumed = lookups.open_attempt(quiz, enrolment)
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


def _check_may_start(quiz: Quiz, rules: Rules, earlier: Sequence[Attempt]) -> None:
    # A check shows its answers after each attempt and may be repeated for practice: nothing is graded by it.
    if quiz.is_graded and any(attempt.answers_revealed_at for attempt in earlier):
        raise AnswersRevealed(_("You have seen the answers, so this quiz cannot be taken again."))
    if rules.attempts_allowed is not None and earlier and earlier[0].number >= rules.attempts_allowed:
        raise NoAttemptsLeft(_("You have used all the attempts this quiz allows."))


def read_response(attempt: Attempt, question: UUID | str, raw: Any) -> Response:
    """The stored shape of an answer. Raises UnknownQuestion, UnknownChoice, ResponseTooLong, InvalidResponse."""
    view = attempt.view_of(question)
    if view is None:
        raise UnknownQuestion(_("This question is not part of the attempt."), question=str(question))
    return read_by(view, raw)


def read_by(view: Spec, raw: Any) -> Response:
    """The stored shape of an answer to the question of this view. Raises UnknownChoice, ResponseTooLong, InvalidResponse."""
    question = view["uuid"]
    try:
        return KINDS[view["kind"]].read_response(view, raw)
    except ResponseError as error:
        if error.code == "unknown-choice":
            raise UnknownChoice(_("This choice does not belong to the question."), question=question) from error
        if error.code == "too-long":
            raise ResponseTooLong(
                _("The answer is too long: at most %(limit)d characters.") % {"limit": error.limit},
                question=question,
            ) from error
        raise InvalidResponse(
            _("The answer does not have the form this question asks for."), question=question
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
    kept = Answer.objects.keep_while_open(
        attempt, question, accepted, sequence=sequence, now=now, due=now - _grace(attempt)
    )
    if kept is not None:
        return Answer(attempt=attempt, question=question, response=accepted, sequence=kept, saved_at=now)
    # Overtaken, checked, the same again, or the attempt is over.
    with transaction.atomic():
        locked = lookups.hold(attempt)
        if locked.status == Attempt.Status.IN_PROGRESS and not is_over(locked, now):
            return _store(attempt, question, accepted, now, sequence)
        _keep_late(locked, {question: accepted}, now)
    raise _closed(locked, now)


def is_over(attempt: Attempt, now: datetime) -> bool:
    """Whether the deadline and its grace have passed, handed in or not."""
    return attempt.deadline is not None and now > attempt.deadline + _grace(attempt)


def _grace(attempt: Attempt) -> timedelta:
    return timedelta(seconds=attempt.quiz.grace)


def hold_open(attempt: Attempt, now: datetime) -> None:
    """Hold the row of an attempt that may still be answered, in the caller's transaction. Raises AttemptClosed."""
    locked = lookups.hold(attempt)
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
    known = {answer.question: answer.response for answer in lookups.answers(attempt)}
    late = LateAnswer.objects.filter(attempt=attempt)
    known |= {answer.question: answer.response for answer in late.filter(files=None)}
    room = LATE_LIMIT - late.count()
    # A form that is sent after the end holds every question; one that was never answered is no evidence of anything.
    fresh = [
        (question, response)
        for question, response in answers.items()
        if known.get(question) != response and (question in known or any(response.values()))
    ]
    LateAnswer.objects.bulk_create(
        LateAnswer(attempt=attempt, question=question, response=response, received_at=now)
        for question, response in fresh[: max(room, 0)]
    )


def _store(attempt: Attempt, question: UUID, response: Response, now: datetime, sequence: int | None) -> Answer:
    kept = Answer.objects.keep(attempt, {question: response}, sequence=sequence, now=now)
    if question in kept:
        return Answer(attempt=attempt, question=question, response=response, sequence=kept[question], saved_at=now)
    answer = Answer.objects.get(attempt=attempt, question=question)
    overtaken = sequence is not None and sequence <= answer.sequence
    if not overtaken and answer.response != response:
        raise AnswerChecked(_("You have checked this answer, so it can no longer change."), question=str(question))
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

    Nothing depends on a lesson's check, so it is graded while the student looks; the worker would find it graded.
    """
    accepted, refused = _readable(attempt, answers or {})
    with transaction.atomic():
        locked = lookups.hold(attempt)
        is_open = locked.status == Attempt.Status.IN_PROGRESS
        too_late = locked.is_expired or (is_open and is_over(locked, now))
        if too_late:
            _keep_late(locked, accepted, now)
            if is_open:
                _hand_in(attempt, locked, now=now, at=locked.deadline or now, expired=True)
        elif is_open:
            # What was checked is closed and stays; a form sends it along all the same.
            Answer.objects.keep(attempt, accepted, sequence=None, now=now)
            if refused is None:
                _hand_in(attempt, locked, now=now, at=now, expired=False)
    if too_late and (accepted or refused or is_open):
        raise _closed(locked, now)
    if is_open and refused is not None:
        raise refused
    if not is_open:
        attempt.refresh_from_db(fields=STANDING)
    elif not attempt.quiz.is_graded:
        grade_attempt(attempt_id=attempt.pk, now=now)
        attempt.refresh_from_db(fields=STANDING)
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


def _hand_in(attempt: Attempt, locked: Attempt, *, now: datetime, at: datetime, expired: bool) -> None:
    """in_progress → submitted, once; runs in the caller's transaction, which holds the row `locked`."""
    a_day = rules_for(attempt.quiz, attempt.enrolment).deduction if locked.due_at else 0
    attempt.submitted_at, attempt.is_expired = at, expired
    attempt.late_deduction = late_deduction(due_at=locked.due_at, submitted_at=at, a_day=a_day)
    if not _SUBMITTED.apply(attempt.pk, at, expired, attempt.late_deduction):
        attempt.refresh_from_db(fields=STANDING)
        return
    attempt.status = Attempt.Status.SUBMITTED
    if attempt.quiz.is_graded:
        progress.mark_done(enrolment=attempt.enrolment, activity=attempt.quiz.activity, now=now)
    announce(attempt.pk)


def expire(*, attempt: Attempt, now: datetime) -> bool:
    """Hand in what there is, if the deadline and its grace have passed; the time of the submit is the deadline.

    Returns whether the attempt is over by its deadline, by this call or an earlier one. Safe to repeat.
    """
    if attempt.status != Attempt.Status.IN_PROGRESS or not is_over(attempt, now):
        return attempt.is_expired
    with transaction.atomic():
        locked = lookups.hold(attempt)
        if locked.status == Attempt.Status.IN_PROGRESS and locked.deadline and is_over(locked, now):
            _hand_in(attempt, locked, now=now, at=locked.deadline, expired=True)
    attempt.refresh_from_db(fields=STANDING)
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
        # A file has no answer of its own: it stands from now on, beside what was written in time.
        if not late.files.exists():
            Answer.objects.update_or_create(
                attempt=late.attempt,
                question=late.question,
                defaults={"response": late.response, "saved_at": late.received_at},
            )
        grade_anew(attempt=late.attempt, now=now, reason=LATE_ACCEPTED, actor=actor)


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


def refresh_deadlines(*, quiz: Quiz, now: datetime) -> int:
    """Give open attempts the deadline and due date that the rules say now; returns how many were changed.

    An attempt that is over stays over. No deadline moves into the past: what a new rule ends, ends now.
    Called when a quiz's dates or a student's exception change.
    """
    changed = 0
    attempts = Attempt.objects.filter(quiz=quiz, status=Attempt.Status.IN_PROGRESS).select_related("enrolment")
    rules_of = rules_for_all([(quiz, attempt.enrolment) for attempt in attempts])
    for attempt in attempts:
        rules = rules_of[quiz.pk, attempt.enrolment_id]
        deadline = rules.deadline(attempt.started_at)
        if deadline is not None:
            deadline = max(deadline, min(attempt.deadline or now, now))
        if (deadline, rules.due_at) != (attempt.deadline, attempt.due_at):
            changed += Attempt.objects.filter(pk=attempt.pk, status=Attempt.Status.IN_PROGRESS).update(
                deadline=deadline, due_at=rules.due_at
            )
    return changed
