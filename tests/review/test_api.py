"""The API for staff: the attempts that wait for somebody, one of them in full, and grading it by hand."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.audit.models import AuditEntry
from accounts.models import User
from courses.models import Course, Enrolment
from quizzes.attempts.models import Attempt
from quizzes.authoring.models import Quiz
from quizzes.grading.models import Review
from quizzes.taking import start
from tests.api import Api, api_for
from tests.contract import check
from tests.copied_rows import make_many
from tests.factories import EnrolmentFactory
from tests.quizzes import every_kind
from tests.quizzes.graded import graded, of_every_kind, publish, question_of


@pytest.fixture
def by_hand(quiz: Quiz) -> Quiz:
    every_kind.fill(quiz)
    publish(quiz)
    return quiz


def hand_in(quiz: Quiz, enrolment: Enrolment, *, days_ago: int = 0) -> Attempt:
    then = timezone.now() - timedelta(days=days_ago)
    return graded(quiz, enrolment, of_every_kind(start.start(quiz=quiz, enrolment=enrolment, now=then)), now=then)


@pytest.fixture
def attempt(by_hand: Quiz, enrolment: Enrolment) -> Attempt:
    return hand_in(by_hand, enrolment)


@pytest.fixture
def ines_api(ines: User) -> Api:
    return api_for(ines)


@pytest.fixture
def ada_api(ada: User) -> Api:
    return api_for(ada)


def decisions(attempt: Attempt, *points: str, comment: str = "", seen: int = 0) -> dict[str, Any]:
    question = question_of(attempt, "hand_in")
    view = attempt.find_question(question)
    assert view is not None
    criteria = {part["uuid"]: given for part, given in zip(view["rubric"], points, strict=True)}
    return {"seen": seen, "decisions": {str(question): {"criteria": criteria, "comment": comment}}}


def test_waiting_attempts_are_listed_by_waiting_time(by_hand: Quiz, course: Course, ines_api: Api) -> None:
    new = hand_in(by_hand, EnrolmentFactory(course=course), days_ago=1)
    old = hand_in(by_hand, EnrolmentFactory(course=course), days_ago=3)

    found = ines_api.get("grading-queue")

    check("GradingQueue", found)
    assert [each["uuid"] for each in found["results"]] == [str(old.uuid), str(new.uuid)]
    assert found["results"][0]["pending"] == [str(question_of(old, "hand_in"))]
    assert found["results"][0]["student"]["email"] == old.enrolment.user.email
    assert ines_api.get("grading-queue?course=statistics&limit=1")["next"]
    assert ines_api.get("grading-queue?course=elsewhere")["results"] == []
    assert ines_api.get("grading-queue?course=%00")["results"]


def test_an_attempt_is_read_as_on_the_page_that_grades_it(attempt: Attempt, ines_api: Api, ines_client: Client) -> None:
    found = ines_api.get(f"grading-queue/{attempt.uuid}")

    check("ReviewedAttempt", found)
    assert found["status"] == "needs_review"
    assert found["may_grade"] is True
    page = ines_client.get(reverse("admin:quizzes_attempt_review", args=[attempt.pk]))
    assert [
        (question["text"], question["answer"], question["solution"], question["outcome"] == "pending")
        for question in found["questions"]
    ] == [(row["text"], row["answer"], row["right"], row["is_pending"]) for row in page.context["rows"]]
    assert found["seen"] == page.context["seen"]


def test_grading_by_hand_gives_the_student_the_points(
    attempt: Attempt, ada_api: Api, ada: User, alice_api: Api
) -> None:
    body = decisions(attempt, "2.5", "1", comment="Good work")

    answered = ada_api.post(f"grading-queue/{attempt.uuid}/reviews", body)

    check("ReviewedAttempt", answered)
    assert answered["status"] == "graded"
    assert answered["pending"] == []
    review = Review.objects.get()
    assert (review.reviewer, str(review.points), review.comment) == (ada, "3.50", "Good work")
    shown = next(q for q in answered["questions"] if q["reviews"])
    assert shown["reviews"][0] | {"at": ""} == {
        "points": "3.50", "criteria": review.criteria, "comment": "Good work", "reviewer": "Ada", "at": ""
    }  # fmt: skip
    assert answered["seen"] == review.pk
    assert alice_api.get(f"attempts/{attempt.uuid}/result")["status"] == "graded"
    assert ada_api.get("grading-queue")["results"] == []


def test_the_same_decision_twice_is_one_review(attempt: Attempt, ines_api: Api) -> None:
    body = decisions(attempt, "3", "1")

    first = ines_api.post(f"grading-queue/{attempt.uuid}/reviews", body)

    assert ines_api.post(f"grading-queue/{attempt.uuid}/reviews", body) == first
    assert Review.objects.count() == 1


def test_a_decision_of_somebody_else_is_not_overwritten_unseen(attempt: Attempt, ines_api: Api, ada_api: Api) -> None:
    path = f"grading-queue/{attempt.uuid}/reviews"
    seen = ada_api.post(path, decisions(attempt, "3", "1"))["seen"]

    refused = ines_api.post(path, decisions(attempt, "0", "0"), expect=409)

    assert refused["type"] == "/problems/review-overtaken"
    ines_api.post(path, decisions(attempt, "0", "0", seen=seen))
    assert Review.objects.count() == 2


@pytest.mark.parametrize(
    ("points", "comment"),
    [(("99", "1"), ""), (("-1", "1"), ""), (("1.234", "1"), ""), (("NaN", "1"), ""), (("x", "1"), "")],
)
def test_impossible_points_are_refused_by_question(
    attempt: Attempt, ines_api: Api, points: tuple[str, str], comment: str
) -> None:
    body = decisions(attempt, *points, comment=comment)

    problem = ines_api.post(f"grading-queue/{attempt.uuid}/reviews", body, expect=400)

    check("Problem", problem)
    assert list(problem["errors"]) == [f"decisions.{question_of(attempt, 'hand_in')}.points"]
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"comment": "only words"},
        {"points": 1},
        {"points": "1", "criteria": {"x": 1}},
        {"criteria": []},
        {"comment": "x" * 5001, "points": "1"},
        {"point": "1"},
        None,
    ],
)
def test_a_decision_of_another_shape_is_refused(attempt: Attempt, ines_api: Api, given: Any) -> None:
    body = {"seen": 0, "decisions": {str(question_of(attempt, "numeric")): given}}

    check("Problem", ines_api.post(f"grading-queue/{attempt.uuid}/reviews", body, expect=400))
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    "body", [{}, {"seen": 0}, {"seen": -1, "decisions": {}}, {"seen": 0, "decisions": {"x": {"points": "1"}}}, []]
)
def test_a_body_of_another_shape_is_refused(attempt: Attempt, ines_api: Api, body: Any) -> None:
    check("Problem", ines_api.post(f"grading-queue/{attempt.uuid}/reviews", body, expect=400))


def test_an_observer_reads_and_does_not_grade(attempt: Attempt, oscar: User) -> None:
    api = api_for(oscar)

    assert api.get("grading-queue")["results"] == []
    assert api.get(f"grading-queue/{attempt.uuid}")["may_grade"] is False
    refused = api.post(f"grading-queue/{attempt.uuid}/reviews", decisions(attempt, "3", "1"), expect=403)
    assert refused["type"] == "/problems/forbidden"
    assert not Review.objects.exists()


def test_for_students_and_other_instructors_the_attempt_does_not_exist(
    attempt: Attempt, alice_api: Api, bob_api: Api, otto: User
) -> None:
    for api in (alice_api, bob_api, api_for(otto)):
        assert api.get("grading-queue")["results"] == []
        api.get(f"grading-queue/{attempt.uuid}", expect=404)
        api.post(f"grading-queue/{attempt.uuid}/reviews", decisions(attempt, "3", "1"), expect=404)
    assert not Review.objects.exists()


def test_an_attempt_in_progress_is_not_for_grading(by_hand: Quiz, enrolment: Enrolment, ines_api: Api) -> None:
    attempt = start.start(quiz=by_hand, enrolment=enrolment, now=timezone.now())

    ines_api.get(f"grading-queue/{attempt.uuid}", expect=404)


def test_the_audit_log_says_who_has_read_and_decided(attempt: Attempt, ines_api: Api, alice: User) -> None:
    ines_api.get("grading-queue")
    ines_api.get(f"grading-queue/{attempt.uuid}")
    ines_api.post(f"grading-queue/{attempt.uuid}/reviews", decisions(attempt, "3", "1"))

    seen = AuditEntry.objects.filter(subject=alice, event__channel="api").order_by("pk")
    assert [(entry.event.action, entry.model) for entry in seen.select_related("event")] == [
        ("view", "quizzes.attempt"),
        ("view", "quizzes.attempt"),
        ("change", "quizzes.review"),
        ("view", "quizzes.attempt"),
    ]


def test_staff_need_a_second_step_where_the_administration_needs_it(
    attempt: Attempt, ines_api: Api, settings: Settings
) -> None:
    settings.STAFF_MFA = True

    for method, path in (("GET", "grading-queue"), ("GET", f"grading-queue/{attempt.uuid}")):
        assert ines_api.call(method, path, expect=403)["type"] == "/problems/authenticator-required"


@pytest.mark.parametrize("count", [2, 200])
def test_the_number_of_queries_does_not_grow_with_the_queue(
    by_hand: Quiz, course: Course, ines_api: Api, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_many(lambda: hand_in(by_hand, EnrolmentFactory(course=course)), count)
    ines_api.get("grading-queue?limit=1")
    with django_assert_num_queries(9):
        assert len(ines_api.get("grading-queue?limit=100")["results"]) == min(count, 100)


def test_reading_an_attempt_takes_few_queries(
    attempt: Attempt, ines_api: Api, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    ines_api.get(f"grading-queue/{attempt.uuid}")
    with django_assert_max_num_queries(17):
        ines_api.get(f"grading-queue/{attempt.uuid}")
