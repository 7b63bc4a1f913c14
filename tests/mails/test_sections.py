"""What the weekly summary says of quizzes and announcements, and that it says nothing a reader may not see."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import User
from announcements import sending
from announcements.models import Announcement
from courses import gradebook, progress
from courses.models import Activity, Course, Enrolment, GradeChange
from courses.summaries import content
from courses.summaries.content import Period, Summary
from courses.summaries.sections import Section
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz, QuizOverride
from quizzes.grading.models import Review
from tests.factories import EnrolmentFactory, UserFactory
from tests.practice import cards

# A Monday, half past eight in Seoul.
NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def summary_of(user: User) -> Summary:
    return content.find_summaries([Period(user.pk, NOW - 7 * DAY, NOW)], now=NOW)[user.pk]


def section_of(user: User, title: str) -> Section | None:
    """The section with this title in the mail to `user`, in English."""
    with translation.override("en"):
        found: Sequence[Section] = content.context(summary_of(user))["sections"]  # type: ignore[assignment]
    return next((section for section in found if section.title == title), None)


def lines_of(user: User, title: str) -> list[str]:
    section = section_of(user, title)
    return [f"{line.text} ({line.note})" if line.note else line.text for line in section.lines] if section else []


@pytest.fixture(autouse=True)
def is_due(quiz: Quiz) -> None:
    """The graded quiz is due on Thursday."""
    quiz.due_at, quiz.attempts_allowed, quiz.show_answers = NOW + 3 * DAY, 1, Quiz.ShowAnswers.AFTER_EACH
    quiz.save()


class TestDue:
    TITLE = "Due in the next seven days"

    def test_a_quiz_is_named_with_the_day_and_time_of_the_reader(self, enrolment: Enrolment, quiz: Quiz) -> None:
        assert lines_of(enrolment.user, self.TITLE) == ["Activity quiz (Thursday, 26 November, 08:30)"]
        User.objects.update(time_zone="America/New_York")
        assert lines_of(enrolment.user, self.TITLE) == ["Activity quiz (Wednesday, 25 November, 18:30)"]

    @pytest.mark.parametrize(("hours", "said"), [(2, "today, 10:30"), (26, "tomorrow, 10:30")])
    def test_near_days_have_names(self, enrolment: Enrolment, quiz: Quiz, hours: int, said: str) -> None:
        Quiz.objects.update(due_at=NOW + timedelta(hours=hours))
        assert lines_of(enrolment.user, self.TITLE) == [f"Activity quiz ({said})"]

    @pytest.mark.parametrize("days", [-1, 0, 8])
    def test_what_is_over_or_far_away_is_not_named(self, enrolment: Enrolment, quiz: Quiz, days: int) -> None:
        Quiz.objects.update(due_at=NOW + days * DAY)
        assert lines_of(enrolment.user, self.TITLE) == []

    def test_what_is_submitted_is_not_named(self, enrolment: Enrolment, quiz: Quiz) -> None:
        cards.take(quiz, enrolment, now=NOW - DAY)
        assert lines_of(enrolment.user, self.TITLE) == []

    def test_a_date_of_ones_own_counts(self, enrolment: Enrolment, quiz: Quiz) -> None:
        QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, due_at=NOW + 20 * DAY, reason="ill")
        assert lines_of(enrolment.user, self.TITLE) == []

    def test_a_hidden_quiz_is_not_named(self, enrolment: Enrolment, quiz: Quiz) -> None:
        Activity.objects.filter(pk=quiz.activity_id).update(archived_at=NOW)
        enrolment.course.save()
        assert lines_of(enrolment.user, self.TITLE) == []

    def test_whoever_left_the_course_reads_nothing_of_it(self, enrolment: Enrolment, quiz: Quiz) -> None:
        Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)
        assert summary_of(enrolment.user).skip == "nothing"
        assert summary_of(enrolment.user).sections == []


class TestFeedback:
    TITLE = "Feedback on your answers"

    @pytest.fixture
    def attempt(self, enrolment: Enrolment, quiz: Quiz) -> Attempt:
        return cards.take(quiz, enrolment, now=NOW - 2 * DAY)

    def comment(self, attempt: Attempt, at: datetime, comment: str = "Well argued.") -> None:
        Review.objects.create(attempt=attempt, question=uuid4(), points=Decimal(1), comment=comment, at=at)

    def test_comments_of_the_week_are_counted(self, attempt: Attempt) -> None:
        for at in (NOW - DAY, NOW - DAY, NOW - 8 * DAY, NOW):
            self.comment(attempt, at)
        self.comment(attempt, NOW - DAY, "")
        assert lines_of(attempt.enrolment.user, self.TITLE) == ["Activity quiz (2 comments of your instructor)"]

    def test_a_comment_that_is_not_released_is_not_mentioned(self, attempt: Attempt) -> None:
        self.comment(attempt, NOW - DAY)
        Attempt.objects.update(status=Attempt.Status.NEEDS_REVIEW)
        assert lines_of(attempt.enrolment.user, self.TITLE) == []

    def test_those_of_others_are_not_mentioned(self, attempt: Attempt, course: Course, bob: User) -> None:
        EnrolmentFactory(user=bob, course=course)
        self.comment(attempt, NOW - DAY)
        assert lines_of(bob, self.TITLE) == []


class TestPractice:
    def test_three_questions_that_were_wrong_come_with_a_link(self, enrolment: Enrolment, course: Course) -> None:
        check = cards.make_check(course.activities.get(slug="lesson-1"), questions=4)
        cards.take(check, enrolment, now=NOW - 3 * DAY)
        cards.today_of(enrolment.user, now=NOW - 3 * DAY)
        lines = lines_of(enrolment.user, "Three questions for you")
        assert len(lines) == 4
        assert lines[-1] == "Answer them in the daily review"
        assert not any("<" in line for line in lines)

    def test_a_question_whose_solution_is_still_secret_is_not_asked(self, enrolment: Enrolment, quiz: Quiz) -> None:
        cards.take(quiz, enrolment, now=NOW - 3 * DAY)
        cards.today_of(enrolment.user, now=NOW - 3 * DAY)
        assert lines_of(enrolment.user, "Questions for you") + lines_of(enrolment.user, "Three questions for you")
        Quiz.objects.update(attempts_allowed=2)
        assert lines_of(enrolment.user, "Questions for you") + lines_of(enrolment.user, "Three questions for you") == []

    def test_questions_alone_are_no_reason_for_a_mail(self, enrolment: Enrolment, course: Course) -> None:
        Quiz.objects.update(due_at=None)
        cards.take(cards.make_check(course.activities.get(slug="lesson-1")), enrolment, now=NOW - 30 * DAY)
        cards.today_of(enrolment.user, now=NOW - 30 * DAY)
        for activity in course.activities.all():
            progress.mark_done(enrolment=enrolment, activity=activity, now=NOW - 30 * DAY)
        assert summary_of(enrolment.user).sections
        assert summary_of(enrolment.user).skip == "nothing"


class TestAnnouncements:
    def test_those_of_the_week_are_named(self, enrolment: Enrolment, bob: User) -> None:
        for title, at in [("Old", NOW - 8 * DAY), ("New", NOW - DAY), ("Later", NOW)]:
            row = Announcement.objects.create(
                course=enrolment.course, title={"en": title}, text={"en": "…"}, created_at=at, at=at
            )
            assert sending.send(announcement_id=row.pk, now=at)
        assert lines_of(enrolment.user, "Announcements") == ["New (Statistics)"]
        EnrolmentFactory(user=bob, course=enrolment.course)
        assert lines_of(bob, "Announcements") == []

    def test_news_reach_whoever_has_finished_the_course(self, enrolment: Enrolment) -> None:
        Quiz.objects.update(due_at=None)
        for activity in enrolment.course.activities.all():
            progress.mark_done(enrolment=enrolment, activity=activity, now=NOW - 20 * DAY)
        assert summary_of(enrolment.user).skip == "nothing"
        row = Announcement.objects.create(
            course=enrolment.course, title={"en": "Party"}, text={}, created_at=NOW - DAY, at=NOW - DAY
        )
        sending.send(announcement_id=row.pk, now=NOW - DAY)
        assert summary_of(enrolment.user).skip is None


class TestNumbersAndGrades:
    def test_answers_in_quizzes_and_in_practice_are_counted(self, enrolment: Enrolment, quiz: Quiz) -> None:
        assert [number.value for number in summary_of(enrolment.user).numbers] == [0, 0]
        attempt = cards.take(quiz, enrolment, now=NOW - DAY)
        assert [number.value for number in summary_of(enrolment.user).numbers] == [attempt.answers.count(), 1]

    def test_a_corrected_grade_is_shown_with_what_it_was(self, enrolment: Enrolment, course: Course) -> None:
        source = uuid4()

        def grade(points: str, revision: int, at: datetime, of: UUID = source) -> None:
            gradebook.record_change(
                activity=course.activities.get(slug="quiz"),
                enrolment=enrolment,
                source=of,
                source_number=1 if of == source else 2,
                points=Decimal(points),
                max_points=Decimal("3.00"),
                reason=GradeChange.Reason.GRADED,
                revision=revision,
                now=at,
            )

        grade("2.00", 1, NOW - 9 * DAY)
        grade("3.00", 2, NOW - DAY)
        assert lines_of(enrolment.user, "Results") == [
            "Activity quiz (passed · 100% (3 of 3 points) · corrected, before: 2 of 3 points)"
        ]
        # A second attempt is no correction.
        grade("1.00", 1, NOW - DAY, uuid4())
        GradeChange.objects.filter(revision=2)._raw_delete("default")  # append-only
        assert lines_of(enrolment.user, "Results") == ["Activity quiz (passed · 66% (2 of 3 points))"]


def test_the_queries_of_a_batch_do_not_grow_with_its_readers(enrolment: Enrolment, course: Course, quiz: Quiz) -> None:
    check = cards.make_check(course.activities.get(slug="lesson-1"))

    def busy(student: Enrolment) -> Enrolment:
        cards.take(check, student, now=NOW - 3 * DAY)
        cards.today_of(student.user, now=NOW - 3 * DAY)
        return student

    def count(students: Sequence[Enrolment]) -> int:
        periods = [Period(student.user_id, NOW - 7 * DAY, NOW) for student in students]
        with CaptureQueriesContext(connection) as captured:
            found = content.find_summaries(periods, now=NOW)
        assert len(found) == len(students)
        assert all(len(summary.sections) >= 2 for summary in found.values())
        return len(captured)

    few = [busy(EnrolmentFactory(course=course, user=UserFactory(language="en"))) for _ in range(2)]
    count(few)
    many = [*few, *(busy(EnrolmentFactory(course=course, user=UserFactory(language="ko"))) for _ in range(18))]
    assert count(few) == count(many)
