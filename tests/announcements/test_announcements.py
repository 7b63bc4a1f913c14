"""Announcements: to whom they go, once, at their moment; what students and staff see of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.messages import sending as messages
from accounts.models import Message, User
from announcements import sending
from announcements.models import Announcement
from courses.models import Cohort, Course, Enrolment
from tests.api import Api
from tests.factories import EnrolmentFactory

pytestmark = pytest.mark.django_db
STAFF = "/admin/announcements/statistics/"
STUDENT = "/courses/statistics/announcements/"
ENGLISH = {"Accept-Language": "en"}
TEXTS = {
    "title_ko": "휴강",
    "text_ko": "월요일은 쉬어요.",
    "title_en": "No class",
    "text_en": "Monday is off.\n\nhttps://example.com/a",
}


def write(client: Client, **more: Any) -> Announcement:
    answer = client.post(f"{STAFF}new/", {**TEXTS, "cohort": "", "people": "", **more})
    assert answer.status_code == 302
    return Announcement.objects.latest("pk")


def send(client: Client, announcement: Announcement) -> None:
    assert client.post(f"{STAFF}{announcement.uuid}/", {"send": "1"}).status_code == 302


def readers(announcement: Announcement) -> set[str]:
    return set(announcement.recipients.values_list("enrolment__user__name", flat=True))


def test_a_draft_goes_to_nobody(enrolment: Enrolment, ines_client: Client, alice_client: Client) -> None:
    write(ines_client)
    sending.send_due(now=timezone.now() + timedelta(days=1))
    assert not Message.objects.exists()
    assert "No class" not in alice_client.get(STUDENT, headers=ENGLISH).content.decode()


def test_it_reaches_the_page_the_bell_and_the_mail_once(
    enrolment: Enrolment, ines_client: Client, alice_client: Client
) -> None:
    announcement = write(ines_client)
    send(ines_client, announcement)
    send(ines_client, announcement)
    assert readers(announcement) == {"Alice"}
    text = alice_client.get(STUDENT, headers=ENGLISH).content.decode()
    assert "No class" in text
    assert 'href="https://example.com/a"' in text
    assert f'href="{STUDENT}"' in alice_client.get("/courses/statistics/", headers=ENGLISH).content.decode()
    assert "No class" in alice_client.get("/notifications/", headers=ENGLISH).content.decode()
    [row] = Message.objects.all()
    # Noon in Seoul, so that no quiet hour delays it.
    noon = (timezone.now() + timedelta(days=1)).replace(hour=3)
    for _ in range(2):
        messages.send(message_id=row.pk, now=noon)
    [sent] = mail.outbox
    assert sent.subject == "No class"
    assert "Monday is off." in sent.body
    assert "List-Unsubscribe" in sent.extra_headers


def test_only_the_cohort_or_the_chosen_get_it(course: Course, ines_client: Client) -> None:
    autumn = Cohort.objects.create(course=course, name="Autumn")
    first, second = (EnrolmentFactory(course=course, cohort=cohort) for cohort in (autumn, None))
    gone = EnrolmentFactory(course=course, status=Enrolment.Status.WITHDRAWN)
    to_cohort = write(ines_client, cohort=str(autumn.pk))
    to_chosen = write(ines_client, people=f"{second.pk},{gone.pk}")
    for announcement in (to_cohort, to_chosen):
        send(ines_client, announcement)
    assert readers(to_cohort) == {first.user.name}
    assert readers(to_chosen) == {second.user.name}


def test_a_stranger_reads_nothing_and_who_left_no_longer(
    enrolment: Enrolment, ines_client: Client, alice_client: Client, bob_client: Client
) -> None:
    send(ines_client, write(ines_client))
    assert "No class" not in bob_client.get(STUDENT, headers=ENGLISH, follow=True).content.decode()
    Enrolment.objects.update(status=Enrolment.Status.WITHDRAWN)
    assert "No class" not in alice_client.get(STUDENT, headers=ENGLISH, follow=True).content.decode()
    assert "No class" not in alice_client.get("/notifications/", headers=ENGLISH).content.decode()


def test_an_announcement_to_nobody_is_refused(course: Course, ines_client: Client) -> None:
    announcement = write(ines_client)
    answer = ines_client.post(f"{STAFF}{announcement.uuid}/", {"send": "1"}, headers=ENGLISH)
    assert answer.status_code == 400
    assert "Nobody would get it" in answer.content.decode()


def test_a_group_without_students_is_said_before_sending(course: Course, ines_client: Client) -> None:
    announcement = write(ines_client)
    html = ines_client.get(f"{STAFF}{announcement.uuid}/", headers=ENGLISH).content.decode()
    assert "There is no student in this group now, so nobody would get it." in html
    assert 'name="send"' not in html
    assert "0 students" not in html


def test_a_planned_one_is_sent_at_its_moment_and_can_be_taken_back(enrolment: Enrolment, ines_client: Client) -> None:
    announcement = write(ines_client)
    address = f"{STAFF}{announcement.uuid}/"
    at = timezone.localtime(timezone.now() + timedelta(hours=2))
    assert ines_client.post(address, {"plan": "1", "at": "2020-01-01T00:00"}).status_code == 400
    assert ines_client.post(address, {"plan": "1", "at": "2026-13-45T99:00"}).status_code == 400
    assert ines_client.post(address, {"plan": "1", "at": f"{at:%Y-%m-%dT%H:%M}"}).status_code == 302
    assert sending.send_due(now=timezone.now()) == 0
    ines_client.post(address, {"take_back": "1"})
    assert sending.send_due(now=timezone.now() + timedelta(hours=3)) == 0
    ines_client.post(address, {"plan": "1", "at": f"{at:%Y-%m-%dT%H:%M}"})
    assert [sending.send_due(now=timezone.now() + timedelta(hours=3)) for _ in range(2)] == [1, 0]


def test_what_was_sent_meanwhile_cannot_be_taken_back(enrolment: Enrolment, ines_client: Client) -> None:
    announcement = write(ines_client)
    address = f"{STAFF}{announcement.uuid}/"
    # A draft stays a draft, however often.
    for _time in range(2):
        assert ines_client.post(address, {"take_back": "1"}).status_code == 302
    send(ines_client, announcement)
    late = ines_client.post(address, {"take_back": "1"}, headers={"Accept-Language": "en"})
    assert late.status_code == 400
    assert "It was sent already" in late.text
    announcement.refresh_from_db()
    assert announcement.sent_at is not None


def test_what_was_sent_is_not_changed_nor_deleted(enrolment: Enrolment, ines_client: Client) -> None:
    announcement = write(ines_client)
    send(ines_client, announcement)
    assert ines_client.get(f"{STAFF}{announcement.uuid}/edit/").status_code == 404
    ines_client.post(f"{STAFF}{announcement.uuid}/", {"delete": "1"})
    assert Announcement.objects.filter(pk=announcement.pk).exists()


def test_a_draft_is_changed_and_deleted(enrolment: Enrolment, ines_client: Client) -> None:
    announcement = write(ines_client, people=str(enrolment.pk))
    edit = f"{STAFF}{announcement.uuid}/edit/"
    assert "No class" in ines_client.get(edit, headers=ENGLISH).content.decode()
    ines_client.post(edit, {**TEXTS, "title_en": "Holiday", "people": ""})
    announcement.refresh_from_db()
    assert announcement.title["en"] == "Holiday"
    assert not announcement.people.exists()
    assert ines_client.post(f"{STAFF}{announcement.uuid}/", {"delete": "1"}).status_code == 302
    assert not Announcement.objects.exists()


@pytest.mark.parametrize(
    "more", [{"title_ko": ""}, {"people": "1,x"}, {"people": "999999"}, {"cohort": "999999"}, {"title_en": "x" * 201}]
)
def test_a_wrong_form_is_shown_again_with_its_text(course: Course, ines_client: Client, more: dict[str, str]) -> None:
    answer = ines_client.post(f"{STAFF}new/", {**TEXTS, "cohort": "", "people": "", **more}, headers=ENGLISH)
    assert answer.status_code == 400
    assert "Monday is off." in answer.content.decode()
    assert not Announcement.objects.exists()


def test_students_of_another_course_cannot_be_chosen(course: Course, ines_client: Client) -> None:
    foreign = EnrolmentFactory()
    answer = ines_client.post(f"{STAFF}new/", {**TEXTS, "people": str(foreign.pk)})
    assert answer.status_code == 400


def test_queries_of_the_students_page_do_not_grow(
    enrolment: Enrolment, ines_client: Client, alice_client: Client
) -> None:
    counts = []
    for number in (2, 18):
        for _ in range(number):
            send(ines_client, write(ines_client))
        alice_client.get(STUDENT)
        with CaptureQueriesContext(connection) as captured:
            alice_client.get(STUDENT)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 8


def test_an_app_reads_what_the_page_shows(
    enrolment: Enrolment, ines_client: Client, alice_api: Api, bob_api: Api
) -> None:
    path, counts = "courses/statistics/announcements", []
    write(ines_client)
    for number in (2, 18):
        for _ in range(number):
            send(ines_client, write(ines_client))
        alice_api.get(path)
        with CaptureQueriesContext(connection) as captured:
            found = alice_api.get(path)["results"]
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert len(found) == 20
    assert (found[0]["title"], found[0]["author"]) == (TEXTS["title_en"], "Ines")
    first = alice_api.get(f"{path}?limit=19")
    assert len(alice_api.get(first["next"])["results"]) == 1
    assert alice_api.response.headers["ETag"]
    bob_api.get(path, expect=404)


def test_the_mail_is_in_the_readers_language(enrolment: Enrolment, alice: User, ines_client: Client) -> None:
    User.objects.filter(pk=alice.pk).update(language="ko")
    send(ines_client, write(ines_client))
    [row] = Message.objects.all()
    messages.send(message_id=row.pk, now=(timezone.now() + timedelta(days=1)).replace(hour=3))
    assert mail.outbox[0].subject == "휴강"
