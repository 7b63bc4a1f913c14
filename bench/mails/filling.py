"""Create students whose weekly summary has every section, all due at one moment. Runs in `manage.py shell` of the product.

One student does something through the product's own functions; the rows of all the others are copies.
"""

import json
import os
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from announcements.models import Announcement, Recipient
from bench.students import COURSE
from courses.models import Activity, ActivityCompletion, Course, Enrolment, GradeChange
from courses.summaries import content
from courses.summaries.content import Period
from courses.summaries.deliveries import TOGETHER
from discussions.models import Follower, Post
from practice.models import PracticeCard
from quizzes.attempts.models import Answer, Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading import automatic
from quizzes.grading.models import AttemptGrade, Review
from quizzes.taking import start, submit

VARIABLE = "BENCH_RECIPIENTS"
AT_ONCE = 1000
# Where it is day: no summary goes out at night.
ZONES = ("Asia/Seoul", "Europe/Berlin", "America/New_York", "Pacific/Auckland")
SECTIONS = 7
# From the end of the filling until the summaries are due, in seconds: for the measurements without mails.
LEAD = 60


def main() -> None:
    """Fill, and print as JSON when the summaries are due and how many queries a batch takes."""
    count, begun = int(os.environ[VARIABLE]), time.monotonic()
    now = timezone.now()
    course = Course.objects.get(slug=COURSE)
    quizzes = list(
        Quiz.objects.filter(activity__course=course, activity__kind=Activity.Kind.QUIZ).order_by("activity__position")
    )
    Quiz.objects.filter(pk=quizzes[0].pk).update(due_at=now + timedelta(days=3))
    attempt = _taken(Enrolment.objects.get(user__email="student0@bench.invalid", course=course), quizzes[-1], now)
    announcement, question = _said(course, now)
    lessons = list(Activity.objects.filter(course=course, kind=Activity.Kind.LESSON).visible())
    zone = next(each for each in ZONES if 8 <= now.astimezone(ZoneInfo(each)).hour < 18)
    for first in range(0, count, AT_ONCE):
        people = _people(range(first, min(first + AT_ONCE, count)), zone)
        enrolments = Enrolment.objects.bulk_create(
            Enrolment(user=each, course=course, last_seen_at=now - timedelta(days=1), progress_percent=7 + at % 90)
            for at, each in enumerate(people)
        )
        _copy_attempts(attempt, enrolments)
        ActivityCompletion.objects.bulk_create(
            ActivityCompletion(enrolment=each, activity=lesson, content_version=1, done_at=now - timedelta(days=1))
            for at, each in enumerate(enrolments)
            for lesson in lessons[: 1 + at % len(lessons)]
        )
        Recipient.objects.bulk_create(
            Recipient(announcement=announcement, enrolment=each, sent_at=now - timedelta(days=1)) for each in enrolments
        )
        Follower.objects.bulk_create(Follower(question=question, user=each, created_at=now) for each in people)
    if connection.vendor == "postgresql":
        # As autovacuum does within a minute.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    queries = [_count_queries(n) for n in (TOGETHER, 10 * TOGETHER)]
    due = _plan(zone)
    filled = round(time.monotonic() - begun)
    print(json.dumps({"due": due.timestamp(), "filled_s": filled, "queries": queries}))


def _people(numbers: range, zone: str) -> list[User]:
    nobody = make_password(None)
    return User.objects.bulk_create(
        User(
            email=f"reader{number}@bench.invalid",
            name=f"김하늘 {number}",
            password=nobody,
            language="ko" if number % 2 else "en",
            time_zone=zone,
            # Not due while the rest is filled.
            wants_weekly_summary=False,
        )
        for number in numbers
    )


def _taken(enrolment: Enrolment, quiz: Quiz, now: datetime) -> Attempt:
    """Return an attempt of two days ago with comments, a corrected grade and mistakes to practise."""
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=now)
    submit.submit(attempt=attempt, now=now)
    automatic.grade_attempt(attempt_id=attempt.pk, now=now)
    attempt.refresh_from_db()
    views = attempt.public_questions
    Review.objects.bulk_create(
        Review(attempt=attempt, question=views[0]["uuid"], points=0, comment="다시 읽어 보세요.", at=now)
        for _ in range(2)
    )
    for view in views[:4]:
        PracticeCard.objects.get_or_create(
            enrolment=enrolment,
            question=view["uuid"],
            defaults={
                "quiz": quiz,
                "turns": 1,
                "stability": 1.0,
                "difficulty": 5.0,
                "due_on": now.date() - timedelta(days=1),
                "reviewed_on": now.date() - timedelta(days=2),
                "created_at": now,
            },
        )
    for view in views:
        Answer.objects.get_or_create(attempt=attempt, question=view["uuid"], defaults={"response": {}, "saved_at": now})
    # Only mistakes whose solution the student has seen are up for practice.
    attempt.answers_revealed_at = now
    return attempt


