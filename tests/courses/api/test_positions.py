"""Reading positions by the API."""

from typing import Any

import pytest

from courses.models import Activity, Enrolment, ReadingPosition
from tests.api import Api
from tests.contract import check


def test_a_position_that_an_app_stores_comes_with_the_lesson(
    alice_api: Api, enrolment: Enrolment, lesson: Activity
) -> None:
    address = f"lessons/{lesson.uuid}"
    assert alice_api.get(address)["position"] is None

    stored = alice_api.put(f"{address}/position", {"anchor": "life-cycle.3"})

    check("Position", stored)
    found = alice_api.get(address)
    check("Lesson", found)
    assert found["position"] == stored
    assert stored["anchor"] == "life-cycle.3"
    alice_api.put(f"{address}/position", {"anchor": ".0"})
    assert alice_api.get(address)["position"]["anchor"] == ".0"


@pytest.mark.parametrize(
    "body", [{}, {"anchor": "nowhere"}, {"anchor": 5}, {"anchor": None}, {"anchor": "a" * 200 + ".1"}]
)
def test_a_position_that_names_no_place_is_refused(
    alice_api: Api, enrolment: Enrolment, lesson: Activity, body: Any
) -> None:
    alice_api.put(f"lessons/{lesson.uuid}/position", body, expect=400)
    assert not ReadingPosition.objects.exists()


def test_strangers_and_quizzes_have_no_position(
    bob_api: Api, alice_api: Api, enrolment: Enrolment, lesson: Activity
) -> None:
    bob_api.put(f"lessons/{lesson.uuid}/position", {"anchor": ".1"}, expect=404)
    quiz = lesson.course.activities.get(slug="quiz")
    alice_api.put(f"lessons/{quiz.uuid}/position", {"anchor": ".1"}, expect=404)
