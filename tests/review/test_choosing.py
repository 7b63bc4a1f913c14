"""Which answer comes next: the longest waiting one that nobody else has."""

from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import User
from courses.models import Course
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from review.answers import leases
from review.answers.choosing import Wanted, find_next, waiting_for
from tests.factories import ActivityFactory, QuizFactory
from tests.quizzes.graded import question_of
from tests.review.conftest import HandIn

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def chosen(user: User, wanted: Wanted | None = None) -> tuple[Attempt, UUID] | None:
    return find_next(user, wanted or Wanted(), NOW)


def text_of(attempt: Attempt) -> tuple[Attempt, UUID]:
    return attempt, question_of(attempt, "hand_in")


def short_of(attempt: Attempt) -> tuple[Attempt, UUID]:
    return attempt, question_of(attempt, "short_answer")


def after(place: tuple[Attempt, UUID], **more: object) -> Wanted:
    return Wanted(after=(place[0].uuid, place[1]), **more)  # type: ignore[arg-type]


def test_the_longest_waiting_comes_first_and_its_questions_in_their_order(hand_in: HandIn, ines: User) -> None:
    new, old = hand_in("Nora", days_ago=1), hand_in("Odo", days_ago=3, near_miss=True)
    assert chosen(ines) == short_of(old)
    assert chosen(ines, after(short_of(old))) == text_of(old)
    assert chosen(ines, after(text_of(old))) == text_of(new)
    # Behind the last one the first one comes again, and never the same.
    assert chosen(ines, after(text_of(new))) == short_of(old)


def test_nothing_follows_the_only_one(hand_in: HandIn, ines: User) -> None:
    assert chosen(ines) is None
    attempt = hand_in()
    assert chosen(ines, after(text_of(attempt))) is None
    assert chosen(ines, after((attempt, UUID(int=1)))) == text_of(attempt)
    assert chosen(ines, Wanted(after=(UUID(int=1), UUID(int=2)))) == text_of(attempt)


def test_what_somebody_else_grades_is_left_out(hand_in: HandIn, ines: User, ada: User) -> None:
    first, second = hand_in(days_ago=3), hand_in(days_ago=2)
    attempt, question = text_of(first)
    leases.claim(attempt=attempt, question=question, grader=ada, now=NOW)
    assert chosen(ines) == text_of(second)
    assert chosen(ada) == text_of(first)
    assert find_next(ines, Wanted(), NOW + leases.LEASE) == text_of(first)


def test_one_question_or_one_quiz_can_be_graded_alone(
    hand_in: HandIn, by_hand: Quiz, course: Course, ines: User
) -> None:
    old, new = hand_in(days_ago=3, near_miss=True), hand_in(days_ago=2, near_miss=True)
    question = question_of(old, "hand_in")
    wanted = Wanted(quiz=by_hand.pk, question=question)
    assert chosen(ines, wanted) == text_of(old)
    assert chosen(ines, after(text_of(old), quiz=by_hand.pk, question=question)) == text_of(new)
    assert waiting_for(ines, wanted).count() == 2
    assert waiting_for(ines, Wanted(question=question_of(old, "numeric"))).count() == 0
    other = QuizFactory(activity=ActivityFactory(module=course.modules.get(), slug="other", kind="quiz"))
    assert chosen(ines, Wanted(quiz=other.pk)) is None


def test_only_answers_that_the_person_may_grade_are_chosen(hand_in: HandIn, otto: User, oscar: User, ada: User) -> None:
    attempt = hand_in()
    assert chosen(otto) is None
    assert chosen(oscar) is None
    assert chosen(ada) == text_of(attempt)
