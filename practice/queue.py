"""Choose the practice cards that a student is asked to answer today."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.own_account.reviews import remember_reviews
from common.database.aggregates import JoinedIds, ids_of
from common.database.prepared import Prepared
from common.errors import DomainError
from courses.models import Enrolment
from courses.outline.published import get_published
from practice.cards import EnrolmentsById
from practice.collecting import answers_may_be_shown, collect_mistakes
from practice.models import PracticeAnswer, PracticeCard
from questions import KINDS
from quizzes.authoring.models import Quiz
from quizzes.grading.models import AttemptGrade
from quizzes.results import visibility
from quizzes.results.quiz_states import QuizStates, get_quiz_states, is_lesson_check_shown

# The number of questions that a student is asked on one day. Five questions take about five minutes, which is short
# enough for every day. Other due cards wait. The card that has been due longest is asked first.
DAILY_LIMIT = 5


class CardNotDue(DomainError):
    slug = "card-not-due"
    status = 409
    help = gettext_lazy(
        "The question is not due for practice now: it is due on a later day, or its quiz can be taken again."
    )


@dataclass(frozen=True, slots=True)
class Today:
    """The practice queue of one student on one date in their time zone. `done` counts the answers of that date.

    `askable` are all cards whose solution the student may see, whenever they are due.
    """

    on: date
    done: int
    # The cards still to be answered today, in the order in which they are asked.
    cards: list[PracticeCard]
    # The first date on which a further card is due; None if there is none.
    next_on: date | None
    askable: list[PracticeCard] = field(default_factory=list)

    @property
    def total(self) -> int:
        """The number of today's questions, answered or not."""
        return self.done + len(self.cards)

    @property
    def is_tomorrow(self) -> bool:
        """Whether the next card is due on the following day."""
        return self.next_on == self.on + timedelta(days=1)

    @property
    def is_empty(self) -> bool:
        """Whether there is no card at all, today or later."""
        return not self.total and self.next_on is None


def prepare_today(*, user: User, now: datetime, states: QuizStates | None = None) -> Today:
    """Collect new mistakes, then return the student's queue of today.

    One query if the student has no cards, else two, and one for the `states` if they are not given and a card is of a
    graded quiz or a grade may be collected.
    """
    on = user.local_day(now)
    rows = _ENROLMENTS.instances(user.pk, now, on)
    enrolments: EnrolmentsById = {row.pk: row for row in rows}
    uncollected = {row.pk: quizzes for row in rows if (quizzes := ids_of(row.uncollected))}  # type: ignore[attr-defined]
    has_cards = any(row.has_cards for row in rows)  # type: ignore[attr-defined]
    if uncollected:
        states = get_quiz_states(user, enrolments, now) if states is None else states
        searched = {pk: enrolments[pk] for pk, quizzes in uncollected.items() if _any_is_shown(states, pk, quizzes)}
        has_cards = bool(searched and collect_mistakes(user, searched, now, states)) or has_cards
    if not has_cards:
        remember_reviews(user, on, 0)
        return Today(on, 0, [], None)
    done = rows[0].answers  # type: ignore[attr-defined]
    cards = filter_askable(_CARDS.instances(user.pk), user, enrolments, now, states)
    due = [card for card in cards if card.due_on <= on]
    left = max(0, DAILY_LIMIT - done)
    chosen, waiting = due[:left], due[left:]
    remember_reviews(user, on, len(chosen))
    next_due_on = cards[len(due)].due_on if len(cards) > len(due) else None
    return Today(on, done, chosen, on + timedelta(days=1) if waiting else next_due_on, cards)


def _any_is_shown(states: QuizStates, enrolment_id: int, quiz_ids: Iterable[int]) -> bool:
    return any(answers_may_be_shown(states, quiz_id, enrolment_id) for quiz_id in quiz_ids)


def _enrolments(user_id: int, now: datetime, on: date) -> QuerySet[Enrolment]:
    """Return the student's enrolments: the quizzes with something to collect, whether there is a card, and the answers `on`.

    On most days most students have neither, so no other query is needed.
    """
    uncollected = AttemptGrade.objects.filter(
        visibility.may_be_shown(now), attempt__enrolment=OuterRef("pk"), collected=None
    )
    # The first answer of a card is the mistake that made it: in an attempt or in the text of a lesson, not in practice.
    answers = PracticeAnswer.objects.filter(card__enrolment__user=user_id, attempt=None, turn__gt=1, on=on).order_by()
    return (
        Enrolment.objects.active()
        .filter(user_id=user_id)
        .select_related("course")
        .annotate(
            uncollected=Subquery(
                uncollected.order_by()
                .values("attempt__enrolment")
                .annotate(ids=JoinedIds("attempt__quiz"))
                .values("ids")
            ),
            has_cards=Exists(PracticeCard.objects.filter(enrolment=OuterRef("pk"))),
            answers=Coalesce(Subquery(answers.values("attempt").annotate(n=Count("pk")).values("n")), 0),
        )
    )


# Prepared statements: every page of a course asks the first one.
_ENROLMENTS = Prepared(_enrolments, samples=(-1, datetime(1970, 1, 1, tzinfo=UTC), date(1970, 1, 2)))
_CARDS = Prepared(
    lambda user: (
        PracticeCard.objects.filter(
            enrolment__user=user, enrolment__status=Enrolment.Status.ACTIVE, enrolment__course__is_published=True
        )
        .select_related("quiz__activity")
        .order_by("due_on", "pk")
    ),
    samples=(-1,),
)


def filter_askable(
    cards: list[PracticeCard],
    user: User,
    enrolments: EnrolmentsById,
    now: datetime,
    states: QuizStates | None = None,
) -> list[PracticeCard]:
    """Return the cards that may be asked: the quiz still has the question, and the student may see its solutions.

    The cards have their quizzes with activities. Sets `enrolment` of the returned cards, so that reading it needs no query.
    One query if the `states` are not given and a card is of a graded quiz.
    """
    cards = [card for card in cards if _is_in_course(card, enrolments[card.enrolment_id])]
    if states is None and any(card.quiz.is_graded for card in cards):
        states = get_quiz_states(user, enrolments, now)
    for card in cards:
        card.enrolment = enrolments[card.enrolment_id]
    return [card for card in cards if _is_shown(card, states or {})]


def _is_shown(card: PracticeCard, states: QuizStates) -> bool:
    """Return whether the student may see the solution of a card."""
    state = states.get((card.quiz_id, card.enrolment_id))
    return state.answers_shown if state else is_lesson_check_shown(card.quiz)


def _is_in_course(card: PracticeCard, enrolment: Enrolment) -> bool:
    """Whether the course still has the question. Cached for the course's revision; a cached value needs no query."""
    course = get_published(enrolment.course_id, enrolment.course.revision)
    return str(card.question) in course.cached("practice.queue", lambda: _questions(enrolment.course_id))


def _questions(course_id: int) -> frozenset[str]:
    """Return the uuids of all automatically graded questions in the current quiz versions of a course."""
    contents = Quiz.objects.filter(
        activity__course=course_id, activity__archived_at=None, current_version__isnull=False
    ).values_list("current_version__content", flat=True)
    return frozenset(
        question["uuid"]
        for content in contents
        for question in content["questions"]
        if not KINDS[question["kind"]].by_person
    )
