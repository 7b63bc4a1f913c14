"""The page of the search and its API operation."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses.models import Activity, Course, Enrolment
from search import sources
from search.finding.queries import Query
from search.finding.snippets import Snippet
from search.indexing import building
from search.sources import OwnHit, Source
from tests.api import Api
from tests.copied_rows import make_many
from tests.factories import CourseFactory, EnrolmentFactory

pytestmark = pytest.mark.django_db
KOREAN = {"Accept-Language": "ko"}


def test_a_hit_leads_to_its_paragraph(alice_client: Client, alice: User, written: Course) -> None:
    page = alice_client.get("/search/", {"q": "noise"}).text
    assert "learning the <mark>noise</mark>" in page
    assert 'href="/courses/statistics/lessons/lesson-1/?at=collecting.1#askedFor"' in page
    lesson = alice_client.get("/courses/statistics/lessons/lesson-1/?at=collecting.1").text
    assert '<p><span id="askedFor"></span><strong>Overfitting' in lesson


def test_a_place_that_is_gone_leads_to_its_heading(alice_client: Client, written: Course) -> None:
    page = alice_client.get("/courses/statistics/lessons/lesson-1/?at=collecting.9").text
    assert '<h2 id="collecting"><span id="askedFor"></span>' in page
    assert "askedFor" not in alice_client.get("/courses/statistics/lessons/lesson-1/?at=elsewhere.9").text


def test_nothing_is_said_with_a_suggestion(alice_client: Client, written: Course) -> None:
    page = alice_client.get("/search/", {"q": "variancs"}).text
    assert "Did you mean" in page
    assert "?q=variance&amp;course=" in page


def test_what_is_looked_for_is_shown_as_text(alice_client: Client, written: Course) -> None:
    page = alice_client.get("/search/", {"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("number", [2, 200])
def test_the_page_takes_as_many_queries_for_many_courses(
    alice_client: Client, alice: User, written: Course, number: int
) -> None:
    def enrol() -> None:
        EnrolmentFactory(user=alice, course=CourseFactory(is_published=True))

    make_many(enrol, number)
    for pk in list(Course.objects.values_list("pk", flat=True)[:10]):
        building.build(pk)
    counts = {}
    for wanted in ("noise", "variancs", ""):
        alice_client.get("/search/", {"q": wanted})
        with CaptureQueriesContext(connection) as captured:
            alice_client.get("/search/", {"q": wanted})
        counts[wanted] = len(captured)
    # One more if more than five courses are looked at: `hits` reads those that were visited last first.
    more = number > 5
    assert counts == {"noise": 7 + more, "variancs": 7 + more, "": 3}


def test_the_api_answers_with_parts(alice_api: Api, written: Course, lesson: Activity) -> None:
    answer = alice_api.get("search?q=noise")
    [hit] = answer["results"]
    assert answer["query"] == "noise"
    assert (answer["is_cut"], answer["did_you_mean"]) == (False, "")
    assert (hit["kind"], hit["anchor"], hit["activity"]["uuid"]) == ("text", "collecting.1", str(lesson.uuid))
    assert [part["text"] for part in hit["parts"] if part["is_match"]] == ["noise"]
    assert alice_api.get("search?q=noise&course=elsewhere")["results"] == []
    for wanted, slug in (("x", "search-too-short"), ("x" * 10_000, "search-too-long")):
        refused = alice_api.get(f"/api/v1/search?q={wanted}", expect=400)
        assert refused["type"].endswith(slug)


def test_apps_add_what_belongs_to_a_person(
    alice_client: Client, alice_api: Api, alice: User, written: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(user: User, query: Query, course: str, most: int) -> tuple[list[OwnHit], bool]:
        found = [OwnHit("My own", Snippet(("about ", query.words[0], "")), "/own/", "statistics")]
        return (found if user == alice else []), False

    monkeypatch.setattr(sources, "_sources", [Source("own", "Own texts", find)])
    assert "about <mark>noise</mark>" in alice_client.get("/search/", {"q": "noise"}).text
    assert [hit["kind"] for hit in alice_api.get("search?q=noise")["results"]] == ["own", "text"]


def test_the_page_without_courses(bob_client: Client) -> None:
    assert "You are in no course yet" in bob_client.get("/search/").text


def test_strangers_are_asked_to_sign_in(client: Client, enrolment: Enrolment) -> None:
    assert client.get("/search/?q=noise").status_code == 302
