"""Ask the question of a practice card and grade the answer."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from common.errors import DomainError
from courses import access
from quizzes.attempts.presentation import PresentedQuestion, present_one
from quizzes.authoring.versions import AnswerKey
from quizzes.practice.cards import SCHEDULE_FIELDS, next_answer
from quizzes.practice.models import PracticeAnswer, PracticeCard
from quizzes.practice.queue import CardNotDue, get_today, keep_askable
from quizzes.questions import KINDS, PENDING, Response, Spec
from quizzes.results import question_results
from quizzes.results.question_results import QuestionResult
from quizzes.taking import responses


class NothingAnswered(DomainError):
    slug = "nothing-answered"


@dataclass(frozen=True)
class AnsweredCard:
    """One review in the queue, with what there is to say about it."""

    card: PracticeCard
    review: PracticeAnswer
    spec: Spec

    @property
    def comes_again_on(self) -> date:
        return date.fromisoformat(self.review.after["due_on"])

    @property
    def is_undecided(self) -> bool:
        """Whether only a person could say if the answer is right; the student compares it themselves."""
        return bool(self.review.score["outcome"] == PENDING)

    @cached_property
    def view(self) -> Spec:
        return KINDS[self.spec["kind"]].public_form(self.spec)

    @cached_property
    def result(self) -> QuestionResult:
        return question_results.build_question_result(self.view, self.review.response, self.review.score, self.spec)

    def question(self, number: int = 1) -> PresentedQuestion:
        return _present(self.card, self.view, self.review.turn, number, self.review.response)


def find_public_question(card: PracticeCard) -> Spec:
    """What a student may see of a card's question now. Raises CardNotDue where its quiz has it no longer."""
    version = card.quiz.current_version
    for view in version.content["questions"] if version else ():
        if view["uuid"] == str(card.question):
            return dict(view)
    raise CardNotDue(_("This question is not up for review now."))


def present_next(card: PracticeCard, number: int = 1) -> PresentedQuestion:
    """The question of a card of today as its next turn asks it. Reads nothing of the key."""
    return _present(card, find_public_question(card), card.next_turn, number, {})


def _present(card: PracticeCard, view: Spec, turn: int, number: int, response: Response) -> PresentedQuestion:
    # Another order at each turn, the same at each look at one turn.
    seed = uuid5(card.uuid, str(turn)) if card.quiz.shuffle_choices else None
    return present_one(view, number=number, seed=seed, response=response)


def answer(*, user: User, card: UUID, turn: int, response: Any, now: datetime) -> AnsweredCard:
    """Grade the answer to a card of today and set the day on which it comes again. The same turn twice is once: the
    answer that came first stands.

    `response` None: the student does not know. Raises ReviewCard.DoesNotExist, CardNotDue, NothingAnswered and what
    `attempts.read_by` raises.
    """
    done = (
        find_answered(user=user, card=card, turn=turn, now=now)
        or _answer(user, card, turn, response, now)
        # Another tab was faster.
        or find_answered(user=user, card=card, turn=turn, now=now)
    )
    if done is None:
        raise CardNotDue(_("This question is not up for review now."))
    return done


def _answer(user: User, card: UUID, turn: int, response: Any, now: datetime) -> AnsweredCard | None:
    """None where that turn of the card is not up now, or no longer."""
    queue = get_today(user=user, now=now)
    found = next((each for each in queue.cards if each.uuid == card and turn == each.next_turn), None)
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
        review = next_answer(
            found,
            response=accepted,
            score=score.as_dict(),
            version_id=version_id,
            attempt_id=None,
            at=now,
            on=queue.on,
        )
        found.save(update_fields=SCHEDULE_FIELDS)
        review.save()
    return AnsweredCard(found, review, spec)


def find_answered(*, user: User, card: UUID, turn: int, now: datetime) -> AnsweredCard | None:
    """What was answered at that turn of the queue; None while nothing is. Raises ReviewCard.DoesNotExist, CardNotDue."""
    found = PracticeCard.objects.for_student(user).get(uuid=card)
    review = PracticeAnswer.objects.filter(card=found, turn=turn, attempt=None).first()
    if review is None:
        return None
    places = {enrolment.pk: enrolment for enrolment in access.enrolments(user)}
    if not keep_askable([found], places, now):
        # Its quiz can be taken again, by an exception perhaps: its answers are no longer shown.
        raise CardNotDue(_("This question is not up for review now."))
    return AnsweredCard(found, review, AnswerKey.objects.get(version=review.version_id).content[str(found.question)])
