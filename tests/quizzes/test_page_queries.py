"""Every page of a student takes at most eight queries, with all that a page can show, and as many at 2 rows as at 200."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from courses import progress
from courses.models import Activity, Cohort, Course, Enrolment
from practice import queue
from quizzes.attempts.models import Attempt, LateAnswer
from quizzes.authoring import publishing
from quizzes.authoring.models import Question, Quiz, QuizDates, QuizOverride
from quizzes.grading import automatic, manual, regrading
from quizzes.taking import save, start, submit, uploads
from tests.copied_rows import make_many
from tests.factories import ActivityFactory, CourseFactory, EnrolmentFactory, QuizFactory
from tests.practice.cards import take
from tests.quizzes import every_kind
from tests.quizzes.graded import other_choice_right

MOST = 8
DAY = timedelta(days=1)
HERE = "/courses/statistics/"


def count_queries(client: Client, address: str) -> int:
    """Return the number of queries of the second visit. At the first one this process meets the course."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.fixture(params=[2, 200])
def count(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def alice_of_a_cohort(quiz: Quiz, enrolment: Enrolment, course: Course) -> Enrolment:
    """Alice belongs to a cohort that has dates of its own, and has an override; the quiz has a time limit."""
    now = timezone.now()
    cohort = enrolment.cohort = Cohort.objects.create(course=course, name="Spring")
    enrolment.save()
    Quiz.objects.filter(pk=quiz.pk).update(time_limit=30, due_at=now + DAY, closes_at=now + 5 * DAY)
    quiz.refresh_from_db()
    QuizDates.objects.create(quiz=quiz, cohort=cohort, due_at=now + 2 * DAY)
    QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, extra_minutes=5, reason="ill")
    return enrolment


@pytest.fixture
def busy(alice_of_a_cohort: Enrolment, course: Course, lesson: Activity, count: int) -> Enrolment:
    """Alice has a due quiz, a result, cards of a graded quiz and of a lesson check, other courses, and some to join."""
    alice, now = alice_of_a_cohort, timezone.now()
    check = QuizFactory(activity=lesson, attempts_allowed=None, questions=count)
    activity = ActivityFactory(module=lesson.module, slug="graded", kind="quiz", code="")
    graded = QuizFactory(activity=activity, attempts_allowed=1, questions=count)
    for taken in (check, graded):
        take(taken, alice, now=now - 2 * DAY)
    QuizDates.objects.create(quiz=graded, cohort=course.cohorts.get(), due_at=now - DAY)
    QuizOverride.objects.create(quiz=graded, enrolment=alice, extra_minutes=5, reason="ill")

    def enrol_elsewhere() -> None:
        other = ActivityFactory(kind="quiz")
        progress.record_visit(
            enrolment=EnrolmentFactory(user=alice.user, course=other.course), activity=other, now=now - DAY
        )

    make_many(enrol_elsewhere, count)
    make_many(lambda: CourseFactory(is_published=True), count)
    progress.record_visit(enrolment=alice, activity=lesson, now=now)
    return alice


def test_pages_of_courses_and_practice(alice_client: Client, busy: Enrolment) -> None:
    [first, *_] = queue.prepare_today(user=busy.user, now=timezone.now()).cards
    card = f"/review/cards/{first.uuid}/{first.next_turn}/"
    alice_client.post(card, {"unknown": "1"})
    start_page = alice_client.get("/courses/").text
    assert all(part in start_page for part in ('id="due"', 'id="last-result"', "/review/", "/enrol/"))
    pages = {
        "/courses/": 8,
        HERE: 8,
        f"{HERE}lessons/lesson-1/": 4,
        f"{HERE}lessons/lesson-1/check/": 5,
        f"{HERE}glossary/": 4,
        f"{HERE}print/": 6,
        f"{HERE}quizzes/quiz/": 5,
        f"{HERE}quizzes/graded/": 4,
        "/review/": 6,
        card: 6,
    }
    assert {page: count_queries(alice_client, page) for page in pages} == pages
    assert max(pages.values()) <= MOST


