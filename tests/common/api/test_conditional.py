"""ETags of everything that can be read: 304 while nothing changed, another tag after each change, and writes with If-Match."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Message, User
from courses import progress
from courses.lessons import reading
from courses.models import Activity, Course, Enrolment, GlossaryTerm, LessonEdition
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from tests.api import Api, api_for
from tests.contract import document
from tests.factories import EnrolmentFactory
from tests.quizzes.taking.api.taken import answers, grade

pytestmark = pytest.mark.django_db


# Headers that a stored answer keeps or takes over from a 304.
KEPT = ("Cache-Control", "Content-Language", "Content-Security-Policy")


@pytest.fixture
def attempt(alice_api: Api, quiz: Quiz) -> Any:
    return alice_api.post(f"quizzes/{quiz.activity.uuid}/attempts", expect=201)


@pytest.fixture
def addresses(quiz: Quiz, lesson: Activity, attempt: Any) -> list[str]:
    return [
        "me",
        "courses",
        "courses/statistics/outline",
        "courses/statistics/progress",
        "courses/statistics/glossary",
        "search?q=quiz",
        "notes",
        f"lessons/{lesson.uuid}",
        f"quizzes/{quiz.activity.uuid}",
        f"quizzes/{quiz.activity.uuid}/attempts",
        f"attempts/{attempt['uuid']}",
        "messages",
        "mail-switches",
        "review",
    ]


def tag(api: Api, path: str, **headers: str) -> str:
    api.get(path, headers=headers)
    return str(api.response.headers["ETag"])


def is_unchanged(api: Api, path: str, known: str, **headers: str) -> bool:
    response: Any = api.client.get(f"/api/v1/{path}", headers={**api.headers, **headers, "If-None-Match": known})
    assert response.status_code in (200, 304)
    assert (response.content == b"") == (response.status_code == 304)
    assert response.headers["ETag"] == known or response.status_code == 200
    return bool(response.status_code == 304)


def test_every_address_answers_304_while_nothing_changes(alice_api: Api, addresses: list[str]) -> None:
    for path in addresses:
        known = tag(alice_api, path)
        first = {name: alice_api.response.headers.get(name) for name in KEPT}
        assert first["Cache-Control"] == "private, no-cache"
        for header in (known, f'"other", {known}', known.removeprefix("W/"), "*"):
            unchanged: Any = alice_api.client.get(
                f"/api/v1/{path}", headers={**alice_api.headers, "If-None-Match": header}
            )
            assert (path, unchanged.status_code, unchanged.content) == (path, 304, b"")
            assert {name: unchanged.headers.get(name) for name in first} == first
            assert "Content-Type" not in unchanged.headers
            assert {"Accept-Language", "X-Session-Token"} <= set(unchanged.headers["Vary"].split(", "))
        for header in ('"other"', "", "x", '"'):
            assert not is_unchanged(alice_api, path, header)


def test_head_answers_like_get_without_the_body(alice_api: Api, addresses: list[str]) -> None:
    for path in addresses:
        known = tag(alice_api, path)
        response: Any = alice_api.client.head(f"/api/v1/{path}", headers=alice_api.headers)
        assert (response.status_code, response.content, response.headers["ETag"]) == (200, b"", known)


def test_languages_and_people_have_tags_of_their_own(
    alice_api: Api, course: Course, lesson: Activity, quiz: Quiz
) -> None:
    other = api_for(EnrolmentFactory(course=course, user__language="en").user)
    for path in (
        "courses/statistics/outline",
        "courses/statistics/glossary",
        f"lessons/{lesson.uuid}",
        "mail-switches",
    ):
        english = tag(alice_api, path, **{"Accept-Language": "en"})
        assert tag(alice_api, path, **{"Accept-Language": "ko"}) != english
        assert tag(other, path, **{"Accept-Language": "en"}) != english
        assert not is_unchanged(other, path, english)


def test_a_lesson_as_markdown_has_a_tag_of_its_own(alice_api: Api, lesson: Activity) -> None:
    path = f"lessons/{lesson.uuid}"
    as_json = tag(alice_api, path)
    markdown: Any = alice_api.client.get(f"/api/v1/{path}", headers={**alice_api.headers, "Accept": "text/markdown"})
    assert markdown.headers["ETag"] != as_json
    assert is_unchanged(alice_api, path, markdown.headers["ETag"], Accept="text/markdown")
    assert not is_unchanged(alice_api, path, as_json, Accept="text/markdown")
    assert "Accept" in markdown.headers["Vary"].split(", ")


def test_reading_a_lesson_that_did_not_change_is_a_visit(
    alice_api: Api, enrolment: Enrolment, lesson: Activity
) -> None:
    known = tag(alice_api, f"lessons/{lesson.uuid}")
    Enrolment.objects.filter(pk=enrolment.pk).update(last_activity=None, last_seen_at=None)

    assert is_unchanged(alice_api, f"lessons/{lesson.uuid}", known)

    enrolment.refresh_from_db()
    assert enrolment.last_activity == lesson
    assert enrolment.last_seen_at


Change = Callable[[Enrolment, Activity], object]


def edit_text(enrolment: Enrolment, lesson: Activity) -> None:
    edition = LessonEdition.objects.get(lesson__activity=lesson, language="en")
    edition.body = edition.body + "!"
    edition.save()


def read_to(anchor: str) -> Change:
    return lambda enrolment, lesson: reading.record_position(
        enrolment=enrolment, activity=lesson, anchor=anchor, now=timezone.now()
    )


def mark(enrolment: Enrolment, lesson: Activity) -> None:
    progress.mark_done(enrolment=enrolment, activity=lesson, now=timezone.now())


def unmark(enrolment: Enrolment, lesson: Activity) -> None:
    progress.mark_undone(enrolment=enrolment, activity=lesson, now=timezone.now())


def rename(enrolment: Enrolment, lesson: Activity) -> None:
    lesson.title = f"{lesson.title}!"
    lesson.save()


def rename_course(enrolment: Enrolment, lesson: Activity) -> None:
    course = Course.objects.get(pk=enrolment.course_id)
    course.title = f"{course.title}!"
    course.save()


def archive(enrolment: Enrolment, lesson: Activity) -> None:
    last = Activity.objects.filter(course=enrolment.course).exclude(pk=lesson.pk).latest("pk")
    last.archived_at = timezone.now()
    last.save()


def visit(enrolment: Enrolment, lesson: Activity) -> None:
    progress.record_visit(enrolment=enrolment, activity=lesson, now=timezone.now())


def raise_progress(enrolment: Enrolment, lesson: Activity) -> None:
    Enrolment.objects.filter(pk=enrolment.pk).update(progress_percent=99)


def define(enrolment: Enrolment, lesson: Activity) -> None:
    GlossaryTerm.objects.create(course=enrolment.course, key="mean", term_ko="평균", definition_ko="x")


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("courses/statistics/outline", [rename, rename_course, archive, visit, raise_progress, mark, unmark, mark]),
        ("courses/statistics/progress", [raise_progress, mark, unmark]),
        ("courses/statistics/glossary", [define]),
        ("lessons/{lesson}", [edit_text, rename, read_to("a.1"), read_to("a.2"), mark, unmark, read_to("a.2")]),
        ("courses", [rename_course, visit, raise_progress]),
    ],
)
def test_the_tag_changes_with_each_change_of_the_body(
    alice_api: Api, enrolment: Enrolment, lesson: Activity, path: str, changes: list[Change]
) -> None:
    path = path.format(lesson=lesson.uuid)
    alice_api.get(f"lessons/{Activity.objects.filter(course=enrolment.course, kind='lesson').latest('pk').uuid}")
    before, known = alice_api.get(path), tag(alice_api, path)
    bodies = {known: before}
    for change in changes:
        change(enrolment, lesson)
        assert not is_unchanged(alice_api, path, known), change
        after, known = alice_api.get(path), tag(alice_api, path)
        assert after != before, change
        assert bodies.setdefault(known, after) == after, change
        before = after


def test_the_tag_of_an_attempt_changes_with_its_answers_but_not_with_the_clock(
    alice_api: Api, quiz: Quiz, attempt: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, question = f"attempts/{attempt['uuid']}", attempt["questions"][2]["uuid"]
    known = tag(alice_api, path)
    later = timezone.now() + timedelta(seconds=5)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert is_unchanged(alice_api, path, known)

    alice_api.put(f"{path}/answers/{question}", {"response": {"text": '"server_time":"x"'}})
    assert not is_unchanged(alice_api, path, known)
    known = tag(alice_api, path)
    alice_api.put(f"{path}/answers/{question}", {"response": {"text": '"server_time":"y"'}})
    assert not is_unchanged(alice_api, path, known)

    alice_api.post(f"{path}/submit", {"answers": answers(quiz)}, expect=202)
    submitted = tag(alice_api, f"{path}/result")
    grade(attempt["uuid"])
    assert not is_unchanged(alice_api, f"{path}/result", submitted)


def test_a_new_message_changes_the_tag_of_the_list(alice_api: Api, alice: User) -> None:
    known = tag(alice_api, "messages")
    Message.objects.create(user=alice, kind="removed", about="x", created_at=timezone.now(), due_at=timezone.now())
    assert not is_unchanged(alice_api, "messages", known)


def test_a_write_with_the_current_tag_happens_and_returns_the_new_one(alice_api: Api, lesson: Activity) -> None:
    alice_api.put(f"lessons/{lesson.uuid}/position", {"anchor": "a.1"})
    for path, method, body in (
        ("me", "PATCH", {"name": "Alice Kim"}),
        ("courses/statistics/progress", "PUT", {"activity": lesson.uuid, "done": True}),
        (f"lessons/{lesson.uuid}/position", "PUT", {"anchor": "a.2"}),
        ("mail-switches/weekly-summary", "PUT", {"is_on": False}),
    ):
        known = tag(alice_api, path)
        alice_api.call(method, path, body, headers={"If-Match": known})
        written = alice_api.response.headers["ETag"]
        assert alice_api.response.headers["Cache-Control"] == "private, no-store"
        assert written != known
        assert tag(alice_api, path) == written


def test_a_write_with_a_stale_tag_changes_nothing(alice_api: Api, alice: User, lesson: Activity) -> None:
    known = tag(alice_api, "me")
    alice_api.patch("me", {"name": "Alice Kim"})

    for header in (known, '"x"', "x", ""):
        refused = alice_api.patch("me", {"name": "Alice Lee"}, expect=412, headers={"If-Match": header})
        assert refused["type"] == "/problems/precondition-failed"
    alice.refresh_from_db()
    assert alice.name == "Alice Kim"
    alice_api.patch("me", {"name": "Alice Lee"}, headers={"If-Match": "*"})
    alice_api.patch("me", {"name": "Alice Park"}, expect=412, headers={"If-None-Match": "*"})


def test_a_first_position_can_be_stored_only_if_there_is_none(alice_api: Api, lesson: Activity) -> None:
    path = f"lessons/{lesson.uuid}/position"
    alice_api.get(path, expect=404)
    alice_api.put(path, {"anchor": "a.1"}, expect=412, headers={"If-Match": "*"})
    alice_api.put(path, {"anchor": "a.1"}, headers={"If-None-Match": "*"})
    alice_api.put(path, {"anchor": "a.2"}, expect=412, headers={"If-None-Match": "*"})
    assert alice_api.get(path)["anchor"] == "a.1"


def test_every_address_that_is_put_or_patched_can_be_read(alice_api: Api) -> None:
    """Except an answer, which `sequence` orders, what is sent once (a turn of the review, an appeal), and what its owner has."""
    ordered = {
        "/api/v1/attempts/{uuid}/appeals/{question}",
        "/api/v1/attempts/{uuid}/answers/{question}",
        # The list of flags says it.
        "/api/v1/attempts/{uuid}/flags/{question}",
        # The discussion itself says these.
        "/api/v1/discussions/{uuid}/accepted",
        "/api/v1/discussions/{uuid}/me-too",
        "/api/v1/discussions/{uuid}/mute",
        "/api/v1/review/cards/{card}/turns/{turn}",
    }
    for path, item in document()["paths"].items():
        if path.startswith("/api/v1/") and {"put", "patch"} & set(item) and path not in ordered:
            assert "get" in item, path


def test_a_condition_on_what_cannot_be_read_is_never_ignored(alice_api: Api, attempt: Any) -> None:
    refused = alice_api.post(f"attempts/{attempt['uuid']}/submit", expect=412, headers={"If-Match": '"x"'})

    assert refused["type"] == "/problems/precondition-failed"
    assert Attempt.objects.get().status == "in_progress"


def test_what_a_refusal_stores_is_stored_by_a_conditional_write_too(alice_api: Api, attempt: Any, quiz: Quiz) -> None:
    body = {"answers": {**answers(quiz), "no uuid": {"text": "x"}}}

    alice_api.post(f"attempts/{attempt['uuid']}/submit", body, expect=400, headers={"If-None-Match": '"x"'})

    kept = alice_api.get(f"attempts/{attempt['uuid']}")["questions"]
    assert all(question["response"] for question in kept)


def test_a_method_that_an_address_does_not_have_is_refused_whatever_the_condition(alice_api: Api) -> None:
    for condition in ({"If-Match": '"old"'}, {"If-Match": ""}, {"If-None-Match": "*"}):
        for method in ("TRACE", "DELETE", "POST"):
            alice_api.call(method, "me", expect=405, headers=condition)
            assert alice_api.response.headers["Allow"] == "GET, PATCH, HEAD, OPTIONS"
        alice_api.call("OPTIONS", "me", expect=204, headers=condition)
