"""Every address of the workspace, from the resolver, for those who may not use it."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.models import Course
from tests.lms.addresses import addresses
from tests.lms.admin_world import everything
from tests.workspace.authors import Author
from workspace.drafts import files

VALUES = {
    "slug": "statistics", "activity_slug": "lesson-1", "language": "en", "kind": "numeric", "question_key": "q0",
    "name": "figure.png", "number": "1",
}  # fmt: skip
# What assistants and observers may see as well: the preview.
READ = re.compile(r"/preview/(?!files/)")


@pytest.fixture
def written(ines: User, course: Course) -> Author:
    """Ines's course with a publication, a draft, an edit and a file."""
    author = Author(ines, course)
    author.change_edition("lesson-1", "en", body="Published.")
    author.publish()
    files.add(course, "figure.png", b"x", editor=ines, now=timezone.now())
    author.change_edition("lesson-1", "en", body="Secret draft.")
    return author


def urls(author: Author) -> Iterator[str]:
    values = {**VALUES, "edit_id": str(author.course.edits.latest("pk").pk)}
    for path in addresses("admin/workspace/"):
        filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], path)
        if filled != "admin/workspace/":
            yield f"/{filled.replace('quizzes/lesson-1', 'quizzes/quiz')}"


def test_there_are_addresses(written: Author) -> None:
    assert len(list(urls(written))) > 25


@pytest.mark.parametrize("who", ["otto_client", "alice_client"])
def test_nobody_else_finds_an_address_of_the_course(written: Author, who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    before = everything()
    expected = 404 if who == "otto_client" else 302
    for url in urls(written):
        data = {"action": "add-module", "title_ko": "x", "show": "on", "key": "edition/lesson-1/en", "body_en": "x"}
        found = (client.get(url).status_code, client.post(url, data).status_code)
        assert found == (expected, expected), url
    assert everything() == before


@pytest.mark.parametrize("who", ["ada_client", "oscar_client"])
def test_assistants_and_observers_change_nothing(written: Author, who: str, request: pytest.FixtureRequest) -> None:
    client: Client = request.getfixturevalue(who)
    before = everything()
    for url in urls(written):
        found = client.get(url).status_code
        assert found in ((200, 302) if READ.search(url) else (403,)), url
        assert client.post(url, {"action": "add-module", "title_ko": "x"}).status_code in (200, 302, 403), url
    assert everything() == before


def test_its_instructor_opens_every_page(written: Author, ines_client: Client) -> None:
    for url in urls(written):
        if not re.search(r"/(discard|undo/\d+)/$", url):
            assert ines_client.get(url).status_code in (200, 302), url


def test_a_signed_out_visitor_is_sent_to_the_sign_in(written: Author, client: Client) -> None:
    for url in urls(written):
        for answer in (client.get(url), client.post(url, {})):
            assert answer.status_code == 302
            assert answer["Location"].startswith(("/admin/login/", "/accounts/login/")), url