def test_pages_while_wrong_answers_wait_for_a_later_date_of_the_student(
    alice_client: Client, busy: Enrolment, lesson: Activity, count: int
) -> None:
    now = timezone.now()
    activity = ActivityFactory(module=lesson.module, slug="waiting", kind="quiz", code="")
    waiting = QuizFactory(activity=activity, attempts_allowed=2, closes_at=now + DAY, questions=count)
    take(waiting, busy, now=now - DAY)
    Quiz.objects.filter(pk=waiting.pk).update(closes_at=now - DAY / 2)
    QuizOverride.objects.create(quiz=waiting, enrolment=busy, closes_at=now + DAY, reason="ill")
    assert {page: count_queries(alice_client, page) for page in ("/courses/", HERE, "/review/")} == {
        "/courses/": 8,
        HERE: 8,
        "/review/": 6,
    }


def test_an_attempt_with_files_a_time_limit_and_confirmed_answers(
    alice_client: Client, alice_of_a_cohort: Enrolment, quiz: Quiz, count: int
) -> None:
    Quiz.objects.filter(pk=quiz.pk).update(show_answers=Quiz.ShowAnswers.AT_ONCE)
    attempt = start_with_files(quiz, alice_of_a_cohort, count)
    for question in (UUID(each["uuid"]) for each in attempt.public_questions if each["kind"] == "numeric"):
        save.save_answer(attempt=attempt, question=question, response={"text": "1"}, now=timezone.now())
    attempt.answers.update(confirmed_at=timezone.now())
    assert count_queries(alice_client, f"/attempts/{attempt.uuid}/") == 5


def start_with_files(quiz: Quiz, enrolment: Enrolment, count: int) -> Attempt:
    """Return an attempt with `count` numeric questions and `count` for files, and a file for each of these."""
    for kind in ("numeric", "hand_in"):
        for number in range(count):
            Question.objects.filter(pk=every_kind.add(quiz, kind).pk).update(key=f"{kind}-{number}".replace("_", "-"))
    publishing.publish(quiz)
    quiz.refresh_from_db()
    now = timezone.now()
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=now)
    # As many as one attempt may have.
    handed_in = [UUID(each["uuid"]) for each in attempt.public_questions if each["kind"] == "hand_in"]
    for question in handed_in[: uploads.UPLOAD_LIMIT]:
        upload = SimpleUploadedFile("a.txt", b"words")
        uploads.add_file(attempt=attempt, question=question, upload=upload, now=now)
    return attempt


def test_a_result_with_files_late_answers_reviews_and_a_regrade(
    alice_client: Client, alice_of_a_cohort: Enrolment, quiz: Quiz, ines: User, count: int
) -> None:
    now = timezone.now()
    Quiz.objects.filter(pk=quiz.pk).update(attempts_allowed=1)
    attempt = start_with_files(quiz, alice_of_a_cohort, count)
    question = quiz.questions.get(key="q0")
    first, second, *_ = question.choices.order_by("position")
    answer = {question.uuid: {"choice": str(first.uuid)}}
    submit.submit(attempt=attempt, now=now, answers=answer)
    LateAnswer.objects.create(
        attempt=attempt, question=question.uuid, response={"choice": str(second.uuid)}, received_at=now
    )
    automatic.grade_attempt(attempt_id=attempt.pk, now=now)
    handed_in = [UUID(each["uuid"]) for each in attempt.public_questions if each["kind"] == "hand_in"]
    decision = manual.Decision(points=Decimal(1), criteria={}, comment="Good.")
    manual.record_reviews(attempt=attempt, decisions=dict.fromkeys(handed_in, decision), reviewer=ines, now=now)
    other_choice_right(quiz)
    regrade = regrading.propose(quiz=quiz, actor=ines, now=now)
    regrading.approve(regrade=regrade, reason="The key was wrong.", actor=ines, now=now)
    regrading.run(regrade_id=regrade.pk, now=now)
    page = f"/attempts/{attempt.uuid}/result/"
    shown = alice_client.get(page).text
    assert all(part in shown for part in ("a.txt", "Good.", "The key was wrong."))
    assert count_queries(alice_client, page) == 8
