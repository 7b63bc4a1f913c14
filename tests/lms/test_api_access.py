"""Who gets what from the API: each route, method and role, found in the resolver, with its expected status.

A route or a method without a row fails. What a row leaves open is a hole in the table, not in the test.
"""

from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import User
from courses.models import Enrolment
from quizzes.authoring.models import Quiz
from tests.lms.api_world import METHODS, ROLES, World, make_world, methods_of, routes

# The statuses in the order of ROLES:      anonymous bob carla otto ada oscar ines alice
EVERYBODY = "200 200 200 200 200 200 200 200"
SIGNED_IN = "401 200 200 200 200 200 200 200"
SIGNED_IN_DONE = "401 204 204 204 204 204 204 204"
STUDENTS = "401 404 200 404 404 404 404 200"
STUDENTS_DONE = "401 404 204 404 404 404 404 204"
STAFF = "401 404 404 404 200 200 200 404"
OWNER = "401 404 404 404 404 404 404 200"
OWNER_DONE = "401 404 404 404 404 404 404 204"
OWNER_CONFLICT = "401 404 404 404 404 404 404 409"

TABLE = {
    ("schema", "GET"): EVERYBODY,
    ("docs", "GET"): EVERYBODY,
    ("me", "GET"): SIGNED_IN,
    ("me", "PATCH"): SIGNED_IN,
    ("session", "DELETE"): SIGNED_IN_DONE,
    ("session/handover", "POST"): "401 201 201 201 201 201 201 201",
    # Their tokens are of no sign-in by password; and the link is nobody's.
    ("me/address", "POST"): "401 401 401 401 401 401 401 401",
    ("me/address/confirm", "POST"): "401 404 404 404 404 404 404 404",
    ("me/audit", "GET"): SIGNED_IN,
    ("me/mails/start", "POST"): SIGNED_IN_DONE,
    ("me/personal-data", "GET"): SIGNED_IN,
    ("devices", "GET"): SIGNED_IN,
    ("devices", "DELETE"): SIGNED_IN_DONE,
    ("devices/<uuid:uuid>", "GET"): OWNER,
    ("devices/<uuid:uuid>", "PATCH"): OWNER,
    ("devices/<uuid:uuid>", "DELETE"): OWNER_DONE,
    ("messages", "GET"): SIGNED_IN,
    ("messages/read", "POST"): SIGNED_IN_DONE,
    ("messages/<uuid:uuid>/read", "POST"): OWNER,
    ("mail-switches", "GET"): SIGNED_IN,
    ("mail-switches/<slug:kind>", "GET"): SIGNED_IN,
    ("mail-switches/<slug:kind>", "PUT"): SIGNED_IN,
    ("push-transports", "GET"): SIGNED_IN,
    ("push-subscriptions", "GET"): SIGNED_IN,
    # To an address that is not public: refused to everybody who has signed in.
    ("push-subscriptions", "POST"): "401 400 400 400 400 400 400 400",
    ("push-subscriptions/<uuid:uuid>", "DELETE"): OWNER_DONE,
    ("push-switches", "GET"): SIGNED_IN,
    ("push-switches/<slug:kind>", "GET"): SIGNED_IN,
    ("push-switches/<slug:kind>", "PUT"): SIGNED_IN,
    ("courses", "GET"): SIGNED_IN,
    ("open-courses", "GET"): SIGNED_IN,
    # Who is in the course already gets 200. The course is by roster, so nobody else can join.
    ("courses/<slug:slug>/enrolment", "POST"): STUDENTS,
    ("courses/<slug:slug>/outline", "GET"): STUDENTS,
    ("courses/<slug:slug>/glossary", "GET"): STUDENTS,
    ("courses/<slug:slug>/announcements", "GET"): STUDENTS,
    ("courses/<slug:slug>/grades/what-if", "POST"): STUDENTS,
    ("courses/<slug:slug>/bundle", "GET"): STUDENTS,
    ("courses/<slug:slug>/bundle/files/<str:sha256>", "GET"): STUDENTS,
    ("sync", "POST"): SIGNED_IN,
    ("changes", "GET"): SIGNED_IN,
    # Without words: refused to everybody who has signed in.
    ("search", "GET"): "401 400 400 400 400 400 400 400",
    ("summaries", "GET"): SIGNED_IN,
    ("summaries/<uuid:uuid>", "GET"): OWNER,
    ("calendar", "GET"): SIGNED_IN,
    ("calendar/address", "GET"): SIGNED_IN,
    ("calendar/address", "POST"): "401 201 201 201 201 201 201 201",
    ("calendar/address", "DELETE"): SIGNED_IN_DONE,
    ("notes", "GET"): SIGNED_IN,
    ("notes", "POST"): "401 404 201 404 404 404 404 201",
    ("notes-export/<slug:kind>", "GET"): SIGNED_IN,
    ("notes/<uuid:uuid>", "GET"): OWNER,
    ("notes/<uuid:uuid>", "PATCH"): OWNER,
    ("notes/<uuid:uuid>", "DELETE"): OWNER_DONE,
    ("notes/<uuid:uuid>/restore", "POST"): OWNER,
    ("goal", "GET"): SIGNED_IN,
    ("lessons/<uuid:uuid>/discussions", "GET"): STUDENTS,
    ("lessons/<uuid:uuid>/discussions", "POST"): "401 404 201 404 404 404 404 201",
    ("discussions/<uuid:uuid>", "GET"): STUDENTS,
    ("discussions/<uuid:uuid>/replies", "POST"): "401 404 201 404 404 404 404 201",
    ("discussions/<uuid:uuid>/me-too", "PUT"): STUDENTS_DONE,
    ("discussions/<uuid:uuid>/me-too", "DELETE"): STUDENTS_DONE,
    ("discussions/<uuid:uuid>/mute", "PUT"): STUDENTS_DONE,
    ("discussions/<uuid:uuid>/mute", "DELETE"): STUDENTS_DONE,
    # Alice has asked.
    ("discussions/<uuid:uuid>/accepted", "PUT"): "401 404 403 404 404 404 404 204",
    ("discussions/<uuid:uuid>/accepted", "DELETE"): "401 404 403 404 404 404 404 204",
    ("posts/<uuid:uuid>", "GET"): STUDENTS,
    ("posts/<uuid:uuid>", "PATCH"): OWNER,
    ("posts/<uuid:uuid>", "DELETE"): OWNER_DONE,
    ("posts/<uuid:uuid>/restore", "POST"): OWNER,
    # It is Alice's own.
    ("posts/<uuid:uuid>/report", "POST"): "401 404 204 404 404 404 404 409",
    ("certificates", "GET"): SIGNED_IN,
    # Carla has not completed the course; Alice has this certificate already.
    ("certificates", "POST"): "401 404 409 404 404 404 404 201",
    ("certificates/<uuid:uuid>", "GET"): OWNER,
    ("certificates/<uuid:uuid>/files/<slug:language>", "GET"): OWNER,
    ("courses/<slug:slug>/progress", "GET"): STUDENTS,
    ("courses/<slug:slug>/progress", "PUT"): STUDENTS,
    ("courses/<slug:slug>/progress", "POST"): STUDENTS,
    ("lessons/<uuid:uuid>", "GET"): STUDENTS,
    ("lessons/<uuid:uuid>/questions", "GET"): STUDENTS,
    ("lessons/<uuid:uuid>/questions/<uuid:question>", "POST"): STUDENTS,
    # Carla has stopped nowhere yet.
    ("lessons/<uuid:uuid>/position", "GET"): OWNER,
    ("lessons/<uuid:uuid>/position", "PUT"): STUDENTS,
    ("quizzes/<uuid:uuid>", "GET"): STUDENTS,
    ("quizzes/<uuid:uuid>/attempts", "GET"): STUDENTS,
    # Carla starts one, Alice resumes hers.
    ("quizzes/<uuid:uuid>/attempts", "POST"): "401 404 201 404 404 404 404 200",
    ("attempts/<uuid:uuid>", "GET"): OWNER,
    ("attempts/<uuid:uuid>/answers/<uuid:question>", "PUT"): OWNER,
    # The quiz does not show answers at once.
    ("attempts/<uuid:uuid>/answers/<uuid:question>/check", "POST"): OWNER_CONFLICT,
    ("attempts/<uuid:uuid>/answers/<uuid:question>/files", "GET"): OWNER,
    ("attempts/<uuid:uuid>/answers/<uuid:question>/files", "POST"): "401 404 404 404 404 404 404 201",
    # Staff of the course download what they grade.
    ("attempts/<uuid:uuid>/files/<uuid:file>", "GET"): "401 404 404 404 200 200 200 200",
    ("attempts/<uuid:uuid>/files/<uuid:file>", "DELETE"): OWNER_DONE,
    ("attempts/<uuid:uuid>/answers/<uuid:question>/uploads", "GET"): OWNER,
    ("attempts/<uuid:uuid>/answers/<uuid:question>/uploads", "POST"): "401 404 404 404 404 404 404 201",
    ("uploads/<uuid:uuid>", "GET"): OWNER,
    ("uploads/<uuid:uuid>", "PATCH"): OWNER_DONE,
    ("uploads/<uuid:uuid>", "DELETE"): OWNER_DONE,
    ("attempts/<uuid:uuid>/submit", "POST"): "401 404 404 404 404 404 404 202",
    # The attempt is in progress.
    ("attempts/<uuid:uuid>/result", "GET"): OWNER_CONFLICT,
    ("attempts/<uuid:uuid>/reveal", "POST"): OWNER_CONFLICT,
    ("attempts/<uuid:uuid>/flags", "GET"): OWNER,
    ("attempts/<uuid:uuid>/flags/<uuid:question>", "PUT"): OWNER_DONE,
    ("attempts/<uuid:uuid>/flags/<uuid:question>", "DELETE"): OWNER_DONE,
    ("attempts/<uuid:uuid>/appeals", "GET"): OWNER,
    # The attempt is in progress.
    ("attempts/<uuid:uuid>/appeals/<uuid:question>", "PUT"): OWNER_CONFLICT,
    ("attempts/<uuid:uuid>/appeals/<uuid:question>", "DELETE"): OWNER_DONE,
    ("review", "GET"): SIGNED_IN,
    ("review/cards", "GET"): SIGNED_IN,
    ("review/cards/<uuid:card>/turns/<int:turn>", "PUT"): OWNER,
    ("teaching", "GET"): SIGNED_IN,
    ("courses/<slug:slug>/roster", "GET"): STAFF,
    ("courses/<slug:slug>/gradebook", "GET"): STAFF,
    ("courses/<slug:slug>/gradebook/<uuid:uuid>", "GET"): STAFF,
    ("courses/<slug:slug>/gradebook/<uuid:uuid>/<uuid:activity>", "GET"): STAFF,
    ("grading-queue", "GET"): SIGNED_IN,
    ("grading-queue/<uuid:uuid>", "GET"): STAFF,
    # Oscar only observes.
    ("grading-queue/<uuid:uuid>/reviews", "POST"): "401 404 404 404 200 403 200 404",
}
ROUTES = dict(routes())


