"""Courses API: the glossary, for reading and searching on a phone."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from courses.models import Activity, Course, Enrolment, GlossaryTerm
from tests.api import Api
from tests.contract import check

PATH = "courses/statistics/glossary"


@pytest.fixture
def terms(course: Course, lesson: Activity) -> None:
    for key, ko, en in (
        ("data-drift", "데이터 드리프트", "Data drift"),
        ("bias", "편향", "bias"),
        ("auc", "AUC", "AUC"),
        ("thorn", "가시", "Thorn"),
    ):
        GlossaryTerm.objects.create(
            course=course, key=key, term_ko=ko, term_en=en, definition_ko=f"{ko}의 뜻", definition_en=f"What {en} means"
        )
    GlossaryTerm.objects.filter(key="bias").update(activity=lesson)


def keys(found: dict[str, Any]) -> list[str]:
    return [term["key"] for term in found["results"]]


@pytest.mark.usefixtures("terms")
def test_terms_come_with_their_letters_and_their_lesson(alice_api: Api, lesson: Activity) -> None:
    found = alice_api.get(PATH)

    check("Glossary", found)
    assert found["term_count"] == 4
    assert [(term["letter"], term["term"], term["other_term"]) for term in found["results"]] == [
        ("A", "AUC", ""),
        ("B", "bias", "편향"),
        ("D", "Data drift", "데이터 드리프트"),
        ("T", "Thorn", "가시"),
    ]
    assert found["results"][1]["definition"] == "What bias means"
    assert found["results"][1]["lesson"]["uuid"] == str(lesson.uuid)
    assert found["results"][0]["lesson"] is None


@pytest.mark.usefixtures("terms")
def test_korean_readers_get_the_order_of_a_korean_dictionary(alice_api: Api) -> None:
    found = alice_api.get(PATH, headers={"Accept-Language": "ko"})

    assert [(term["letter"], term["key"]) for term in found["results"]] == [
        ("ㄱ", "thorn"),
        ("ㄷ", "data-drift"),
        ("ㅍ", "bias"),
        ("A", "auc"),
    ]
    assert found["results"][0]["other_term"] == "Thorn"


@pytest.mark.usefixtures("terms")
@pytest.mark.parametrize("wanted", ["drift", "드리프트", "ㄷㅇㅌ"])
def test_a_search_finds_what_the_page_finds(alice_api: Api, wanted: str) -> None:
    found = alice_api.get(f"{PATH}?q={wanted}")

    assert keys(found) == ["data-drift"]
    assert found["term_count"] == 4


@pytest.mark.usefixtures("terms")
@pytest.mark.parametrize("wanted", ["%00", "", "+"])
def test_a_search_for_nothing_finds_every_term(alice_api: Api, wanted: str) -> None:
    assert keys(alice_api.get(f"{PATH}?q={wanted}")) == ["auc", "bias", "data-drift", "thorn"]


@pytest.mark.usefixtures("terms")
def test_a_lesson_that_was_retired_is_not_named(alice_api: Api, alice_client: Client, lesson: Activity) -> None:
    Activity.objects.filter(pk=lesson.pk).update(archived_at=timezone.now())

    assert [term["lesson"] for term in alice_api.get(PATH)["results"]] == [None] * 4
    assert f"/lessons/{lesson.slug}/" not in alice_client.get("/courses/statistics/glossary/").text


def test_a_course_without_terms_has_an_empty_glossary(alice_api: Api) -> None:
    assert alice_api.get(PATH) == {"course": "statistics", "term_count": 0, "results": []}


def test_the_glossary_of_a_course_that_one_is_not_in_is_not_found(bob_api: Api, course: Course) -> None:
    bob_api.get(PATH, expect=404)


@pytest.mark.parametrize("count", [2, 200])
def test_the_number_of_queries_does_not_grow_with_the_glossary(
    alice_api: Api,
    enrolment: Enrolment,
    lesson: Activity,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    GlossaryTerm.objects.bulk_create(
        GlossaryTerm(course=enrolment.course, key=f"t{n}", term_ko=f"말{n}", term_en=f"Word {n}", activity=lesson)
        for n in range(count)
    )
    enrolment.course.save()
    alice_api.get(PATH)
    with django_assert_num_queries(3):
        alice_api.get(PATH)
