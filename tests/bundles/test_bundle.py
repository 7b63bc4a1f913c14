"""A course for offline use: what is in it, that nothing is downloaded twice, and who gets it."""

import hashlib
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.models import Activity, Course, CourseAsset, Enrolment, GlossaryTerm
from quizzes.authoring.models import Quiz
from tests.api import Api, api_for
from tests.factories import ActivityFactory, CourseFactory, EnrolmentFactory, LessonFactory, QuizFactory
from tests.product import ROOT
from tests.quizzes.test_canaries import assert_names_nothing

pytestmark = pytest.mark.django_db
PATH = "courses/statistics/bundle"


@pytest.fixture
def picture(course: Course) -> CourseAsset:
    return CourseAsset.objects.create(course=course, name="figure.svg", content=b"<svg/>")


def fetch(api: Api, url: str, **headers: str) -> Any:
    answer: Any = api.client.get(url, headers={**api.headers, **headers})
    return answer


def by_kind(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [file for file in bundle["files"] if file["kind"] == kind]


def test_each_file_has_the_hash_and_the_size_that_are_listed(alice_api: Api, picture: CourseAsset) -> None:
    bundle = alice_api.get(PATH)
    assert [file["kind"] for file in bundle["files"]] == ["outline", "lesson", "lesson", "glossary", "course_file"]
    for file in bundle["files"]:
        answer = fetch(alice_api, file["url"])
        assert answer.status_code == 200
        assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]
        assert len(answer.content) == file["size"]
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert bundle["size"] == sum(file["size"] for file in bundle["files"])
    (figure,) = by_kind(bundle, "course_file")
    assert (figure["name"], figure["address"]) == ("figure.svg", "/courses/statistics/files/figure.svg")
    assert fetch(alice_api, figure["address"]).content == b"<svg/>"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_texts_are_the_answers_of_the_api_for_who_has_done_nothing(
    alice_api: Api, lesson: Activity, language: str
) -> None:
    alice_api.headers["Accept-Language"] = language
    GlossaryTerm.objects.create(
        course=lesson.course, key="mean", term_ko="평균", term_en="Mean", definition_ko="…", activity=lesson
    )
    lesson.course.save()
    bundle = alice_api.get(PATH)
    assert bundle["language"] == language

    def read(kind: str) -> Any:
        return json.loads(fetch(alice_api, by_kind(bundle, kind)[0]["url"]).content)

    assert read("lesson") == alice_api.get(f"lessons/{lesson.uuid}")
    assert read("glossary") == alice_api.get("courses/statistics/glossary")
    assert read("outline") == {**alice_api.get("courses/statistics/outline"), "next": read("outline")["next"]}
    assert by_kind(bundle, "lesson")[0]["activity"]["uuid"] == str(lesson.uuid)


def test_a_file_is_found_whatever_the_language_of_the_request(alice_api: Api) -> None:
    korean = alice_api.get(PATH, headers={"Accept-Language": "ko"})["files"][1]
    answer = fetch(alice_api, korean["url"], **{"Accept-Language": "en"})
    assert hashlib.sha256(answer.content).hexdigest() == korean["sha256"]


def test_what_a_student_has_done_is_in_no_file(alice_api: Api, enrolment: Enrolment, lesson: Activity) -> None:
    before = alice_api.get(PATH)["files"]
    alice_api.put("courses/statistics/progress", {"activity": str(lesson.uuid), "done": True})
    alice_api.put(f"lessons/{lesson.uuid}/position", {"anchor": "noise.1"})
    assert alice_api.get(PATH)["files"] == before


def test_a_second_download_is_what_has_changed(alice_api: Api, lesson: Activity) -> None:
    before = {file["sha256"] for file in alice_api.get(PATH)["files"]}
    tag = alice_api.response.headers["ETag"]
    assert fetch(alice_api, f"/api/v1/{PATH}", **{"If-None-Match": tag}).status_code == 304
    for edition in lesson.lesson.editions.all():
        edition.body = edition.html = "Another text"
        edition.save()
    after = alice_api.get(PATH)
    changed = [file for file in after["files"] if file["sha256"] not in before]
    assert [file["activity"]["uuid"] for file in changed] == [str(lesson.uuid)]
    assert alice_api.response.headers["ETag"] != tag


