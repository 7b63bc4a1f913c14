"""Collect mistakes: turn wrong answers of graded attempts into practice cards."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from courses.models import Enrolment
from practice.cards import MISTAKES, SCHEDULE_FIELDS, EnrolmentsById, advance_card
from practice.models import CollectedGrade, PracticeAnswer, PracticeCard
from questions import KINDS, Response
from quizzes.attempts.models import Answer
from quizzes.authoring.versions import QuizVersion
from quizzes.grading.models import AttemptGrade
from quizzes.results import visibility
from quizzes.results.quiz_states import QuizStates


def collect_mistakes(user: User, enrolments: EnrolmentsById, now: datetime, states: QuizStates) -> set[int]:
    """Make cards of the mistakes in uncollected gradings whose solutions the student may see. Idempotent.

    Returns the ids of the enrolments that were searched; an empty set if there was nothing to collect. That takes one query,
    because the `states` say which answers are shown. They are decided again when something is stored.
    """
    attempts = [grade.attempt for grade in _uncollected_grades(enrolments)]
    if not any(answers_may_be_shown(states, attempt.quiz_id, attempt.enrolment_id) for attempt in attempts):
        return set()
    with transaction.atomic():
        # The lock serialises concurrent calls: the second finds nothing uncollected.
        list(Enrolment.objects.select_for_update().filter(user=user).order_by("pk").values_list("pk"))
        grades = _collectable(_uncollected_grades(enrolments), enrolments, now)
        CollectedGrade.objects.bulk_create(CollectedGrade(grade=grade, at=now) for grade in grades)
        # If an attempt was graded more than once, the last grading is used.
        _make_cards(user, list({grade.attempt_id: grade for grade in grades}.values()), now)
    return set(enrolments)


def answers_may_be_shown(states: QuizStates, quiz_id: int, enrolment_id: int) -> bool:
    """Return whether the student may see the answers, as far as the `states` say."""
    # A lesson check has no state, and neither has an archived quiz.
    state = states.get((quiz_id, enrolment_id))
    return state is None or state.answers_shown


def _uncollected_grades(enrolment_ids: Iterable[int]) -> list[AttemptGrade]:
    """Return the gradings without a `CollectedGrade`, ordered by the attempt's submission and then by revision."""
    return list(
        AttemptGrade.objects.filter(attempt__enrolment__in=list(enrolment_ids), collected=None)
        .select_related("attempt__quiz__activity")
        .order_by("attempt__submitted_at", "attempt_id", "revision")
    )


def _collectable(grades: list[AttemptGrade], enrolments: EnrolmentsById, now: datetime) -> list[AttemptGrade]:
    """Return the gradings whose solutions the student may see now."""
    pairs = {(grade.attempt.quiz_id, grade.attempt.enrolment_id): grade.attempt for grade in grades}
    shown = visibility.find_pairs_with_answers_shown(
        [(attempt.quiz, enrolments[attempt.enrolment_id]) for attempt in pairs.values()], now=now
    )
    return [grade for grade in grades if (grade.attempt.quiz_id, grade.attempt.enrolment_id) in shown]


def _make_cards(user: User, grades: Sequence[AttemptGrade], now: datetime) -> None:
    """Store a card for each mistake, or advance the existing card. A card gets at most one answer of each attempt."""
    mistakes = list(_mistakes(grades))
    questions = {question for _, question in mistakes}
    cards = {
        (card.enrolment_id, str(card.question)): card
        for card in PracticeCard.objects.filter(enrolment__user=user, question__in=questions)
    }
    stored_ids = {card.pk for card in cards.values()}
    collected = set(
        PracticeAnswer.objects.filter(card__in=stored_ids, attempt__isnull=False).values_list("card_id", "attempt_id")
    )
    responses = _responses(grades)
    practice_answers = []
    for grade, question in mistakes:
        attempt = grade.attempt
        assert attempt.submitted_at is not None
        card = cards.get((attempt.enrolment_id, question))
        on = user.local_day(attempt.submitted_at)
        if card and ((card.pk, attempt.pk) in collected or on < card.reviewed_on):
            # The attempt was collected by an earlier grading, or it is older than the card's last answer.
            continue
        score = grade.details[question]
        if card is None:
            card = cards[attempt.enrolment_id, question] = PracticeCard(
                enrolment_id=attempt.enrolment_id, quiz_id=attempt.quiz_id, question=question, turns=0, created_at=now
            )
        practice_answers.append(
            advance_card(
                card,
                response=responses.get((attempt.pk, question), {}),
                score=score,
                version_id=grade.version_id,
                attempt_id=attempt.pk,
                at=attempt.submitted_at,
                on=on,
            )
        )
    # Cards are compared by identity, because a new card has no primary key yet.
    changed_cards = {id(answer.card): answer.card for answer in practice_answers}.values()
    PracticeCard.objects.bulk_create(card for card in changed_cards if card.pk is None)
    PracticeCard.objects.bulk_update([card for card in changed_cards if card.pk in stored_ids], SCHEDULE_FIELDS)
    PracticeAnswer.objects.bulk_create(practice_answers)


def _mistakes(grades: Sequence[AttemptGrade]) -> Iterable[tuple[AttemptGrade, str]]:
    """Yield (grading, question uuid) for each automatically graded question with a wrong or partly right answer."""
    contents = dict(
        QuizVersion.objects.filter(pk__in={grade.attempt.version_id for grade in grades}).values_list("pk", "content")
    )
    for grade in grades:
        # Follow the order of the quiz: a database may return the keys of a JSON object in another order.
        for question in contents[grade.attempt.version_id]["questions"]:
            score = grade.details.get(question["uuid"])
            if score and score["outcome"] in MISTAKES and not KINDS[question["kind"]].by_person:
                yield grade, question["uuid"]


def _responses(grades: Sequence[AttemptGrade]) -> dict[tuple[int, str], Response]:
    """Return the stored responses of the graded attempts: {(attempt id, question uuid): response}."""
    answers = Answer.objects.filter(attempt__in=[grade.attempt_id for grade in grades])
    return {(answer.attempt_id, str(answer.question)): answer.response for answer in answers}
