"""Show the question of a practice card and grade the student's answer."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from common.errors import DomainError
from courses import access
from practice.cards import SCHEDULE_FIELDS, advance_card
from practice.models import PracticeAnswer, PracticeCard
from practice.queue import CardNotDue, Today, filter_askable, prepare_today
from questions import KINDS, PENDING, Response, Spec
from quizzes.attempts.presentation import PresentedQuestion, present_one
from quizzes.authoring.versions import AnswerKey, get_answer_key
from quizzes.results import question_results
from quizzes.results.question_results import QuestionResult
from quizzes.taking import responses


class NothingAnswered(DomainError):
    slug = "nothing-answered"
    help = gettext_lazy("Nothing is answered. Send null as the response when the student does not know.")


@dataclass(frozen=True)
class AnsweredCard:
    """One answered turn of a card, with the full spec that was used to grade it."""

    card: PracticeCard
    answer: PracticeAnswer
    spec: Spec

    @property
    def comes_again_on(self) -> date:
        return date.fromisoformat(self.answer.after["due_on"])

    @property
    def is_undecided(self) -> bool:
        """Whether no rule can decide the answer. The student then compares it with the accepted answers."""
        return bool(self.answer.score["outcome"] == PENDING)

    @cached_property
    def public_question(self) -> Spec:
        return KINDS[self.spec["kind"]].public_form(self.spec)

    @cached_property
    def result(self) -> QuestionResult:
        return question_results.build_question_result(
            self.public_question, self.answer.response, self.answer.score, self.spec
        )

    def question(self, number: int = 1) -> PresentedQuestion:
        return _present(self.card, self.public_question, self.answer.turn, number, self.answer.response)


def get_public_question(card: PracticeCard) -> Spec:
    """Return the public question of a card in the current version. Raises CardNotDue if the quiz no longer has it."""
    version = card.quiz.current_version
    for question in version.content["questions"] if version else ():
        if question["uuid"] == str(card.question):
            return dict(question)
    raise CardNotDue(_("This question is not up for review now."))


def present_next(card: PracticeCard, number: int = 1, typed: Response | None = None) -> PresentedQuestion:
    """Return the question of the card's next turn, unanswered but for what was `typed`. Does not read the answer key."""
    return _present(card, get_public_question(card), card.next_turn, number, typed or {})


def _present(
    card: PracticeCard, public_question: Spec, turn: int, number: int, response: Response
) -> PresentedQuestion:
    # The order of the choices differs between turns and stays the same within a turn.
    seed = uuid5(card.uuid, str(turn)) if card.quiz.shuffle_choices else None
    return present_one(public_question, number=number, seed=seed, response=response)


def answer(*, user: User, card: UUID, turn: int, response: Any, now: datetime) -> AnsweredCard:
    """Grade the answer to one of today's cards and schedule the card again.

    Idempotent: a second answer to the same turn changes nothing.

    `response` is None if the student does not know the answer. Raises PracticeCard.DoesNotExist, CardNotDue,
    NothingAnswered, and the errors of `responses.read_response_to`.
    """
    answered = (
        find_answered(user=user, card=card, turn=turn, now=now)
        or _answer(user, card, turn, response, now)
        # `_answer` returns None if, for example, a concurrent request has answered this turn meanwhile.
        or find_answered(user=user, card=card, turn=turn, now=now)
    )
    if answered is None:
        raise CardNotDue(_("This question is not up for review now."))
    return answered


def _answer(user: User, card: UUID, turn: int, response: Any, now: datetime) -> AnsweredCard | None:
    """Store the answer. Returns None if this turn of the card is not due, or a concurrent request has answered it."""
    today = prepare_today(user=user, now=now)
    found = next((each for each in today.cards if each.uuid == card and turn == each.next_turn), None)
    if found is None:
        return None
    version_id = found.quiz.current_version_id
    assert version_id is not None
    spec = AnswerKey.objects.get(version=version_id).content[str(found.question)]
    kind = KINDS[spec["kind"]]
    accepted = {} if response is None else responses.read_response_to(kind.public_form(spec), response)
    score = kind.grade(spec, accepted)
    if response is not None and score.outcome == "unanswered":
        raise NothingAnswered(_("Answer the question, or say that you do not know."), question=str(found.question))
    with transaction.atomic():
        if PracticeCard.objects.select_for_update().get(pk=found.pk).turns != found.turns:
            return None
        practice_answer = advance_card(
            found, response=accepted, score=score.as_dict(), version_id=version_id, attempt_id=None, at=now, on=today.on
        )
        found.save(update_fields=SCHEDULE_FIELDS)
        practice_answer.save()
    return AnsweredCard(found, practice_answer, spec)


def find_answered(*, user: User, card: UUID, turn: int, now: datetime) -> AnsweredCard | None:
    """Return the answered turn of a card, None if unanswered. Raises PracticeCard.DoesNotExist, CardNotDue."""
    found = PracticeCard.objects.for_student(user).select_related("quiz__activity").get(uuid=card)
    answered = _find_answer(found, turn)
    if answered is None:
        return None
    enrolments = {enrolment.pk: enrolment for enrolment in access.enrolments(user)}
    if not filter_askable([found], user, enrolments, now):
        # The student may take the quiz again (for example by an override), so its solutions are hidden again.
        raise CardNotDue(_("This question is not up for review now."))
    return answered


def find_answered_in(today: Today, *, card: UUID, turn: int) -> AnsweredCard | None:
    """Return the answered turn of a card that may be asked; None for another card, and for a turn that is not answered.

    One query if the key is cached.
    """
    found = next((each for each in today.askable if each.uuid == card), None)
    return _find_answer(found, turn) if found else None


def _find_answer(card: PracticeCard, turn: int) -> AnsweredCard | None:
    answers = PracticeAnswer.objects.filter(card=card, turn=turn, attempt=None)
    found = answers.select_related("version").defer("version__content").first()
    return AnsweredCard(card, found, get_answer_key(found.version)[str(card.question)]) if found else None
