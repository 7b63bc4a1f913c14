"""Deleting rows by a condition takes with it what refers to them, and refuses what it would delete wrongly."""

from datetime import UTC, datetime

import pytest

from accounts.models import DeviceSession, User
from common.database.deleting import delete_by_condition
from courses.models import Enrolment
from push.models import Subscription
from quizzes.attempts.models import Attempt

NOON = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)


def test_only_the_rows_that_were_asked_for_go_with_what_belongs_to_them(alice: User, bob: User) -> None:
    for user in (alice, bob):
        device = DeviceSession.objects.create(user=user, session_key=user.email, signed_in_at=NOON)
        Subscription.objects.create(user=user, device=device, endpoint=user.email, created_at=NOON)

    delete_by_condition(DeviceSession.objects.filter(user=alice))

    assert [device.user for device in DeviceSession.objects.all()] == [bob]
    assert [subscription.user for subscription in Subscription.objects.all()] == [bob]


@pytest.mark.parametrize("model", [Attempt, Enrolment, User])
def test_what_is_watched_or_protected_is_refused_and_stays(enrolment: Enrolment, model: type) -> None:
    with pytest.raises(TypeError):
        delete_by_condition(model.objects.all())  # type: ignore[attr-defined]
    assert User.objects.filter(pk=enrolment.user.pk).exists()
    assert Enrolment.objects.exists()
