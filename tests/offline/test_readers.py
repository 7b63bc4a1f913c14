"""Each page says for whom it is, and a sign-out empties the browser."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from courses.models import Enrolment
from offline.readers import NOBODY, READER, reader_key

pytestmark = pytest.mark.django_db

EVERYTHING = '"cache", "storage"'


def test_pages_name_their_reader_by_a_key_that_does_not_tell_the_id(alice: User, bob: User) -> None:
    found = []
    for person in (alice, bob):
        client = Client()
        client.force_login(person)
        found.append({client.get(path).headers[READER] for path in ("/courses/", "/notes/", "/nowhere/")})
    assert found == [{reader_key(alice.pk)}, {reader_key(bob.pk)}]
    assert found[0] != found[1]
    assert reader_key(alice.pk) != str(alice.pk)


def test_a_page_marks_what_it_keeps_with_the_same_key(alice_client: Client, alice: User) -> None:
    assert f'data-reader="{reader_key(alice.pk)}"' in alice_client.get("/courses/").content.decode()


def test_a_page_for_nobody_in_particular_says_so(client: Client) -> None:
    assert client.get("/accounts/login/").headers[READER] == NOBODY


def test_the_key_changes_with_the_secret_key(alice: User, settings: Settings) -> None:
    before = reader_key.__wrapped__(alice.pk)
    settings.SECRET_KEY = "another one"
    assert reader_key.__wrapped__(alice.pk) != before


def test_an_answer_that_is_no_page_names_nobody(alice_client: Client) -> None:
    for path in ("/api/v1/me", "/offline/en.webmanifest", "/notes/export/markdown/"):
        assert READER not in alice_client.get(path).headers, path


def test_an_error_names_nobody(alice_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a site in trouble would make browsers forget what they have kept."""

    def fail(*_given: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("courses.access.enrolments", fail)
    alice_client.raise_request_exception = False
    answer = alice_client.get("/courses/")
    assert answer.status_code == 500
    assert READER not in answer.headers


def test_a_sign_out_empties_the_browser_and_nothing_else_does(alice_client: Client) -> None:
    assert "Clear-Site-Data" not in alice_client.get("/accounts/logout/").headers
    assert "Clear-Site-Data" not in alice_client.post("/accounts/theme/", {"theme": "dark"}).headers
    assert alice_client.post("/accounts/logout/").headers["Clear-Site-Data"] == EVERYTHING
    assert "Clear-Site-Data" not in alice_client.post("/accounts/logout/").headers


def test_only_a_lesson_may_be_kept(alice_client: Client, enrolment: Enrolment) -> None:
    course = enrolment.course.get_absolute_url()
    assert "X-Lesson" in alice_client.get(f"{course}lessons/lesson-1/").headers
    for path in (course, "/courses/", f"{course}quizzes/quiz/", f"{course}lessons/none/", f"{course}glossary/"):
        assert "X-Lesson" not in alice_client.get(path).headers, path


def test_what_is_for_nobody_makes_no_query(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        for path in ("/offline/en/", "/offline/ko.webmanifest", "/sw.js"):
            assert client.get(path).status_code == 200
