"""What a reminder says: what ends until tomorrow for its reader, by the data of the moment when it is sent."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.messages import sending, switches
from accounts.models import Message, User
from common.mail import sending as mail_sending
from common.messages.kinds import KINDS
from courses.models import Activity, Cohort, Course, Enrolment
from mails.reminders import content, planning
from mails.sections import ends
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz, QuizDates, QuizOverride
from quizzes.taking import save, start
from tests.factories import ActivityFactory, EnrolmentFactory, QuizFactory
from tests.practice import cards

pytestmark = pytest.mark.django_db
# Ten o'clock in Seoul, where Alice is.
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TONIGHT = datetime(2026, 11, 23, 14, 59, tzinfo=UTC)
TOMORROW = TONIGHT + DAY


@pytest.fixture(autouse=True)
def closes_tomorrow(quiz: Quiz) -> None:
    """The graded quiz, which closes tomorrow at 23:59 in Seoul."""
    Quiz.objects.filter(pk=quiz.pk).update(closes_at=TOMORROW)
    quiz.refresh_from_db()


def remind(now: datetime = NOW) -> EmailMultiAlternatives | None:
    """Queue and send what is due now. Return the last mail that went out."""
    before = len(django_mail.outbox)
    planning.queue_due(now=now)
    send(now)
    sent = django_mail.outbox[-1] if len(django_mail.outbox) > before else None
    assert sent is None or isinstance(sent, EmailMultiAlternatives)
    return sent


def send(now: datetime = NOW) -> None:
    sending.send_waiting(now=now + timedelta(minutes=1))


def subject(now: datetime = NOW) -> str:
    mail = remind(now)
    return str(mail.subject) if mail else ""


def begin(quiz: Quiz, enrolment: Enrolment, answers: int) -> Attempt:
    """An attempt in progress with so many answers."""
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=NOW)
    for question, response in list(cards.wrong_answers(quiz).items())[:answers]:
        save.save_answer(attempt=attempt, question=question, response=response, sequence=1, now=NOW)
    return attempt


class TestWhatItSays:
    def test_when_the_quiz_ends_and_how_far_the_reader_is(self, enrolment: Enrolment, quiz: Quiz) -> None:
        begin(quiz, enrolment, answers=2)
        mail = remind()
        assert mail is not None
        assert mail.to == ["alice@example.com"]
        assert mail.subject == "Activity quiz closes tomorrow, 23:59"
        assert "Statistics: Activity quiz\ncloses tomorrow, 23:59 · 2 of 3 answered\nhttp" in mail.body
        html = str(mail.alternatives[0][0])
        assert quiz.activity.get_absolute_url() in html
        assert "2 of 3 answered" in html
        assert "prefers-color-scheme: dark" in html

    def test_an_empty_answer_is_none(self, enrolment: Enrolment, quiz: Quiz) -> None:
        attempt = begin(quiz, enrolment, answers=2)
        question = next(iter(cards.wrong_answers(quiz)))
        save.save_answer(attempt=attempt, question=question, response={"choice": None}, sequence=2, now=NOW)
        mail = remind()
        assert mail is not None
        assert "1 of 3 answered" in mail.body

    def test_it_speaks_the_language_and_the_time_of_its_reader(self, enrolment: Enrolment) -> None:
        """Lord Howe is two hours ahead of Seoul in November, so that 23:59 is of the next day there."""
        User.objects.update(language="ko", time_zone="Australia/Lord_Howe")
        assert subject() == ""
        Quiz.objects.update(closes_at=TONIGHT)
        assert subject() == "활동 quiz: 내일 오전 1:59에 닫혀요"
        assert "아직 시작하지 않았어요" in django_mail.outbox[0].body

    def test_a_due_date_is_told_apart_from_the_closing(self, enrolment: Enrolment, quiz: Quiz) -> None:
        Quiz.objects.update(due_at=TONIGHT)
        assert subject() == "Activity quiz is due today, 23:59"

    def test_what_is_late_is_reminded_of_before_it_closes(self, enrolment: Enrolment, quiz: Quiz) -> None:
        Quiz.objects.update(due_at=NOW - HOUR)
        assert subject() == "Activity quiz closes tomorrow, 23:59"

    def test_everything_is_in_one_mail(self, enrolment: Enrolment, course: Course) -> None:
        module = course.modules.get()
        QuizFactory(activity=ActivityFactory(module=module, slug="first", code="", kind="quiz"), due_at=TONIGHT)
        other = EnrolmentFactory(user=enrolment.user)
        elsewhere = ActivityFactory(module__course=other.course, slug="third", code="", kind="quiz")
        QuizFactory(activity=elsewhere, due_at=TOMORROW - HOUR)
        assert subject() == "Activity first is due today, 23:59, and 2 more"
        [mail] = django_mail.outbox
        assert mail.body.index("Activity first") < mail.body.index("Activity third") < mail.body.index("Activity quiz")

    def test_the_mail_can_be_switched_off_by_one_click(self, enrolment: Enrolment) -> None:
        mail = remind()
        assert mail is not None
        assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert switches.off_url(enrolment.user, KINDS["reminder"]) in mail.body


class TestOwnDates:
    def test_a_date_of_the_student_counts(self, enrolment: Enrolment, quiz: Quiz) -> None:
        QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, closes_at=NOW + 20 * DAY, reason="ill")
        assert subject() == ""

    def test_a_date_that_only_the_student_has_is_a_reason(self, enrolment: Enrolment, quiz: Quiz) -> None:
        Quiz.objects.update(closes_at=NOW - DAY)
        EnrolmentFactory(course=enrolment.course)
        QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, closes_at=TONIGHT, reason="ill")
        assert subject() == "Activity quiz closes today, 23:59"
        assert len(django_mail.outbox) == 1

    def test_dates_of_the_cohort_count(self, enrolment: Enrolment, quiz: Quiz) -> None:
        autumn = Cohort.objects.create(course=enrolment.course, name="Autumn")
        Enrolment.objects.update(cohort=autumn)
        QuizDates.objects.create(quiz=quiz, cohort=autumn, closes_at=TONIGHT)
        assert subject() == "Activity quiz closes today, 23:59"


class TestAtTheMomentOfSending:
    """Each test changes something between the moment when the reminder is queued and that when it is sent."""

    @pytest.fixture
    def queued(self, enrolment: Enrolment) -> Message:
        assert planning.queue_due(now=NOW) == 1
        return Message.objects.get()

    def is_skipped(self, message: Message, now: datetime = NOW) -> bool:
        send(now)
        message.refresh_from_db()
        assert django_mail.outbox == []
        return message.status == Message.Status.SKIPPED

    def test_what_is_submitted_is_left_out(self, queued: Message, enrolment: Enrolment, quiz: Quiz) -> None:
        cards.take(quiz, enrolment, now=NOW)
        assert self.is_skipped(queued)
        assert queued.error.startswith("Everything is submitted or over")

    def test_what_is_hidden_is_left_out(self, queued: Message, enrolment: Enrolment, quiz: Quiz) -> None:
        Activity.objects.filter(pk=quiz.activity_id).update(archived_at=NOW)
        enrolment.course.save()
        assert self.is_skipped(queued)

    def test_whoever_left_is_not_reminded(self, queued: Message) -> None:
        Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)
        assert self.is_skipped(queued)

    def test_a_course_that_was_taken_back_is_not_mentioned(self, queued: Message) -> None:
        Course.objects.update(is_published=False)
        assert self.is_skipped(queued)

    def test_whoever_switches_reminders_off_gets_none(self, queued: Message) -> None:
        switches.switch(queued.user, KINDS["reminder"], is_on=False)
        assert self.is_skipped(queued)

    def test_what_was_postponed_is_left_out(self, queued: Message) -> None:
        Quiz.objects.update(closes_at=NOW + 9 * DAY)
        assert self.is_skipped(queued)

    def test_after_a_downtime_nothing_is_said_of_what_has_closed(self, queued: Message) -> None:
        assert self.is_skipped(queued, now=TOMORROW + 10 * HOUR)

    def test_after_a_downtime_of_a_day_the_newer_reminder_is_the_only_one(self, queued: Message) -> None:
        assert subject(NOW + DAY) == "Activity quiz closes today, 23:59"
        assert sorted(Message.objects.values_list("status", flat=True)) == ["sent", "skipped"]


def test_queries_do_not_grow_with_what_ends(enrolment: Enrolment, course: Course, quiz: Quiz) -> None:
    def queries() -> int:
        for _ in range(2):
            Message.objects.all().delete()
            planning.queue_due(now=NOW)
            with CaptureQueriesContext(connection) as found:
                send()
        return len(found)

    begin(quiz, enrolment, answers=1)
    few = queries()
    for number in range(8):
        other = QuizFactory(activity=ActivityFactory(module=course.modules.get(), slug=f"q{number}", kind="quiz"))
        Quiz.objects.filter(pk=other.pk).update(closes_at=TOMORROW)
        begin(other, enrolment, answers=2)
    course.save()
    assert queries() == few
    assert django_mail.outbox[-1].subject.endswith("and 8 more")


def test_what_reminders_say_is_found_for_all_readers_together(course: Course, quiz: Quiz, enrolment: Enrolment) -> None:
    """What each mail adds: its row, claimed and ended, in a transaction; its reader, the switch, and what was submitted since."""

    def queries() -> int:
        Message.objects.all().delete()
        planning.queue_due(now=NOW)
        with CaptureQueriesContext(connection) as found:
            send()
        return len(found)

    begin(quiz, enrolment, answers=1)
    queries()
    one = queries()
    for _ in range(9):
        begin(quiz, EnrolmentFactory(course=course), answers=1)
    queries()
    ten = queries()
    assert len(django_mail.outbox) == 2 + 20
    assert ten - one == 9 * 9


def test_what_is_submitted_while_the_mails_go_out_is_in_none(
    course: Course, quiz: Quiz, enrolment: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = EnrolmentFactory(course=course)
    planning.queue_due(now=NOW)
    deliver = mail_sending.deliver

    def submit_and_deliver(message: EmailMultiAlternatives) -> None:
        deliver(message)
        others = {enrolment, second} - {each for each in (enrolment, second) if each.user.email in message.to}
        cards.take(quiz, others.pop(), now=NOW)

    monkeypatch.setattr(mail_sending, "deliver", submit_and_deliver)
    send()
    assert len(django_mail.outbox) == 1
    assert sorted(Message.objects.filter(kind="reminder").values_list("status", flat=True)) == ["sent", "skipped"]


def test_one_reader_for_whom_it_fails_keeps_nobody_else_from_theirs(
    course: Course, quiz: Quiz, enrolment: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = EnrolmentFactory(course=course)
    planning.queue_due(now=NOW)
    find_ends = ends.find_ends

    def find_or_fail(enrolments: Sequence[Enrolment], *args: Any, **kwargs: Any) -> Any:
        if broken in enrolments:
            raise ValueError("a fault in the data of one")
        return find_ends(enrolments, *args, **kwargs)

    monkeypatch.setattr(content, "find_ends", find_or_fail)
    send()
    assert [message.to for message in django_mail.outbox] == [[enrolment.user.email]]
    assert Message.objects.get(kind="reminder", user=broken.user).status == "queued"
