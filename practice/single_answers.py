"""Make a practice card of one wrong answer that belongs to no attempt: one in the text of a lesson."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from courses.models import Enrolment
from practice.cards import MISTAKES, advance_card
from practice.models import PracticeCard
from questions import Response, Score
from quizzes.authoring.models import Quiz


def remember_mistake(
    *, user: User, enrolment: Enrolment, quiz: Quiz, question: UUID, response: Response, score: Score, now: datetime
) -> None:
    """Make a card if the answer is wrong and the question has none. Idempotent.

    A card that is there already is asked in practice anyway. No query if the answer is right.
    """
    if score.outcome not in MISTAKES:
        return
    assert quiz.current_version is not None
    with transaction.atomic():
        # The lock serialises a second press of the button, and the collecting of an attempt.
        Enrolment.objects.select_for_update().values_list("pk").get(pk=enrolment.pk)
        if PracticeCard.objects.filter(enrolment=enrolment, question=question).exists():
            return
        card = PracticeCard(enrolment=enrolment, quiz=quiz, question=question, turns=0, created_at=now)
        answer = advance_card(
            card,
            response=response,
            score=score.as_dict(),
            version_id=quiz.current_version.pk,
            attempt_id=None,
            at=now,
            on=user.local_day(now),
        )
        card.save()
        answer.save()
