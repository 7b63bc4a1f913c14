"""Owns the review queue: which of a student's mistakes come again today, and what an answer to one of them does.

A question that was answered wrong or partly right becomes a card once the answers may be shown to that student, and is
asked only while they may: nothing of a quiz that can still be taken is learnt here. What was left empty is no mistake.
Cards are derived when somebody looks, from gradings that nobody has looked through yet (`TakenGrade`), so existing
history is picked up and a second look changes nothing. None of it enters a grade or the progress.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.models import User
from common.api import DomainError
from courses import access
from courses.models import Enrolment
from courses.published import published
from quizzes import attempts, results, spacing
from quizzes.models import Answer, AnswerKey, AttemptGrade, CardReview, Quiz, QuizVersion, ReviewCard, TakenGrade
from quizzes.presenting import PresentedQuestion, present_one
from quizzes.questions import KINDS, PENDING, Response, Spec
from quizzes.results import QuestionResult
from quizzes.spacing import Memory

# Questions that a student is asked on one day: some five minutes, short enough to be done daily. What is due beyond
# them waits; the oldest comes first.
A_DAY = 5

MISTAKES = ("incorrect", "partial")

# What of a card follows its log.
MOVING = ["turns", "stability", "difficulty", "due_on", "reviewed_on"]


class CardNotDue(DomainError):
    slug = "card-not-due"
    status = 409


class NothingAnswered(DomainError):
    slug = "nothing-answered"


# --- What a student finds today -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Today:
    """The review queue of one student on one day of their calendar."""

    on: date
    done: int
    # Of today, in the order in which they are asked.
    cards: list[ReviewCard]
    # The first day on which a card is due that is not asked today; None: there is none.
    next_on: date | None

    @property
    def total(self) -> int:
        return self.done + len(self.cards)

    @property
    def is_tomorrow(self) -> bool:
        """Whether that is the day after this one."""
        return self.next_on == self.on + timedelta(days=1)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say: no card, today or later."""
        return not self.total and self.next_on is None


def today(*, user: User, now: datetime) -> Today:
    """The student's queue now, with the mistakes that have become known since the last look."""
    places, untaken, with_cards = _places(user)
    if untaken:
        with_cards |= _take_mistakes(user, untaken, now)
    on = local_day(user, now)
    if not with_cards:
        return Today(on, 0, [], None)
    cards = list(ReviewCard.objects.filter(enrolment__in=with_cards).order_by("due_on", "pk"))
    done = CardReview.objects.filter(card__enrolment__user=user, attempt=None, on=on).count()
    cards = _asked(cards, places, now)
    due = [card for card in cards if card.due_on <= on]
    chosen, waiting = due[: max(0, A_DAY - done)], due[max(0, A_DAY - done) :]
    later = cards[len(due)].due_on if len(cards) > len(due) else None
    return Today(on, done, chosen, on + timedelta(days=1) if waiting else later)


Places = dict[int, Enrolment]


def _places(user: User) -> tuple[Places, Places, set[int]]:
    """The student's enrolments by id, those of them with gradings that nobody has looked through, and those with cards.

    One query: for most students on most days there is nothing else to ask.
    """
    rows = access.enrolments(user).annotate(
        has_untaken=Exists(AttemptGrade.objects.filter(attempt__enrolment=OuterRef("pk"), taken=None)),
        has_cards=Exists(ReviewCard.objects.filter(enrolment=OuterRef("pk"))),
    )
    places: Places = {row.pk: row for row in rows}
    return places, {row.pk: row for row in rows if row.has_untaken}, {row.pk for row in rows if row.has_cards}


def local_day(user: User, moment: datetime) -> date:
    return moment.astimezone(user.zone).date()


def _asked(cards: list[ReviewCard], places: Places, now: datetime) -> list[ReviewCard]:
    """Those of `cards` whose question is asked now: it is in its quiz, and its answers may be shown to the student."""
    cards = [card for card in cards if _is_in_course(card, places[card.enrolment_id])]
    by_id = Quiz.objects.select_related("activity").in_bulk({card.quiz_id for card in cards})
    pairs = {(card.quiz_id, card.enrolment_id) for card in cards}
    shown = results.shown_to([(by_id[quiz], places[enrolment]) for quiz, enrolment in pairs], now=now)
    for card in cards:
        card.quiz, card.enrolment = by_id[card.quiz_id], places[card.enrolment_id]
    return [card for card in cards if (card.quiz_id, card.enrolment_id) in shown]


