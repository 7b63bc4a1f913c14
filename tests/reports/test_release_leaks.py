"""A grade that is held back stands nowhere where its student can look: all pages, the API, mails and messages are crawled."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.messages import sending as messages
from courses import gradebook
from courses.models import Enrolment, GradeChange, GradeItem
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import notices
from quizzes.grading.models import AttemptGrade, GradeNotice
from quizzes.grading.revisions import NOTICE_KIND, READY_KIND
from reports.one_student import by_hand
from reports.release import holding
from tests.factories import UserFactory
from tests.quizzes.test_canaries import OURS, Crawl
from tests.quizzes.test_canaries import crawl as crawl  # noqa: PLC0414 (fixtures)
from tests.quizzes.test_canaries import every as every  # noqa: PLC0414

pytestmark = pytest.mark.django_db

# 73.91 points of 100, by the attempts and set by hand, and the percentage in text and JSON.
SCORE = re.compile(r"73[.,]91|\b73 ?%|percent\W{1,4}73\b|\b73점|width: ?73")
POINTS = Decimal("73.91")


@pytest.fixture
def item(crawl: Crawl) -> GradeItem:
    """A quiz with a graded attempt, a corrected grade and every message about it, from before the grades were held back."""
    crawl.start()
    crawl.submit()
    crawl.grade()
    attempt = Attempt.objects.get(uuid=crawl.attempts[-1])
    grade = AttemptGrade.objects.get(attempt=attempt)
    details = {key: {**score, "points": "73.91", "comment": "73.91"} for key, score in grade.details.items()}
    AttemptGrade.objects.filter(pk=grade.pk).update(points=POINTS, max_points=100, details=details)
    Attempt.objects.filter(pk=attempt.pk).update(
        points=POINTS, max_points=100, status=Attempt.Status.GRADED, graded_at=timezone.now()
    )
    attempt.refresh_from_db()
    item = GradeItem.objects.get(activity=crawl.quiz.activity)
    GradeChange.objects.filter(item=item).delete()
    gradebook.record_change(
        activity=item.activity, enrolment=crawl.enrolment, source=attempt.uuid, source_number=1, points=POINTS,
        max_points=Decimal(100), reason=GradeChange.Reason.GRADED, now=timezone.now(),
    )  # fmt: skip
    notice = GradeNotice.objects.create(
        attempt=attempt, grade=grade, old_points=1, old_max_points=100, created_at=timezone.now()
    )
    messages.notify(READY_KIND, about=attempt, now=timezone.now())
    messages.notify(NOTICE_KIND, about=notice, now=timezone.now())
    by_hand.set_grade(
        item=item, enrolment=crawl.enrolment, points=POINTS, max_points=Decimal(100), note="73.91", seen=0,
        actor=UserFactory(), now=timezone.now(),
    )  # fmt: skip
    return item


def answers(crawl: Crawl) -> Iterator[tuple[str, str]]:
    """Yield (address, what it says) of every page and API address."""
    for path in OURS:
        for url in {crawl.address(path, attempt) for attempt in crawl.attempts}:
            for answer in crawl.answers_of(url):
                content = b"".join(answer.streaming_content) if answer.streaming else answer.content
                yield path, content.decode(errors="replace") + str(answer.headers)
    crawl.app.post(f"attempts/{crawl.attempts[-1]}/submit", expect=202)
    yield "submit", crawl.app.response.content.decode()


def places(crawl: Crawl) -> set[str]:
    """Return where the score stands: addresses, weekly summaries and mails."""
    found = {path for path, text in answers(crawl) if SCORE.search(text)}
    found |= {"weekly summary" for text in crawl.weekly_mails() if SCORE.search(text)}
    mail.outbox.clear()
    later = timezone.now() + timedelta(days=1)
    # Once by day where the reader is: a mail that can wait is not sent at night.
    for hours in (0, 12):
        notices.send_waiting(now=later + timedelta(hours=hours))
        messages.send_waiting(now=later + timedelta(hours=hours))
    found |= {"mail" for sent in mail.outbox if SCORE.search(sent.message().as_string() + str(sent.body))}
    return found


def hold(item: GradeItem, **more: Any) -> None:
    holding.hold(item=item, **{"release_at": None, "is_confirmed": True, "now": timezone.now(), **more})


def test_a_grade_that_is_held_back_stands_nowhere(crawl: Crawl, item: GradeItem) -> None:
    hold(item)
    assert places(crawl) == set()


def test_the_same_search_finds_the_grade_when_it_is_released(crawl: Crawl, item: GradeItem) -> None:
    found = places(crawl)
    expected = {
        "attempts/<uuid:uuid>/result/",
        "courses/<slug:slug>/",
        "courses/<slug:slug>/grades/",
        "courses/<slug:slug>/quizzes/<slug:quiz_slug>/",
        "api/v1/attempts/<uuid:uuid>/result",
        "api/v1/courses/<slug:slug>/progress",
        "weekly summary",
        "mail",
        "submit",
    }
    assert expected <= found, expected - found


def test_no_answer_is_shown_while_grades_are_held_back(crawl: Crawl, item: GradeItem) -> None:
    Quiz.objects.filter(pk=crawl.quiz.pk).update(show_answers=Quiz.ShowAnswers.AFTER_EACH, attempts_allowed=1)
    hold(item)
    assert crawl.hits(OURS) == set()
    holding.release(item=item, now=timezone.now())
    assert crawl.hits(OURS) != set()


def test_feedback_during_the_attempt_is_refused_while_grades_are_held_back(crawl: Crawl, item: GradeItem) -> None:
    Quiz.objects.filter(pk=crawl.quiz.pk).update(show_answers=Quiz.ShowAnswers.AT_ONCE)
    crawl.start()
    number = crawl.quiz.questions.get(kind="numeric").uuid
    hold(item)
    crawl.app.post(f"attempts/{crawl.attempts[-1]}/answers/{number}/check", expect=409)
    holding.release(item=item, now=timezone.now())
    crawl.app.post(f"attempts/{crawl.attempts[-1]}/answers/{number}/check", expect=200)


def test_the_student_reads_when_the_grades_come(crawl: Crawl, item: GradeItem, enrolment: Enrolment) -> None:
    hold(item, release_at=timezone.now().replace(year=timezone.now().year + 1, month=5, day=17, hour=3))
    result = f"/attempts/{crawl.attempts[-1]}/result/"
    for page in (result, "/courses/statistics/grades/", "/courses/statistics/quizzes/quiz/"):
        text = crawl.page.get(page, headers={"Accept-Language": "en"}).text
        assert "Grades come on" in text, page
        assert "17" in text
    result = crawl.app.get(f"attempts/{crawl.attempts[-1]}/result")
    assert (result["status"], result["points"], result["questions"]) == ("needs_review", None, [])
    assert "Retry-After" not in crawl.app.response.headers
