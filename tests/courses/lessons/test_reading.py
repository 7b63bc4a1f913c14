"""Reading positions: storing them, and the place that is offered."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from courses import access, progress
from courses.lessons import reading
from courses.lessons.reading import NoAnchor, Position
from courses.models import Activity, Enrolment, LessonEdition, ReadingPosition
from courses.outline import revisions
from tests.factories import EnrolmentFactory, UserFactory

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
PAGE = "/courses/statistics/lessons/lesson-1/"
TEXT = '<p>a</p><h2 id="why">Why</h2><p>b</p><p>c</p><h2 id="how">How &amp; when</h2><p>d</p>'
OFFER = "Go on where you stopped"


@pytest.fixture
def text(lesson: Activity) -> str:
    """The text of the lesson in English. It has six blocks."""
    LessonEdition.objects.filter(lesson=lesson.lesson).update(html=TEXT)
    revisions.touch(lesson.course_id)
    return TEXT


def stop(enrolment: Enrolment, lesson: Activity, anchor: str, now: datetime = NOW) -> None:
    reading.record_position(enrolment=enrolment, activity=lesson, anchor=anchor, now=now)


def test_the_position_of_a_lesson_is_the_last_one(enrolment: Enrolment, lesson: Activity) -> None:
    stop(enrolment, lesson, "why.1")
    stop(enrolment, lesson, "how.0", LATER)
    position = ReadingPosition.objects.get()
    assert (position.anchor, position.read_at) == ("how.0", LATER)


def test_a_position_is_stored_by_one_statement_so_that_two_tabs_cannot_meet(
    enrolment: Enrolment, lesson: Activity
) -> None:
    def is_write(query: dict[str, str]) -> bool:
        return query["sql"].startswith(("INSERT", "UPDATE", "SELECT"))

    for anchor in ("why.1", "how.0"):
        with CaptureQueriesContext(connection) as captured:
            stop(enrolment, lesson, anchor, LATER)
        assert sum(map(is_write, captured.captured_queries)) == 1
        assert ReadingPosition.objects.get().anchor == anchor


def test_each_lesson_has_its_own_position(enrolment: Enrolment, lesson: Activity) -> None:
    other = lesson.course.activities.get(slug="lesson-2")
    stop(enrolment, lesson, "why.1")
    stop(enrolment, other, ".3")
    found = [reading.reader_or_404(enrolment.user, "statistics", each.slug)[1] for each in (lesson, other)]
    assert found == [Position("why.1", NOW), Position(".3", NOW)]


@pytest.mark.parametrize(
    "anchor", ["", "why", "why.", "why.12345", "Why.1", "why.1\n", "w y.1", "a" * 119 + ".1", "\0.1"]
)
def test_what_names_no_block_is_refused(enrolment: Enrolment, lesson: Activity, anchor: str) -> None:
    with pytest.raises(NoAnchor, match="does not name a place"):
        stop(enrolment, lesson, anchor)


def test_one_query_finds_the_enrolment_and_the_position(
    enrolment: Enrolment, lesson: Activity, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stop(enrolment, lesson, "why.1")
    access.enrolment_or_404(enrolment.user, "statistics")
    with django_assert_num_queries(1):
        found, position = reading.reader_or_404(enrolment.user, "statistics", "lesson-1")
    assert found == enrolment
    assert position == Position("why.1", NOW)


def test_a_position_costs_no_query_of_the_page(
    alice_client: Client,
    enrolment: Enrolment,
    lesson: Activity,
    text: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    stop(enrolment, lesson, "why.2")
    alice_client.get(PAGE)
    with django_assert_max_num_queries(5):
        assert OFFER in alice_client.get(PAGE).text


def test_the_page_offers_to_go_on_at_the_paragraph(
    alice_client: Client, enrolment: Enrolment, lesson: Activity, text: str
) -> None:
    stop(enrolment, lesson, "how.1")
    page = alice_client.get(PAGE).text
    assert re.search(rf'<a href="#lastRead">{OFFER}:\s+How &amp; when</a>', page)
    assert '<p><span id="lastRead"></span>d</p>' in page


def test_the_position_holds_in_the_other_language(
    alice_client: Client, enrolment: Enrolment, lesson: Activity, text: str
) -> None:
    stop(enrolment, lesson, "how.1")
    User.objects.update(language="ko")
    page = alice_client.get(PAGE).text
    assert '<html lang="ko" data-theme="">' in page
    assert '<p><span id="lastRead"></span>d</p>' in page


@pytest.mark.parametrize("anchor", [".0", "why.0", "why.9", "gone.1"])
def test_the_beginning_and_what_the_text_no_longer_has_are_not_offered(
    alice_client: Client, enrolment: Enrolment, lesson: Activity, text: str, anchor: str
) -> None:
    stop(enrolment, lesson, anchor)
    page = alice_client.get(PAGE).text
    assert OFFER not in page
    assert "lastRead" not in page


def test_a_lesson_that_is_done_offers_only_what_was_read_since(
    alice_client: Client, enrolment: Enrolment, lesson: Activity, text: str
) -> None:
    stop(enrolment, lesson, "how.1")
    progress.mark_done(enrolment=enrolment, activity=lesson, now=LATER)
    assert OFFER not in alice_client.get(PAGE).text
    stop(enrolment, lesson, "how.1", LATER + timedelta(minutes=1))
    assert OFFER in alice_client.get(PAGE).text


def test_another_student_of_the_course_has_another_position(
    alice_client: Client, enrolment: Enrolment, lesson: Activity, text: str
) -> None:
    stop(EnrolmentFactory(user=UserFactory(), course=enrolment.course), lesson, "how.1")
    assert OFFER not in alice_client.get(PAGE).text


def test_the_address_to_continue_at_needs_no_query(
    enrolment: Enrolment, lesson: Activity, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def address() -> str:
        [found] = access.enrolments(enrolment.user)
        with django_assert_num_queries(0):
            return reading.get_continue_url(found)

    assert address() == "/courses/statistics/"
    progress.record_visit(enrolment=enrolment, activity=lesson, now=NOW)
    assert address() == f"{PAGE}#lastRead"
    quiz = lesson.course.activities.get(slug="quiz")
    progress.record_visit(enrolment=enrolment, activity=quiz, now=NOW)
    assert address() == "/courses/statistics/quizzes/quiz/"
    Activity.objects.filter(pk=quiz.pk).update(archived_at=NOW)
    assert address() == "/courses/statistics/"


def test_an_activity_of_the_outline_has_an_address_at_the_paragraph(enrolment: Enrolment, lesson: Activity) -> None:
    assert reading.get_reading_url(lesson) == f"{PAGE}#lastRead"
    quiz = lesson.course.activities.get(slug="quiz")
    assert reading.get_reading_url(quiz) == "/courses/statistics/quizzes/quiz/"


def test_the_contents_of_the_page_lead_to_its_headings(alice_client: Client, enrolment: Enrolment, text: str) -> None:
    page = alice_client.get(PAGE).text
    places = [page.index(f'<a href="#{id}">{name}</a>') for id, name in (("why", "Why"), ("how", "How &amp; when"))]
    assert all(before < after for before, after in pairwise(places))


def test_the_contents_list_the_rubric_of_a_practice_lesson(alice_client: Client, lesson: Activity, text: str) -> None:
    rubric = [{"key": "a", "points": 5, "title": "Clear", "description": "It is clear."}]
    LessonEdition.objects.filter(lesson=lesson.lesson).update(rubric=rubric)
    revisions.touch(lesson.course_id)
    assert re.search(r'<a href="#rubric">\s*Rubric\s*</a>', alice_client.get(PAGE).text)


# --- the page's own address ------------------------------------------------------------------------------------


def test_the_page_stores_the_position(alice_client: Client, enrolment: Enrolment, lesson: Activity) -> None:
    answer = alice_client.post(f"{PAGE}position/", {"anchor": "why.1"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert ReadingPosition.objects.get().anchor == "why.1"


@pytest.mark.parametrize("fields", [{}, {"anchor": "../../etc"}, {"anchor": "x" * 5000}])
def test_a_position_that_is_none_is_answered_with_a_sentence(
    alice_client: Client, enrolment: Enrolment, fields: dict[str, str]
) -> None:
    answer = alice_client.post(f"{PAGE}position/", fields)
    assert answer.status_code == 400
    assert answer.text == "This does not name a place in a lesson."


def test_a_quiz_and_an_archived_lesson_have_no_position(
    alice_client: Client, enrolment: Enrolment, lesson: Activity
) -> None:
    assert alice_client.post("/courses/statistics/lessons/quiz/position/", {"anchor": ".1"}).status_code == 404
    Activity.objects.filter(pk=lesson.pk).update(archived_at=NOW)
    revisions.touch(lesson.course_id)
    assert alice_client.post(f"{PAGE}position/", {"anchor": ".1"}).status_code == 404