def _is_in_course(card: ReviewCard, enrolment: Enrolment) -> bool:
    """Whether the course still asks the question. Held with the course's revision: no query once it is known."""
    course = published(enrolment.course_id, enrolment.course.revision)
    return str(card.question) in course.hold("quizzes.practising", lambda: _questions(enrolment.course_id))


def _questions(course_id: int) -> frozenset[str]:
    """The questions of a course that a machine grades, by uuid, as its students meet them now."""
    contents = Quiz.objects.filter(
        activity__course=course_id, activity__archived_at=None, current_version__isnull=False
    ).values_list("current_version__content", flat=True)
    return frozenset(
        view["uuid"] for content in contents for view in content["questions"] if not KINDS[view["kind"]].by_person
    )


# --- Mistakes become cards ------------------------------------------------------------------------------------


def _take_mistakes(user: User, places: Places, now: datetime) -> set[int]:
    """Make cards of what was graded since the last look, as far as its answers may be shown. Safe to repeat.

    Returns the enrolments that it looked through.
    """
    if not _ready(_not_taken(places), places, now):
        return set()
    with transaction.atomic():
        # One look after the other: the second finds everything taken.
        list(Enrolment.objects.select_for_update().filter(user=user).order_by("pk").values_list("pk"))
        grades = _ready(_not_taken(places), places, now)
        TakenGrade.objects.bulk_create(TakenGrade(grade=grade, at=now) for grade in grades)
        # Of an attempt that was graded anew the last grading counts.
        _make_cards(user, list({grade.attempt_id: grade for grade in grades}.values()), now)
    return set(places)


def _not_taken(places: Iterable[int]) -> list[AttemptGrade]:
    """Gradings that nobody has looked through, in the order of the submits and, of one attempt, of the revisions."""
    return list(
        AttemptGrade.objects.filter(attempt__enrolment__in=list(places), taken=None)
        .select_related("attempt__quiz__activity")
        .order_by("attempt__submitted_at", "attempt_id", "revision")
    )


def _ready(grades: list[AttemptGrade], places: Places, now: datetime) -> list[AttemptGrade]:
    pairs = {(grade.attempt.quiz_id, grade.attempt.enrolment_id): grade.attempt for grade in grades}
    shown = results.shown_to([(each.quiz, places[each.enrolment_id]) for each in pairs.values()], now=now)
    return [grade for grade in grades if (grade.attempt.quiz_id, grade.attempt.enrolment_id) in shown]


