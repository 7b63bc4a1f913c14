"""Steps of a regrade that several tests take."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from accounts.models import User
from quizzes.attempts.models import Attempt
from quizzes.grading import regrading
from quizzes.grading.models import Regrade
from tests.quizzes.graded import NOW

LATER = NOW + timedelta(hours=1)


def approve(regrade: Regrade, actor: User) -> None:
    regrading.approve(regrade=regrade, reason=" The key was wrong. ", actor=actor, now=LATER)


def run(regrade: Regrade, **more: Any) -> regrading.Progress:
    return regrading.run(regrade_id=regrade.pk, now=LATER, **more)


def points_by_student() -> dict[str, Decimal | None]:
    return dict(Attempt.objects.values_list("enrolment__user__name", "points"))
