"""The glossary page: letters, the search, and what is shown when nothing is found."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from courses.lessons import glossary
from courses.models import Course, Enrolment, GlossaryTerm

PAGE = "/courses/statistics/glossary/"


@pytest.fixture
def terms(course: Course) -> None:
    for key, ko, en in (
        ("data-drift", "데이터 드리프트", "Data drift"),
        ("bias", "편향", "bias"),
        ("auc", "AUC", "AUC"),
        ("thorn", "가시", "Thorn"),
        ("twin", "까치", "3D twin"),
    ):
        GlossaryTerm.objects.create(
            course=course, key=key, term_ko=ko, term_en=en, definition_ko=f"{ko}의 뜻", definition_en=f"What {en} means"
        )


def shown(page: str) -> list[str]:
    return re.findall(r'<dt id="term-([\w-]+)">', page)


def letters(page: str) -> list[str]:
    return re.findall(r'<h2 id="letter-\w+">(.+?)</h2>', page)


@pytest.mark.usefixtures("terms")
def test_terms_stand_under_their_letters(alice_client: Client) -> None:
    page = alice_client.get(PAGE).text
    assert letters(page) == ["A", "B", "D", "T", "#"]
    assert shown(page) == ["auc", "bias", "data-drift", "thorn", "twin"]
    assert 'href="#letter-41"' in page


@pytest.mark.usefixtures("terms")
def test_korean_terms_stand_under_consonants_and_come_first_in_korean(alice_client: Client) -> None:
    User.objects.update(language="ko")
    page = alice_client.get(PAGE).text
    assert letters(page) == ["ㄱ", "ㄷ", "ㅍ", "A"]
    assert shown(page) == ["thorn", "twin", "data-drift", "bias", "auc"]


@pytest.mark.usefixtures("terms")
@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("DRIFT", ["data-drift"]),
        ("드리프트", ["data-drift"]),
        (" data  drift ", ["data-drift"]),
        ("means", ["auc", "bias", "data-drift", "thorn", "twin"]),
        ("ㄷㅇㅌ", ["data-drift"]),
        ("ㄷㅇㅌ ㄷㄹ", ["data-drift"]),
        ("\0", ["auc", "bias", "data-drift", "thorn", "twin"]),
    ],
)
def test_a_search_finds_words_of_both_languages_and_first_consonants(
    alice_client: Client, wanted: str, found: list[str]
) -> None:
    assert shown(alice_client.get(PAGE, {"q": wanted}).text) == found


@pytest.mark.usefixtures("terms")
def test_a_search_says_how_many_it_found(alice_client: Client) -> None:
    assert "5 terms" in alice_client.get(PAGE).text
    page = alice_client.get(PAGE, {"q": "drift"}).text
    assert "1 of 5 terms" in page
    assert 'value="drift"' in page


@pytest.mark.usefixtures("terms")
@pytest.mark.parametrize("wanted", ["nothing like it", "<script>", "x" * 5000, "🙂"])
def test_a_search_without_a_result_leads_back_to_all_terms(alice_client: Client, wanted: str) -> None:
    page = alice_client.get(PAGE, {"q": wanted}).text
    assert shown(page) == []
    assert re.search(r"<div class=\"card empty\" data-nothing\s*>", page)
    assert "<script>" not in page.split("<main", 1)[1]


def test_a_course_without_terms_says_so(alice_client: Client) -> None:
    page = alice_client.get(PAGE).text
    assert "This course has no glossary." in page
    assert "search" not in page[page.index("<main") : page.index("</main>")]


@pytest.mark.parametrize("count", [2, 200])
def test_the_number_of_queries_does_not_grow_with_the_glossary(
    alice_client: Client, enrolment: Enrolment, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    GlossaryTerm.objects.bulk_create(
        GlossaryTerm(course=enrolment.course, key=f"t{n}", term_ko=f"말{n}", term_en=f"Word {n}", definition_ko="뜻")
        for n in range(count)
    )
    enrolment.course.save()
    alice_client.get("/courses/statistics/")
    with django_assert_num_queries(4):
        alice_client.get(PAGE)


def test_letters_and_consonants() -> None:
    assert [glossary.letter_of(text) for text in ("데이터", "빠름", "émile", "zero", "42", "", "β")] == [
        "ㄷ", "ㅂ", "E", "Z", "#", "#", "Β",
    ]  # fmt: skip
    assert glossary.consonants_of("데이터 A 수집") == "ㄷㅇㅌㅅㅈ"
