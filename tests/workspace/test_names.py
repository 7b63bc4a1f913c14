"""What authors name in Korean gets a name that says which it is, in addresses and files."""

import pytest
from django.test import Client

from courses.models import Course
from workspace.drafts import records
from workspace.drafts.names import free_slug


@pytest.mark.parametrize(
    ("titles", "slug"),
    [
        ({"ko": "데이터와 모델"}, "deiteowa-model"),
        ({"ko": "데이터와 모델", "en": "Data and Models"}, "data-and-models"),
        ({"ko": "AI의 이해"}, "aiui-ihae"),
        ({"ko": "3주차"}, "3jucha"),
        ({"ko": "★"}, "course"),
        ({"ko": "가나다 " * 30}, "-".join(["ganada"] * 8)),
        ({"ko": "가" * 100}, "ga" * 30),
    ],
)
def test_a_name_is_made_from_the_words_of_the_title(titles: dict[str, str], slug: str) -> None:
    assert free_slug(titles, "course", []) == slug


def test_two_of_the_same_title_have_two_names() -> None:
    assert free_slug({"ko": "머신러닝"}, "course", ["meosinreoning"]) == "meosinreoning-2"


def test_a_course_in_korean_has_readable_addresses(ines_client: Client) -> None:
    ines_client.post("/admin/workspace/", {"title": "데이터 분석", "languages": "ko,en"})
    course = Course.objects.get(slug="deiteo-bunseok")
    home = f"/admin/workspace/{course.slug}/"
    ines_client.post(home, {"action": "add-module", "title_ko": "첫째 주"})
    ines_client.post(home, {"action": "add-lesson", "module": "cheotjjae-ju", "title_ko": "모델이란 무엇일까요?"})
    ines_client.post(home, {"action": "add-quiz", "module": "cheotjjae-ju", "title_ko": "확인 문제"})
    ines_client.post(f"{home}glossary/", {"term_ko": "편향", "definition_ko": "한쪽으로 치우침"})
    keys = set(records.read(course).records)
    assert {("activity", "modeliran-mueotilkkayo"), ("activity", "hwakin-munje"), ("term", "pyeonhyang")} <= keys