def _make_cards(user: User, grades: Sequence[AttemptGrade], now: datetime) -> None:
    mistakes = list(_mistakes(grades))
    questions = {question for _, question in mistakes}
    cards = {
        (card.enrolment_id, str(card.question)): card
        for card in ReviewCard.objects.filter(enrolment__user=user, question__in=questions)
    }
    old = {card.pk for card in cards.values()}
    known = set(CardReview.objects.filter(card__in=old, attempt__isnull=False).values_list("card_id", "attempt_id"))
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
            card = cards[attempt.enrolment_id, question] = ReviewCard(
                enrolment_id=attempt.enrolment_id, quiz_id=attempt.quiz_id, question=question, turns=0, created_at=now
            )
        reviews.append(
            _reviewed(
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
    ReviewCard.objects.bulk_create(card for card in moved if card.pk is None)
    ReviewCard.objects.bulk_update([card for card in moved if card.pk in old], MOVING)
    CardReview.objects.bulk_create(reviews)


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


def _reviewed(
    card: ReviewCard,
    *,
    response: Response,
    score: dict[str, Any],
    version_id: int,
    attempt_id: int | None,
    at: datetime,
    on: date,
) -> CardReview:
    """The next row of the card's log; the card follows it. The caller writes both in one transaction."""
    before = memory_of(card) if card.turns else None
    rating = spacing.RATINGS[score["outcome"]]
    after = spacing.review(before, rating, on)
    card.turns += 1
    card.stability, card.difficulty = after.stability, after.difficulty
    card.due_on, card.reviewed_on = after.due_on, after.reviewed_on
    return CardReview(
        card=card,
        turn=card.turns,
        attempt_id=attempt_id,
        version_id=version_id,
        response=response,
        score=score,
        rating=rating,
        before=before.as_dict() if before else None,
        after=after.as_dict(),
        at=at,
        on=on,
    )


def memory_of(card: ReviewCard) -> Memory:
    return Memory(card.stability, card.difficulty, card.due_on, card.reviewed_on)


# --- Asking and answering -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answered:
    """One review in the queue, with what there is to say about it."""

    card: ReviewCard
    review: CardReview
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
        return KINDS[self.spec["kind"]].public_view(self.spec)

    @cached_property
    def result(self) -> QuestionResult:
        return results.question_result(self.view, self.review.response, self.review.score, self.spec)

    def question(self, number: int = 1) -> PresentedQuestion:
        return _present(self.card, self.view, self.review.turn, number, self.review.response)


def view_of(card: ReviewCard) -> Spec:
    """What a student may see of a card's question now. Raises CardNotDue where its quiz has it no longer."""
    version = card.quiz.current_version
    for view in version.content["questions"] if version else ():
        if view["uuid"] == str(card.question):
            return dict(view)
    raise CardNotDue(_("This question is not up for review now."))


def question_of(card: ReviewCard, number: int = 1) -> PresentedQuestion:
    """The question of a card of today as its next turn asks it. Reads nothing of the key."""
    return _present(card, view_of(card), card.next_turn, number, {})


def _present(card: ReviewCard, view: Spec, turn: int, number: int, response: Response) -> PresentedQuestion:
    # Another order at each turn, the same at each look at one turn.
    seed = uuid5(card.uuid, str(turn)) if card.quiz.shuffle_choices else None
    return present_one(view, number=number, seed=seed, response=response)


def answer(*, user: User, card: UUID, turn: int, response: Any, now: datetime) -> Answered:
    """Grade the answer to a card of today and set the day on which it comes again. The same turn twice is once: the
    answer that came first stands.

    `response` None: the student does not know. Raises ReviewCard.DoesNotExist, CardNotDue, NothingAnswered and what
    `attempts.read_by` raises.
    """
    done = (
        answered(user=user, card=card, turn=turn, now=now)
        or _answer(user, card, turn, response, now)
        # Another tab was faster.
        or answered(user=user, card=card, turn=turn, now=now)
    )
    if done is None:
        raise CardNotDue(_("This question is not up for review now."))
    return done


def _answer(user: User, card: UUID, turn: int, response: Any, now: datetime) -> Answered | None:
    """None where that turn of the card is not up now, or no longer."""
    queue = today(user=user, now=now)
    found = next((each for each in queue.cards if each.uuid == card and turn == each.next_turn), None)
    if found is None:
        return None
    version_id = found.quiz.current_version_id
    assert version_id is not None
    spec = AnswerKey.objects.get(version=version_id).content[str(found.question)]
    kind = KINDS[spec["kind"]]
    accepted = {} if response is None else attempts.read_by(kind.public_view(spec), response)
    score = kind.grade(spec, accepted)
    if response is not None and score.outcome == "unanswered":
        raise NothingAnswered(_("Answer the question, or say that you do not know."), question=str(found.question))
    with transaction.atomic():
        if ReviewCard.objects.select_for_update().get(pk=found.pk).turns != found.turns:
            return None
        review = _reviewed(
            found,
            response=accepted,
            score=score.as_dict(),
            version_id=version_id,
            attempt_id=None,
            at=now,
            on=queue.on,
        )
        found.save(update_fields=MOVING)
        review.save()
    return Answered(found, review, spec)


def answered(*, user: User, card: UUID, turn: int, now: datetime) -> Answered | None:
    """What was answered at that turn of the queue; None while nothing is. Raises ReviewCard.DoesNotExist, CardNotDue."""
    found = ReviewCard.objects.for_student(user).get(uuid=card)
    review = CardReview.objects.filter(card=found, turn=turn, attempt=None).first()
    if review is None:
        return None
    places = {enrolment.pk: enrolment for enrolment in access.enrolments(user)}
    if not _asked([found], places, now):
        # Its quiz can be taken again, by an exception perhaps: its answers are no longer shown.
        raise CardNotDue(_("This question is not up for review now."))
    return Answered(found, review, AnswerKey.objects.get(version=review.version_id).content[str(found.question)])