@pytest.fixture
def world(
    quiz: Quiz,
    enrolment: Enrolment,
    bob: User,
    otto: User,
    ada: User,
    oscar: User,
    ines: User,
    settings: Settings,
    tmp_path: Path,
) -> World:
    settings.MEDIA_ROOT = tmp_path
    return make_world(quiz, enrolment, {"bob": bob, "otto": otto, "ada": ada, "oscar": oscar, "ines": ines})


def test_every_route_and_method_has_a_row_and_every_row_has_a_route() -> None:
    assert {(route, method) for route, view in ROUTES.items() for method in methods_of(view)} == set(TABLE)
    assert all(len(statuses.split()) == len(ROLES) for statuses in TABLE.values())


@pytest.mark.parametrize(("route", "method"), TABLE, ids=[f"{method} {route}" for route, method in TABLE])
def test_each_role_gets_the_status_of_the_table(world: World, route: str, method: str) -> None:
    answered = {}
    for role in ROLES:
        answer = world.ask(role, method, route)
        answered[role] = answer.status_code
        if answer.status_code >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json", role

    assert answered == dict(zip(ROLES, map(int, TABLE[route, method].split()), strict=True))


@pytest.mark.parametrize("route", ROUTES)
def test_a_method_that_an_address_does_not_have_is_refused_to_everybody(world: World, route: str) -> None:
    has = methods_of(ROUTES[route])
    is_public = TABLE[route, has[0]] == EVERYBODY
    for method in (method for method in METHODS if method not in has):
        for role in ROLES:
            status = world.ask(role, method, route).status_code
            assert status == (401 if role == "anonymous" and not is_public else 405), (method, role)
