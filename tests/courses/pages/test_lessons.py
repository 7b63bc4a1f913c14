from django.test import Client
from django.utils import timezone

from courses.models import Activity, ActivityCompletion, Course, Enrolment, LessonEdition


def test_a_lesson_in_the_readers_language(alice_client: Client, enrolment: Enrolment, lesson: Activity) -> None:
    page = alice_client.get("/courses/statistics/lessons/lesson-1/").text
    assert "<p>Body in en</p>" in page
    assert "Objective in en" in page
    assert 'rel="next"' in page
    assert 'rel="prev"' not in page
    enrolment.refresh_from_db()
    assert enrolment.last_activity == lesson


def test_a_lesson_that_exists_in_korean_only_says_so(alice_client: Client, lesson: Activity) -> None:
    LessonEdition.objects.filter(language="en").delete()
    page = alice_client.get("/courses/statistics/lessons/lesson-1/").text
    assert "This page exists in Korean only." in page
    assert '<div lang="ko">' in page


def test_a_lesson_without_any_text_is_not_there(alice_client: Client, lesson: Activity) -> None:
    LessonEdition.objects.all().delete()
    assert alice_client.get("/courses/statistics/lessons/lesson-1/").status_code == 404


def test_done_leads_on_and_can_be_taken_back(alice_client: Client, enrolment: Enrolment, lesson: Activity) -> None:
    response = alice_client.post("/courses/statistics/lessons/lesson-1/done/", {"done": "1"})
    assert response.headers["Location"] == "/courses/statistics/lessons/lesson-2/"
    assert "You are done with this lesson." in alice_client.get("/courses/statistics/lessons/lesson-1/").text
    response = alice_client.post("/courses/statistics/lessons/lesson-1/done/", {"done": "0"})
    assert response.headers["Location"] == "/courses/statistics/lessons/lesson-1/"
    assert not ActivityCompletion.objects.exists()


def test_done_with_the_last_activity_leads_to_the_course(alice_client: Client, course: Course) -> None:
    course.activities.filter(kind="quiz").update(archived_at=timezone.now())
    response = alice_client.post("/courses/statistics/lessons/lesson-2/done/", {"done": "1"})
    assert response.headers["Location"] == "/courses/statistics/"


def test_whoever_signed_in_on_the_way_is_led_back(alice_client: Client, enrolment: Enrolment, lesson: Activity) -> None:
    back = alice_client.get(f"{lesson.get_absolute_url()}done/")
    assert back.headers["Location"] == lesson.get_absolute_url()
    enrolment.refresh_from_db()
    assert enrolment.progress_percent == 0


def test_a_stranger_cannot_mark_done(bob_client: Client, course: Course) -> None:
    assert bob_client.post("/courses/statistics/lessons/lesson-1/done/", {"done": "1"}).status_code == 404


def test_a_quiz_is_not_marked_done_by_hand(alice_client: Client, course: Course) -> None:
    assert alice_client.post("/courses/statistics/lessons/quiz/done/", {"done": "1"}).status_code == 404
    assert alice_client.get("/courses/statistics/lessons/quiz/").status_code == 404


def test_an_archived_lesson_is_gone(alice_client: Client, lesson: Activity) -> None:
    Activity.objects.filter(pk=lesson.pk).update(archived_at=timezone.now())
    assert alice_client.get("/courses/statistics/lessons/lesson-1/").status_code == 404


def test_marking_done_wants_a_token(enrolment: Enrolment) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(enrolment.user)
    response = client.post("/courses/statistics/lessons/lesson-1/done/", {"done": "1"})
    assert response.status_code == 403
    assert "This page was open for too long." in response.text
