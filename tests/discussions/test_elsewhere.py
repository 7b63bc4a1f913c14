"""What the weekly summary and the search say of questions and replies, and that they say nothing a reader may not see."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from courses.models import Activity, Enrolment, EnrolmentStatus
from courses.summaries.sections import Reader, Times, with_rows
from discussions import following, moderating, posting
from discussions.elsewhere.weekly_summary import find_replies
from discussions.models import Post
from search.finding.queries import read_query
from search.searching import search
from tests.copied_rows import make_many
from tests.discussions.conftest import Ask

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def reply(author: User, asked: Post, body: str = "So it is.", at: datetime = NOW - DAY) -> Post:
    return posting.reply(author=author, question=asked, body=body, by_staff=False, now=at)


def reader_of(user: User) -> Reader:
    found = Enrolment.objects.for_student(user).select_related("course")
    return Reader(user, "en", list(with_rows(found, Times(NOW, NOW - 7 * DAY, NOW))), NOW - 7 * DAY, NOW)


def lines_of(user: User) -> list[str]:
    section = find_replies([reader_of(user)], NOW).get(user.pk)
    return [f"{line.text} ({line.note})" for line in section.lines] if section else []


class TestWeeklySummary:
    def test_replies_of_others_in_the_week_are_counted(self, alice: User, carol: User, asked: Post) -> None:
        following.add_me_too(question=asked, user=carol, now=NOW)
        for body, at in (("a", NOW - DAY), ("b", NOW - 2 * DAY), ("too old", NOW - 8 * DAY), ("too new", NOW)):
            reply(carol, asked, body, at)
        assert lines_of(alice) == ["What is noise? (1-1 Activity lesson-1 · 2 replies)"]
        assert lines_of(carol) == []
        reply(alice, asked, "Thank you.")
        assert lines_of(carol) == ["What is noise? (1-1 Activity lesson-1 · 1 reply)"]

    def test_what_is_hidden_deleted_or_muted_is_not_mentioned(
        self, alice: User, carol: User, ines: User, asked: Post, lesson: Activity
    ) -> None:
        written = reply(carol, asked)
        assert lines_of(alice)
        following.mute(question=asked, user=alice, is_muted=True)
        assert lines_of(alice) == []
        following.mute(question=asked, user=alice, is_muted=False)
        moderating.hide(post=written, actor=ines, reason="x", now=NOW)
        assert lines_of(alice) == []
        moderating.show(post=written)
        Activity.objects.filter(pk=lesson.pk).update(archived_at=NOW)
        assert lines_of(alice) == []
        Activity.objects.filter(pk=lesson.pk).update(archived_at=None)
        posting.delete(written, now=NOW)
        assert lines_of(alice) == []

    def test_whoever_left_the_course_reads_nothing_of_it(self, alice: User, carol: User, asked: Post) -> None:
        reply(carol, asked)
        Enrolment.objects.filter(user=alice).update(status=EnrolmentStatus.WITHDRAWN)
        assert lines_of(alice) == []

    @pytest.mark.parametrize("number", [2, 200])
    def test_it_takes_one_query_with_the_enrolments(self, alice: User, carol: User, asked: Post, number: int) -> None:
        make_many(lambda: reply(carol, asked), number)
        lines_of(alice)
        with CaptureQueriesContext(connection) as captured:
            [section] = find_replies([reader_of(alice)], NOW).values()
        assert f"{number} replies" in section.lines[0].note
        assert len(captured) == 1


class TestSearch:
    def hits(self, user: User, words: str, course: str = "") -> list[str]:
        found = search(user, read_query(words), course).own
        return [hit.url for each in found if each.source.kind == "discussion" for hit in each.hits]

    def test_questions_and_replies_are_found_by_parts_of_words(
        self, alice_client: Client, carol: User, ask: Ask, asked: Post
    ) -> None:
        question = ask(carol, "과적합은 왜 생기나요?")
        written = reply(carol, question, "데이터 분석에서 잡음을 외우기 때문이에요.", timezone.now())
        assert self.hits(carol, "과적합") == [f"/discussions/{question.uuid}/#post-{question.uuid}"]
        assert self.hits(carol, "데이터분석") == [f"/discussions/{question.uuid}/#post-{written.uuid}"]
        assert "<mark>과적합</mark>은 왜" in alice_client.get("/search/", {"q": "과적합"}).text
        assert self.hits(carol, "과적합", "statistics") == self.hits(carol, "과적합")
        assert self.hits(carol, "과적합", "elsewhere\0") == []

    def test_what_one_may_not_read_is_not_found_and_not_counted(
        self, alice: User, bob: User, carol: User, ines: User, ask: Ask, enrolment: Enrolment
    ) -> None:
        question = ask(carol, "Why overfitting?")
        written = reply(alice, question, "Overfitting is learning noise", timezone.now())
        assert len(self.hits(alice, "overfitting")) == 2
        for stranger in (bob, ines):
            assert self.hits(stranger, "overfitting") == []
            assert search(stranger, read_query("overfitting")).count == 0
        moderating.hide(post=question, actor=ines, reason="x", now=timezone.now())
        # The reply is below a question that is hidden.
        assert self.hits(alice, "overfitting") == []
        assert len(self.hits(carol, "overfitting")) == 2
        moderating.show(post=question)
        posting.delete(written, now=timezone.now())
        assert len(self.hits(alice, "overfitting")) == 1
        Enrolment.objects.filter(user=alice).update(status=EnrolmentStatus.WITHDRAWN)
        assert self.hits(alice, "overfitting") == []
