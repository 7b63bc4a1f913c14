"""Leases: two people never have the same answer, and what was left is free again."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import User
from quizzes.attempts.models import Attempt
from review.answers import leases
from review.models import AnswerLease
from tests.quizzes.graded import question_of
from tests.review.conftest import HandIn

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def place(hand_in: HandIn) -> tuple[Attempt, UUID]:
    attempt = hand_in()
    return attempt, question_of(attempt, "hand_in")


def claim(place: tuple[Attempt, UUID], grader: User, minutes: int = 0) -> User | None:
    """Claim the answer so many minutes later; returns who has it instead."""
    attempt, question = place
    now = NOW + timedelta(minutes=minutes)
    held = leases.claim(attempt=attempt, question=question, grader=grader, now=now)
    return held.grader if held else None


def test_the_first_who_opens_an_answer_has_it(place: tuple[Attempt, UUID], ines: User, ada: User) -> None:
    assert claim(place, ines) is None
    assert claim(place, ada) == ines
    assert claim(place, ines) is None
    assert AnswerLease.objects.count() == 1


def test_a_lease_ends_and_is_renewed_by_its_owner(place: tuple[Attempt, UUID], ines: User, ada: User) -> None:
    claim(place, ines)
    claim(place, ines, minutes=9)
    assert claim(place, ada, minutes=18) == ines
    assert claim(place, ada, minutes=19) is None
    assert claim(place, ines, minutes=20) == ada


def test_an_answer_can_be_taken_over(place: tuple[Attempt, UUID], ines: User, ada: User) -> None:
    attempt, question = place
    claim(place, ines)
    leases.take_over(attempt=attempt, question=question, grader=ada, now=NOW)
    assert claim(place, ines) == ada
    # Nor does anybody lose an answer that nobody has.
    AnswerLease.objects.all().delete()
    leases.take_over(attempt=attempt, question=question, grader=ada, now=NOW)
    assert claim(place, ines) == ada


def test_only_its_owner_gives_an_answer_back(place: tuple[Attempt, UUID], ines: User, ada: User) -> None:
    attempt, question = place
    claim(place, ines)
    leases.release(attempt=attempt, question=question, grader=ada)
    assert claim(place, ada) == ines
    leases.release(attempt=attempt, question=question, grader=ines)
    assert claim(place, ada) is None


def test_other_answers_of_the_attempt_are_free(place: tuple[Attempt, UUID], ines: User, ada: User) -> None:
    attempt, question = place
    claim(place, ines)
    assert claim((attempt, question_of(attempt, "short_answer")), ada) is None
    assert leases.get_busy(ada, NOW) == {(attempt.pk, question)}
    assert leases.find_graders([attempt], ada, NOW) == {attempt.pk: ines}
    assert leases.find_graders([attempt], ada, NOW + leases.LEASE) == {}


def test_leases_that_were_left_are_deleted_after_a_day(place: tuple[Attempt, UUID], ines: User) -> None:
    claim(place, ines)
    leases.forget_expired(NOW + timedelta(days=1))
    assert AnswerLease.objects.exists()
    leases.forget_expired(NOW + timedelta(days=1) + leases.LEASE * 2)
    assert not AnswerLease.objects.exists()
