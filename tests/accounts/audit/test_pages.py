"""The pages of the audit log: one's own for everybody, the whole log for administrators."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.audit import context, recording, search
from accounts.audit.models import AuditEntry, AuditEvent
from accounts.models import User
from courses.models import Enrolment
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

OWN = "/accounts/audit/"
LOG = "/admin/accounts/auditevent/"


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root@example.com", "x", name="Root", language="en")


@pytest.fixture
def root_client(root: User) -> Client:
    client = Client()
    client.force_login(root)
    return client


def add_events(person: User, actor: User, number: int, address: str = "/admin/x/") -> None:
    events = AuditEvent.objects.bulk_create(
        [
            AuditEvent(at=timezone.now(), actor=actor, action="view", channel="page", address=address)
            for _ in range(number)
        ]
    )
    AuditEntry.objects.bulk_create(
        [AuditEntry(event=event, subject=person, model="accounts.user", object_id=person.pk) for event in events]
    )


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_a_student_sees_that_an_instructor_opened_an_attempt(
    ines_client: Client, alice_client: Client, enrolment: Enrolment
) -> None:
    ines_client.get(reverse("admin:courses_enrolment_change", args=[enrolment.pk]))
    text = alice_client.get(OWN).text
    assert "<bdi>Ines</bdi>" in text
    assert "Enrolment" in text


def test_a_student_without_events_reads_that(alice_client: Client) -> None:
    assert "Nobody has opened your data yet." in alice_client.get(OWN).text


def test_a_student_sees_nobody_elses_events(alice_client: Client, bob: User, ines: User) -> None:
    add_events(bob, ines, 1, "/admin/bobs/")
    assert "Ines" not in alice_client.get(OWN).text


def test_own_changes_are_shown_with_their_values(alice_client: Client) -> None:
    alice_client.post("/accounts/settings/", {"name": "Alice A.", "language": "en", "time_zone": "Asia/Seoul"})
    text = alice_client.get(OWN).text
    assert "<del><bdi>Alice</bdi></del>" in text
    assert "<ins><bdi>Alice A.</bdi></ins>" in text
    assert "<bdi>yes</bdi>" in text


def test_values_are_shown_in_words(alice_client: Client, alice: User, ines: User, enrolment: Enrolment) -> None:
    with context.acting(context.Context(command="x")):
        enrolment.status = Enrolment.Status.WITHDRAWN
        enrolment.save()
        alice.date_joined = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
        alice.save()
    text = alice_client.get(OWN).text
    assert "<del><bdi>active</bdi></del> → <ins><bdi>withdrawn</bdi></ins>" in text
    # In the reader's time zone.
    assert "<ins><bdi>2 Mar 2026, 08:30</bdi></ins>" in text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        ("", "–"),
        ({}, "–"),
        ([], "–"),
        ({"a": "1.00", "b": None, "c": [True, {"d": 2}]}, "1.00, –, yes, 2"),
        (["<b>", 1.5], "&lt;b&gt;, 1.5"),
    ],
)
def test_a_value_of_any_kind_is_shown(alice_client: Client, alice: User, value: Any, shown: str) -> None:
    with context.acting(context.Context(command="x")):
        recording.record(
            User, [recording.Concerned(alice.pk, 1, {"name": ("x", value), "gone": (value, "x")})], "change"
        )
    assert alice_client.get(OWN).text.count(f"<bdi>{shown}</bdi>") == 2


def test_values_of_a_model_that_was_removed_are_shown_as_they_are(
    alice_client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = {"colour": ("red", None)}
    with context.acting(context.Context(command="x")):
        recording.record(User, [recording.Concerned(alice.pk, 1, changes)], "change")
    entry = AuditEntry.objects.get()
    AuditEntry.objects.create(event=entry.event, subject=alice, model="gone.thing", object_id=1, changes=entry.changes)
    text = alice_client.get(OWN).text
    assert "<p>gone.thing</p>" in text
    assert text.count("colour: <del><bdi>red</bdi></del> → <ins><bdi>–</bdi></ins>") == 2


def test_pages_of_older_events(alice_client: Client, alice: User, ines: User) -> None:
    add_events(alice, ines, search.PAGE + 1)
    first = alice_client.get(OWN)
    assert first.text.count("<time") == search.PAGE
    older = first.text.split('href="?before=')[1].split('"')[0]
    assert 'rel="next"' in first.text
    second = alice_client.get(f"{OWN}?before={older}")
    assert second.text.count("<time") == 1
    assert 'rel="next"' not in second.text


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "\x00"])
def test_a_wrong_page_is_the_first(alice_client: Client, before: str) -> None:
    assert alice_client.get(OWN, {"before": before}).status_code == 200


def test_the_own_page_takes_the_same_queries_at_2_and_at_200(alice_client: Client, alice: User, ines: User) -> None:
    add_events(alice, ines, 2)
    few = queries(alice_client, OWN)
    add_events(alice, ines, 198)
    assert queries(alice_client, OWN) == few
    assert few <= 8


def test_only_administrators_see_the_log(ines_client: Client, alice_client: Client, client: Client) -> None:
    assert ines_client.get(LOG).status_code == 403
    assert alice_client.get(LOG).status_code == 302
    assert client.get(LOG).status_code == 302


def test_the_log_takes_the_same_queries_at_2_and_at_200(root_client: Client, ines: User) -> None:
    for _ in range(2):
        add_events(UserFactory(), ines, 1)
    root_client.get(LOG)
    few = queries(root_client, LOG)
    for _ in range(198):
        add_events(UserFactory(), ines, 1)
    # Keys are read only where a value is encrypted: the network address of who looked at the log before.
    assert queries(root_client, LOG) in {few, few - 1}


def addresses_found(client: Client, **query: str) -> set[str]:
    return set(re.findall(r'<code\s+class="break-all"\s*>([^<]*)</code>', client.get(LOG, query).text))


def test_the_log_is_searched_by_name_by_address_and_by_the_address_of_the_site(
    root_client: Client, alice: User, bob: User, ines: User
) -> None:
    add_events(alice, ines, 1, "/admin/a/")
    add_events(bob, bob, 1, "/admin/b/")
    assert addresses_found(root_client, text="Alice") == {"/admin/a/"}
    assert addresses_found(root_client, text="bob@example") == {"/admin/b/"}
    assert addresses_found(root_client, text="Ines") == {"/admin/a/"}
    assert addresses_found(root_client, text="/admin/b") == {"/admin/b/"}


def test_the_log_is_searched_by_action_and_date(root_client: Client, alice: User, ines: User) -> None:
    add_events(alice, ines, 1)
    today = timezone.localdate()
    assert addresses_found(root_client, action="delete") == set()
    assert addresses_found(root_client, action="view") == {"/admin/x/"}
    assert addresses_found(root_client, since=f"{today}", until=f"{today}") != set()
    assert addresses_found(root_client, since=f"{today + timedelta(days=1)}") == set()
    assert addresses_found(root_client, until=f"{today - timedelta(days=1)}") == set()


def test_a_search_for_10000_characters_is_refused_in_words(root_client: Client) -> None:
    response = root_client.get(LOG, {"text": "x" * 10_000})
    assert response.status_code == 400
    assert "at most 200 characters" in response.text


@pytest.mark.parametrize(
    "query",
    [
        {"action": "x"},
        {"since": "yesterday"},
        {"person": "x"},
        {"before": "-1"},
        {"since": "0001-01-01"},
        {"until": "9999-12-31"},
        {"text": "\x00"},
    ],
)
def test_a_wrong_search_is_refused(root_client: Client, query: dict[str, str]) -> None:
    response = root_client.get(LOG, query)
    assert response.status_code == 400
    assert 'role="alert"' in response.text


def test_a_date_at_the_end_of_the_calendar_does_not_disturb_the_page(alice_client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(time_zone="Pacific/Kiritimati")
    with context.acting(context.Context(command="x")):
        changes = {"date_joined": (None, "9999-12-31 23:59:00+00:00")}
        recording.record(User, [recording.Concerned(alice.pk, alice.pk, changes)], "change")
    assert "9999-12-31" in alice_client.get(OWN).text


def test_the_log_of_a_deleted_person_keeps_its_filter(root_client: Client, alice: User, ines: User) -> None:
    add_events(alice, ines, 1)
    number = alice.pk
    alice.delete()
    text = root_client.get(LOG, {"person": number}).text
    assert f'name="person" value="{number}"' in text
    assert "somebody whose account was deleted" in text


def test_staff_without_a_name_are_not_shown_by_their_address(alice_client: Client, alice: User, ines: User) -> None:
    User.objects.filter(pk=ines.pk).update(name="")
    add_events(alice, ines, 1)
    text = alice_client.get(OWN).text
    assert "ines@example.com" not in text
    assert "a member of the staff" in text


def test_a_person_with_marks_in_the_name_does_not_disturb_the_page(root_client: Client, ines: User) -> None:
    person = UserFactory()
    User.objects.filter(pk=person.pk).update(name="<b>\u202eecilA\r\n")
    add_events(person, ines, 1)
    text = root_client.get(LOG).text
    assert "<b>\u202e" not in text
    assert "<bdi>&lt;b&gt;\u202eecilA" in text


def test_many_people_of_one_event_are_counted(root_client: Client, ines: User) -> None:
    people = [UserFactory() for _ in range(search.LISTED + 3)]
    with context.acting(context.Context(command="x")):
        recording.record_rows(User, people)
    text = root_client.get(LOG).text
    assert "and 3 more" in text
    assert sum(f"<bdi>{person.name}</bdi>" in text for person in people) == search.LISTED


def test_looking_at_the_log_is_recorded(root_client: Client, root: User, alice: User, ines: User) -> None:
    add_events(alice, ines, 1)
    root_client.get(LOG, {"person": alice.pk})
    last = AuditEvent.objects.order_by("-pk")[0]
    assert (last.actor_id, last.address) == (root.pk, LOG)
    assert [entry.subject_id for entry in last.entries.all()] == [alice.pk]


def test_an_account_leads_to_its_audit(root_client: Client, alice: User) -> None:
    response = root_client.get(f"/admin/accounts/user/{alice.pk}/go-audit/")
    assert response.headers["Location"] == f"{LOG}?person={alice.pk}"


def test_the_log_speaks_korean(root_client: Client, root: User, alice: User, ines: User) -> None:
    add_events(alice, ines, 1)
    User.objects.filter(pk=root.pk).update(language="ko")
    text = root_client.get(LOG).text
    assert "누구의 정보" in text
    assert "열람" in text
