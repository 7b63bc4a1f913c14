"""What is recorded: who saw or changed whose data, with the values before and after, readable while the person exists."""

import re
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.audit import context, encryption, recording, search
from accounts.audit.models import AuditEntry, AuditEvent, AuditKey
from accounts.models import User
from courses import enrolment as enrolments
from courses.models import Course, CourseRole, Enrolment
from courses.summaries import unsubscribing
from tests.api import api_for
from tests.factories import EnrolmentFactory, UserFactory
from tests.lms.addresses import addresses
from tests.rosters.steps import imported

pytestmark = pytest.mark.django_db


def recorded() -> list[tuple[str, str, str | None, list[str]]]:
    """[(action, address, the actor's address, addresses of the people)] in order."""
    return [
        (
            event.action,
            event.address,
            event.actor and event.actor.email,
            [entry.subject.email if entry.subject else "" for entry in event.entries.order_by("pk")],
        )
        for event in AuditEvent.objects.order_by("pk")
    ]


def changes_of(person: User) -> list[dict[str, Any]]:
    key = encryption.get_keys([person.pk])[person.pk]
    entries = AuditEntry.objects.filter(subject=person).exclude(changes=None).order_by("pk")
    return [encryption.decrypt(entry.changes, key) for entry in entries]


@pytest.fixture
def root_client(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", "x"))
    return client


def test_a_list_is_one_event_with_an_entry_for_each_person(
    ines_client: Client, course: Course, enrolment: Enrolment
) -> None:
    EnrolmentFactory(course=course, user=UserFactory(email="zoe@example.com", name="Zoe"))
    url = reverse("admin:courses_course_students", args=[course.pk])

    ines_client.get(url)

    assert recorded() == [("view", url, "ines@example.com", ["alice@example.com", "zoe@example.com"])]
    assert {(entry.model, entry.object_id) for entry in AuditEntry.objects.all()} == {
        ("courses.enrolment", pk) for pk in Enrolment.objects.values_list("pk", flat=True)
    }


def test_the_number_of_queries_does_not_grow_with_the_list(course: Course, ines: User) -> None:
    def queries() -> int:
        with context.acting(context.Context(command="x")), CaptureQueriesContext(connection) as captured:
            recording.record_rows(Enrolment, Enrolment.objects.select_related("user"))
        return len(captured)

    EnrolmentFactory(course=course)
    few = queries()
    for _ in range(99):
        EnrolmentFactory(course=course)
    assert queries() == few
    assert AuditEntry.objects.count() == 101


def test_what_somebody_sees_of_themselves_is_not_recorded(root_client: Client) -> None:
    root = User.objects.get(email="root@example.com")
    root_client.get(reverse("admin:accounts_user_change", args=[root.pk]))
    assert recorded() == []


def test_a_form_of_the_admin_records_whom_it_shows(root_client: Client, alice: User) -> None:
    url = reverse("admin:accounts_user_change", args=[alice.pk])
    root_client.get(url)
    assert recorded() == [("view", url, "root@example.com", ["alice@example.com"])]


def test_a_change_is_recorded_with_the_values_before_and_after(alice_client: Client, alice: User) -> None:
    alice_client.post(reverse("accounts:settings"), {"name": "Alice A.", "language": "ko", "time_zone": "Asia/Seoul"})
    assert recorded() == [("change", "/accounts/settings/", "alice@example.com", ["alice@example.com"])]
    assert changes_of(alice) == [
        {"name": ["Alice", "Alice A."], "language": ["en", "ko"], "wants_weekly_summary": [True, False]}
    ]


def test_values_are_encrypted_in_the_table(alice_client: Client, alice: User) -> None:
    alice_client.post(reverse("accounts:settings"), {"name": "Alice A.", "language": "ko", "time_zone": "Asia/Seoul"})
    stored = bytes(AuditEntry.objects.get().changes or b"")
    assert len(stored) > 40
    assert b"Alice" not in stored
    assert encryption.decrypt(stored, b"\0" * 32) is None


def test_a_password_is_recorded_as_changed_without_its_hash(root_client: Client, alice: User) -> None:
    url = reverse("admin:auth_user_password_change", args=[alice.pk])
    root_client.post(url, {"password1": "another horse battery", "password2": "another horse battery"})
    assert changes_of(alice) == [{"password": ["•••", "•••"]}]


def test_the_network_address_of_staff_is_recorded_and_encrypted(
    ines_client: Client, ines: User, enrolment: Enrolment
) -> None:
    ines_client.get(reverse("admin:courses_course_students", args=[enrolment.course_id]), REMOTE_ADDR="192.0.2.7")
    origin = AuditEvent.objects.get().origin
    assert origin is not None
    key = encryption.get_keys([ines.pk])[ines.pk]
    assert b"192.0.2.7" not in bytes(origin.address)
    assert encryption.decrypt(origin.address, key) == "192.0.2.7"


def test_a_network_address_is_stored_once_for_each_person(
    ines_client: Client, root_client: Client, enrolment: Enrolment
) -> None:
    url = reverse("admin:courses_course_students", args=[enrolment.course_id])
    for client in (ines_client, ines_client, root_client):
        for address in ("192.0.2.7", "192.0.2.8"):
            client.get(url, REMOTE_ADDR=address)
    origins = AuditEvent.objects.order_by("pk").values_list("origin", flat=True)
    assert [list(origins).index(origin) for origin in origins] == [0, 1, 0, 1, 4, 5]


def test_no_network_address_of_a_student_is_recorded(alice_client: Client) -> None:
    alice_client.post(reverse("accounts:settings"), {"name": "A", "language": "ko", "time_zone": "Asia/Seoul"})
    assert AuditEvent.objects.get().origin is None


def test_deleting_a_person_keeps_the_rows_and_makes_the_values_unreadable(root_client: Client, alice: User) -> None:
    root_client.get(reverse("admin:accounts_user_change", args=[alice.pk]))
    with context.acting(context.Context(command="shell")):
        alice.name = "Alicia"
        alice.save()
        number = alice.pk
        alice.delete()
    entries = AuditEntry.objects.filter(subject_id=number).order_by("pk")
    assert [entry.event.action for entry in entries] == ["view", "change", "delete"]
    assert encryption.get_keys([number]) == {}
    shown = search.find_events(search.Query(subject=number))
    assert [each.changes for event in shown for each in event.entries] == [{}, {}, {}]


def test_a_student_who_is_deleted_in_the_admin_with_everything_leaves_rows(
    root_client: Client, alice: User, enrolment: Enrolment
) -> None:
    response = root_client.post(reverse("admin:accounts_user_delete", args=[alice.pk]), {"post": "yes"})
    assert response.status_code == 302
    assert not AuditKey.objects.filter(user_id=alice.pk).exists()
    assert set(AuditEntry.objects.values_list("model", "event__action")) == {
        ("accounts.user", "delete"),
        ("courses.enrolment", "delete"),
    }


def test_a_roster_is_one_event(course: Course, ines: User) -> None:
    """The batches of a larger one are one event each."""
    job = imported(course, "email,name\na@example.com,A\nb@example.com,B\nnot an address,C\n")
    page = f"/admin/courses/course/{course.pk}/roster/{job.uuid}/"
    assert recorded() == [
        ("add", page, ines.email, ["a@example.com", "a@example.com", "b@example.com", "b@example.com"])
    ]
    assert {entry.model for entry in AuditEntry.objects.all()} == {"accounts.user", "courses.enrolment"}


def test_a_withdrawal_is_recorded(enrolment: Enrolment, alice: User) -> None:
    with context.acting(context.Context(command="x")):
        enrolments.withdraw(enrolment=enrolment)
    assert changes_of(alice) == [{"status": ["active", "withdrawn"]}]


def test_visits_and_sign_ins_are_no_changes(alice_client: Client, alice: User, course: Course) -> None:
    alice_client.post(reverse("account_login"), {"login": alice.email, "password": "correct horse battery"})
    alice_client.get(reverse("courses:lesson-detail", args=[course.slug, "lesson-1"]))
    assert recorded() == []


def test_who_makes_an_account_acts_for_themselves(client: Client) -> None:
    client.post(
        reverse("account_signup"),
        {
            "email": "new@example.com",
            "name": "New",
            "password1": "correct horse battery",
            "password2": "correct horse battery",
        },
    )
    # The account, and the device in which it is signed in.
    assert recorded() == [("add", "/accounts/signup/", "new@example.com", ["new@example.com"])] * 2
    assert [entry.model for entry in AuditEntry.objects.order_by("pk")] == ["accounts.user", "accounts.devicesession"]
    # What somebody adds about themselves stands in the row.
    assert not AuditEntry.objects.filter(event__action="add").exclude(changes=None).exists()


def test_a_link_of_a_mail_is_recorded_without_its_key(client: Client, alice: User) -> None:
    token = unsubscribing.unsubscribe_token(alice)
    client.post(reverse("courses:summary-unsubscribe", args=[token]))
    assert recorded() == [("change", "/weekly-summary/…/off/", "alice@example.com", ["alice@example.com"])]


def test_each_part_of_an_address_that_is_text_is_known_to_be_a_key_or_none() -> None:
    """A new one must be added to `context.SECRET_PARTS` or to this list."""
    plain = {
        "id",
        "name",
        "app_label",
        "url",
        "path",
        "content_type_id",
        "object_id",
        "class_path",
        "field_name",
        "format",
        # The hash of a file of a course.
        "sha256",
    }
    texts = {part for address in addresses() for part in re.findall(r"<(?:str:|path:)?([a-z0-9_]+)>", address)}
    assert texts - plain <= context.SECRET_PARTS


def test_a_switch_of_the_api_is_recorded(alice: User) -> None:
    api_for(alice).put("mail-switches/weekly-summary", {"is_on": False})
    assert [(action, address) for action, address, _actor, _people in recorded()] == [
        ("change", "/api/v1/mail-switches/weekly-summary")
    ]


def test_who_teaches_a_course_is_recorded(root_client: Client, course: Course, ines: User) -> None:
    with context.acting(context.Context(command="x")):
        CourseRole.objects.get(course=course, user=ines).delete()
        CourseRole.objects.create(course=course, user=ines, role=CourseRole.Role.OBSERVER)
    assert [(action, people) for action, _a, _b, people in recorded()] == [
        ("delete", ["ines@example.com"]),
        ("add", ["ines@example.com"]),
    ]


def test_a_command_is_named_without_its_arguments(alice: User) -> None:
    with context.acting(context.Context()):
        context.begin_command(["manage.py", "find_person", "alice@example.com"])
        call_command("find_person", "alice@example.com")
    assert recorded() == [("view", "find_person", None, ["alice@example.com"])]


def test_everybody_is_an_event_without_people() -> None:
    with context.acting(context.Context(command="backup")):
        recording.record_everybody("export")
    assert recorded() == [("export", "backup", None, [])]


def test_a_name_of_marks_and_line_breaks_is_kept_as_it_was(alice: User) -> None:
    name = "Ali\u202ece\r\nBcc: x\u2066"
    with context.acting(context.Context(command="x")):
        recording.record(User, [recording.Concerned(alice.pk, alice.pk, {"name": ("", name)})], "change")
    assert changes_of(alice) == [{"name": ["", name]}]


def test_a_long_address_is_cut(rf: Any, alice: User, ines: User) -> None:
    request = rf.get("/admin/" + "x" * 1000)
    request.user = ines
    with context.acting(context.Context(request)):
        recording.record_rows(User, [alice])
    assert len(AuditEvent.objects.get().address) == 200


def test_time_is_that_of_the_event(alice: User) -> None:
    before = timezone.now()
    with context.acting(context.Context(command="x")):
        recording.record_rows(User, [alice])
    assert before <= AuditEvent.objects.get().at <= timezone.now()
