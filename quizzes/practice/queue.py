"""Choose the questions that a student practises today."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef

from accounts.models import User
from common.errors import DomainError
from courses import access
from courses.models import Enrolment
from courses.outline.published import get_published
from quizzes.authoring.models import Quiz
from quizzes.grading.models import AttemptGrade
from quizzes.practice.cards import EnrolmentsById, local_day
from quizzes.practice.collecting import collect_mistakes
from quizzes.practice.models import PracticeAnswer, PracticeCard
from quizzes.questions import KINDS
from quizzes.results import visibility

# Questions that a student is asked on one day: some five minutes, short enough to be done daily. What is due beyond
# them waits; the oldest comes first.
DAILY_LIMIT = 5


class CardNotDue(DomainError):
    slug = "card-not-due"
    status = 409


@dataclass(frozen=True, slots=True)
class Today:
    """The review queue of one student on one day of their calendar."""

    on: date
    done: int
    # Of today, in the order in which they are asked.
    cards: list[PracticeCard]
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


def get_today(*, user: User, now: datetime) -> Today:
    """The student's queue now, with the mistakes that have become known since the last look."""
    places, untaken, with_cards = _find_enrolments(user)
    if untaken:
        with_cards |= collect_mistakes(user, untaken, now)
    on = local_day(user, now)
    if not with_cards:
        return Today(on, 0, [], None)
    cards = list(PracticeCard.objects.filter(enrolment__in=with_cards).order_by("due_on", "pk"))
    done = PracticeAnswer.objects.filter(card__enrolment__user=user, attempt=None, on=on).count()
    cards = keep_askable(cards, places, now)
    due = [card for card in cards if card.due_on <= on]
    chosen, waiting = due[: max(0, DAILY_LIMIT - done)], due[max(0, DAILY_LIMIT - done) :]
    later = cards[len(due)].due_on if len(cards) > len(due) else None
    return Today(on, done, chosen, on + timedelta(days=1) if waiting else later)


def _find_enrolments(user: User) -> tuple[EnrolmentsById, EnrolmentsById, set[int]]:
    """The student's enrolments by id, those of them with gradings that nobody has looked through, and those with cards.

    One query: for most students on most days there is nothing else to ask.
    """
    rows = access.enrolments(user).annotate(
        has_untaken=Exists(AttemptGrade.objects.filter(attempt__enrolment=OuterRef("pk"), collected=None)),
        has_cards=Exists(PracticeCard.objects.filter(enrolment=OuterRef("pk"))),
    )
    places: EnrolmentsById = {row.pk: row for row in rows}
    return places, {row.pk: row for row in rows if row.has_untaken}, {row.pk for row in rows if row.has_cards}


def keep_askable(cards: list[PracticeCard], places: EnrolmentsById, now: datetime) -> list[PracticeCard]:
    """Those of `cards` whose question is asked now: it is in its quiz, and its answers may be shown to the student."""
    cards = [card for card in cards if _is_in_course(card, places[card.enrolment_id])]
    by_id = Quiz.objects.select_related("activity").in_bulk({card.quiz_id for card in cards})
    pairs = {(card.quiz_id, card.enrolment_id) for card in cards}
    shown = visibility.find_pairs_with_answers_shown(
        [(by_id[quiz], places[enrolment]) for quiz, enrolment in pairs], now=now
    )
    for card in cards:
        card.quiz, card.enrolment = by_id[card.quiz_id], places[card.enrolment_id]
    return [card for card in cards if (card.quiz_id, card.enrolment_id) in shown]


def _is_in_course(card: PracticeCard, enrolment: Enrolment) -> bool:
    """Whether the course still asks the question. Held with the course's revision: no query once it is known."""
    course = get_published(enrolment.course_id, enrolment.course.revision)
    return str(card.question) in course.cached("quizzes.practice.queue", lambda: _questions(enrolment.course_id))


def _questions(course_id: int) -> frozenset[str]:
    """The questions of a course that a machine grades, by uuid, as its students meet them now."""
    contents = Quiz.objects.filter(
        activity__course=course_id, activity__archived_at=None, current_version__isnull=False
    ).values_list("current_version__content", flat=True)
    return frozenset(
        view["uuid"] for content in contents for view in content["questions"] if not KINDS[view["kind"]].by_person
    )
