"""Start an attempt or resume the open one."""

import random
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from common.limits import check_code
from courses.models import Enrolment
from courses.models.in_course import check_same_course
from quizzes.attempts import queries
from quizzes.attempts.models import Attempt
from quizzes.attempts.rules import Rules, get_rules
from quizzes.authoring.models import Quiz
from quizzes.authoring.versions import QuizVersion
from quizzes.taking.submit import expire


class NoAttemptsLeft(DomainError):
    slug = "no-attempts-left"
    status = 409
    help = gettext_lazy("The student has used all the attempts that the quiz allows.")


class AnswersRevealed(DomainError):
    slug = "answers-revealed"
    status = 409
    help = gettext_lazy("The answers of this quiz have been shown to this student, so it cannot be taken again.")


class NothingToAnswer(DomainError):
    slug = "nothing-to-answer"
    status = 409
    help = gettext_lazy("The quiz has no questions yet.")


class NotOpenYet(DomainError):
    slug = "quiz-not-open"
    status = 409
    help = gettext_lazy("The quiz opens later; `opens_at` says when.")


class QuizClosed(DomainError):
    slug = "quiz-closed"
    status = 409
    help = gettext_lazy("The quiz is closed; no attempt can start.")


class WrongAccessCode(DomainError):
    slug = "wrong-access-code"
    status = 403
    help = gettext_lazy("This is not the access code of the quiz.")


def start(
    *, quiz: Quiz, enrolment: Enrolment, now: datetime, access_code: str = "", number: int | None = None
) -> Attempt:
    """Start an attempt on the quiz's current version, or resume the open one.

    `number` makes the call idempotent: if the attempt with this number exists already, it is returned.

    Raises NothingToAnswer (no questions), NotOpenYet, QuizClosed, WrongAccessCode, TooManyCodes, AnswersRevealed (the
    student has seen the answers), NoAttemptsLeft.
    """
    open_attempt = queries.find_open_attempt(quiz, enrolment)
    if open_attempt and not expire(attempt=open_attempt, now=now):
        return open_attempt
    version = quiz.current_version
    if version is None or not version.content["questions"]:
        raise NothingToAnswer(_("This quiz has no questions yet."))
    rules = get_rules(quiz, enrolment)
    _check_open(rules, now)
    if quiz.access_code:
        refusal = WrongAccessCode(_("This is not the access code of this quiz."))
        check_code(access_code, quiz.access_code, f"quiz:{quiz.pk}:{enrolment.pk}", refusal)
    try:
        with transaction.atomic():
            # The lock serialises concurrent starts on PostgreSQL; on SQLite the transaction has the write lock.
            queries.lock_enrolment(enrolment)
            earlier = queries.get_attempts(quiz, enrolment)
            # Return the attempt with the requested number (a repeated request), or one that another tab has just started.
            existing = [a for a in earlier if a.number == number or a.status == Attempt.Status.IN_PROGRESS]
            if existing:
                return queries.get_attempt(existing[-1].pk)
            _check_may_start(quiz, rules, earlier)
            drawn = draw_questions(quiz, version)
            attempt = Attempt(
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
            check_same_course(attempt)
            attempt.save(force_insert=True)
            return attempt
    except IntegrityError:
        # The constraint allows one open attempt, and another tab has inserted it first.
        resumed = queries.find_open_attempt(quiz, enrolment)
        if resumed is None:
            raise
        return resumed


def _check_open(rules: Rules, now: datetime) -> None:
    if rules.opens_at and rules.opens_later(now):
        raise NotOpenYet(
            _("This quiz opens on %(when)s.") % {"when": format_moment(rules.opens_at)}, opens_at=rules.opens_at
        )
    if rules.is_closed(now):
        raise QuizClosed(_("This quiz is closed."), closes_at=rules.closes_at)


def format_moment(moment: datetime) -> str:
    """Return the date and time in the reader's time zone and language."""
    return formats.date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def draw_questions(quiz: Quiz, version: QuizVersion) -> list[str] | None:
    """Return the uuids of a new attempt's questions in order; None for all questions in the version's order."""
    pools: dict[str, dict[str, Any]] = version.content.get("pools", {})
    if not pools and not quiz.shuffle_questions:
        return None
    generator = random.SystemRandom()
    in_order = [question["uuid"] for question in version.content["questions"]]
    pooled = {uuid for pool in pools.values() for uuid in pool["questions"]}
    sampled = {uuid for pool in pools.values() for uuid in generator.sample(pool["questions"], pool["draw"])}
    drawn = [uuid for uuid in in_order if uuid not in pooled or uuid in sampled]
    if quiz.shuffle_questions:
        generator.shuffle(drawn)
    return drawn


def _max_points(version: QuizVersion, drawn: Sequence[str] | None) -> Decimal:
    if drawn is None:
        return version.max_points
    points = {question["uuid"]: Decimal(question["points"]) for question in version.content["questions"]}
    return sum((points[uuid] for uuid in drawn), Decimal(0))


def _check_may_start(quiz: Quiz, rules: Rules, earlier: Sequence[Attempt]) -> None:
    # A lesson check is not graded, so it may be repeated after its answers have been shown.
    if quiz.is_graded and any(attempt.answers_revealed_at for attempt in earlier):
        raise AnswersRevealed(_("You have seen the answers, so this quiz cannot be taken again."))
    if rules.attempts_allowed is not None and earlier and earlier[0].number >= rules.attempts_allowed:
        raise NoAttemptsLeft(_("You have used all the attempts this quiz allows."))
