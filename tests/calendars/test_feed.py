"""The feed for calendar programs, read back with icalendar and vobject."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import vobject
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from accounts.models import User
from calendars import feeds
from calendars.models import Feed
from calendars.revisions import CANCELLED_FOR
from courses.models import Activity, Cohort, Course, Enrolment
from quizzes.authoring.models import Quiz, QuizDates, QuizOverride
from tests.factories import ActivityFactory, QuizFactory

pytestmark = pytest.mark.django_db
DUE = datetime(2026, 11, 3, 14, 59, tzinfo=UTC)


@pytest.fixture
def path(enrolment: Enrolment, quiz: Quiz) -> str:
    """The address of Alice's feed. Her quiz opens, is due and closes."""
    Quiz.objects.filter(pk=quiz.pk).update(
        opens_at=DUE - timedelta(days=7), due_at=DUE, closes_at=DUE + timedelta(days=1), late_rule=Quiz.LateRule.ACCEPT
    )
    return feeds.get_path(feeds.reset(enrolment.user, timezone.now()))


def read(path: str, **headers: str) -> Any:
    """Ask as a calendar program does: without cookies."""
    response = Client().get(path, headers=headers)
    assert response.status_code == 200, response.content
    return response


def events(path: str) -> dict[str, Any]:
    found = Calendar.from_ical(read(path).content)
    return {str(event["UID"]).rpartition("-")[2]: event for event in found.events}


def test_two_libraries_read_the_dates(path: str, quiz: Quiz, alice: User) -> None:
    response = read(path)
    calendar = Calendar.from_ical(response.content)
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == [alice.time_zone]
    assert str(calendar["X-WR-CALNAME"]) == str(calendar["NAME"]) == "Dates of my courses"
    assert [event.errors for event in calendar.events] == [[], [], []]
    due = events(path)["due"]
    assert due.start == DUE
    assert due["DTSTART"].params["TZID"] == alice.time_zone
    assert str(due["SUMMARY"]) == "Activity quiz · due"
    assert str(due["DESCRIPTION"]) == "Statistics"
    assert urlsplit(str(due["URL"]))[1:3] == ("testserver", quiz.activity.get_absolute_url())
    other = {each.uid.value: each for each in vobject.readOne(response.content.decode()).vevent_list}
    assert {each.uid.value.rpartition("-")[2] for each in other.values()} == {"opens", "due", "closes"}
    assert other[str(due["UID"])].dtstart.value == DUE
    assert other[str(due["UID"])].summary.value == str(due["SUMMARY"])


def test_korean_lines_are_folded_at_75_octets_and_whole(path: str, quiz: Quiz, alice: User) -> None:
    title = "데이터로 개선하기, 그리고; 긴 이름을 가진 퀴즈 " * 5 + "🎓"
    Activity.objects.filter(pk=quiz.activity_id).update(title_ko=title)
    User.objects.filter(pk=alice.pk).update(language="ko")
    content = read(path).content
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert all(line.decode() for line in content.split(b"\r\n")[:-1])  # no syllable is cut
    assert str(events(path)["due"]["SUMMARY"]) == f"{title} · 마감"


