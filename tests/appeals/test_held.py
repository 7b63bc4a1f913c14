"""While grades are held back, a student learns nothing of what was decided on an appeal; the release tells it once."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.core import mail
from django.test import Client

from accounts.messages import sending as messages
from accounts.models import Message, User
from appeals import deciding, filing, notifying
from appeals.models import Appeal
from courses.models import Enrolment, GradeItem
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from reports.release import holding
from tests.api import Api
from tests.quizzes.graded import NOW, choosing, graded

pytestmark = pytest.mark.django_db
ENGLISH = {"Accept-Language": "en"}
# By day where the reader is.
NOON = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)


@pytest.fixture
def question(quiz: Quiz) -> UUID:
    return quiz.questions.get(key="q0").uuid


@pytest.fixture
def attempt(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    return graded(quiz, enrolment, choosing(quiz, 1))


@pytest.fixture
def appeal(attempt: Attempt, question: UUID) -> Appeal:
    """An appeal that waits while grades are held back."""
    found = filing.file(attempt=attempt, question=question, text="The book says so.", now=NOW)
    item = GradeItem.objects.get(activity=attempt.quiz.activity)
    holding.hold(item=item, release_at=None, is_confirmed=True, now=NOW)
    return found


@pytest.fixture
def item(appeal: Appeal) -> GradeItem:
    return GradeItem.objects.get(activity=appeal.attempt.quiz.activity)


def told() -> int:
    return Message.objects.filter(kind=notifying.KIND).count()


@pytest.mark.parametrize("decide", ["accept", "answer"])
def test_a_decision_is_told_at_the_release(
    appeal: Appeal, item: GradeItem, question: UUID, ines: User, alice_client: Client, alice_api: Api, decide: str
) -> None:
    act = {"accept": deciding.accept, "answer": deciding.answer}[decide]
    act(appeal=appeal, words="You have 7 points.", actor=ines, now=NOW)
    address = f"attempts/{appeal.attempt.uuid}/appeals"
    assert told() == 0
    [shown] = alice_api.get(address)["results"]
    assert (shown["status"], shown["answer"], shown["decided_at"]) == ("waiting", "", None)
    again = alice_api.put(f"{address}/{question}", {"text": "The book says so."})
    assert (again["status"], again["answer"]) == ("waiting", "")
    page = f"/attempts/{appeal.attempt.uuid}/questions/{question}/appeal/"
    for answer in (
        alice_client.get(page, follow=True, headers=ENGLISH),
        alice_client.post(page, {"text": "No."}, follow=True, headers=ENGLISH),
        alice_client.get("/notifications/", headers=ENGLISH),
    ):
        assert answer.status_code == 200
        assert "7 points" not in answer.text
        assert "Your appeal was" not in answer.text
    for _time in range(2):
        holding.release(item=item, now=NOW)
        holding.hold(item=item, release_at=None, is_confirmed=True, now=NOW)
    assert told() == 1
    holding.release(item=item, now=NOW)
    assert "7 points" in alice_client.get(page, headers=ENGLISH).text
    assert alice_api.get(address)["results"][0]["answer"] == "You have 7 points."


def test_a_mail_that_was_kept_back_goes_once_after_the_release(
    appeal: Appeal, item: GradeItem, ines: User, enrolment: Enrolment
) -> None:
    holding.release(item=item, now=NOW)
    Message.objects.all().delete()
    deciding.answer(appeal=appeal, words="No.", actor=ines, now=NOW)
    holding.hold(item=item, release_at=None, is_confirmed=True, now=NOW)
    mail.outbox.clear()
    messages.send_waiting(now=NOON)
    assert (mail.outbox, Message.objects.get().status) == ([], Message.Status.SKIPPED)
    holding.release(item=item, now=NOON)
    for _time in range(2):
        messages.send_waiting(now=NOON + timedelta(hours=2))
    assert ["#appeal-" in str(sent.body) for sent in mail.outbox].count(True) == 1
