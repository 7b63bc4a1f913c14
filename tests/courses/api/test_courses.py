"""Courses, outlines, lessons and progress by the API."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses import progress
from courses.models import Activity, Course, Enrolment, LessonEdition, Module
from quizzes.authoring.models import Quiz
from tests.api import Api, api_for
from tests.contract import check
from tests.factories import ActivityFactory, CourseFactory, EnrolmentFactory, LessonFactory, ModuleFactory

# A uuid that no row has. A random one would give the tests other names in each worker of pytest-xdist.
UNKNOWN_UUID = "3f0e9a52-6d0c-4a47-9a43-0f5c3b8f1f11"


def entries(api: Api, slug: str = "statistics") -> list[dict[str, Any]]:
    return api.get(f"courses/{slug}/outline")["entries"]  # type: ignore[no-any-return]


def test_the_courses_of_a_student_are_listed_by_last_visit(
    alice_api: Api, enrolment: Enrolment, lesson: Activity
) -> None:
    EnrolmentFactory(user=enrolment.user, course__slug="other")
    progress.record_visit(enrolment=enrolment, activity=lesson, now=timezone.now())

    found = alice_api.get("courses")

    check("CourseList", found)
    assert [course["slug"] for course in found["results"]] == ["statistics", "other"]
    assert found["results"][0]["last_activity"]["uuid"] == str(lesson.uuid)
    assert found["results"][1]["last_activity"] is None
    assert found["results"][0]["title"] == "Statistics"


@pytest.mark.parametrize("change", [{"status": "withdrawn"}, {}])
def test_courses_that_a_student_may_not_see_are_not_listed(
    alice_api: Api, enrolment: Enrolment, change: dict[str, str]
) -> None:
    Enrolment.objects.filter(pk=enrolment.pk).update(**change)
    if not change:
        Course.objects.update(is_published=False)

    assert alice_api.get("courses") == {"results": [], "next": None}
    alice_api.get("courses/statistics/outline", expect=404)
    alice_api.get("courses/statistics/progress", expect=404)


def test_the_outline_has_the_uuid_of_each_entrys_own_endpoint(alice_api: Api, course: Course) -> None:
    outline = alice_api.get("courses/statistics/outline")

    check("Outline", outline)
    assert [entry["kind"] for entry in outline["entries"]] == ["lesson", "lesson", "quiz"]
    assert [entry["position"] for entry in outline["entries"]] == [1, 2, 3]
    assert {entry["module"] for entry in outline["entries"]} == {module["slug"] for module in outline["modules"]}
    assert outline["next"] == outline["entries"][0]["uuid"]
    for entry in outline["entries"]:
        found = alice_api.get(f"{'lessons' if entry['kind'] == 'lesson' else 'quizzes'}/{entry['uuid']}")
        assert found["uuid"] == entry["uuid"]
        assert found["slug"] == entry["slug"]
        assert found["title"] == entry["title"]


def test_titles_are_in_the_requested_language(alice_api: Api) -> None:
    outline = alice_api.get("courses/statistics/outline", headers={"Accept-Language": "ko"})

    assert outline["title"] == "통계"
    assert outline["entries"][0]["title"] == "활동 lesson-1"


def test_reading_a_lesson_makes_it_the_activity_to_continue_with(
    alice_api: Api, enrolment: Enrolment, lesson: Activity
) -> None:
    found = alice_api.get(f"lessons/{lesson.uuid}")

    check("Lesson", found)
    assert found["language"] == "en"
    assert found["text"] == "Body in en"
    assert found["html"] == "<p>Body in en</p>"
    assert found["objectives"] == ["Objective in en"]
    assert found["done"] is False
    assert found["done_at"] is None
    enrolment.refresh_from_db()
    assert enrolment.last_activity == lesson


def test_a_lesson_without_a_translation_has_its_own_language(alice_api: Api, lesson: Activity) -> None:
    LessonEdition.objects.filter(lesson__activity=lesson, language="en").delete()

    assert alice_api.get(f"lessons/{lesson.uuid}")["language"] == "ko"


def test_an_activity_that_is_not_a_visible_lesson_is_404(alice_api: Api, quiz: Quiz, lesson: Activity) -> None:
    for name in (quiz.activity.uuid, UNKNOWN_UUID, "not-a-uuid"):
        alice_api.get(f"lessons/{name}", expect=404)
    LessonEdition.objects.filter(lesson__activity=lesson).delete()
    alice_api.get(f"lessons/{lesson.uuid}", expect=404)
    Activity.objects.filter(pk=lesson.pk).update(archived_at=timezone.now())
    alice_api.get(f"lessons/{lesson.uuid}", expect=404)


@pytest.mark.parametrize("method", ["post", "put"])
def test_marking_a_lesson_done_and_undone(alice_api: Api, lesson: Activity, method: str) -> None:
    mark = getattr(alice_api, method)
    path = "courses/statistics/progress"

    for _twice in range(2):
        after = mark(path, {"activity": lesson.uuid, "done": True})
        check("CourseProgress", after)
        assert after["progress_percent"] == 33
        assert after["done_count"] == 1
        assert after["required_count"] == 3
    assert [done["activity"] for done in after["done"]] == [str(lesson.uuid)]
    assert entries(alice_api)[0]["done"] is True
    assert entries(alice_api)[0]["done_at"].endswith("Z")
    assert alice_api.get(f"lessons/{lesson.uuid}")["done"] is True

    after = mark(path, {"activity": lesson.uuid, "done": False})
    assert after["progress_percent"] == 0
    assert after == alice_api.get(path)


@pytest.mark.parametrize(
    "body", [{}, {"activity": "x", "done": True}, {"activity": UNKNOWN_UUID}, [], {"activity": None, "done": True}]
)
def test_an_invalid_mark_is_refused(alice_api: Api, body: Any) -> None:
    assert alice_api.put("courses/statistics/progress", body, expect=400)["type"] == "/problems/invalid"


def test_a_quiz_cannot_be_marked_as_done(alice_api: Api, quiz: Quiz) -> None:
    body = {"activity": quiz.activity.uuid, "done": True}

    assert alice_api.put("courses/statistics/progress", body, expect=400)["type"] == "/problems/not-markable"


def test_an_activity_of_another_course_is_404(alice_api: Api, enrolment: Enrolment) -> None:
    elsewhere = LessonFactory(activity__module__course=EnrolmentFactory(user=enrolment.user).course).activity
    stranger = LessonFactory().activity

    for activity in (elsewhere.uuid, stranger.uuid, UNKNOWN_UUID):
        alice_api.put("courses/statistics/progress", {"activity": activity, "done": True}, expect=404)


def test_a_student_who_is_not_enrolled_gets_404(bob_api: Api, enrolment: Enrolment, lesson: Activity) -> None:
    assert bob_api.get("courses") == {"results": [], "next": None}
    bob_api.get("courses/statistics/outline", expect=404)
    bob_api.get("courses/statistics/progress", expect=404)
    bob_api.put("courses/statistics/progress", {"activity": lesson.uuid, "done": True}, expect=404)
    bob_api.get(f"lessons/{lesson.uuid}", expect=404)


@pytest.mark.parametrize("count", [2, 200])
def test_query_counts_do_not_grow(alice_api: Api, enrolment: Enrolment, module: Module, count: int) -> None:
    for number in range(count):
        LessonFactory(activity=ActivityFactory(module=module, slug=f"more-{number}"), editions=["ko"])
        EnrolmentFactory(user=enrolment.user, course=CourseFactory())
    lesson = module.activities.filter(kind="lesson").first()
    assert lesson is not None

    # The first call has two queries for its token, the session and the user; each later one has one for both.
    alice_api.get("me")
    for path, queries in {
        "me": 1,
        "courses": 2,
        "courses/statistics/outline": 4,  # the first request after the course changed
        "courses/statistics/outline?": 3,
        "courses/statistics/progress": 5,
    }.items():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            alice_api.get(path)
        assert len(captured) == queries, [query["sql"] for query in captured]
    alice_api.get(f"lessons/{lesson.uuid}")
    with CaptureQueriesContext(connection) as captured:
        alice_api.get(f"lessons/{lesson.uuid}")
    assert len(captured) == 2


def test_two_modules_keep_their_order(alice_api: Api, course: Course, enrolment: Enrolment) -> None:
    first = ModuleFactory(course=course, slug="first", position=0, number=2)
    Module.objects.exclude(pk=first.pk).update(position=1)
    ActivityFactory(module=first, slug="opening", position=9)

    outline = alice_api.get("courses/statistics/outline")

    assert outline["modules"][0]["slug"] == "first"
    assert [entry["slug"] for entry in outline["entries"]] == ["opening", "lesson-1", "lesson-2", "quiz"]


def test_each_student_has_separate_progress(alice_api: Api, course: Course, lesson: Activity) -> None:
    other = api_for(EnrolmentFactory(course=course).user)
    alice_api.put("courses/statistics/progress", {"activity": lesson.uuid, "done": True})

    assert other.get("courses/statistics/progress")["progress_percent"] == 0