def test_a_moved_date_has_the_same_uid_and_the_next_number(path: str, quiz: Quiz) -> None:
    before = events(path)["due"]
    assert (before["SEQUENCE"], str(before["STATUS"])) == (0, "CONFIRMED")
    Quiz.objects.filter(pk=quiz.pk).update(due_at=DUE + timedelta(hours=2))
    after = events(path)["due"]
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == 1
    assert after.start == DUE + timedelta(hours=2)
    assert after["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt
    assert events(path)["opens"]["SEQUENCE"] == 0
    assert events(path)["due"].to_ical() == after.to_ical()


def test_another_title_is_a_change_but_no_new_date(path: str, quiz: Quiz) -> None:
    events(path)
    Activity.objects.filter(pk=quiz.activity_id).update(title_ko="다른", title_en="Another")
    Feed.objects.get().sent.update(modified_at=timezone.now() - timedelta(days=3))
    due = events(path)["due"]
    assert due["SEQUENCE"] == 0
    assert str(due["SUMMARY"]).startswith(("다른", "Another"))
    assert timezone.now() - due["LAST-MODIFIED"].dt < timedelta(minutes=1)


@pytest.mark.parametrize("how", ["archived", "withdrawn", "unpublished", "no date"])
def test_what_is_gone_is_cancelled_and_says_nothing_else(path: str, quiz: Quiz, enrolment: Enrolment, how: str) -> None:
    title = str(events(path)["due"]["SUMMARY"]).partition(" ·")[0]
    match how:
        case "archived":
            Activity.objects.filter(pk=quiz.activity_id).update(archived_at=timezone.now())
        case "withdrawn":
            Enrolment.objects.filter(pk=enrolment.pk).update(status=Enrolment.Status.WITHDRAWN)
        case "unpublished":
            Course.objects.filter(pk=enrolment.course_id).update(is_published=False)
        case "no date":
            Quiz.objects.filter(pk=quiz.pk).update(due_at=None)
    due = events(path)["due"]
    assert (str(due["STATUS"]), due["SEQUENCE"]) == ("CANCELLED", 1)
    assert title not in str(due["SUMMARY"])
    assert {"URL", "DESCRIPTION"}.isdisjoint(due)
    assert events(path)["due"]["SEQUENCE"] == 1
    # Programs have removed it by then.
    Feed.objects.get().sent.update(modified_at=timezone.now() - CANCELLED_FOR - timedelta(days=1))
    assert "due" not in events(path)


def test_what_comes_back_is_confirmed_again(path: str, quiz: Quiz) -> None:
    for due in (DUE, None, DUE):
        Quiz.objects.filter(pk=quiz.pk).update(due_at=due)
        event = events(path)["due"]
    assert (str(event["STATUS"]), event["SEQUENCE"]) == ("CONFIRMED", 2)


def test_own_dates_come_before_those_of_the_cohort(path: str, quiz: Quiz, enrolment: Enrolment) -> None:
    cohort = Cohort.objects.create(course=enrolment.course, name="B")
    Enrolment.objects.filter(pk=enrolment.pk).update(cohort=cohort)
    QuizDates.objects.create(quiz=quiz, cohort=cohort, due_at=DUE + timedelta(hours=3))
    assert events(path)["due"].start == DUE + timedelta(hours=3)
    QuizOverride.objects.create(quiz=quiz, enrolment=enrolment, due_at=DUE + timedelta(hours=9))
    assert events(path)["due"].start == DUE + timedelta(hours=9)


def test_a_quiz_without_a_published_version_has_no_dates(path: str, quiz: Quiz) -> None:
    Quiz.objects.filter(pk=quiz.pk).update(current_version=None)
    assert events(path) == {}
    # RFC 5545: at least one component.
    assert [part.name for part in Calendar.from_ical(read(path).content).subcomponents] == ["VTIMEZONE"]


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Seoul", "UTC", "Australia/Lord_Howe"])
def test_the_time_zone_is_defined_on_both_sides_of_a_change_of_clocks(
    path: str, quiz: Quiz, alice: User, zone: str
) -> None:
    User.objects.filter(pk=alice.pk).update(time_zone=zone)
    opens = datetime(2026, 10, 31, 16, tzinfo=UTC)
    Quiz.objects.filter(pk=quiz.pk).update(opens_at=opens)
    found = {each.dtstart.value for each in vobject.readOne(read(path).content.decode()).vevent_list}
    assert found == {opens, DUE, DUE + timedelta(days=1)}
    assert {event.start for event in events(path).values()} == found


def test_the_same_state_is_a_304_and_nothing_sets_a_cookie(path: str, quiz: Quiz) -> None:
    first = read(path)
    assert first["Cache-Control"].startswith("private")
    assert first["Content-Type"] == "text/calendar; charset=utf-8"
    assert not first.cookies
    again = Client().get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Cache-Control"].startswith("private")
    Quiz.objects.filter(pk=quiz.pk).update(due_at=DUE + timedelta(hours=2))
    assert read(path, **{"If-None-Match": first["ETag"]})["ETag"] != first["ETag"]


def test_who_reads_decides_nothing(path: str, bob_client: Client) -> None:
    """The language and zone are the owner's, whoever is signed in."""
    assert bob_client.get(path, headers={"Accept-Language": "en"}).content == read(path).content


def test_an_address_that_was_reset_or_turned_off_is_a_404(path: str, alice: User) -> None:
    new = feeds.get_path(feeds.reset(alice, timezone.now()))
    assert Client().get(path).status_code == 404
    read(new)
    feeds.turn_off(alice)
    assert Client().get(new).status_code == 404


def test_the_address_of_a_closed_account_is_a_404(path: str, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("token", ["x", "x" * 10_000, "a.b", "%00", "가", "."])
def test_what_is_no_address_is_a_404(path: str, token: str) -> None:
    assert Client().get(f"/calendar/{token}/baeum.ics").status_code == 404


def test_a_key_without_its_signature_is_a_404(path: str) -> None:
    key = Feed.objects.get().key
    for token in (key, f"{key}.", f"{key}.{'A' * 43}"):
        assert Client().get(f"/calendar/{token}/baeum.ics").status_code == 404


@override_settings(CALENDAR_RATE=3)
def test_too_many_requests_are_refused(path: str) -> None:
    statuses = [Client().get(path).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    refused = Client().get(path)
    assert 0 < int(refused["Retry-After"]) <= 60
    assert [Client().get("/calendar/x/baeum.ics").status_code for _ in range(4)] == [404, 404, 404, 429]


def test_the_number_of_queries_does_not_grow(path: str, course: Course) -> None:
    read(path)
    with CaptureQueriesContext(connection) as few:
        read(path)
    module = course.modules.get()
    for number in range(20):
        extra = QuizFactory(activity=ActivityFactory(module=module, slug=f"quiz-{number}", kind="quiz", code=""))
        Quiz.objects.filter(pk=extra.pk).update(due_at=DUE + timedelta(hours=number))
    read(path)
    with CaptureQueriesContext(connection) as many:
        assert len(Calendar.from_ical(read(path).content).events) == 23
    assert len(many) == len(few) <= 8
