"""How many queries the page of a summary takes, with something in each of its sections."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from announcements.models import Announcement
from courses.models import Enrolment
from quizzes.authoring.models import Quiz
from tests.factories import ActivityFactory, QuizFactory
from tests.mails.test_own_api import deliver
from tests.practice import cards
from tests.quizzes.graded import graded

pytestmark = pytest.mark.django_db
DUE = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
ENGLISH = {"Accept-Language": "en"}
MOST = 8


def fill(enrolment: Enrolment, quiz: Quiz, *, times: int) -> None:
    """So many attempts with comments, announcements, and quizzes that are due."""
    at = DUE - timedelta(days=1)
    for number in range(times):
        attempt = graded(quiz, enrolment)
        type(attempt).objects.filter(pk=attempt.pk).update(submitted_at=at)
        attempt.reviews.create(
            question=quiz.questions.earliest("pk").uuid, points=1, comment=f"Comment {number}", at=at
        )
        Announcement.objects.create(
            course=enrolment.course, title={"en": f"News {number}"}, text={"en": "x"}, created_at=at
        ).recipients.create(enrolment=enrolment, sent_at=at)
        module = quiz.activity.module
        QuizFactory(activity=ActivityFactory(module=module, kind="quiz"), due_at=DUE + timedelta(days=2))


def test_the_page_takes_eight_queries_however_much_is_in_it(
    enrolment: Enrolment, quiz: Quiz, alice_client: Client
) -> None:
    quiz.attempts_allowed = None
    quiz.save()
    address = f"/summaries/{deliver(enrolment.user, 48).uuid}/"

    def count() -> int:
        html = alice_client.get(address, headers=ENGLISH).content.decode()
        for text in (
            "Due in the next seven days",
            "Feedback on your answers",
            "comment of your",
            "News ",
            "Announcements",
            "questions for you",
        ):
            assert text in html
        with CaptureQueriesContext(connection) as captured:
            alice_client.get(address, headers=ENGLISH)
        return len(captured)

    fill(enrolment, quiz, times=1)
    check = cards.another_check(enrolment)
    cards.take(check, enrolment, now=DUE - timedelta(days=3))
    cards.today_of(enrolment.user, now=DUE - timedelta(days=3))
    few = count()
    assert few <= MOST
    fill(enrolment, quiz, times=12)
    assert count() == few
