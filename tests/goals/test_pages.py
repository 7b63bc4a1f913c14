"""The section of the start page, the number in the menu, and the setting."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses import progress
from courses.models import Activity, ActivityCompletion, Enrolment
from practice import queue
from tests.factories import ActivityFactory
from tests.practice.cards import DAY, another_check, answer, right_answer, take, today_of

pytestmark = pytest.mark.django_db
Queries = Callable[[int], AbstractContextManager[Any]]


def body(client: Client, path: str = "/courses/") -> str:
    answer = client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_start_page_counts_without_a_goal_and_with_one(
    alice: User, alice_client: Client, enrolment: Enrolment, lesson: Activity
) -> None:
    page = body(alice_client)
    assert "0 steps so far" in page
    assert "in a row" not in page
    assert "Choose a goal for the week" in page
    progress.mark_done(enrolment=enrolment, activity=lesson, now=timezone.now())
    User.objects.filter(pk=alice.pk).update(weekly_goal=5)
    page = body(alice_client)
    assert "1 step so far" in page
    assert "<b>1 / 5</b>" in page
    assert "1 day of learning in a row" in page
    for number in range(4):
        more = ActivityFactory(module=lesson.module, code=f"2.{number}")
        progress.mark_done(enrolment=enrolment, activity=more, now=timezone.now())
    assert "You have reached your goal of the week" in body(alice_client)


def test_without_a_course_there_is_no_goal(bob_client: Client) -> None:
    assert "This week" not in body(bob_client)


@pytest.mark.parametrize("count", [2, 200])
def test_the_start_page_takes_at_most_eight_queries(
    alice_client: Client, enrolment: Enrolment, count: int, django_assert_num_queries: Queries
) -> None:
    module = enrolment.course.modules.get()
    lessons = [ActivityFactory(module=module, code=f"2.{number}") for number in range(count)]
    now = timezone.now()
    ActivityCompletion.objects.bulk_create(
        ActivityCompletion(enrolment=enrolment, activity=each, content_version=1, done_at=now - timedelta(days=place))
        for place, each in enumerate(lessons)
    )
    body(alice_client)
    with django_assert_num_queries(7):
        page = body(alice_client)
    assert f"{count} days of learning in a row" in page


def test_the_menu_of_every_page_says_how_many_reviews_are_left(
    alice: User, alice_client: Client, enrolment: Enrolment, django_assert_num_queries: Queries
) -> None:
    take(another_check(enrolment), enrolment, now=timezone.now() - DAY)
    assert "questions today" not in body(alice_client, "/notes/")
    due = len(queue.prepare_today(user=alice, now=timezone.now()).cards)
    assert due > 1
    assert f"{due} questions today" in body(alice_client, "/notes/")
    card = today_of(alice, timezone.now()).cards[0]
    answer(alice, card, right_answer(card), timezone.now())
    body(alice_client, "/review/")
    left = due - 1
    assert (f"{left} questions today" if left > 1 else f"{left} question today") in body(alice_client, "/notes/")
    # Nothing is written again while the number stays.
    alice.refresh_from_db()
    assert alice.due_reviews == left
    with django_assert_num_queries(2):
        queue.prepare_today(user=alice, now=timezone.now())


def test_the_number_of_yesterday_is_not_shown(alice: User, alice_client: Client) -> None:
    yesterday = alice.local_day(timezone.now() - DAY)
    User.objects.filter(pk=alice.pk).update(review_day=yesterday, review_count=3)
    assert "3 questions today" not in body(alice_client, "/notes/")
    User.objects.filter(pk=alice.pk).update(review_day=alice.local_day(timezone.now()))
    assert "3 questions today" in body(alice_client, "/notes/")


def test_the_goal_is_a_setting_that_older_pages_do_not_send(alice: User, alice_client: Client) -> None:
    form = {"name": "Alice", "language": "en", "time_zone": "Asia/Seoul"}
    alice_client.post("/accounts/settings/", {**form, "weekly_goal": "20"})
    assert User.objects.get(pk=alice.pk).weekly_goal == 20
    alice_client.post("/accounts/settings/", form)
    assert User.objects.get(pk=alice.pk).weekly_goal == 20
    assert alice_client.post("/accounts/settings/", {**form, "weekly_goal": "21"}).status_code == 400
    alice_client.post("/accounts/settings/", {**form, "weekly_goal": "0"})
    assert User.objects.get(pk=alice.pk).weekly_goal == 0
