"""What a search finds, and that it finds nothing that its reader may not read."""

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from courses.models import Activity, Course, Enrolment, LessonEdition
from search.finding.queries import SearchTooLong, SearchTooShort, read_query
from search.indexing import building
from search.models import CourseIndex
from search.searching import Result, search
from tests.factories import ActivityFactory, LessonFactory

pytestmark = pytest.mark.django_db


def look(user: User, text: str, language: str = "ko") -> Result:
    with override(language):
        return search(user, read_query(text))


def places(result: Result) -> list[tuple[str, str]]:
    return [(hit.kind, hit.anchor) for hit in result.found.hits()]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        # Two syllables, inside a word, across an element, with a particle behind.
        ("적합", [("text", "collecting.1")]),
        ("과적합은", [("text", "collecting.1")]),
        # Latin in Korean text, in any case, and a part of it.
        ("OVERFIT", [("text", "collecting.1")]),
        # Two Latin letters are the start of a word: not `explain`.
        ("ai", [("text", "collecting.1")]),
        ("pl", []),
        # Spaces inside Korean.
        ("데이터분석", [("text", "collecting.3")]),
        ("데이터 분석", [("text", "collecting.3")]),
        # Two words of one section, in any order.
        ("항목 AI", [("text", "collecting.1")]),
        ("결측 항목", []),
        ("café", [("text", "tidying.1")]),
        # A text before the first heading.
        ("질문을", [("text", ".0")]),
        ("분산", [("term", "")]),
        ("variance", [("term", "")]),
        # What is no word of a pattern and no wildcard.
        ("%%", []),
        ("데_터", []),
        (".*", []),
    ],
)
def test_what_is_found(enrolment: Enrolment, written: Course, wanted: str, expected: list[tuple[str, str]]) -> None:
    assert places(look(enrolment.user, wanted)) == expected


def test_decomposed_hangul_is_found_on_both_sides(enrolment: Enrolment, written: Course, lesson: Activity) -> None:
    assert places(look(enrolment.user, unicodedata.normalize("NFD", "과적합"))) == [("text", "collecting.1")]
    edition = LessonEdition.objects.get(lesson__activity=lesson, language="ko")
    edition.html = unicodedata.normalize("NFD", edition.html)
    edition.save()
    building.build(written.pk)
    assert places(look(enrolment.user, "과적합")) == [("text", "collecting.1")]


def test_each_language_finds_what_its_reader_reads(enrolment: Enrolment, written: Course) -> None:
    assert places(look(enrolment.user, "noise", "en")) == [("text", "collecting.1")]
    assert places(look(enrolment.user, "noise", "ko")) == []
    [hit] = look(enrolment.user, "noise", "en").found.hits()
    assert hit.snippet.parts == ("Overfitting is learning the ", "noise", ".")
    assert hit.section == "Collecting"
    assert hit.url == "/courses/statistics/lessons/lesson-1/?at=collecting.1#askedFor"


def test_a_lesson_of_one_language_is_found_in_both(
    enrolment: Enrolment, written: Course, lesson: Activity, rebuild: Callable[[], None]
) -> None:
    LessonEdition.objects.get(lesson__activity=lesson, language="en").delete()
    rebuild()
    [hit] = look(enrolment.user, "과적합", "en").found.hits()
    assert hit.language == "ko"


def test_titles_and_terms_come_first(enrolment: Enrolment, written: Course) -> None:
    activity = ActivityFactory(module=written.modules.get(), title_ko="과적합 이야기", position=9)
    LessonFactory(activity=activity)
    building.build(written.pk)
    assert [hit.kind for hit in look(enrolment.user, "과적합").found.hits()] == ["title", "text"]


def test_what_is_hidden_is_neither_found_nor_counted_nor_suggested(
    enrolment: Enrolment, written: Course, lesson: Activity
) -> None:
    lesson.archived_at = timezone.now()
    lesson.save()
    # Before the worker has seen it.
    assert look(enrolment.user, "과적합").count == 0
    assert look(enrolment.user, "과적한").suggestion == ""
    building.build(written.pk)
    assert look(enrolment.user, "과적합").count == 0
    assert "overfitting" not in CourseIndex.objects.get(language="ko").words


@pytest.mark.parametrize("change", [{"status": Enrolment.Status.WITHDRAWN}, {"course__is_published": False}])
def test_courses_that_one_may_not_read_are_not_searched(
    enrolment: Enrolment, written: Course, change: dict[str, object]
) -> None:
    for name, value in change.items():
        row = enrolment.course if name.startswith("course__") else enrolment
        setattr(row, name.removeprefix("course__"), value)
        row.save()
    result = look(enrolment.user, "과적합")
    assert (result.count, result.courses, result.suggestion) == (0, [], "")


def test_a_stranger_finds_nothing(bob: User, written: Course) -> None:
    assert look(bob, "과적합").count == 0


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("variancs", "variance"),
        ("overfiting", "overfitting"),
        ("과적햅", "과적합"),
        ("vairance", "variance"),
        ("xyzxyz", ""),
    ],
)
def test_a_mistyped_word_is_said(
    enrolment: Enrolment, written: Course, lesson: Activity, typed: str, meant: str
) -> None:
    edition = LessonEdition.objects.get(lesson__activity=lesson, language="ko")
    edition.html += "<p>과적합 overfitting 과적합 overfitting 과적합 overfitting</p>"
    edition.save()
    building.build(written.pk)
    result = look(enrolment.user, typed)
    assert (result.count, result.suggestion) == (0, meant)


def test_what_cannot_be_looked_for_is_refused() -> None:
    for text in ("", " ", "가", "a b c", "\0"):
        with pytest.raises(SearchTooShort):
            read_query(text)
    for text in ("가" * 10_000, " ".join(f"w{n}" for n in range(11))):
        with pytest.raises(SearchTooLong):
            read_query(text)


def test_a_pasted_text_that_the_field_cuts_is_refused_too(alice_client: Client, written: Course) -> None:
    found = re.search(r'maxlength="(\d+)"', alice_client.get("/search/").text)
    assert found
    for letter in ("가", "가 ", unicodedata.normalize("NFD", "각")):
        pasted = letter * 10_000
        answer = alice_client.get("/search/", {"q": pasted[: int(found[1])]})
        assert (answer.status_code, "at most 200" in answer.text) == (400, True)
    # An address that the web server reads.
    assert len(quote("가" * int(found[1]))) < 10_000


def test_the_page_says_it(alice_client: Client, written: Course) -> None:
    answer = alice_client.get("/search/", {"q": "가" * 10_000})
    assert answer.status_code == 400
    assert "at most 200" in answer.text
