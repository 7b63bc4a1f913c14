"""Student pages of lessons: reading, and marking as done."""

import re
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from courses import gradebook, progress
from courses.models import Activity, ActivityCompletion, Course, Enrolment, GradeChange, LessonEdition
from quizzes.authoring.models import Quiz
from tests.factories import ActivityFactory, EnrolmentFactory, ModuleFactory


def test_a_lesson_in_the_readers_language(alice_client: Client, enrolment: Enrolment, lesson: Activity) -> None:
    page = alice_client.get("/courses/statistics/lessons/lesson-1/").text
    assert "<p>Body in en</p>" in page
    assert "Objective in en" in page
    assert 'rel="next"' in page
    assert 'rel="prev"' not in page
    enrolment.refresh_from_db()
    assert enrolment.last_activity == lesson


def test_a_lesson_without_a_translation_says_so(alice_client: Client, lesson: Activity) -> None:
    LessonEdition.objects.filter(language="en").delete()
    page = alice_client.get("/courses/statistics/lessons/lesson-1/").text
    assert "This page exists in Korean only." in page
    assert '<div lang="ko">' in page


def test_a_lesson_without_an_edition_is_404(alice_client: Client, lesson: Activity) -> None:
    LessonEdition.objects.all().delete()
    assert alice_client.get("/courses/statistics/lessons/lesson-1/").status_code == 404


def test_marking_as_done_goes_to_the_next_activity_and_can_be_undone(
    alice_client: Client, enrolment: Enrolment, lesson: Activity
) -> None:
    response = alice_client.post("/courses/statistics/lessons/lesson-1/done/", {"done": "1"})
    assert response.headers["Location"] == "/courses/statistics/lessons/lesson-2/"
    assert "You are done with this lesson." in alice_client.get("/courses/statistics/lessons/lesson-1/").text
    response = alice_client.post("/courses/statistics/lessons/lesson-1/done/", {"done": "0"})
    assert response.headers["Location"] == "/courses/statistics/lessons/lesson-1/"
    assert not ActivityCompletion.objects.exists()


def test_marking_the_last_activity_as_done_goes_to_the_course(alice_client: Client, course: Course) -> None:
    course.activities.filter(kind="quiz").update(archived_at=timezone.now())
    response = alice_client.post("/courses/statistics/lessons/lesson-2/done/", {"done": "1"})
    assert response.headers["Location"] == "/courses/statistics/"


def test_the_last_required_lesson_of_a_module_is_a_moment_to_say_so(
    alice_client: Client, enrolment: Enrolment, lesson: Activity
) -> None:
    required = Activity.objects.filter(module=lesson.module, is_required=True).exclude(pk=lesson.pk)
    elsewhere = ActivityFactory(module=ModuleFactory(course=lesson.course))
    said = "You have completed the module"
    done = f"{lesson.get_absolute_url()}done/"
    assert said not in alice_client.post(done, {"done": "1"}, follow=True).text
    alice_client.post(done, {"done": "0"})
    for activity in required:
        progress.mark_done(enrolment=enrolment, activity=activity, now=timezone.now())
    page = alice_client.post(done, {"done": "1"}, follow=True)
    assert said in page.text
    assert page.redirect_chain[-1][0] == "/courses/statistics/lessons/lesson-2/"
    # Nothing is left: the page of the course says more.
    alice_client.post(done, {"done": "0"})
    for activity in Activity.objects.filter(course=lesson.course).exclude(pk=lesson.pk):
        progress.mark_done(enrolment=enrolment, activity=activity, now=timezone.now())
    page = alice_client.post(done, {"done": "1"}, follow=True)
    assert page.redirect_chain[-1][0] == "/courses/statistics/"
    assert "You have finished this course" in page.text
    assert said not in page.text
    assert elsewhere.course_id == lesson.course_id


