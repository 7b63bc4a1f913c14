"""Requests of an attempt run no statement that brings nothing."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.models import ActivityCompletion, Enrolment
from quizzes.authoring.models import Quiz
from quizzes.taking import start, submit
from tests.api import Api


def test_progress_is_stored_in_the_transaction_of_the_submit(quiz: Quiz, enrolment: Enrolment) -> None:
    """A savepoint would be two more round trips, and nobody catches the error that it is for."""
    now = timezone.now()
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=now)
    with CaptureQueriesContext(connection) as captured:
        submit.submit(attempt=attempt, answers={}, now=now)
    # Inside the test's own transaction that of the submit is a savepoint.
    assert sum(query["sql"].startswith("SAVEPOINT") for query in captured) == 1
    assert ActivityCompletion.objects.filter(enrolment=enrolment).count() == 1


def test_a_new_attempt_has_no_answers_to_read(alice_api: Api, enrolment: Enrolment, quiz: Quiz) -> None:
    with CaptureQueriesContext(connection) as captured:
        started: dict[str, Any] = alice_api.post(f"quizzes/{quiz.activity.uuid}/attempts", expect=201)
    assert started["status"] == "in_progress"
    assert not [query for query in captured if "quizzes_answer" in query["sql"]]
