"""Grade what was answered for practice without a network: in the daily review, and in the text of a lesson."""

from answering import in_lessons
from common.lookup import or_404
from practice import answering
from practice.models import PracticeAnswer, PracticeCard
from sync.batch import Batch
from sync.outcomes import APPLIED, Outcome, Stored
from sync.reading import Operation


def practice_answer(batch: Batch, operation: Operation) -> Outcome:
    """Grade the answer. A conflict: the turn was answered before, with another answer, and that one stands.

    The card is scheduled from the day on which the server gets the answer. Raises Http404, CardNotDue, NothingAnswered and the
    errors of `read_response_to`.
    """
    values = operation.values
    card = or_404(PracticeCard.objects.for_student(batch.user).filter(uuid=values["card"]).first())
    is_known = PracticeAnswer.objects.filter(card=card, turn=values["turn"], attempt=None).exists()
    answered = answering.answer(
        user=batch.user, card=values["card"], turn=values["turn"], response=values["response"], now=batch.now
    )
    stands = not is_known or answered.answer.response == (values["response"] or {})
    return APPLIED if stands else Outcome(Stored.CONFLICT)


def check_answer(batch: Batch, operation: Operation) -> Outcome:
    """Grade an answer to a question in a lesson: a mistake becomes a practice card.

    Raises Http404, NothingAnswered and the errors of `read_response_to`.
    """
    values = operation.values
    check = in_lessons.check_or_404(batch.user, values["lesson"])
    in_lessons.answer_question(check, values["question"], values["response"], batch.now)
    return APPLIED
