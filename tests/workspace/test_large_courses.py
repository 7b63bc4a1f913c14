"""Pages of a large course do only what they show."""

import copy
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.lessons import rendering
from courses.models import Course, LessonEdition
from quizzes.authoring.models import Quiz
from tests.workspace.authors import Author
from tests.workspace.site import Site
from tests.workspace.test_access import make_written, urls
from workspace.pages.publication import SHOWN_CHANGES
from workspace.publishing.checking import find_faults

HOME = "/admin/workspace/statistics/"


@pytest.fixture
def author(ines: User, course: Course) -> Author:
    return Author(ines, course)


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The slugs of the lessons that are rendered from now on."""
    found: list[str] = []
    render = rendering.render_edition

    def counted(edition: LessonEdition, **options: object) -> None:
        found.append(edition.lesson.activity.slug)
        render(edition, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(rendering, "render_edition", counted)
    return found


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
    author: Author, ines_client: Client, rendered: list[str]
) -> None:
    author.change_edition("lesson-1", "en", body="The draft.")
    author.change_edition("lesson-2", "en", body="Another draft.")
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


def test_a_preview_of_all_lessons_renders_those_that_the_draft_changes(
    author: Author, ines_client: Client, rendered: list[str]
) -> None:
    author.change_edition("lesson-1", "en", body="The draft.")
    assert "The draft." in Site(ines_client).open(f"{HOME}preview/print/").text
    assert set(rendered) == {"lesson-1"}


def test_a_preview_renders_all_lessons_if_the_draft_changes_what_they_name(
    author: Author, ines_client: Client, rendered: list[str]
) -> None:
    author.change_edition("lesson-2", "en", body="The [[mean|mean]] of all.")
    author.change_edition("lesson-2", "ko", body="모두의 [[mean|평균]].")
    add_terms(author, 1)
    words = {"ko": "평균", "en": "Mean"}
    author.save({("term", "mean"): {"term": words, "definition": words, "lesson": ""}})
    author.publish()
    author.save({("term", "mean"): {"term": words, "definition": {**words, "en": "Another definition"}, "lesson": ""}})
    rendered.clear()
    assert "Another definition" in Site(ines_client).open(f"{HOME}preview/print/").text
    assert {"lesson-1", "lesson-2"} <= set(rendered)


def test_pages_do_not_modify_the_records_that_requests_share(ines: User, ines_client: Client, course: Course) -> None:
    author = make_written(ines, course)
    shared = author.read().published
    before = copy.deepcopy(shared)
    site = Site(ines_client)
    for url in urls(author):
        if re.search(r"/(discard|undo/\d+|export)/$|figure\.png", url):
            continue
        site.page = ines_client.get(url, follow=True)
        for form in site.read().forms:
            if form.method == "post" and "/workspace/" in form.action and "/publish/" not in form.action:
                for name, value in form.buttons or [("", "")]:
                    ines_client.post(form.action, {**form.values, **({name: value} if name else {})})
    assert author.read().published is shared
    assert shared == before


def test_published_records_are_read_once_for_each_revision(author: Author) -> None:
    author.read()
    with CaptureQueriesContext(connection) as captured:
        first = author.read()
    # The revision, and the drafts.
    assert len(captured) == 2
    author.change_edition("lesson-1", "en", body="Published.")
    author.publish()
    assert author.read().published["edition", "lesson-1", "en"]["body"] == "Published."
    assert first.published["edition", "lesson-1", "en"]["body"] != "Published."


def test_faults_are_found_again_after_each_save(author: Author, ines_client: Client) -> None:
    site = Site(ines_client)
    author.change_edition("lesson-1", "en", body="A [lost](lesson:nowhere) link.")
    for _again in range(2):
        assert "1 thing to correct before you can publish" in site.open(f"{HOME}publish/").text
    author.change_edition("lesson-1", "en", body="A link that is not lost.")
    assert "to correct before you can publish" not in site.open(f"{HOME}publish/").text
