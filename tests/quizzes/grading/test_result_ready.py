"""The first result of answers that waited for a person: a message to the student, once, and how the result calls them."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from accounts.messages import sending
from accounts.models import Message, User
from common.messages.kinds import KINDS
from courses.models import Course, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import manual, regrading
from quizzes.taking import start
from tests.factories import EnrolmentFactory, UserFactory
from tests.quizzes import every_kind
from tests.quizzes.graded import NOW, fresh, graded, of_every_kind, other_choice_right, publish, question_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
EN = {"Accept-Language": "en"}


@pytest.fixture
def waiting(quiz: Quiz, enrolment: Enrolment) -> Attempt:
    """An attempt with two parts that only a person can decide: a hand-in and a near miss."""
    every_kind.fill(quiz)
    quiz.questions.filter(kind="short_answer").update(definition={"near_misses": "review"})
    publish(quiz)
    started = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    return graded(quiz, enrolment, of_every_kind(started, short_answer={"text": f"{every_kind.CANARY} acceptde"}))


def decide(attempt: Attempt, reviewer: User, **points: str) -> None:
    """Give these points to the questions of these kinds."""
    decisions = {question_of(attempt, kind): manual.Decision(Decimal(each), {}) for kind, each in points.items()}
    manual.record_reviews(attempt=fresh(attempt), decisions=decisions, reviewer=reviewer, now=LATER)


def send() -> int:
    return sending.send_waiting(now=LATER + timedelta(hours=1))


def test_the_last_decision_makes_the_result_ready_once(waiting: Attempt, ines: User) -> None:
    decide(waiting, ines, hand_in="3")
    assert not Message.objects.exists()
    decide(waiting, ines, short_answer="1")
    message = Message.objects.get()
    assert (message.kind, message.user.email, message.is_in_bell) == ("result-ready", "alice@example.com", True)
    # Another decision changes the grade: that is a message of its own kind.
    decide(waiting, ines, hand_in="4")
    assert sorted(Message.objects.values_list("kind", flat=True)) == ["grade-changed", "result-ready"]


@pytest.mark.parametrize(
    ("language", "subject", "sentence", "switch"),
    [
        (
            "en",
            "Your answers are graded: Activity quiz",
            "“Activity quiz” is graded: 16 of 17 points.",
            "No such mails any more",
        ),
        (
            "ko",
            "채점이 끝났어요: 활동 quiz",
            "‘활동 quiz’ 채점이 끝났어요. 17점 만점에 16점이에요.",
            "이런 메일 그만 받기",
        ),
    ],
)
def test_the_mail_says_the_points_in_the_readers_language(
    waiting: Attempt, ines: User, language: str, subject: str, sentence: str, switch: str
) -> None:
    User.objects.filter(email="alice@example.com").update(language=language)
    decide(waiting, ines, hand_in="3", short_answer="1")
    assert send() == 1
    assert send() == 0
    [mail] = django_mail.outbox
    assert isinstance(mail, EmailMultiAlternatives)
    assert (mail.to, mail.subject) == (["alice@example.com"], subject)
    for text in (mail.body, str(mail.alternatives[0][0])):
        assert sentence in text
        assert f"/attempts/{waiting.uuid}/result/" in text
        assert switch in text
        assert ("Statistics" if language == "en" else "통계") in text


def test_the_bell_leads_to_the_result(waiting: Attempt, ines: User, alice_client: Client) -> None:
    decide(waiting, ines, hand_in="3", short_answer="1")
    assert "“Activity quiz” is graded: 16 of 17 points." in alice_client.get("/notifications/", headers=EN).text
    opened = alice_client.get(f"/notifications/{Message.objects.get().uuid}/")
    assert opened.headers["Location"] == f"/attempts/{waiting.uuid}/result/"


def test_no_points_are_said_while_an_answer_waits_again(waiting: Attempt, ines: User, alice_client: Client) -> None:
    decide(waiting, ines, hand_in="3", short_answer="1")
    Attempt.objects.update(status=Attempt.Status.NEEDS_REVIEW, points=None)
    page = alice_client.get("/notifications/", headers=EN).text
    assert "“Activity quiz” is graded." in page
    assert "points" not in page[page.index("“Activity quiz” is graded.") :][:200]


def test_results_that_come_up_together_are_one_mail(waiting: Attempt, quiz: Quiz, ines: User) -> None:
    Quiz.objects.update(attempts_allowed=2)
    started = start.start(quiz=fresh(waiting).quiz, enrolment=waiting.enrolment, now=LATER)
    second = graded(quiz, waiting.enrolment, of_every_kind(started), now=LATER)
    decide(waiting, ines, hand_in="3", short_answer="1")
    decide(second, ines, hand_in="4")
    assert send() == 1
    [mail] = django_mail.outbox
    assert "2 " in mail.subject
    assert mail.body.count("/result/") == 2


def leave() -> None:
    Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)


def test_whoever_left_before_the_grading_gets_nothing(waiting: Attempt, ines: User) -> None:
    leave()
    decide(waiting, ines, hand_in="3", short_answer="1")
    assert not Message.objects.exists()


@pytest.mark.parametrize("then", [leave, lambda: User.objects.update(is_active=False)])
def test_whoever_left_after_the_grading_gets_no_mail(waiting: Attempt, ines: User, then: Callable[[], Any]) -> None:
    decide(waiting, ines, hand_in="3", short_answer="1")
    then()
    assert send() == 0
    assert django_mail.outbox == []


def test_automatic_grading_and_regrades_send_none(quiz: Quiz, enrolment: Enrolment, ines: User) -> None:
    attempt = graded(quiz, enrolment)
    assert not Message.objects.exists()
    decide(attempt, ines, short_answer="0.5")
    other_choice_right(quiz)
    regrade = regrading.propose(quiz=quiz, actor=ines, now=LATER)
    regrading.approve(regrade=regrade, reason="Again.", actor=ines, now=LATER)
    regrading.run(regrade_id=regrade.pk, now=LATER)
    assert set(Message.objects.values_list("kind", flat=True)) == {"grade-changed"}


def test_a_stranger_sees_nothing_of_it(waiting: Attempt, ines: User, course: Course) -> None:
    other = EnrolmentFactory(course=course, user=UserFactory(name="Odo")).user
    assert KINDS["result-ready"].entries(other, [str(waiting.pk)]) == {}


@pytest.mark.parametrize("points", ["0", "3", "4"])
def test_what_a_person_grades_is_called_graded_not_right_or_wrong(
    waiting: Attempt, ines: User, alice_client: Client, points: str
) -> None:
    address = f"/attempts/{waiting.uuid}/result/"
    before = alice_client.get(address, headers=EN).text
    assert before.count("out of 4 points") == 1
    decide(waiting, ines, hand_in=points, short_answer="1")
    page = " ".join(alice_client.get(address, headers=EN).text.split())
    assert f'<span class="badge">Graded</span> <span class="muted small">{points} / 4 </span>' in page
    assert "Partly right" not in page
    assert '<span class="badge bad">Wrong</span>' not in page
