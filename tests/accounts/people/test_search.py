"""People are found by a part of their name or address, however it is spelt, with the same answer on both databases."""

import unicodedata

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.people import search
from accounts.people.changelists import PeopleSearch
from courses.models import Enrolment
from quizzes.authoring.models import Quiz, QuizOverride
from tests.factories import EnrolmentFactory, UserFactory

pytestmark = pytest.mark.django_db

DECOMPOSED = unicodedata.normalize("NFD", "박서준")


@pytest.fixture
def people() -> dict[str, User]:
    names = {
        "mina": "김민아", "minji": "김 민지", "seojun": DECOMPOSED, "emile": "Émile Zola", "elodie": "ÉLODIE", "kim": "Kim Mina",
    }  # fmt: skip
    return {key: UserFactory(email=f"{key}@example.com", name=name) for key, name in names.items()}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("김민", ["mina"]),
        (unicodedata.normalize("NFD", "김민"), ["mina"]),
        ("김", ["mina", "minji"]),
        ("민지 김", ["minji"]),
        ('"김 민"', ["minji"]),
        ("서준", ["seojun"]),
        (unicodedata.normalize("NFD", "서준"), ["seojun"]),
        ("émi", ["emile"]),
        ("élo", ["elodie"]),
        ("ZOLA", ["emile"]),
        ("mina", ["kim", "mina"]),
        ("KIM MINA", ["kim"]),
        ("SEOJUN@EXAMPLE", ["seojun"]),
        ("100%", []),
        ("_", []),
        ("nobody", []),
    ],
)
def test_a_part_of_a_name_or_address_is_found(people: dict[str, User], text: str, wanted: list[str]) -> None:
    found = set(User.objects.filter(Q(pk__in=search.find(text))))
    assert sorted(key for key, person in people.items() if person in found) == wanted


def test_many_people_are_found_like_few(people: dict[str, User], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST", 1)
    found = User.objects.filter(Q(pk__in=search.find("김")))
    assert set(found) == {people["mina"], people["minji"]}


def test_every_list_that_searches_names_searches_people_first() -> None:
    left = {
        model.__name__
        for model, found in admin.site._registry.items()
        if any(str(name).endswith("email") for name in found.search_fields) and not isinstance(found, PeopleSearch)
    }
    assert left == set()


def test_what_a_list_says_of_its_person_leads_to_people() -> None:
    for found in admin.site._registry.values():
        if isinstance(found, PeopleSearch):
            fields = [f"{found.people_path}__{name}".removeprefix("__") for name in ("email", "name")]
            assert list(found.search_fields[:2]) == fields, found


def _compares_names(sql: str) -> bool:
    return "LIKE" in sql and "accounts_user" in sql


def test_a_search_compares_names_in_one_statement(client: Client, ines: User, enrolment: Enrolment) -> None:
    client.force_login(ines)
    EnrolmentFactory(course=enrolment.course, user=UserFactory(name="김민아"))
    page = reverse("admin:courses_enrolment_changelist")
    with CaptureQueriesContext(connection) as asked:
        shown = client.get(page, {"q": "김민"}).context["cl"]
    assert [row.user.name for row in shown.result_list] == ["김민아"]
    assert shown.result_count == 1
    assert sum(_compares_names(each["sql"]) for each in asked.captured_queries) == 1


def test_an_exception_is_found_by_its_reason_too(client: Client, ines: User, quiz: Quiz, enrolment: Enrolment) -> None:
    client.force_login(ines)
    row = QuizOverride.objects.create(
        quiz=quiz, enrolment=enrolment, extra_minutes=5, reason="Broken leg", granted_by=ines, closes_at=timezone.now()
    )
    page = reverse("admin:quizzes_quizoverride_changelist")
    for query, wanted in (("leg broken", [row]), (enrolment.user.name, [row]), ("arm", [])):
        assert list(client.get(page, {"q": query}).context["cl"].result_list) == wanted