def test_a_get_after_signing_in_redirects_to_the_lesson(
    alice_client: Client, enrolment: Enrolment, lesson: Activity
) -> None:
    back = alice_client.get(f"{lesson.get_absolute_url()}done/")
    assert back.headers["Location"] == lesson.get_absolute_url()
    enrolment.refresh_from_db()
    assert enrolment.progress_percent == 0


def test_a_student_who_is_not_enrolled_cannot_mark_a_lesson_as_done(bob_client: Client, course: Course) -> None:
    assert bob_client.post("/courses/statistics/lessons/lesson-1/done/", {"done": "1"}).status_code == 404


def test_a_quiz_cannot_be_marked_as_done(alice_client: Client, course: Course) -> None:
    assert alice_client.post("/courses/statistics/lessons/quiz/done/", {"done": "1"}).status_code == 404
    assert alice_client.get("/courses/statistics/lessons/quiz/").status_code == 404


def test_an_archived_lesson_is_404(alice_client: Client, lesson: Activity) -> None:
    Activity.objects.filter(pk=lesson.pk).update(archived_at=timezone.now())
    assert alice_client.get("/courses/statistics/lessons/lesson-1/").status_code == 404


def test_marking_as_done_requires_the_csrf_token(enrolment: Enrolment) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(enrolment.user)
    response = client.post("/courses/statistics/lessons/lesson-1/done/", {"done": "1"})
    assert response.status_code == 403
    assert "This page was open for too long." in response.text


@pytest.mark.parametrize(("points", "sign"), [("5.00", "Not passed yet"), ("6.00", "Done")])
def test_the_outline_beside_a_lesson_shows_a_quiz_as_the_course_page_does(
    alice_client: Client, enrolment: Enrolment, quiz: Quiz, points: str, sign: str
) -> None:
    progress.mark_done(enrolment=enrolment, activity=quiz.activity, now=timezone.now())
    grade(enrolment, quiz, points)
    for address in ("/courses/statistics/lessons/lesson-1/", "/courses/statistics/"):
        row = re.findall(r"<li[^>]*>(?:(?!</li>).)*quizzes/quiz/.*?</li>", alice_client.get(address).text, re.DOTALL)[0]
        assert f'aria-label="{sign}"' in row


def test_the_outline_follows_the_last_revision_and_the_grading_method(
    alice_client: Client, enrolment: Enrolment, quiz: Quiz, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    page = "/courses/statistics/lessons/lesson-1/"
    progress.mark_done(enrolment=enrolment, activity=quiz.activity, now=timezone.now())
    first = grade(enrolment, quiz, "9.00")
    grade(enrolment, quiz, "3.00", number=2)
    assert "Not passed yet" not in alice_client.get(page).text
    with django_assert_max_num_queries(5):
        alice_client.get(page)
    grade(enrolment, quiz, "2.00", source=first, revision=2)
    assert "Not passed yet" in alice_client.get(page).text


def test_the_outline_shows_nobody_elses_grades(alice_client: Client, enrolment: Enrolment, quiz: Quiz) -> None:
    other = EnrolmentFactory(course=enrolment.course)
    for each in (enrolment, other):
        progress.mark_done(enrolment=each, activity=quiz.activity, now=timezone.now())
    grade(other, quiz, "0.00")
    assert "Not passed yet" not in alice_client.get("/courses/statistics/lessons/lesson-1/").text


def grade(
    enrolment: Enrolment, quiz: Quiz, points: str, *, source: UUID | None = None, number: int = 1, revision: int = 1
) -> UUID:
    """Enter a grade in the ledger: `points` of 10. Return its source."""
    change = gradebook.record_change(
        activity=quiz.activity,
        enrolment=enrolment,
        source=source or uuid4(),
        source_number=number,
        revision=revision,
        points=Decimal(points),
        max_points=Decimal("10.00"),
        reason=GradeChange.Reason.GRADED,
        now=timezone.now(),
    )
    return change.source
