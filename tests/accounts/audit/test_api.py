"""The audit log and the list of personal data through the API: what an app shows of them."""

import json

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.audit import context, recording
from accounts.audit.models import AuditKey
from accounts.models import User
from accounts.personal_data.overview import get_sections
from courses.models import Enrolment
from tests.accounts.audit.test_pages import add_events
from tests.api import Api

pytestmark = pytest.mark.django_db


def test_a_student_reads_that_an_instructor_opened_an_attempt(
    ines_client: Client, ines: User, alice_api: Api, bob_api: Api, enrolment: Enrolment
) -> None:
    ines_client.get(reverse("admin:courses_enrolment_change", args=[enrolment.pk]))
    (event,) = alice_api.get("me/audit")["results"]
    assert (event["actor"], event["is_own"], event["action"], event["channel"]) == (ines.name, False, "view", "page")
    assert event["entries"]
    assert "127.0.0.1" not in json.dumps(event)
    assert bob_api.get("me/audit")["results"] == []


def test_what_was_changed_is_said_until_the_account_is_erased(alice_api: Api, alice: User) -> None:
    with context.acting(context.Context(command="rename")):
        recording.record(User, [recording.Concerned(alice.pk, alice.pk, {"name": ("Alice", "Ada")})], "change")
    (event,) = alice_api.get("me/audit", headers={"Accept-Language": "en"})["results"]
    assert event["actor"] == "the server"
    (entry,) = event["entries"]
    (change,) = entry["changes"]
    assert (change["before"], change["after"], entry["is_erased"]) == ("Alice", "Ada", False)
    AuditKey.objects.filter(user=alice).delete()
    (entry,) = alice_api.get("me/audit")["results"][0]["entries"]
    assert (entry["changes"], entry["is_erased"]) == ([], True)


def test_the_log_has_pages_with_as_many_queries_at_2_and_at_200_events(
    alice_api: Api, alice: User, ines: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    add_events(alice, ines, 2)
    with django_assert_max_num_queries(20) as few:
        assert len(alice_api.get("me/audit")["results"]) == 2
    add_events(alice, ines, 198)
    with django_assert_max_num_queries(len(few)):
        first = alice_api.get("me/audit?limit=100")
    second = alice_api.get(first["next"])
    assert (len(first["results"]), len(second["results"]), second["next"]) == (100, 100, None)
    for wrong in ("cursor=x", "limit=0", "cursor="):
        alice_api.get(f"me/audit?{wrong}", expect=400)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_app_shows_which_data_the_site_stores(alice_api: Api, client: Client, language: str) -> None:
    headers = {"Accept-Language": language}
    found = alice_api.get("me/personal-data", headers=headers)["results"]
    assert len(found) == len(get_sections())
    page = client.get("/accounts/personal-data/", headers=headers).context["sections"]
    for each, (section, rules) in zip(found, page, strict=True):
        assert [(rule["heading"], rule["text"]) for rule in each["rules"]] == rules
        assert [(table["name"], table["fields"]) for table in each["tables"]] == section.tables
