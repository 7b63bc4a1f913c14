"""An app opens the files that a lesson shows with its token, where its person's browser may open them."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from courses.lessons.rendering import asset_version
from courses.models import Course, CourseAsset, Enrolment
from tests.api import Api, api_for
from tests.factories import EnrolmentFactory
from tests.pictures import picture

ADDRESS = "/courses/statistics/files/photo.png"


@pytest.fixture
def photo(course: Course) -> bytes:
    content = picture("PNG")
    CourseAsset.objects.create(course=course, name="photo.png", content=content)
    return content


def test_the_picture_of_a_lesson_opens_with_the_token_of_a_student(photo: bytes, alice_api: Api) -> None:
    response = Client().get(f"{ADDRESS}?v={asset_version(photo)}", headers=alice_api.headers)

    assert response.content == photo
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "X-Session-Token" in response.headers["Vary"]


def test_a_picture_without_its_version_is_asked_for_again(photo: bytes, alice_api: Api) -> None:
    first = Client().get(ADDRESS, headers=alice_api.headers)
    assert first.headers["Cache-Control"] == "private, no-cache"

    again = Client().get(ADDRESS, headers={**alice_api.headers, "If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.content == b""


def test_a_token_that_does_not_work_is_refused_and_not_sent_to_a_page(photo: bytes) -> None:
    for token in ("", "nothing", "\x00", "é" * 40):
        response = Client().get(ADDRESS, headers={"X-Session-Token": token})
        assert response.status_code == 401
        assert response.json()["type"] == "/problems/not-authenticated"
        assert response.headers["WWW-Authenticate"] == "X-Session-Token"


def test_a_file_that_is_not_there_is_refused_as_by_the_api(photo: bytes, alice_api: Api) -> None:
    for address in ("/courses/statistics/files/other.png", "/courses/nothing/files/photo.png"):
        assert alice_api.get(address, expect=404)["type"] == "/problems/not-found"


def test_everybody_gets_by_token_what_they_get_in_a_browser(
    photo: bytes, enrolment: Enrolment, bob: User, otto: User, ada: User, oscar: User, ines: User
) -> None:
    withdrawn = EnrolmentFactory(course=enrolment.course, status=Enrolment.Status.WITHDRAWN).user
    people = {
        "alice": enrolment.user, "bob": bob, "withdrawn": withdrawn,
        "otto": otto, "ada": ada, "oscar": oscar, "ines": ines,
    }  # fmt: skip
    by_token, by_session = {}, {}
    for name, person in people.items():
        by_token[name] = Client().get(ADDRESS, headers=api_for(person).headers).status_code
        browser = Client()
        browser.force_login(person)
        by_session[name] = browser.get(ADDRESS).status_code

    assert by_token == by_session
    assert [name for name, status in by_token.items() if status == 200] == ["alice"]
    assert set(by_token.values()) == {200, 404}


@pytest.mark.parametrize("by", ["app", "browser"])
def test_a_download_that_was_cut_off_goes_on(
    course: Course, alice_api: Api, alice_client: Client, enrolment: Enrolment, by: str
) -> None:
    table = b"name,points\n" + b"somebody,1\n" * 500
    CourseAsset.objects.create(course=course, name="table.csv", content=table)
    client, own = (Client(), alice_api.headers) if by == "app" else (alice_client, {})

    def ask(**headers: str) -> Any:
        address = "/courses/statistics/files/table.csv"
        return client.get(address, headers={**own, "Accept-Encoding": "br, gzip", **headers})

    tag = client.get("/courses/statistics/files/table.csv", headers=own).headers["ETag"]
    rest = ask(Range="bytes=1000-", **{"If-Range": tag})
    assert rest.status_code == 206
    # A part is never compressed: it is a part of the file.
    assert rest.content == table[1000:]
    assert rest.headers["Content-Range"] == f"bytes 1000-{len(table) - 1}/{len(table)}"
    assert ask(Range="bytes=1000-", **{"If-Range": f"W/{tag}"}).status_code == 200
    behind = ask(Range="bytes=99999-")
    assert behind.status_code == 416
    assert behind.headers["Content-Range"] == f"bytes */{len(table)}"
