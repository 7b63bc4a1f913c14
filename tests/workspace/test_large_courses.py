"""Pages of a large course do only what they show."""

import pytest
from django.test import Client

from accounts.models import User
from courses.lessons import rendering
from courses.models import Course, LessonEdition
from quizzes.authoring.models import Quiz
from tests.workspace.authors import Author
from tests.workspace.site import Site
from workspace.pages.publication import SHOWN_CHANGES
from workspace.publishing.checking import find_faults

HOME = "/admin/workspace/statistics/"


@pytest.fixture
def author(ines: User, course: Course) -> Author:
    return Author(ines, course)


def add_terms(author: Author, count: int) -> None:
    for number in range(count):
        texts = dict.fromkeys(("ko", "en"), f"Term {number}")
        author.save({("term", f"term-{number}"): {"term": texts, "definition": texts, "lesson": ""}})


@pytest.mark.parametrize("page", ["publish/", "history/1/"])
def test_many_changes_are_shown_in_parts(author: Author, ines_client: Client, page: str) -> None:
    add_terms(author, SHOWN_CHANGES + 2)
    if page != "publish/":
        author.publish()
    site = Site(ines_client)
    assert site.open(f"{HOME}{page}").text.count("ws-difference") == SHOWN_CHANGES
    assert 'href="?page=2"' in site.text
    assert site.open(f"{HOME}{page}?page=2").text.count("ws-difference") == 2
    assert site.open(f"{HOME}{page}?page=nonsense").text.count("ws-difference") == SHOWN_CHANGES


def test_a_preview_renders_the_lesson_that_it_shows_and_no_other(
    author: Author, ines_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    author.change_edition("lesson-1", "en", body="The draft.")
    rendered = []
    render = rendering.render_edition

    def counted(edition: LessonEdition, **options: object) -> None:
        rendered.append(edition.lesson.activity.slug)
        render(edition, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(rendering, "render_edition", counted)
    assert "The draft." in Site(ines_client).open(f"{HOME}preview/lessons/lesson-1/").text
    assert set(rendered) == {"lesson-1"}


def refer_to(author: Author, place: str) -> None:
    """Publish a quiz whose question names a heading of a lesson."""
    record = author.read().records["question", "quiz", "q0"]
    author.change_edition("lesson-1", "en", body="## Why {#why}\n\nBecause.")
    author.change_edition("lesson-1", "ko", body="## 왜 {#why}\n\n그래서요.")
    author.save({("question", "quiz", "q0"): {**record, "lesson": place}})
    author.publish()


def test_the_publish_page_finds_what_a_quiz_refers_to_in_vain(author: Author, quiz: Quiz) -> None:
    refer_to(author, "lesson-1#why")
    author.change_edition("lesson-1", "en", body="Because, and nothing else.")
    author.change_edition("lesson-1", "ko", body="그래서요.")
    found = find_faults(author.read(), is_quick=True)
    assert [fault.key for fault in found] == [("question", "quiz", "q0")]
    assert found == find_faults(author.read())


def test_a_quiz_that_no_draft_touches_is_not_read_again(author: Author, quiz: Quiz) -> None:
    refer_to(author, "lesson-1#why")
    # A fault that only somebody who writes to the database can make.
    quiz.questions.filter(key="q0").update(lesson="gone")
    author.change_edition("lesson-1", "en", body="## Why {#why}\n\nOther words.")
    assert find_faults(author.read(), is_quick=True) == []
    assert [fault.key for fault in find_faults(author.read())] == [("question", "quiz", "q0")]
