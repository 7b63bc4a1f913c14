"""Turn mistakes in graded attempts into practice cards."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from courses.models import Enrolment
from quizzes.attempts.models import Answer
from quizzes.authoring.versions import QuizVersion
from quizzes.grading.models import AttemptGrade
from quizzes.practice.cards import MISTAKES, SCHEDULE_FIELDS, EnrolmentsById, local_day, next_answer
from quizzes.practice.models import CollectedGrade, PracticeAnswer, PracticeCard
from quizzes.questions import KINDS, Response
from quizzes.results import visibility


def collect_mistakes(user: User, places: EnrolmentsById, now: datetime) -> set[int]:
    """Make cards of what was graded since the last look, as far as its answers may be shown. Safe to repeat.

    Returns the enrolments that it looked through.
    """
    if not _ready(_uncollected_grades(places), places, now):
        return set()
    with transaction.atomic():
        # One look after the other: the second finds everything taken.
        list(Enrolment.objects.select_for_update().filter(user=user).order_by("pk").values_list("pk"))
        grades = _ready(_uncollected_grades(places), places, now)
        CollectedGrade.objects.bulk_create(CollectedGrade(grade=grade, at=now) for grade in grades)
        # Of an attempt that was graded anew the last grading counts.
        _make_cards(user, list({grade.attempt_id: grade for grade in grades}.values()), now)
    return set(places)


def _uncollected_grades(places: Iterable[int]) -> list[AttemptGrade]:
    """Gradings that nobody has looked through, in the order of the submits and, of one attempt, of the revisions."""
    return list(
        AttemptGrade.objects.filter(attempt__enrolment__in=list(places), collected=None)
        .select_related("attempt__quiz__activity")
        .order_by("attempt__submitted_at", "attempt_id", "revision")
    )


def _ready(grades: list[AttemptGrade], places: EnrolmentsById, now: datetime) -> list[AttemptGrade]:
    pairs = {(grade.attempt.quiz_id, grade.attempt.enrolment_id): grade.attempt for grade in grades}
    shown = visibility.find_pairs_with_answers_shown(
        [(each.quiz, places[each.enrolment_id]) for each in pairs.values()], now=now
    )
    return [grade for grade in grades if (grade.attempt.quiz_id, grade.attempt.enrolment_id) in shown]


def _make_cards(user: User, grades: Sequence[AttemptGrade], now: datetime) -> None:
    mistakes = list(_mistakes(grades))
    questions = {question for _, question in mistakes}
    cards = {
        (card.enrolment_id, str(card.question)): card
        for card in PracticeCard.objects.filter(enrolment__user=user, question__in=questions)
    }
    old = {card.pk for card in cards.values()}
    known = set(PracticeAnswer.objects.filter(card__in=old, attempt__isnull=False).values_list("card_id", "attempt_id"))
    responses = _responses(grades)
    reviews = []
    for grade, question in mistakes:
        attempt = grade.attempt
        assert attempt.submitted_at is not None
        card = cards.get((attempt.enrolment_id, question))
        on = local_day(user, attempt.submitted_at)
        if card and ((card.pk, attempt.pk) in known or on < card.reviewed_on):
            # Graded anew, or known only now: the card has moved on since.
            continue
        score = grade.details[question]
        if card is None:
            card = cards[attempt.enrolment_id, question] = PracticeCard(
                enrolment_id=attempt.enrolment_id, quiz_id=attempt.quiz_id, question=question, turns=0, created_at=now
            )
        reviews.append(
            next_answer(
                card,
                response=responses.get((attempt.pk, question), {}),
                score=score,
                version_id=grade.version_id,
                attempt_id=attempt.pk,
                at=attempt.submitted_at,
                on=on,
            )
        )
    moved = {id(review.card): review.card for review in reviews}.values()
    PracticeCard.objects.bulk_create(card for card in moved if card.pk is None)
    PracticeCard.objects.bulk_update([card for card in moved if card.pk in old], SCHEDULE_FIELDS)
    PracticeAnswer.objects.bulk_create(reviews)


def _mistakes(grades: Sequence[AttemptGrade]) -> Iterable[tuple[AttemptGrade, str]]:
    """(grading, question) for each question that was answered wrong or partly right and that a machine grades."""
    contents = dict(
        QuizVersion.objects.filter(pk__in={grade.attempt.version_id for grade in grades}).values_list("pk", "content")
    )
    for grade in grades:
        # In the order of the quiz: a database may give back the names of a JSON object in another one.
        for view in contents[grade.attempt.version_id]["questions"]:
            score = grade.details.get(view["uuid"])
            if score and score["outcome"] in MISTAKES and not KINDS[view["kind"]].by_person:
                yield grade, view["uuid"]


def _responses(grades: Sequence[AttemptGrade]) -> dict[tuple[int, str], Response]:
    answers = Answer.objects.filter(attempt__in=[grade.attempt_id for grade in grades])
    return {(answer.attempt_id, str(answer.question)): answer.response for answer in answers}