def test_a_file_that_an_app_has_is_not_sent_again(alice_api: Api, picture: CourseAsset) -> None:
    (figure,) = by_kind(alice_api.get(PATH), "course_file")
    tag = fetch(alice_api, figure["url"]).headers["ETag"]
    answer = fetch(alice_api, figure["url"], **{"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_file_that_the_course_no_longer_has_is_gone(alice_api: Api, picture: CourseAsset) -> None:
    (figure,) = by_kind(alice_api.get(PATH), "course_file")
    picture.delete()
    assert fetch(alice_api, figure["url"]).status_code == 404


@pytest.mark.parametrize("name", ["x", "0" * 64, "A" * 64, "0" * 65, "..", "%00"])
def test_what_is_the_hash_of_nothing_is_not_found(alice_api: Api, name: str) -> None:
    assert fetch(alice_api, f"/api/v1/{PATH}/files/{name}").status_code == 404


def test_the_file_of_another_course_is_not_found(alice_api: Api, alice: User, bob: User, picture: CourseAsset) -> None:
    other = CourseFactory(slug="other")
    LessonFactory(activity=ActivityFactory(module__course=other, slug="secret"))
    CourseAsset.objects.create(course=other, name="secret.csv", content=b"a,b")
    EnrolmentFactory(course=other, user=bob)
    for file in api_for(bob).get("courses/other/bundle")["files"]:
        here = file["url"].replace("/other/", "/statistics/")
        assert fetch(alice_api, here).status_code == 404, file["kind"]
        assert fetch(alice_api, file["url"]).status_code == 404


def test_strangers_get_nothing(bob_api: Api, alice_api: Api, picture: CourseAsset) -> None:
    url = alice_api.get(PATH)["files"][-1]["url"]
    bob_api.get(PATH, expect=404)
    assert fetch(bob_api, url).status_code == 404
    assert Client().get(url).status_code == 401


def test_the_rules_of_quizzes_are_those_of_the_student(alice_api: Api, quiz: Quiz, lesson: Activity) -> None:
    check = QuizFactory(activity=lesson)
    alice_api.post(f"quizzes/{quiz.activity.uuid}/attempts", expect=201)
    quizzes = alice_api.get(PATH)["quizzes"]
    assert quizzes == [alice_api.get(f"quizzes/{one.activity.uuid}") for one in (check, quiz)]
    assert quizzes[1]["open_attempt"]
    assert_names_nothing(quizzes)


@pytest.mark.parametrize("is_cached", [True, False])
def test_the_number_of_queries_does_not_grow(alice_api: Api, enrolment: Enrolment, is_cached: bool) -> None:
    def count() -> int:
        alice_api.get(PATH)
        if not is_cached:
            enrolment.course.save()
        with CaptureQueriesContext(connection) as captured:
            alice_api.get(PATH)
        return len(captured)

    few = count()
    module = enrolment.course.modules.get()
    for number in range(40):
        LessonFactory(activity=ActivityFactory(module=module, slug=f"more-{number}", position=number + 10))
        CourseAsset.objects.create(course=enrolment.course, name=f"{number}.csv", content=b"x")
    for number in range(20):
        activity = ActivityFactory(module=module, slug=f"quiz-{number}", kind="quiz", code="", position=number + 100)
        alice_api.post(f"quizzes/{QuizFactory(activity=activity).activity.uuid}/attempts", expect=201)
    assert count() == few <= (5 if is_cached else 12)


@pytest.fixture
def week_2(alice: User) -> Api:
    call_command("import_course", ROOT / "content/data-analytics-week-2", verbosity=0)
    EnrolmentFactory(course=Course.objects.get(slug="data-analytics-week-2"), user=alice)
    return api_for(alice)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_course_of_the_demo_takes_less_than_1_2_mb_compressed(week_2: Api, language: str) -> None:
    headers = {"Accept-Encoding": "gzip", "Accept-Language": language}
    first = fetch(week_2, "/api/v1/courses/data-analytics-week-2/bundle", **headers)
    plain = week_2.get("courses/data-analytics-week-2/bundle", headers={"Accept-Language": language})
    answers = [first, *(fetch(week_2, file["url"], **headers) for file in plain["files"])]
    assert len(answers) > 60
    assert {answer.status_code for answer in answers} == {200}
    sent = sum(len(answer.content) for answer in answers)
    assert sent <= 1_200_000
