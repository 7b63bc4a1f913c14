"""Instructors download material for teaching, made from what is published."""

import re

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from courses.models import Course
from quizzes.authoring.models import Quiz
from tests.workspace.authors import Author

HOME = "/admin/workspace/statistics/teaching/"


@pytest.fixture
def author(ines: User, course: Course, quiz: Quiz) -> Author:
    author = Author(ines, course)
    author.change_edition("lesson-1", "en", body="An opening.\n\n## Means {#means}\n\nThe **mean** is a sum.")
    author.publish()
    return author


def test_the_page_links_to_files_of_published_lessons(author: Author, ines_client: Client) -> None:
    html = ines_client.get(HOME).content.decode()
    links = re.findall(rf'href="({HOME}[^"]+)"', html)
    assert f"{HOME}slides/lesson-1/en/" in links
    assert f"{HOME}answers/en/" in links
    for link in links:
        answer = ines_client.get(link)
        assert answer.status_code == 200, link
        assert answer["Content-Disposition"].startswith('attachment; filename="statistics-'), link


def test_slides_show_what_is_published(author: Author, ines_client: Client) -> None:
    author.change_edition("lesson-1", "en", body="## Drafts {#drafts}\n\nSecret draft.")
    html = ines_client.get(f"{HOME}slides/lesson-1/en/").content.decode()
    assert "<h2>Means</h2>" in html
    assert "<li>The mean is a sum.</li>" in html
    assert "Secret draft" not in html


def test_the_language_is_that_of_the_address(author: Author, ines_client: Client) -> None:
    with translation.override("ko"):
        html = ines_client.get(f"{HOME}plan/lesson-1/en/", headers={"Accept-Language": "ko"}).content.decode()
    assert '<html lang="en">' in html
    assert "Lesson plan" in html


@pytest.mark.parametrize(
    "path", ["slides/no-lesson/en/", "slides/lesson-1/fr/", "answers/fr/", "slides/quiz/en/", "songs/lesson-1/en/"]
)
def test_what_does_not_exist_is_not_found(author: Author, ines_client: Client, path: str) -> None:
    assert ines_client.get(HOME + path).status_code == 404


def test_the_answer_book_is_for_those_who_write_the_course(
    author: Author, ines_client: Client, ada_client: Client, alice_client: Client
) -> None:
    address = f"{HOME}answers/en/"
    assert 'class="right"' in ines_client.get(address).content.decode()
    assert ada_client.get(address).status_code == 403
    assert alice_client.get(address).status_code == 302
