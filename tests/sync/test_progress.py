"""What was done is a union; of positions the latest stands."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses import progress
from courses.models import Activity, Enrolment, ReadingPosition
from quizzes.authoring.models import Quiz
from tests.api import Api
from tests.sync.sending import operation, send, statuses

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def enrolled_long_ago(enrolment: Enrolment) -> None:
    Enrolment.objects.filter(pk=enrolment.pk).update(created_at=NOW - timedelta(days=30))


def test_a_lesson_that_was_done_without_a_network_counts(
    alice_api: Api, lesson: Activity, enrolment: Enrolment
) -> None:
    send(alice_api, operation("lesson_done", lesson=str(lesson.uuid)))
    enrolment.refresh_from_db()
    assert enrolment.progress_percent == 33
    # Another device did it, too.
    assert statuses(alice_api, operation("lesson_done", lesson=str(lesson.uuid))) == ["applied"]


def test_an_undone_lesson_stays_undone_when_the_same_operation_comes_again(
    alice_api: Api, lesson: Activity, enrolment: Enrolment
) -> None:
    done = operation("lesson_done", lesson=str(lesson.uuid))
    send(alice_api, done)
    progress.mark_undone(enrolment=enrolment, activity=lesson, now=timezone.now())
    assert statuses(alice_api, done) == ["duplicate"]
    assert not lesson.completions.exists()


def test_a_quiz_cannot_be_marked_as_done(alice_api: Api, quiz: Quiz) -> None:
    assert statuses(alice_api, operation("lesson_done", lesson=str(quiz.activity.uuid))) == ["rejected"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_latest_position_stands_whatever_comes_first(
    alice_api: Api, lesson: Activity, enrolment: Enrolment, order: tuple[int, int]
) -> None:
    places = [
        operation("position", NOW - timedelta(hours=3 - n), lesson=str(lesson.uuid), anchor=f"noise.{n}")
        for n in (0, 1)
    ]
    found = [statuses(alice_api, places[n])[0] for n in order]
    assert found == (["applied", "applied"] if order == (0, 1) else ["applied", "conflict"])
    stored = ReadingPosition.objects.get()
    assert (stored.anchor, stored.read_at) == ("noise.1", NOW - timedelta(hours=2))
    enrolment.refresh_from_db()
    assert (enrolment.last_activity, enrolment.last_seen_at) == (lesson, NOW - timedelta(hours=2))


def test_a_position_of_the_future_is_one_of_now(alice_api: Api, lesson: Activity) -> None:
    at = str(lesson.uuid)
    send(alice_api, operation("position", NOW + timedelta(days=365), lesson=at, anchor="noise.1"))
    assert statuses(alice_api, operation("position", timezone.now(), lesson=at, anchor="noise.2")) == ["applied"]
    assert ReadingPosition.objects.get().anchor == "noise.2"
