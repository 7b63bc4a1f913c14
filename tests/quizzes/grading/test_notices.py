"""Notices of changed grades: sent once, in the reader's language, retried after failures, uncertain after a kill."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client, override_settings

from accounts.models import Message, User
from common.mail import outbox
from courses.models import Enrolment
from quizzes import tasks
from quizzes.authoring.models import Quiz
from quizzes.grading import notices, regrading
from quizzes.grading.models import GradeNotice
from tests.quizzes.graded import NOW, choosing, graded, other_choice_right
from tests.smtp import HANG_UP, MailServer

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
MINUTE = timedelta(minutes=1)
Status = GradeNotice.Status


@pytest.fixture
def notice(quiz: Quiz, enrolment: Enrolment, ines: User) -> GradeNotice:
    """Alice's grade fell from 3 to 2 by a regrade."""
    graded(quiz, enrolment, choosing(quiz, 0))
    other_choice_right(quiz)
    regrade = regrading.propose(quiz=quiz, actor=ines, now=LATER)
    regrading.approve(regrade=regrade, reason="The key of question 1 was wrong.", actor=ines, now=LATER)
    regrading.run(regrade_id=regrade.pk, now=LATER)
    return GradeNotice.objects.get()


def assert_row(notice: GradeNotice, *, status: str, send_attempts: int) -> None:
    """The row has these values; `notice` has them afterwards."""
    notice.refresh_from_db()
    assert notice.status == status
    assert notice.send_attempts == send_attempts


@pytest.mark.parametrize(
    ("language", "subject", "button"),
    [
        ("en", "Your grade changed: Activity quiz", "See your result"),
        ("ko", "점수가 바뀌었어요: 활동 quiz", "결과 보기"),
    ],
)
def test_a_notice_is_in_the_readers_language_and_time_zone(
    notice: GradeNotice, language: str, subject: str, button: str
) -> None:
    User.objects.filter(email="alice@example.com").update(language=language, time_zone="America/New_York")
    assert notices.send(notice_id=notice.pk, now=LATER) == Status.SENT
    assert notices.send(notice_id=notice.pk, now=LATER) is None
    [message] = django_mail.outbox
    assert message.to == ["alice@example.com"]
    assert message.subject == subject
    assert message.extra_headers["Date"] == "Mon, 02 Mar 2026 05:00:00 -0500"
    assert message.extra_headers["Message-ID"] == f"<grade-{notice.uuid}@localhost>"
    assert isinstance(message, EmailMultiAlternatives)
    html = str(message.alternatives[0][0])
    for text in (message.body, html):
        assert "The key of question 1 was wrong." in text
        assert str(notice.attempt.uuid) in text
        assert ("Statistics" if language == "en" else "통계") in text
    assert button in html


def test_the_task_and_the_periodic_task_send_a_notice_once(notice: GradeNotice) -> None:
    tasks.send_grade_notice(notice_id=notice.pk)
    tasks.send_grade_notices()
    assert_row(notice, status="sent", send_attempts=1)
    assert len(django_mail.outbox) == 1


@pytest.mark.parametrize(
    "leave",
    [
        lambda: User.objects.update(is_active=False),
        lambda: Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN),
    ],
    ids=["closed account", "left the course"],
)
def test_a_notice_to_a_student_who_left_is_skipped(notice: GradeNotice, leave: Any) -> None:
    leave()
    assert notices.send(notice_id=notice.pk, now=LATER) == Status.SKIPPED
    assert django_mail.outbox == []


def test_notices_of_one_student_that_wait_together_are_one_mail(
    notice: GradeNotice, quiz: Quiz, enrolment: Enrolment
) -> None:
    grade = notice.grade
    grade.pk, grade.revision, grade._state.adding = None, 9, True
    grade.save()
    other = GradeNotice.objects.create(
        attempt=notice.attempt, grade=grade, old_points=2, old_max_points=3, created_at=LATER
    )
    assert notices.send_waiting(now=LATER) == 1
    [message] = django_mail.outbox
    assert message.subject == "2 grades of yours changed"
    assert message.body.count("was graded again") == 2
    assert message.body.count("a grade of yours in “Statistics” changed") == 1
    for each in (notice, other):
        assert_row(each, status="sent", send_attempts=1)


def test_nothing_is_sent_to_a_student_who_is_deleted_after_the_claim(
    notice: GradeNotice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        outbox, "claim_others", lambda *args, **kwargs: User.objects.all().update(is_active=False) and []
    )
    assert notices.send(notice_id=notice.pk, now=LATER) == Status.SKIPPED
    assert django_mail.outbox == []


def test_a_changed_grade_is_in_the_bell(notice: GradeNotice, alice_client: Client) -> None:
    page = alice_client.get("/notifications/").text
    assert "Messages, 1 unread" in page
    assert "“Activity quiz” was graded again. Before: 3 of 3 points. Now: 2 of 3 points." in page
    message = Message.objects.get()
    assert message.status == "none"
    opened = alice_client.get(f"/notifications/{message.uuid}/")
    assert opened.headers["Location"] == f"/attempts/{notice.attempt.uuid}/result/"


class Killed(BaseEmailBackend):
    def send_messages(self, email_messages: Any) -> int:
        raise SystemExit


@pytest.fixture
def killed() -> Iterator[None]:
    with override_settings(EMAIL_BACKEND=f"{__name__}.Killed"):
        yield


def test_a_notice_whose_sender_was_killed_becomes_uncertain_and_can_be_sent_again(
    notice: GradeNotice, killed: None
) -> None:
    with pytest.raises(SystemExit):
        notices.send_waiting(now=LATER)
    assert notices.send_waiting(now=LATER + 14 * MINUTE) == 0
    assert_row(notice, status="sending", send_attempts=1)
    assert notices.send_waiting(now=LATER + 15 * MINUTE) == 0
    assert_row(notice, status="uncertain", send_attempts=1)
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        assert notices.send_waiting(now=LATER + timedelta(days=1)) == 0
        assert notices.send_again(notice_id=notice.pk, now=LATER + timedelta(days=1)) == Status.SENT
        assert notices.send_again(notice_id=notice.pk, now=LATER + timedelta(days=1)) is None
    assert_row(notice, status="sent", send_attempts=2)


@pytest.mark.enable_socket
def test_a_temporary_refusal_is_retried_with_the_same_message_id(notice: GradeNotice, mail_server: MailServer) -> None:
    mail_server.rcpt = "451 Busy"
    assert notices.send(notice_id=notice.pk, now=LATER) == Status.QUEUED
    assert notices.send_waiting(now=LATER + MINUTE / 2) == 0
    mail_server.rcpt, mail_server.data = "250 OK", HANG_UP
    assert notices.send(notice_id=notice.pk, now=LATER + MINUTE) == Status.UNCERTAIN
    mail_server.data = "250 OK"
    assert notices.send_waiting(now=LATER + timedelta(days=2)) == 0
    assert notices.send_again(notice_id=notice.pk, now=LATER + timedelta(days=2)) == Status.SENT
    assert {message["Message-ID"] for message in mail_server.received} == {f"<grade-{notice.uuid}@example.com>"}


@pytest.mark.enable_socket
def test_a_permanent_refusal_is_not_retried(notice: GradeNotice, mail_server: MailServer) -> None:
    mail_server.rcpt = "550 No such mailbox"
    assert notices.send(notice_id=notice.pk, now=LATER) == Status.FAILED
    assert "No such mailbox" in GradeNotice.objects.get().error
