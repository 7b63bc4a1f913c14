"""Differences between two published versions, and how long edits are kept."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from courses.models import Course
from tests.workspace.authors import Author
from tests.workspace.site import Site
from workspace import tasks
from workspace.models import Edit
from workspace.publishing import forgetting, history

HISTORY = "/admin/workspace/statistics/history/"
LESSON = ("edition", "lesson-1", "en")


@pytest.fixture
def author(ines: User, course: Course) -> Author:
    return Author(ines, course)


@pytest.fixture
def versions(author: Author) -> list[str]:
    """Publish three texts of one lesson, as versions 1 to 3. The third one also has a term."""
    texts = ["The first text.", "The second text.", "The third text."]
    for number, text in enumerate(texts):
        author.change_edition("lesson-1", "en", body=text)
        if number == 2:
            words = dict.fromkeys(("ko", "en"), "Mean")
            author.save({("term", "mean"): {"term": words, "definition": words, "lesson": ""}})
        author.publish()
    return texts


def test_two_versions_differ_in_what_all_publications_between_them_changed(author: Author, versions: list[str]) -> None:
    changes = {change.key: change for change in history.between(author.course, 1, 3)}
    assert set(changes) == {LESSON, ("term", "mean")}
    edition = changes[LESSON]
    assert edition.before
    assert edition.after
    assert (edition.before["body"], edition.after["body"]) == (versions[0], versions[2])
    assert changes["term", "mean"].before is None


def test_the_later_version_may_come_first(author: Author, versions: list[str]) -> None:
    changes = {change.key: change for change in history.between(author.course, 3, 2)}
    edition = changes[LESSON]
    assert edition.before
    assert edition.after
    assert (edition.before["body"], edition.after["body"]) == (versions[2], versions[1])
    assert changes["term", "mean"].after is None


def test_what_was_changed_and_changed_back_is_no_difference(author: Author, versions: list[str]) -> None:
    author.change_edition("lesson-1", "en", body=versions[1])
    author.publish()
    assert [change.key for change in history.between(author.course, 2, 4)] == [("term", "mean")]
    assert history.between(author.course, 2, 2) == []


def test_two_versions_are_chosen_on_the_page_of_the_history(ines_client: Client, versions: list[str]) -> None:
    site = Site(ines_client).open(HISTORY)
    form = site.form_with("first")
    # The two newest ones are offered first.
    assert (form.values["first"], form.values["last"]) == (["2"], ["3"])
    site.open(f"{HISTORY}?first=1&last=3")
    assert site.address == f"{HISTORY}1/3/"
    assert versions[0] in site.text
    assert versions[2] in site.text
    assert versions[1] not in site.text
    assert "These two versions say the same." in site.open(f"{HISTORY}?first=2&last=2").text


@pytest.mark.parametrize("query", ["first=&last=3", "first=1", "first=x&last=%00", "last=99999999999&first=1"])
def test_a_choice_that_is_none_gets_an_answer(ines_client: Client, versions: list[str], query: str) -> None:
    assert "Choose two versions." in Site(ines_client).open(f"{HISTORY}?{query}").text


def test_a_version_that_does_not_exist_is_not_found(ines_client: Client, versions: list[str]) -> None:
    assert ines_client.get(f"{HISTORY}1/9/").status_code == 404


def test_one_version_offers_no_comparison(author: Author, ines_client: Client) -> None:
    author.change_edition("lesson-1", "en", body="The only text.")
    author.publish()
    assert "Compare these versions" not in Site(ines_client).open(HISTORY).text


def test_queries_do_not_grow_with_the_versions(author: Author, ines_client: Client, versions: list[str]) -> None:
    def count(last: int) -> int:
        ines_client.get(f"{HISTORY}1/{last}/")
        with CaptureQueriesContext(connection) as captured:
            assert ines_client.get(f"{HISTORY}1/{last}/").status_code == 200
        return len(captured)

    few = count(2)
    for number in range(20):
        author.change_edition("lesson-1", "en", body=f"Text {number}.")
        author.publish()
    assert count(23) == few


# --- how long edits are kept ---------------------------------------------------------------------------------------


def edit(course: Course, at: datetime) -> Edit:
    return Edit.objects.create(course=course, action=Edit.Action.CHANGE, at=at)


def test_edits_of_more_than_a_year_ago_are_deleted_but_for_the_newest(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "NEWEST", 3)
    now = timezone.now()
    old = now - forgetting.KEPT - timedelta(seconds=1)
    edits = [edit(course, old), edit(course, old), edit(course, old), edit(course, old), edit(course, now)]
    assert forgetting.forget(now=now) == 2
    assert list(Edit.objects.order_by("pk")) == edits[2:]
    assert forgetting.forget(now=now) == 0


def test_edits_of_the_last_year_are_kept_however_many(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "NEWEST", 1)
    for _number in range(3):
        edit(course, timezone.now() - forgetting.KEPT + timedelta(days=1))
    tasks.forget_edits()
    assert Edit.objects.count() == 3
