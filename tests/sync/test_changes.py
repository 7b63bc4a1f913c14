"""What has changed, besides notes: complete, in pages, and with the same number of queries however much there is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from courses import progress
from courses.lessons import reading
from courses.models import Activity, Enrolment
from notes import writing
from notes.models import Note
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.taking import save, start, submit
from sync import changes
from tests.api import Api
from tests.factories import ActivityFactory, CourseFactory, EnrolmentFactory, LessonFactory, QuizFactory, right_answers

pytestmark = pytest.mark.django_db


def test_the_state_of_each_course_is_complete(
    alice_api: Api, enrolment: Enrolment, lesson: Activity, quiz: Quiz
) -> None:
    now = timezone.now()
    progress.mark_done(enrolment=enrolment, activity=lesson, now=now)
    reading.record_position(enrolment=enrolment, activity=lesson, anchor="noise.1", now=now)
    attempt = start.start(quiz=quiz, enrolment=enrolment, now=now)
    question, response = next(iter(right_answers(quiz).items()))
    save.save_answer(attempt=attempt, question=question, response=response, now=now, sequence=7)
    (course,) = alice_api.get("changes")["courses"]
    assert (course["course"], course["progress_percent"]) == ("statistics", 33)
    assert [done["activity"] for done in course["done"]] == [str(lesson.uuid)]
    assert [(place["lesson"], place["anchor"]) for place in course["positions"]] == [(str(lesson.uuid), "noise.1")]
    (opened,) = course["attempts"]
    assert (opened["uuid"], opened["quiz"]) == (str(attempt.uuid), str(quiz.activity.uuid))
    (answer,) = opened["answers"]
    assert (answer["question"], answer["response"], answer["sequence"]) == (str(question), response, 7)
    submit.submit(attempt=attempt, now=now)
    progress.mark_undone(enrolment=enrolment, activity=lesson, now=now)
    (course,) = alice_api.get("changes")["courses"]
    # The quiz is done by submitting it.
    assert (course["attempts"], [done["activity"] for done in course["done"]]) == ([], [str(quiz.activity.uuid)])


def test_courses_that_one_is_not_in_are_not_there(alice_api: Api, bob_api: Api, enrolment: Enrolment) -> None:
    assert bob_api.get("changes")["courses"] == []
    Enrolment.objects.filter(pk=enrolment.pk).update(status=Enrolment.Status.WITHDRAWN)
    assert alice_api.get("changes")["courses"] == []


def test_many_notes_come_in_pages(
    alice_api: Api, enrolment: Enrolment, lesson: Activity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "PAGE", 2)
    now = timezone.now()
    for number in range(5):
        writing.add(enrolment=enrolment, activity=lesson, language="en", anchor=".0", body=f"{number}", now=now)
    cursor = ""
    found: list[str] = []
    pages = []
    while True:
        page = alice_api.get(f"changes?since={cursor}" if cursor else "changes")
        cursor, found = page["cursor"], [*found, *(note["body"] for note in page["notes"])]
        pages.append((page["is_full"], page["has_more"], len(page["courses"])))
        # What changes while the pages are read comes afterwards.
        Note.objects.filter(body="0").update(body="0!", updated_at=timezone.now())
        if not page["has_more"]:
            break
    assert found == ["0", "1", "2", "3", "4"]
    assert pages == [(True, True, 0), (True, True, 0), (True, False, 1)]
    assert "0!" in [note["body"] for note in alice_api.get(f"changes?since={cursor}")["notes"]]


def test_the_number_of_queries_does_not_grow(alice_api: Api, alice: User, enrolment: Enrolment) -> None:
    def count() -> int:
        alice_api.get("changes")
        with CaptureQueriesContext(connection) as captured:
            alice_api.get("changes")
        return len(captured)

    def fill(into: Enrolment, number: int) -> None:
        now, module = timezone.now() - timedelta(hours=1), into.course.modules.first()
        for n in range(number):
            lesson = LessonFactory(activity=ActivityFactory(module=module, slug=f"more-{n}", position=n + 10)).activity
            progress.mark_done(enrolment=into, activity=lesson, now=now)
            reading.record_position(enrolment=into, activity=lesson, anchor="noise.1", now=now)
            writing.add(enrolment=into, activity=lesson, language="en", anchor=".0", body="x", now=now)
        quiz = QuizFactory(activity=ActivityFactory(module=module, slug="test", kind="quiz", code="", position=999))
        attempt = start.start(quiz=quiz, enrolment=into, now=now)
        for question, response in right_answers(quiz).items():
            save.save_answer(attempt=attempt, question=question, response=response, now=now)

    fill(enrolment, 2)
    few = count()
    for number in range(5):
        course = CourseFactory(slug=f"course-{number}")
        ActivityFactory(module__course=course)
        fill(EnrolmentFactory(user=alice, course=course), 30)
    assert Attempt.objects.count() == 6
    assert count() == few == 7
