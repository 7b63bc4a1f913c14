"""The content of a weekly summary, as received through a real SMTP server and decoded."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage
from uuid import uuid4

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from courses import gradebook, progress
from courses.models import Course, Enrolment, GradeChange
from courses.summaries import content, deliveries, unsubscribing
from courses.summaries.content import Period, Summary
from tests.factories import ActivityFactory, CourseFactory, EnrolmentFactory, LessonFactory, ModuleFactory, UserFactory
from tests.smtp import MailServer

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
SINCE = NOW - timedelta(days=7)
# Queries for a batch, when this process has cached the courses.
MOST = 8


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body
    return str(body.get_content()).replace("\r\n", "\n")


def record(enrolment: Enrolment, points: str, *, now: datetime, number: int = 1) -> None:
    gradebook.record_change(
        activity=enrolment.course.activities.get(slug="quiz"),
        enrolment=enrolment,
        source=uuid4(),
        source_number=number,
        points=Decimal(points),
        max_points=Decimal("3.00"),
        reason=GradeChange.Reason.GRADED,
        now=now,
    )


@pytest.fixture
def busy(enrolment: Enrolment, course: Course) -> Enrolment:
    """Alice has done one lesson and the quiz in the week, and last visited the second lesson."""
    progress.mark_done(
        enrolment=enrolment, activity=course.activities.get(slug="lesson-1"), now=NOW - timedelta(days=2)
    )
    record(enrolment, "2.50", now=NOW - timedelta(days=1))
    progress.mark_done(enrolment=enrolment, activity=course.activities.get(slug="quiz"), now=NOW - timedelta(days=1))
    progress.record_visit(enrolment=enrolment, activity=course.activities.get(slug="lesson-2"), now=NOW)
    return enrolment


@pytest.mark.enable_socket
class TestAsItArrives:
    @pytest.fixture(autouse=True)
    def site(self, settings: Settings) -> None:
        settings.BAEUM_URL = "https://learn.example.com"

    def arrived(self, user: User, server: MailServer) -> EmailMessage:
        status, is_own = deliveries.send_now(user=user, now=NOW)
        assert status == "sent"
        assert is_own is True
        return server.only()

    def test_the_mail_in_english(self, busy: Enrolment, mail_server: MailServer) -> None:
        message = self.arrived(busy.user, mail_server)
        assert message["Subject"] == "1 lesson in a week, 66% in all. Next: 1-2 Activity lesson-2"
        text = part(message, "plain")
        assert "Hello Alice," in text
        assert "Progress: 66% (2 of 3 done)" in text
        assert "Next: 1-2 Activity lesson-2 (about 5 minutes)" in text
        assert "https://learn.example.com/courses/statistics/lessons/lesson-2/#lastRead\n" in text
        assert "Lessons done: 1\n" in text
        assert "Questions answered: 0\n" in text
        assert "- 1-1 Activity lesson-1 (21 November 17:30)" in text  # in Seoul
        assert "- Activity quiz (passed · 83% (2.5 of 3 points))" in text
        assert "on Monday at 08:30 (Asia/Seoul), because" in text
        assert not re.search("[가-힣]", text + part(message, "html"))

    def test_the_mail_in_korean(self, busy: Enrolment, mail_server: MailServer) -> None:
        User.objects.update(language="ko", name="김하나")
        busy.user.refresh_from_db()
        message = self.arrived(busy.user, mail_server)
        assert "활동 lesson-2" in message["Subject"]
        assert "66%" in message["Subject"]
        assert message["Content-Language"] == "ko"
        for text in (part(message, "plain"), part(message, "html")):
            assert "김하나" in text
            assert "통계" in text
            assert "활동 lesson-1" in text
            assert "11월 21일 오후 5:30" in text
            assert "2026년 11월 16일" in text
        assert '<html lang="ko">' in part(message, "html")

    def test_the_headers_allow_unsubscribing_by_one_click(self, busy: Enrolment, mail_server: MailServer) -> None:
        message = self.arrived(busy.user, mail_server)
        row = busy.user.summary_deliveries.get()
        unsubscribe = unsubscribing.unsubscribe_url(busy.user)
        assert {name: value.strip() for name, value in message.items()}.items() >= {
            "From": "Baeum <no-reply@example.com>",
            "To": "alice@example.com",
            "Date": "Mon, 23 Nov 2026 17:30:00 +0900",
            "Message-ID": f"<weekly-{row.uuid}@example.com>",
            "Content-Language": "en",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": "<weekly-summary.example.com>",
            "Feedback-ID": "weekly-summary:example.com:baeum",
        }.items()
        assert len(message.get_all("Date", [])) == len(message.get_all("Message-ID", [])) == 1
        assert unsubscribe.startswith("https://learn.example.com/weekly-summary/")
        assert message.get_content_type() == "multipart/related"
        assert unsubscribe in part(message, "plain")

    def test_html_has_one_button_to_the_next_lesson_and_only_our_links(
        self, busy: Enrolment, mail_server: MailServer
    ) -> None:
        html = part(self.arrived(busy.user, mail_server), "html")
        links = re.findall(r'<a[^>]*href="([^"]*)"', html)
        assert links == [
            "https://learn.example.com/courses/statistics/lessons/lesson-2/#lastRead",
            "https://learn.example.com/courses/statistics/quizzes/quiz/",
            f"https://learn.example.com/summaries/{busy.user.summary_deliveries.get().uuid}/",
            "https://learn.example.com/accounts/settings/#id_summary_day",
            unsubscribing.unsubscribe_url(busy.user),
        ]
        assert html.count('class="button"') == 1
        assert not re.search(r"<(link|script|iframe|form)\b", html)
        assert re.findall(r'<img[^>]* src="([^"]*)"|<img src="([^"]*)"', html.replace("\n", " "))
        assert '<meta name="color-scheme" content="light dark">' in html
        assert max(map(len, html.splitlines())) < 998

    def test_titles_are_escaped(self, busy: Enrolment, mail_server: MailServer) -> None:
        User.objects.update(name="Al <b>ice</b>\nBcc: x@example.com")
        Course.objects.update(title_en="Profit & <i>loss</i>")
        busy.course.activities.filter(slug="lesson-2").update(title_en="Two\r\nlines & more", code="")
        busy.user.refresh_from_db()
        message = self.arrived(busy.user, mail_server)
        assert message["Subject"] == "1 lesson in a week, 66% in all. Next: Two lines & more"
        assert message["Bcc"] is None
        assert "Profit & <i>loss</i>" in part(message, "plain")
        assert "Al &lt;b&gt;ice&lt;/b&gt;" in part(message, "html")
        assert "Profit &amp; &lt;i&gt;loss&lt;/i&gt;" in part(message, "html")


class TestWeek:
    def week(self, user: User) -> Summary:
        # Later than what the tests write at NOW.
        period = Period(user.pk, SINCE, NOW + timedelta(seconds=1))
        return content.find_summaries([period], now=NOW)[user.pk]

    def test_the_next_step_follows_the_last_visited_activity(self, enrolment: Enrolment, course: Course) -> None:
        quiz = course.activities.get(slug="quiz")
        progress.record_visit(enrolment=enrolment, activity=quiz, now=NOW)
        following = self.week(enrolment.user).courses[0].next
        assert following
        assert following.path.endswith(reverse("quizzes:quiz-detail", args=["statistics", "quiz"]))
        assert following.is_lesson is False
        assert following.minutes is None

    def test_the_reading_time_is_that_of_the_users_edition(self, enrolment: Enrolment, course: Course) -> None:
        editions = course.activities.get(slug="lesson-1").lesson.editions
        editions.filter(language="en").update(minutes=7)
        assert self.week(enrolment.user).courses[0].next.minutes == 7  # type: ignore[union-attr]  # there is a next step
        editions.filter(language="en").delete()
        assert self.week(enrolment.user).courses[0].next.minutes == 5  # type: ignore[union-attr]  # there is a next step

    def test_results_are_the_current_grades_of_items_changed_in_the_week(self, enrolment: Enrolment) -> None:
        record(enrolment, "1.00", now=SINCE - timedelta(seconds=1), number=1)
        assert self.week(enrolment.user).courses[0].results == []
        record(enrolment, "0.50", now=SINCE, number=2)
        [result] = self.week(enrolment.user).courses[0].results
        assert result.percent == 33
        assert result.points == "1"
        assert result.max_points == "3"
        assert result.is_passed is False

    def test_results_of_other_students_are_not_shown(self, enrolment: Enrolment, course: Course, bob: User) -> None:
        record(EnrolmentFactory(user=bob, course=course), "3.00", now=NOW)
        assert self.week(enrolment.user).courses[0].results == []

    def test_an_archived_quiz_is_not_shown(self, enrolment: Enrolment, course: Course) -> None:
        record(enrolment, "3.00", now=NOW)
        course.activities.filter(slug="quiz").update(archived_at=NOW)
        assert self.week(enrolment.user).courses[0].results == []

    def test_the_last_visited_course_comes_first(self, enrolment: Enrolment) -> None:
        other = CourseFactory(slug="other", title_ko="다른 강의", title_en="")
        LessonFactory(activity=ActivityFactory(module=ModuleFactory(course=other), slug="first", title_en=""))
        progress.record_visit(
            enrolment=EnrolmentFactory(user=enrolment.user, course=other),
            activity=other.activities.get(),
            now=NOW,
        )
        CourseFactory(slug="empty").enrolments.create(user=enrolment.user)
        week = self.week(enrolment.user)
        assert [str(course.title) for course in week.courses] == ["다른 강의", "Statistics"]
        assert [course.title.language for course in week.courses] == ["ko", "en"]
        message = content.write(week, message_id="<x@y>", page_path="/", now=NOW)
        assert message.subject.startswith("Your first step: ")
        html = str(message.alternatives[0][0])
        assert '<span lang="ko">다른 강의</span>' in html
        assert html.count('class="button"') == 1
        assert "* Statistics" in message.body
        assert "/courses/statistics/lessons/lesson-1/" in message.body
        assert not re.search("[가-힣]", re.sub(r'<span lang="ko">[^<]*</span>', "", html))

    def test_a_finished_course_is_left_out_beside_an_open_one(self, enrolment: Enrolment) -> None:
        other = CourseFactory(slug="other", title_en="Other")
        lesson = ActivityFactory(module=ModuleFactory(course=other))
        finished = EnrolmentFactory(user=enrolment.user, course=other)
        progress.record_visit(enrolment=enrolment, activity=enrolment.course.activities.all()[0], now=NOW)
        progress.mark_done(enrolment=finished, activity=lesson, now=SINCE - timedelta(days=1))
        assert [str(course.title) for course in self.week(enrolment.user).courses] == ["Statistics"]
        progress.mark_undone(enrolment=finished, activity=lesson, now=NOW)
        progress.mark_done(enrolment=finished, activity=lesson, now=NOW)
        week = self.week(enrolment.user)
        assert [str(course.title) for course in week.courses] == ["Statistics", "Other"]
        body = content.write(week, message_id="<x@y>", page_path="/", now=NOW).body
        assert "Progress: 100% (1 of 1 done)\n" in body

    @pytest.mark.parametrize(
        ("chosen", "course_languages", "expected"),
        [
            ("en", ["ko"], "en"),
            ("ko", ["en"], "ko"),
            ("", ["en", "ko"], "en"),
            ("", ["fr", "en"], "ko"),
            ("", [], "ko"),
        ],
    )
    def test_the_language_is_the_users_else_the_courses(
        self, course: Course, chosen: str, course_languages: list[str], expected: str
    ) -> None:
        course.languages = course_languages
        course.save()
        enrolment = EnrolmentFactory(course=course, user=UserFactory(language=chosen))
        assert self.week(enrolment.user).reader.language == expected

    def test_queries_do_not_grow_with_the_course(
        self, busy: Enrolment, course: Course, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(MOST):
            self.week(busy.user)
        module = course.modules.get()
        for activity in (ActivityFactory(module=module) for _ in range(20)):
            LessonFactory(activity=activity)
            progress.mark_done(enrolment=busy, activity=activity, now=NOW)
        for number in range(2, 20):
            record(busy, "1.00", now=NOW, number=number)
        with django_assert_num_queries(MOST):
            self.week(busy.user)