def _said(course: Course, now: datetime) -> tuple[Announcement, Post]:
    texts = {"ko": "다음 주 수업은 화요일이에요", "en": "Next week we meet on Tuesday"}
    announcement = Announcement.objects.create(
        course=course, title=texts, text=texts, created_at=now, at=now, sent_at=now - timedelta(days=1)
    )
    lesson = Activity.objects.filter(course=course, kind=Activity.Kind.LESSON).visible()[0]
    author = User.objects.get(email="student1@bench.invalid")
    question = Post.objects.create(activity=lesson, author=author, body="중앙값은 언제 쓰나요?", created_at=now)
    Post.objects.create(
        activity=lesson,
        author=author,
        question=question,
        body="이상치가 있을 때요.",
        created_at=now - timedelta(days=1),
    )
    return announcement, question


def _copy_attempts(attempt: Attempt, enrolments: Sequence[Enrolment]) -> None:
    """Give each student the attempt, as of two days ago, and what belongs to it."""
    at = timezone.now() - timedelta(days=2)
    ids = {each.pk: uuid.uuid4() for each in enrolments}
    attempts = Attempt.objects.bulk_create(
        _copied(attempt, enrolment_id=pk, uuid=key, number=1, submitted_at=at, graded_at=at) for pk, key in ids.items()
    )
    for model in (Answer, AttemptGrade, Review):
        _copy_all(model.objects.filter(attempt=attempt), attempts, lambda one: {"attempt_id": one.pk}, at=at)
    cards = PracticeCard.objects.filter(enrolment=attempt.enrolment_id)
    _copy_all(cards, enrolments, lambda one: {"enrolment_id": one.pk, "uuid": uuid.uuid4()})
    changes = list(GradeChange.objects.filter(source=attempt.uuid))
    assert changes
    for revision in (1, 2):
        _copy_all(
            changes,
            enrolments,
            lambda one: {"enrolment_id": one.pk, "source": ids[one.pk]},
            at=at - timedelta(days=8 if revision == 1 else 0),
            points=changes[0].max_points / (2 if revision == 1 else 1),
            source_number=1,
            revision=revision,
        )


def _copy_all(rows: Any, owners: Sequence[Any], changes: Callable[[Any], dict[str, Any]], **same: Any) -> None:
    rows = list(rows)

    def copies() -> Iterator[Model]:
        for owner in owners:
            for row in rows:
                known = {name: value for name, value in same.items() if hasattr(row, name)}
                yield _copied(row, **known, **changes(owner))

    if rows:
        type(rows[0])._default_manager.bulk_create(copies(), batch_size=5000)


def _copied(row: Any, **changes: Any) -> Any:
    fields = {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key
    }
    return type(row)(**{**fields, **changes})


def _count_queries(count: int) -> int:
    """Return how many queries it takes to find what a batch of summaries says. Raises AssertionError if a section is missing."""
    now = timezone.now()
    people = list(User.objects.filter(email__startswith="reader").order_by("pk")[:count])
    periods = [Period(each.pk, now - timedelta(days=7), now, each) for each in people]
    # What is cached for all is read once in the life of a process.
    content.find_summaries(periods[:1], now=now)
    with CaptureQueriesContext(connection) as queries:
        found = content.find_summaries(periods, now=now)
    for summary in found.values():
        titles = [section.title for section in content.context(summary)["sections"]]  # type: ignore[attr-defined]
        assert len(titles) >= SECTIONS, titles
    return len(queries)


def _plan(zone: str) -> datetime:
    """Let all be due soon, at a full minute where they are. Nobody else gets a summary meanwhile."""
    due = (datetime.now(UTC) + timedelta(seconds=LEAD + 60)).replace(second=0, microsecond=0)
    local = due.astimezone(ZoneInfo(zone))
    User.objects.exclude(email__startswith="reader").update(wants_weekly_summary=False)
    User.objects.filter(email__startswith="reader").update(
        wants_weekly_summary=True, summary_day=local.isoweekday(), summary_time=local.time()
    )
    return due
