"""A quiz whose hand-in and near misses wait for a person."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import Course, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import start
from tests.factories import EnrolmentFactory, UserFactory
from tests.quizzes import every_kind
from tests.quizzes.graded import graded, of_every_kind, publish

HandIn = Callable[..., Attempt]


@pytest.fixture
def by_hand(quiz: Quiz) -> Quiz:
    """A quiz of every kind. Near misses of the short answer are graded manually."""
    every_kind.fill(quiz)
    quiz.questions.filter(kind="short_answer").update(definition={"near_misses": "review"})
    publish(quiz)
    return quiz


@pytest.fixture
def hand_in(by_hand: Quiz, course: Course) -> HandIn:
    """Hand in an attempt of a new student, who waits since `days_ago`; with `near_miss` two answers of it wait."""

    def handed_in(name: str = "Nora", *, days_ago: int = 1, near_miss: bool = False) -> Attempt:
        enrolment: Enrolment = EnrolmentFactory(course=course, user=UserFactory(name=name))
        then = timezone.now() - timedelta(days=days_ago)
        attempt = start.start(quiz=by_hand, enrolment=enrolment, now=then)
        changed = {"short_answer": {"text": f"{every_kind.CANARY} acceptde"}} if near_miss else {}
        return graded(by_hand, enrolment, of_every_kind(attempt, **changed), now=then)

    return handed_in
