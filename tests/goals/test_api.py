"""The goal and the weekly summary's number."""

from datetime import timedelta

import pytest

from accounts.models import User
from courses.models import Enrolment
from courses.summaries.sections import Reader, Times, with_rows
from goals.sections import find_week
from tests.api import Api
from tests.goals.conftest import MONDAY

pytestmark = pytest.mark.django_db


def test_an_app_reads_and_sets_the_goal(alice_api: Api, enrolment: Enrolment) -> None:
    assert alice_api.patch("me", {"weekly_goal": 20})["weekly_goal"] == 20
    found = alice_api.get("goal")
    assert found | {"week_start": ""} == {"weekly_goal": 20, "week_start": "", "steps": 0, "days": 0, "free_days": 2}
    refused = alice_api.patch("me", {"weekly_goal": 21}, expect=400)
    assert "weekly_goal" in refused["errors"]


def test_the_summary_counts_steps_against_the_goal_and_days_without_one(alice: User, lesson_done: Enrolment) -> None:
    def number(start_in_hours: int) -> tuple[int, str]:
        start = MONDAY + timedelta(hours=start_in_hours)
        end = start + timedelta(days=7)
        enrolments = with_rows(Enrolment.objects.filter(pk=lesson_done.pk), Times(end, start, end))
        reader = Reader(alice, "en", list(enrolments), start, end)
        found = find_week([reader], MONDAY)[alice.pk]
        return found.value, found.label

    assert number(-1) == (1, "Days with learning")
    alice.weekly_goal = 10
    assert number(-1) == (1, "Steps (your goal: 10)")
    assert number(1) == (0, "Steps (your goal: 10)")
